"""A version is whole or not there, and is opened only as it was written."""

import numpy as np
import pytest

from churn.errors import Damaged, NotFound, RequestRefused, Unavailable
from churn.training.registry import damage, load, names, page, remove, save, version_of, versions
from tests.other_processes import kill_after, started
from tests.small_lists import small_table, small_training


@pytest.fixture
def shelf(tmp_path):
    save(tmp_path, small_training().model, pages={"card.html": "<p>card</p>"})
    return tmp_path


def test_a_saved_model_scores_as_before(shelf):
    model, again = small_training().model, load(shelf, "small", "v1")
    matrix = model.encoder.matrix(small_table())
    np.testing.assert_array_equal(again.probability(matrix), model.probability(matrix))
    assert again.as_json() == model.named("small", "v1").as_json()


def test_every_save_is_a_version_of_its_own_and_none_is_ever_changed(shelf):
    assert [save(shelf, small_training().model).version for _ in range(2)] == ["v2", "v3"]
    assert (names(shelf), versions(shelf, "small")) == (("small",), ("v1", "v2", "v3"))


@pytest.mark.parametrize("file", ["model.json", "explainer.npz", "reference.npz"])
def test_a_flipped_bit_is_found_before_anything_is_opened(shelf, file):
    path = shelf / "models" / "small" / "v1" / file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(Damaged):
        load(shelf, "small", "v1")
    assert len(damage(shelf, "small", "v1")) == 1


def test_a_lost_page_is_damage_but_the_model_still_loads(shelf):
    found = version_of(shelf, "small", "v1")
    assert page(found, "card.html") == b"<p>card</p>"
    (found.folder / "report" / "card.html").unlink()
    assert damage(shelf, "small", "v1") == ("card.html is missing or unreadable.",)
    assert load(shelf, "small", "v1").version == "v1"


@pytest.mark.parametrize("name", ["../x", "a/b", "", "Big", "a..b"])
def test_a_name_that_could_lead_elsewhere_is_refused(tmp_path, name):
    with pytest.raises(RequestRefused, match="cannot be the model name"):
        save(tmp_path, small_training().model.named(name, ""))
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_there_is_named_with_what_is(shelf):
    with pytest.raises(NotFound, match="no version v9 of small") as missing:
        load(shelf, "small", "v9")
    assert missing.value.fix == "There are: v1."
    with pytest.raises(NotFound, match=r"no page 'other\.html'"):
        page(version_of(shelf, "small", "v1"), "other.html")


def test_a_folder_that_cannot_be_written_is_a_clear_sentence(tmp_path):
    (tmp_path / "models").write_text("a file where the folder should be")
    with pytest.raises(Unavailable, match="could not be saved"):
        save(tmp_path, small_training().model)


def test_a_removed_version_is_gone_and_the_others_stay(shelf):
    save(shelf, small_training().model)
    remove(shelf, "small", "v1")
    assert versions(shelf, "small") == ("v2",)


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


def test_several_processes_at_once_never_lose_a_version(shelf):
    writers = [started(SAVE, shelf, 5) for _ in range(3)]
    assert [w.wait() for w in writers] == [0, 0, 0]
    assert versions(shelf, "small") == tuple(f"v{i}" for i in range(1, 17))
    assert not any(damage(shelf, "small", v) for v in versions(shelf, "small"))


def test_a_killed_writer_leaves_only_whole_versions(shelf):
    for wait in (0.0, 0.01, 0.03):
        kill_after(wait, started(SAVE, shelf, 1000))
    assert not any(damage(shelf, "small", v) for v in versions(shelf, "small"))
    assert save(shelf, small_training().model).version == f"v{len(versions(shelf, 'small'))}"


def test_a_model_that_goes_while_its_versions_are_listed_has_none(shelf, monkeypatch):
    def gone(*_):
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr("pathlib.Path.glob", gone)
    assert versions(shelf, "small") == ()
