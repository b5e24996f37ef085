"""Versions on disk: saved, verified, promoted, rolled back, locked."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from churn.errors import Damaged, NotFound, RequestRefused, Unavailable
from churn.training.registry import (
    champion,
    describe,
    find_damage,
    find_version,
    history,
    live_models,
    load,
    load_live,
    model_lock,
    names,
    promote,
    read_page,
    read_part,
    remove,
    rollback,
    save,
    verify,
    versions,
)
from tests.house import ROOT
from tests.other_processes import kill_after, started
from tests.small_lists import small_table, small_training


@pytest.fixture
def saved_home(tmp_path):
    save(tmp_path, small_training().model, pages={"card.html": "<p>card</p>"})
    return tmp_path


def test_a_saved_model_scores_as_before(saved_home):
    model, again = small_training().model, load(saved_home, "small", "v1")
    matrix = model.encoder.matrix(small_table())
    np.testing.assert_array_equal(again.probability(matrix), model.probability(matrix))
    assert again.as_json() == model.renamed("small", "v1").as_json()


def test_every_save_is_a_version_of_its_own_and_none_is_ever_changed(saved_home):
    assert [save(saved_home, small_training().model).version for _ in range(2)] == ["v2", "v3"]
    assert (names(saved_home), versions(saved_home, "small")) == (("small",), ("v1", "v2", "v3"))


@pytest.mark.parametrize("file", ["model.json", "explainer.npz", "reference.npz"])
def test_a_flipped_bit_is_found_before_anything_is_opened(saved_home, file):
    path = saved_home / "models" / "small" / "v1" / file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(Damaged):
        load(saved_home, "small", "v1")
    assert len(find_damage(saved_home, "small", "v1")) == 1


def test_a_lost_page_is_damage_but_the_model_still_loads(saved_home):
    found = find_version(saved_home, "small", "v1")
    assert read_page(found, "card.html") == b"<p>card</p>"
    (found.folder / "report" / "card.html").unlink()
    assert find_damage(saved_home, "small", "v1") == ("card.html is missing or unreadable.",)
    assert load(saved_home, "small", "v1").version == "v1"


@pytest.mark.parametrize("name", ["../x", "a/b", "", "Big", "a..b"])
def test_a_name_that_could_lead_elsewhere_is_refused(tmp_path, name):
    with pytest.raises(RequestRefused, match="cannot be the model name"):
        save(tmp_path, small_training().model.renamed(name, ""))
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_there_is_named_with_what_is(saved_home):
    with pytest.raises(NotFound, match="no version v9 of small") as missing:
        load(saved_home, "small", "v9")
    assert missing.value.fix == "There are: v1."
    with pytest.raises(NotFound, match=r"no page 'other\.html'"):
        read_page(find_version(saved_home, "small", "v1"), "other.html")


def test_a_folder_that_cannot_be_written_is_a_clear_sentence(tmp_path):
    (tmp_path / "models").write_text("a file where the folder should be")
    with pytest.raises(Unavailable, match="could not be saved"):
        save(tmp_path, small_training().model)


def test_a_removed_version_is_gone_and_the_others_stay(saved_home):
    save(saved_home, small_training().model)
    remove(saved_home, "small", "v1")
    assert versions(saved_home, "small") == ("v2",)


SAVE = """
import sys
from pathlib import Path
from churn.training.registry import load, save
home, times = Path(sys.argv[1]), int(sys.argv[2])
model = load(home, "small", "v1")
print("ready", flush=True)
for _ in range(times):
    save(home, model)
"""


def test_several_processes_at_once_never_lose_a_version(saved_home):
    writers = [started(SAVE, saved_home, 5) for _ in range(3)]
    assert [w.wait() for w in writers] == [0, 0, 0]
    assert versions(saved_home, "small") == tuple(f"v{i}" for i in range(1, 17))
    assert not any(find_damage(saved_home, "small", v) for v in versions(saved_home, "small"))


def test_a_killed_writer_leaves_only_whole_versions(saved_home):
    for wait in (0.0, 0.01, 0.03):
        kill_after(wait, started(SAVE, saved_home, 1000))
    assert not any(find_damage(saved_home, "small", v) for v in versions(saved_home, "small"))
    assert save(saved_home, small_training().model).version == f"v{len(versions(saved_home, 'small'))}"


def test_a_model_that_goes_while_its_versions_are_listed_has_none(saved_home, monkeypatch):
    def gone(*_):
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr("pathlib.Path.glob", gone)
    assert versions(saved_home, "small") == ()


def spoilt(model):
    """The model with tables that say something else than its libraries do."""
    return replace(model, explainer=replace(model.explainer, base=model.explainer.base + 0.01))


def test_a_fresh_version_agrees_with_the_libraries_installed_here(saved_home):
    found = verify(saved_home, "small", "v1")
    assert (found.faults, found.way, found.difference < 1e-4) == ((), "tables", True)
    assert "the tables say what the libraries say" in found.words


def test_the_manifest_says_which_way_and_how_far_apart(saved_home):
    told = find_version(saved_home, "small", "v1").manifest["explained_by"]
    assert (told["way"], told["libraries"], told["largest_difference"] < 1e-4) == ("tables", [], True)


def test_tables_that_differ_are_never_saved(tmp_path):
    with pytest.raises(RuntimeError, match="differs from the libraries"):
        save(tmp_path, spoilt(small_training().model))
    assert list((tmp_path / "models" / "small").glob("v*")) == []


def test_tables_that_differ_are_found_when_loaded_and_by_verify(saved_home, monkeypatch):
    from churn.training import registry as proving
    from churn.training import registry as version_folders

    for room in (version_folders, proving):
        wrong = room.explainer_from
        monkeypatch.setattr(room, "explainer_from", lambda a, read=wrong: replace(read(a), base=0.0))
    with pytest.raises(Damaged, match="differ from the libraries"):
        load(saved_home, "small", "v1")
    assert len(verify(saved_home, "small", "v1").faults) == 2


def test_a_version_saved_without_its_libraries_says_so(saved_home):
    save(saved_home, load(saved_home, "small", "v1"))
    found = verify(saved_home, "small", "v2")
    assert (found.faults, found.difference, "before the libraries' own models" in found.words) == ((), None, True)


def test_a_damaged_file_is_told_before_anything_is_compared(saved_home):
    (saved_home / "models" / "small" / "v1" / "library.npz").write_bytes(b"x")
    assert verify(saved_home, "small", "v1").faults == (
        "library.npz is not the file that was saved, so it was not opened.",
    )


def test_loading_compares_without_importing_a_library(saved_home):
    code = (
        "import sys; from pathlib import Path; from churn.training.registry import load;"
        "load(Path(sys.argv[1]), 'small', 'v1');"
        "print({'xgboost', 'lightgbm', 'sklearn', 'shap'} & set(sys.modules) or 'none')"
    )
    done = subprocess.run([sys.executable, "-c", code, str(saved_home)], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "none", done.stderr


def test_nobody_is_named_in_the_stored_answers(saved_home):
    answers = read_part(find_version(saved_home, "small", "v1"), "answers.npz")
    assert {name: a.dtype.kind for name, a in answers.items()} == {"rows": "f", "contributions": "f", "margins": "f"}
    assert len(answers["rows"]) <= 251 and np.isnan(answers["rows"][-1]).all()


@pytest.fixture
def three_versions(tmp_path):
    for _ in range(3):
        save(tmp_path, small_training().model)
    return tmp_path


def spoil(three_versions, version):
    (three_versions / "models" / "small" / version / "explainer.npz").write_bytes(b"x")


def test_the_promoted_version_is_the_one_that_answers(three_versions):
    promote(three_versions, "small", "v2", why="better")
    assert load_live(three_versions, "small").version == "v2"
    assert live_models(three_versions) == {"small": "v2"}
    assert [(r.number, r.version, r.why, r.act) for r in history(three_versions, "small")] == [
        (1, "v2", "better", "promoted")
    ]


def test_rolling_back_goes_one_step_further_each_time(three_versions):
    for version in ("v1", "v2", "v3"):
        promote(three_versions, "small", version, why="newer")
    assert [rollback(three_versions, "small").version for _ in range(2)] == ["v2", "v1"]
    assert describe(three_versions, "small")["live"] == "v1"
    assert [r.act for r in history(three_versions, "small")] == ["promoted"] * 3 + ["rolled back"] * 2


def test_rolling_back_to_a_named_version(three_versions):
    promote(three_versions, "small", "v1", why="first")
    assert rollback(three_versions, "small", to="v3", why="asked for").version == "v3"
    with pytest.raises(NotFound):
        rollback(three_versions, "small", to="v9")


def test_there_is_nothing_to_go_back_to_after_the_first(three_versions):
    with pytest.raises(NotFound, match="No version of small is live"):
        rollback(three_versions, "small")
    promote(three_versions, "small", "v1", why="first")
    with pytest.raises(NotFound, match="no earlier version"):
        rollback(three_versions, "small")


def test_a_damaged_version_cannot_go_live(three_versions):
    spoil(three_versions, "v2")
    with pytest.raises(Damaged, match="cannot go live"):
        promote(three_versions, "small", "v2", why="hope")
    assert champion(three_versions, "small") is None


def test_when_the_live_version_is_damaged_the_last_good_one_answers_and_says_so(three_versions):
    promote(three_versions, "small", "v1", why="first")
    promote(three_versions, "small", "v2", why="second")
    spoil(three_versions, "v2")
    model = load_live(three_versions, "small")
    assert model.version == "v1" and "v2 of small could not be opened" in model.notices[0].text


def test_with_no_good_version_left_the_damage_itself_is_said(three_versions):
    promote(three_versions, "small", "v1", why="first")
    spoil(three_versions, "v1")
    with pytest.raises(Damaged):
        load_live(three_versions, "small")


def test_a_promotion_needs_a_reason_and_a_model(three_versions):
    with pytest.raises(RequestRefused, match="needs a reason"):
        promote(three_versions, "small", "v1", why=" ")
    with pytest.raises(NotFound, match="no model other"):
        promote(three_versions, "other", "v1", why="x")
    with pytest.raises(NotFound, match="No version of small is live"):
        load_live(three_versions, "small")


def test_a_damaged_history_is_said_and_a_promotion_mends_it(three_versions):
    (three_versions / "models" / "small" / "champion.json").write_text("{")
    with pytest.raises(Damaged):
        champion(three_versions, "small")
    assert promote(three_versions, "small", "v1", why="mend").number == 1


PROMOTE = """
import sys
from pathlib import Path
from churn.training.registry import promote
home, times = Path(sys.argv[1]), int(sys.argv[2])
print("ready", flush=True)
for i in range(times):
    promote(home, "small", f"v{1 + i % 3}", why=f"turn {i}")
"""


def test_two_processes_promoting_at_once_lose_no_entry(three_versions):
    writers = [started(PROMOTE, three_versions, 10) for _ in range(2)]
    assert [w.wait() for w in writers] == [0, 0]
    assert [r.number for r in history(three_versions, "small")] == list(range(1, 21))


def test_a_killed_promotion_leaves_the_previous_champion_serving(three_versions):
    promote(three_versions, "small", "v1", why="first")
    for wait in (0.0, 0.01, 0.03):
        kill_after(wait, started(PROMOTE, three_versions, 100_000))
        assert load_live(three_versions, "small").version == history(three_versions, "small")[-1].version
    assert promote(three_versions, "small", "v3", why="still possible").version == "v3"


@pytest.fixture
def two_names(tmp_path):
    for name in ("telco", "bank"):
        (tmp_path / "models" / name).mkdir(parents=True)
    return tmp_path


def test_a_second_one_is_refused_while_the_first_works(two_names):
    with model_lock(two_names, "telco", "retrain"):
        with (
            pytest.raises(Unavailable, match="Another retrain"),
            model_lock(two_names, "telco", "retrain"),
        ):
            pass
        with model_lock(two_names, "bank", "retrain"):
            pass


def test_the_turn_is_free_again_after_a_failure(two_names):
    with pytest.raises(ValueError, match="broken"), model_lock(two_names, "telco", "retrain"):
        raise ValueError("broken")
    with model_lock(two_names, "telco", "retrain"):
        pass


def test_a_killed_holder_leaves_no_lock_behind(two_names):
    import signal
    import subprocess
    import sys

    code = (
        "import sys, time; from pathlib import Path; from churn.training.registry import model_lock\n"
        "with model_lock(Path(sys.argv[1]), 'telco', 'retrain'): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(two_names)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Unavailable), model_lock(two_names, "telco", "retrain"):
            pass
        holder.send_signal(signal.SIGKILL)
    with model_lock(two_names, "telco", "retrain"):
        pass


def test_a_model_that_is_not_there_has_no_turn(two_names):
    with pytest.raises(NotFound), model_lock(two_names, "shop", "retrain"):
        pass


def test_a_lock_that_cannot_be_made_is_a_refusal(two_names):
    (two_names / "models" / "telco" / ".retrain").mkdir()
    with (
        pytest.raises(Unavailable, match="telco cannot be locked for a retrain"),
        model_lock(two_names, "telco", "retrain"),
    ):
        pass
