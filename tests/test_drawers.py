"""Drawers hold one session's list each, keep little, and make room for one another."""

import gc
import os
import subprocess
import sys
import threading

from app.state.drawers import GROWTH, MOST_KEPT, Chest, Drawer, ListInHand
from tests.house import ROOT


def filled(chest, size):
    drawer = chest.drawer()
    drawer.held = ListInHand("a.csv", bytes(size))
    chest.used(drawer)
    return drawer


def test_the_same_bytes_and_words_have_one_digest_whatever_the_name():
    one, other = ListInHand("a.csv", b"x"), ListInHand("b.csv", b"x")
    assert one.digest == other.digest
    assert ListInHand("a.csv", b"x", said={"dates": "day-first"}).digest != one.digest


def test_only_the_latest_reckonings_are_kept():
    drawer = Drawer()
    for number in range(MOST_KEPT + 5):
        drawer.kept_or(f"thing {number}", lambda: "reckoned")
        drawer.kept_or("first", lambda: "kept")
    assert len(drawer.kept) == MOST_KEPT and "first" in drawer.kept and "thing 0" not in drawer.kept


def test_the_drawer_unused_the_longest_makes_room_and_says_so():
    chest = Chest(most=3 * GROWTH * 100)
    old, middle, new = (filled(chest, 100) for _ in range(3))
    chest.used(old)
    last = filled(chest, 100)
    assert (middle.held, middle.emptied) == (None, True)
    assert all(d.held and not d.emptied for d in (old, new, last))


def test_a_list_larger_than_the_limit_is_worked_with_all_the_same():
    chest = Chest(most=10)
    assert filled(chest, 1000).held is not None


def test_a_drawer_goes_with_its_session():
    chest = Chest(most=1)
    filled(chest, 100)
    gc.collect()
    assert len(chest._drawers) == 0


def test_memory_is_given_back_when_a_list_goes_and_when_its_session_does(monkeypatch):
    told = []
    monkeypatch.setattr("app.state.drawers.SOON", 0.01)
    drawer = Chest().drawer(emptied=lambda: told.append("given back"))
    drawer.empty()
    assert told == ["given back"]
    del drawer
    gc.collect()
    for timer in [t for t in threading.enumerate() if isinstance(t, threading.Timer)]:
        timer.join()
    assert told == ["given back", "given back"]


def test_the_dashboard_allocates_so_that_memory_can_be_given_back():
    code = "import app, pyarrow; print(pyarrow.default_memory_pool().backend_name)"
    quiet = {k: v for k, v in os.environ.items() if k != "ARROW_DEFAULT_MEMORY_POOL"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=quiet, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "system"
