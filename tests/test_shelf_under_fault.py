"""Whatever goes wrong while a version is saved or promoted: the champion of before serves, nothing is half there."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest

from churn.errors import ChurnError, Damaged, Unavailable
from churn.training.registry import champion, damage, history, load, load_live, promote, save, versions
from tests.faults import at_call, bit_flipped, disk_full
from tests.other_processes import ROOT, started
from tests.small_lists import small_training
from tests.trained import HISTORY

PAGES = {"card.html": "<p>card</p>", "roc.html": "<p>roc</p>"}
MOST = 200  # more points of failure than saving and promoting have


def saved_and_promoted(home, model=None):
    """What a training does to the registry once it has learnt."""
    made = save(home, model or small_training().model, pages=PAGES)
    promote(home, "small", made.version, why="better")


@pytest.fixture
def shelf(tmp_path):
    saved_and_promoted(tmp_path)
    return tmp_path


def all_whole(home):
    """Every version kept is as it was written, and the history counts without a gap."""
    numbers = [reign.number for reign in history(home, "small")]
    return not any(damage(home, "small", v) for v in versions(home, "small")) and numbers == [
        *range(1, len(numbers) + 1)
    ]


def test_a_disk_that_is_full_at_any_moment_is_one_sentence_and_changes_nothing_live(shelf):
    refused = 0
    for number in range(1, MOST):
        before = champion(shelf, "small").version
        with at_call(number, disk_full) as seen:
            try:
                saved_and_promoted(shelf)
            except ChurnError as problem:
                refused += 1
                assert isinstance(problem, Unavailable) and "\n" not in str(problem) and problem.fix
        after = champion(shelf, "small").version
        assert (after == before or after == versions(shelf, "small")[-1], all_whole(shelf)) == (True, True), number
        if seen[0] < number:
            break
    assert refused > 15 and number < MOST
    assert [p.name for p in (shelf / "models" / "small").glob(".unfinished-*")] == []


KILLED = """
import json, os, sys
from pathlib import Path
from churn.training.registry import load_live
from tests.faults import at_call, die
from tests.test_shelf_under_fault import all_whole, saved_and_promoted

home = Path(sys.argv[1])
model = load_live(home, "small")
told = []
for number in range(1, 200):
    child = os.fork()
    if child == 0:
        with at_call(number, die):
            saved_and_promoted(home, model)
        os._exit(0)
    killed = os.waitpid(child, 0)[1] != 0
    told.append([killed, load_live(home, "small").version, all_whole(home)])
    if not killed:
        break
print(json.dumps(told))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_process_killed_at_any_moment_leaves_the_champion_of_before_or_the_new_one(shelf):
    done = subprocess.run([sys.executable, "-c", KILLED, str(shelf)], cwd=ROOT, capture_output=True, text=True)
    told = json.loads(done.stdout)
    print(f"killed at {len(told) - 1} points")
    assert len(told) > 15 and [killed for killed, _, _ in told] == [True] * (len(told) - 1) + [False]
    assert all(whole for _, _, whole in told)
    numbers = [int(live[1:]) for _, live, _ in told]
    assert numbers == sorted(numbers)
    saved_and_promoted(shelf)
    assert all_whole(shelf)


def opened_or_refused(home):
    """The probabilities of the version, or the refusal to open it."""
    model = load(home, "small", "v1")
    return model.probability(model.reference.rows)


@pytest.mark.parametrize("file", ["model.json", "explainer.npz", "reference.npz", "library.npz"])
def test_no_flipped_bit_and_no_cut_file_is_ever_opened(shelf, file):
    path = shelf / "models" / "small" / "v1" / file
    if not path.is_file():
        pytest.skip(f"versions hold no {file}")
    whole, expected = path.read_bytes(), opened_or_refused(shelf)
    random = np.random.default_rng(1)
    for place in random.integers(0, 8 * len(whole), 60):
        bit_flipped(path, int(place))
        _refused_or_equal(shelf, expected, path, whole)
        path.write_bytes(whole)
    for length in random.integers(0, len(whole), 60):
        path.write_bytes(whole[:length])
        _refused_or_equal(shelf, expected, path, whole)
    path.write_bytes(whole)
    assert damage(shelf, "small", "v1") == ()


def says_the_same(path, whole):
    with suppress(ValueError):
        return json.loads(path.read_bytes()) == json.loads(whole)
    return False


def _refused_or_equal(home, expected, path, whole):
    """Damage is always found; loading opens the version only where the file is not needed for scoring.

    One flipped bit makes an `e` of a number an `E`: such a manifest says the same as before.
    """
    if path.suffix == ".json" and says_the_same(path, whole):
        return
    assert damage(home, "small", "v1") != ()
    try:
        np.testing.assert_array_equal(opened_or_refused(home), expected)
    except Damaged:
        return
    assert path.name == "library.npz"


def test_a_version_put_where_another_belongs_is_not_opened(shelf):
    models = shelf / "models"
    saved_and_promoted(shelf)
    shutil.copytree(models / "small" / "v1", models / "other" / "v1")
    with pytest.raises(Damaged, match="belongs to small"):
        load(shelf, "other", "v1")
    shutil.rmtree(models / "small" / "v2")
    shutil.copytree(models / "small" / "v1", models / "small" / "v2")
    with pytest.raises(Damaged):
        load(shelf, "small", "v2")
    assert load_live(shelf, "small").version == "v1"


BUSY = """
import sys
from pathlib import Path
from churn.training.registry import promote
from churn.training.registry import load, save
home, what = Path(sys.argv[1]), sys.argv[2]
model = load(home, "small", "v1")
print("ready", flush=True)
for turn in range(8):
    if what == "train":
        promote(home, "small", save(home, model).version, why="trained")
    else:
        promote(home, "small", "v1", why="asked")
"""


def test_trainings_and_promotions_at_once_lose_nothing_and_leave_one_live(shelf):
    busy = [started(BUSY, shelf, what) for what in ("train", "train", "promote", "promote", "promote")]
    assert [process.wait() for process in busy] == [0] * 5
    assert versions(shelf, "small") == tuple(f"v{n}" for n in range(1, 18))
    assert all_whole(shelf) and len(history(shelf, "small")) == 41
    assert load_live(shelf, "small").version == history(shelf, "small")[-1].version


TRAINING = """
import os, signal, sys
from pathlib import Path
from churn import Workspace
def heard(share, text):
    if text == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)
Workspace(sys.argv[1]).models.train(Path(sys.argv[2]), quick=True, progress=heard)
"""


@pytest.mark.slow  # killed at any moment: test_a_process_killed_at_any_moment
def test_a_training_killed_just_before_its_end_leaves_no_version_behind(own_telco):
    command = [sys.executable, "-c", TRAINING, str(own_telco), str(own_telco / HISTORY), "Writing the report card"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True).returncode == -9
    assert (versions(own_telco, "telco"), load_live(own_telco, "telco").version) == (("v1",), "v1")
    assert [p.name for p in (own_telco / "models" / "telco").iterdir() if p.name.startswith(".unfinished")] == []
