"""Drawers: the lists each visitor brought, bounded, so that many visitors fit into the memory of one server.

A drawer belongs to one visitor: one browser, known by a cookie, and whoever signed in there. A reload and a second tab
find it again; it goes with the last of their sessions. It holds every list that was brought and, for each, the latest
few things that were computed from it. When all drawers together grow past the limit, the list that was used longest ago
makes room; its owner is told so and asked to bring it again. Nothing of a drawer is ever shown to another visitor.
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
from uuid import uuid4

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
        """What the workspace is told beside the bytes."""
        return {"filename": self.name, **self.said}


@dataclass(eq=False)
class KeptList:
    """One list of a visitor, by its number, with what was computed from it, the latest last."""

    held: ListInHand
    number: str = field(default_factory=lambda: uuid4().hex[:12])
    kept: OrderedDict[Any, Any] = field(default_factory=OrderedDict)
    used: float = field(default_factory=time.monotonic)

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        return GROWTH * len(self.held.content)

    def kept_or(self, key: Any, compute: Callable[[], T]) -> T:
        """What is kept under that key, else computed now; what was not asked for the longest makes room."""
        if key in self.kept:
            found: T = self.kept[key]
        else:
            found = self.kept[key] = compute()
        with _TIDYING:  # two tabs of one visitor may be here at once
            if key in self.kept:
                self.kept.move_to_end(key)
            while len(self.kept) > MOST_KEPT:
                self.kept.popitem(last=False)
        return found


@dataclass(eq=False)
class Drawer:
    """One visitor's lists, the latest brought last, and the latest of what is computed without being kept for each."""

    cleared: Callable[[], None] | None = None
    lists: OrderedDict[str, KeptList] = field(default_factory=OrderedDict)
    latest: dict[Any, tuple[Any, Any]] = field(default_factory=dict)
    let_go: dict[str, str] = field(default_factory=dict)

    def put(self, held: ListInHand) -> KeptList:
        """Add a list; the same file brought again takes the place of the one before, a sample that of any sample."""
        for number, known in list(self.lists.items()):
            again = (known.held.name, known.held.content) == (held.name, held.content)
            if known.held.sample == held.sample and (held.sample or again):
                self.drop(number)
        added = KeptList(held)
        self.lists[added.number] = added
        return added

    def own(self) -> list[KeptList]:
        """The visitor's own lists, the latest brought first; samples are none of them."""
        return [known for known in reversed(self.lists.values()) if not known.held.sample]

    def drop(self, number: str, *, for_others: bool = False) -> None:
        """Let a list go with everything computed from it; `for_others` says that its room was needed."""
        dropped = self.lists.pop(number, None)
        if dropped is not None and for_others:
            self.let_go[number] = dropped.held.name
        self.latest = {}
        if self.cleared is not None:
            self.cleared()


class Chest:
    """All drawers of the server, and how much they may hold together."""

    def __init__(self, most: int | None = None) -> None:
        self.most = most if most is not None else megabytes_allowed() << 20
        self._drawers: weakref.WeakSet[Drawer] = weakref.WeakSet()
        self._owned: weakref.WeakValueDictionary[str, Drawer] = weakref.WeakValueDictionary()
        self._lock = threading.Lock()

    def drawer(self, owner: str = "", emptied: Callable[[], None] | None = None) -> Drawer:
        """The drawer of that visitor, a new one where nobody is known or none is there; gone with their last session.

        emptied  called once what it held is out of memory
        """
        with self._lock:
            known = self._owned.get(owner) if owner else None
            if known is not None:
                return known
            made = Drawer(cleared=emptied)
            if emptied is not None:
                weakref.finalize(made, _soon, emptied).atexit = False
            self._drawers.add(made)
            if owner:
                self._owned[owner] = made
            return made

    def used(self, used: KeptList) -> None:
        """Note that a list is worked with; others, the one unused the longest first, go until everything fits."""
        used.used = time.monotonic()
        with self._lock:
            every = [(drawer, known) for drawer in self._drawers for known in drawer.lists.values()]
            total = sum(known.size for _, known in every)
            for drawer, known in sorted(every, key=lambda pair: pair[1].used):
                if total <= self.most:
                    break
                if known is not used:
                    total -= known.size
                    drawer.drop(known.number, for_others=True)


_TIDYING = threading.Lock()


def _soon(call: Callable[[], None]) -> None:
    """A drawer that goes still holds its things at that moment; a second later they are gone."""
    timer = threading.Timer(SOON, call)
    timer.daemon = True
    timer.start()


def megabytes_allowed() -> int:
    """How much memory the lists of all sessions may take together."""
    told = os.environ.get("CHURN_SESSIONS_MB", "")
    return int(told) if told.isdigit() else MOST_MEGABYTES
