"""Seats: only so many sessions reckon at the same time, and a click goes before a list that is being read.

Ten sessions that reckon at once take a third more CPU than one after the other, and every one of them is answered last.
Turning to what is there already takes no seat.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

AT_ONCE = 2  # while one is in compiled code, the other one has the interpreter


class Seats:
    """Some seats, and those who wait for one in the order of when they are due."""

    def __init__(self, count: int = AT_ONCE) -> None:
        self._free = count
        self._waiting: list[tuple[float, int]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._mine = threading.local()

    @contextmanager
    def seat(self, *, later: float = 0.0) -> Iterator[None]:
        """A seat for as long as something is reckoned; what is reckoned within it needs no second one.

        later  seconds by which it lets those go first who come after it
        """
        if getattr(self._mine, "seated", False):
            yield
            return
        self._wait(later)
        self._mine.seated = True
        try:
            yield
        finally:
            self._mine.seated = False
            self._leave()

    def _wait(self, later: float) -> None:
        ticket = (time.monotonic() + later, next(self._numbers))
        with self._changed:
            heapq.heappush(self._waiting, ticket)
            self._changed.wait_for(lambda: self._free > 0 and self._waiting[0] == ticket)
            heapq.heappop(self._waiting)
            self._free -= 1
            self._changed.notify_all()  # there may be a seat for the next one, too

    def _leave(self) -> None:
        with self._changed:
            self._free += 1
            self._changed.notify_all()
