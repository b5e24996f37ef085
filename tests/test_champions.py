"""One version is live, everyone can see why, and there is always a way back."""

import pytest

from churn.errors import Damaged, NotFound, RequestRefused
from churn.training.registry import card, champion, history, live_models, load_live, promote, rollback, save
from tests.other_processes import kill_after, started
from tests.small_lists import small_training


@pytest.fixture
def shelf(tmp_path):
    for _ in range(3):
        save(tmp_path, small_training().model)
    return tmp_path


def spoil(shelf, version):
    (shelf / "models" / "small" / version / "explainer.npz").write_bytes(b"x")


def test_the_promoted_version_is_the_one_that_answers(shelf):
    promote(shelf, "small", "v2", why="better")
    assert load_live(shelf, "small").version == "v2"
    assert live_models(shelf) == {"small": "v2"}
    assert [(r.number, r.version, r.why, r.act) for r in history(shelf, "small")] == [(1, "v2", "better", "promoted")]


def test_rolling_back_goes_one_step_further_each_time(shelf):
    for version in ("v1", "v2", "v3"):
        promote(shelf, "small", version, why="newer")
    assert [rollback(shelf, "small").version for _ in range(2)] == ["v2", "v1"]
    assert card(shelf, "small")["live"] == "v1"
    assert [r.act for r in history(shelf, "small")] == ["promoted"] * 3 + ["rolled back"] * 2


def test_rolling_back_to_a_named_version(shelf):
    promote(shelf, "small", "v1", why="first")
    assert rollback(shelf, "small", to="v3", why="asked for").version == "v3"
    with pytest.raises(NotFound):
        rollback(shelf, "small", to="v9")


def test_there_is_nothing_to_go_back_to_after_the_first(shelf):
    with pytest.raises(NotFound, match="No version of small is live"):
        rollback(shelf, "small")
    promote(shelf, "small", "v1", why="first")
    with pytest.raises(NotFound, match="no earlier version"):
        rollback(shelf, "small")


def test_a_damaged_version_cannot_go_live(shelf):
    spoil(shelf, "v2")
    with pytest.raises(Damaged, match="cannot go live"):
        promote(shelf, "small", "v2", why="hope")
    assert champion(shelf, "small") is None


def test_when_the_live_version_is_damaged_the_last_good_one_answers_and_says_so(shelf):
    promote(shelf, "small", "v1", why="first")
    promote(shelf, "small", "v2", why="second")
    spoil(shelf, "v2")
    model = load_live(shelf, "small")
    assert model.version == "v1" and "v2 of small could not be opened" in model.notices[0].text


def test_with_no_good_version_left_the_damage_itself_is_said(shelf):
    promote(shelf, "small", "v1", why="first")
    spoil(shelf, "v1")
    with pytest.raises(Damaged):
        load_live(shelf, "small")


def test_a_promotion_needs_a_reason_and_a_model(shelf):
    with pytest.raises(RequestRefused, match="needs a reason"):
        promote(shelf, "small", "v1", why=" ")
    with pytest.raises(NotFound, match="no model other"):
        promote(shelf, "other", "v1", why="x")
    with pytest.raises(NotFound, match="No version of small is live"):
        load_live(shelf, "small")


def test_a_damaged_history_is_said_and_a_promotion_mends_it(shelf):
    (shelf / "models" / "small" / "champion.json").write_text("{")
    with pytest.raises(Damaged):
        champion(shelf, "small")
    assert promote(shelf, "small", "v1", why="mend").number == 1


PROMOTE = """
import sys
from pathlib import Path
from churn.training.registry import promote
home, times = Path(sys.argv[1]), int(sys.argv[2])
print("ready", flush=True)
for i in range(times):
    promote(home, "small", f"v{1 + i % 3}", why=f"turn {i}")
"""


def test_two_processes_promoting_at_once_lose_no_entry(shelf):
    writers = [started(PROMOTE, shelf, 10) for _ in range(2)]
    assert [w.wait() for w in writers] == [0, 0]
    assert [r.number for r in history(shelf, "small")] == list(range(1, 21))


def test_a_killed_promotion_leaves_the_previous_champion_serving(shelf):
    promote(shelf, "small", "v1", why="first")
    for wait in (0.0, 0.01, 0.03):
        kill_after(wait, started(PROMOTE, shelf, 100_000))
        assert load_live(shelf, "small").version == history(shelf, "small")[-1].version
    assert promote(shelf, "small", "v3", why="still possible").version == "v3"
