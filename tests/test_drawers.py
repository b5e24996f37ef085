"""Drawers hold one session's list each, keep little, and make room for one another."""

import gc
import os
import subprocess
import sys
import threading

from app.session import GROWTH, MOST_KEPT, Chest, Drawer, KeptList, ListInHand
from tests.house import ROOT


def filled(chest, size):
    drawer = chest.drawer()
    added(chest, drawer, size)
    return drawer


def added(chest, drawer, size, name="a.csv"):
    mine = drawer.put(ListInHand(name, bytes(size)))
    chest.used(mine)
    return mine


def test_the_same_bytes_and_words_have_one_digest_whatever_the_name():
    one, other = ListInHand("a.csv", b"x"), ListInHand("b.csv", b"x")
    assert one.digest == other.digest
    assert ListInHand("a.csv", b"x", said={"dates": "day-first"}).digest != one.digest


def test_only_the_latest_computations_are_kept():
    mine = KeptList(ListInHand("a.csv", b"x"))
    for number in range(MOST_KEPT + 5):
        mine.kept_or(f"thing {number}", lambda: "computed")
        mine.kept_or("first", lambda: "kept")
    assert len(mine.kept) == MOST_KEPT and "first" in mine.kept and "thing 0" not in mine.kept


def test_lists_brought_one_after_the_other_are_all_kept_the_latest_first():
    drawer = Drawer()
    for name in ("a.csv", "b.csv", "a.csv"):
        drawer.put(ListInHand(name, name.encode()))
    assert [known.held.name for known in drawer.own()] == ["a.csv", "b.csv"]


def test_files_of_one_name_and_other_content_are_two_lists():
    drawer = Drawer()
    for content in (b"x", b"y"):
        drawer.put(ListInHand("a.csv", content))
    assert [known.held.content for known in drawer.own()] == [b"y", b"x"]


def test_one_sample_is_kept_at_a_time_beside_the_lists_of_ones_own():
    drawer = Drawer()
    drawer.put(ListInHand("mine.csv", b"x"))
    for name in ("one.csv", "two.csv"):
        drawer.put(ListInHand(name, b"s", sample=True))
    assert [known.held.name for known in drawer.lists.values()] == ["mine.csv", "two.csv"]


def test_the_list_unused_the_longest_makes_room_and_is_named():
    chest = Chest(most=3 * GROWTH * 100)
    old, middle, new = (filled(chest, 100) for _ in range(3))
    chest.used(old.own()[0])
    last = filled(chest, 100)
    assert (middle.own(), list(middle.let_go.values())) == ([], ["a.csv"])
    assert all(d.own() and not d.let_go for d in (old, new, last))


def test_many_lists_of_one_visitor_stay_within_the_limit_too():
    chest = Chest(most=3 * GROWTH * 100)
    drawer = chest.drawer("me")
    for number in range(10):
        added(chest, drawer, 100, f"{number}.csv")
    assert [known.held.name for known in drawer.own()] == ["9.csv", "8.csv", "7.csv"]


def test_a_list_larger_than_the_limit_is_worked_with_all_the_same():
    chest = Chest(most=10)
    assert len(filled(chest, 1000).own()) == 1


def test_a_drawer_goes_with_its_session():
    chest = Chest(most=1)
    filled(chest, 100)
    gc.collect()
    assert len(chest._drawers) == 0


def test_a_visitor_finds_the_drawer_again_while_a_session_holds_it_and_nobody_else_does():
    chest = Chest()
    mine = chest.drawer("me")
    assert chest.drawer("me") is mine
    assert chest.drawer("you") is not mine and chest.drawer() is not chest.drawer()
    mine.put(ListInHand("a.csv", b"x"))
    del mine
    gc.collect()
    assert chest.drawer("me").own() == []


def test_memory_is_given_back_when_a_list_goes_and_when_its_session_does(monkeypatch):
    told = []
    monkeypatch.setattr("app.session.SOON", 0.01)
    drawer = Chest().drawer(emptied=lambda: told.append("given back"))
    drawer.drop(drawer.put(ListInHand("a.csv", b"x")).number)
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
