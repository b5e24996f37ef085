"""Drawers: what each session has in hand, bounded, so that many sessions fit into the memory of one server.

A drawer belongs to one session and goes with it. It keeps the latest few things that were reckoned from its list. When
all drawers together grow past the limit, the one that was used longest ago is emptied; its session is told so and asked
to bring its list again. Nothing of a drawer is ever shown to another session.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
MOST_KEPT = 24
GROWTH = 8  # bytes in memory for a byte of the file, once it is read, typed and scored (measured on CSV lists)
MOST_MEGABYTES = 2048
SOON = 1.0  # seconds after which what a drawer held is out of memory


@dataclass(frozen=True)
class ListInHand:
    """The list a session works with: its bytes, its name, and what the person said about it."""

    name: str
    content: bytes
    sample: bool = False
    said: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """The same for the same bytes and the same words about them, whatever the file is called."""
        words = hashlib.sha256(self.content)
        words.update(repr(sorted(self.said.items())).encode())
        return words.hexdigest()

    @property
    def suffix(self) -> str:
        """The ending of the file's name, which some kinds of file are told by."""
        return "".join(Path(self.name).suffixes[-2:])[-12:]

    @property
    def words(self) -> dict[str, Any]:
        """What the desk is told beside the bytes."""
        return {"filename": self.name, **self.said}


@dataclass(eq=False)
class Drawer:
    """One session's list and what was reckoned from it, the latest last."""

    held: ListInHand | None = None
    kept: OrderedDict[str, Any] = field(default_factory=OrderedDict)
    used: float = field(default_factory=time.monotonic)
    emptied: bool = False
    cleared: Callable[[], None] | None = None

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        return GROWTH * len(self.held.content) if self.held else 0

    def kept_or(self, name: str, reckon: Callable[[], T]) -> T:
        """What is kept under that name, else reckoned now; what was not asked for the longest makes room."""
        if name not in self.kept:
            self.kept[name] = reckon()
        self.kept.move_to_end(name)
        while len(self.kept) > MOST_KEPT:
            self.kept.popitem(last=False)
        return self.kept[name]

    def empty(self, *, for_others: bool = False) -> None:
        """Let the list go with everything reckoned from it."""
        self.held, self.emptied = None, for_others
        self.kept = OrderedDict()
        if self.cleared is not None:
            self.cleared()


class Chest:
    """All drawers of the server, and how much they may hold together."""

    def __init__(self, most: int | None = None) -> None:
        self.most = most if most is not None else megabytes_allowed() << 20
        self._drawers: weakref.WeakSet[Drawer] = weakref.WeakSet()
        self._lock = threading.Lock()

    def drawer(self, emptied: Callable[[], None] | None = None) -> Drawer:
        """A new drawer, gone when its session lets it go; `emptied` is called once what it held is out of memory."""
        made = Drawer(cleared=emptied)
        if emptied is not None:
            weakref.finalize(made, _soon, emptied).atexit = False
        with self._lock:
            self._drawers.add(made)
        return made

    def used(self, drawer: Drawer) -> None:
        """Note that a session works with its drawer; others are emptied until everything fits."""
        drawer.used = time.monotonic()
        with self._lock:
            others = sorted((d for d in self._drawers if d.held and d is not drawer), key=lambda d: d.used)
            total = drawer.size + sum(d.size for d in others)
            for other in others:
                if total <= self.most:
                    break
                total -= other.size
                other.empty(for_others=True)


def _soon(call: Callable[[], None]) -> None:
    """A drawer that goes still holds its things at that moment; a second later they are gone."""
    timer = threading.Timer(SOON, call)
    timer.daemon = True
    timer.start()


def megabytes_allowed() -> int:
    """How much memory the lists of all sessions may take together."""
    told = os.environ.get("CHURN_SESSIONS_MB", "")
    return int(told) if told.isdigit() else MOST_MEGABYTES
