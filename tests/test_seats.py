"""Seats: no more sessions compute at once than there are seats; those who are due first go first."""

import threading
import time

import pytest

from app import cache
from app.session import Drawer, ListInHand

PATIENCE = 20


def started(work, *words):
    thread = threading.Thread(target=work, args=words, daemon=True)
    thread.start()
    return thread


def waiting_for(place, count):
    until = time.monotonic() + PATIENCE
    while len(place._waiting) < count:
        assert time.monotonic() < until
        time.sleep(0.001)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_as_many_reckon_at_once_as_there_are_seats_and_all_have_their_turn(count):
    place, together, guard, now, most = cache.Seats(count), threading.Barrier(count), threading.Lock(), [], []

    def reckon(number):
        with place.seat():
            with guard:
                now.append(number)
                most.append(len(now))
            together.wait(PATIENCE)  # nobody goes on until every seat is taken
            with guard:
                now.remove(number)

    for thread in [started(reckon, n) for n in range(12)]:
        thread.join(PATIENCE)
    assert (len(most), max(most), now) == (12, count, [])


def served(*waiting, apart=0.0):
    """In which order those are seated who come while the one seat is taken, so many seconds apart."""
    place, order, threads = cache.Seats(1), [], []

    def reckon(name, later):
        with place.seat(later=later):
            order.append(name)

    with place.seat():
        for name, later in waiting:
            threads.append(started(reckon, name, later))
            waiting_for(place, len(threads))
            time.sleep(apart)
    for thread in threads:
        thread.join(PATIENCE)
    return order


def test_a_click_goes_before_a_list_and_both_in_the_order_they_came():
    order = served(("list 1", 60), ("list 2", 60), ("click 1", 0), ("click 2", 0))
    assert order == ["click 1", "click 2", "list 1", "list 2"]


def test_a_list_that_has_waited_long_enough_goes_before_a_new_click():
    assert served(("list", 0.02), ("click", 0), apart=0.05) == ["list", "click"]


def test_what_is_reckoned_within_something_needs_no_second_seat():
    place = cache.Seats(1)
    with place.seat(), place.seat():
        pass
    with place.seat():
        pass


def test_a_seat_is_free_again_after_a_mistake():
    place = cache.Seats(1)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), place.seat():
            raise ZeroDivisionError


def free_seats(place):
    return place._free


@pytest.mark.parametrize(("size", "seated"), [(1, True), (cache.LARGE + 1, False)])
@pytest.mark.parametrize("keep", [cache.kept, lambda compute, it: cache.latest(compute, 1, it)])
def test_a_large_list_keeps_a_seat_from_nobody(monkeypatch, keep, size, seated):
    drawer, place = Drawer(), cache.Seats(1)
    mine = drawer.put(ListInHand("a.csv", bytes(size)))
    monkeypatch.setattr(cache, "drawer", lambda: drawer)
    for found in ("at_hand", "list_in_hand"):
        monkeypatch.setattr(cache, found, lambda: mine)
    monkeypatch.setattr(cache, "held", lambda: mine.held)
    monkeypatch.setattr(cache, "SEATS", place)
    assert keep(free_seats, place) == (0 if seated else 1)
