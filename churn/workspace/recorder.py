"""What is kept of customers who were scored, for the database as JSON; nothing of who came without a key."""

from __future__ import annotations

import json
import os
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from churn.errors import ChurnError
from churn.files import json_text
from churn.workspace.store import open_store

if TYPE_CHECKING:
    from churn.store.outbox import Outbox
    from churn.workspace.prediction import PredictionBatch, ScoredCustomer

MANY = 5_000  # customers in one row by column


def records_of(scored: ScoredCustomer | PredictionBatch, source: str) -> Iterator[str]:
    """A row for one customer; many are rows by column, which the database takes apart when it has time."""
    from churn.workspace.prediction import PredictionBatch

    now = datetime.now(UTC).isoformat(timespec="microseconds")
    name, _, version = scored.model.partition("@")
    own = {"model": name, "version": version, "scored": now, "list": source}
    told = _of_many(scored) if isinstance(scored, PredictionBatch) else [_of_one(scored)]
    return (json_text({**own, **one}) for one in told if one)


def _of_one(scored: ScoredCustomer) -> dict[str, Any]:
    if not (scored.features and _can_be_kept(scored.key)):
        return {}
    told = {"key": scored.key, "tier": scored.tier, "probability": scored.probability}
    return {**told, "features": json_text(scored.features)}


def _of_many(scored: PredictionBatch) -> Iterator[dict[str, Any]]:
    """Some thousand customers a row, so that writing them never takes them all apart at once."""
    for first in range(0, len(scored) if scored.features else 0, MANY):
        yield _some(scored.part(first, first + MANY))


def _some(scored: PredictionBatch) -> dict[str, Any]:
    kept = list(map(_can_be_kept, scored.key))
    if not any(kept):
        return {}
    told = {"key": scored.key, "tier": scored.tier, "probability": scored.probability}
    features = {name: list(compress(column, kept)) for name, column in scored.features.items()}
    return {name: list(compress(column, kept)) for name, column in told.items()} | {"features": features}


def _can_be_kept(key: str | None) -> bool:
    """Whether there is a key and a database can hold it: a NUL, or half a character, it cannot."""
    if not key:
        return False
    return key.isprintable() or not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in key)


# What was scored is kept beside the request: in a file at once, in the database a moment later.
#
# A database that does not answer delays the record and nothing else. It is carried when the database answers again, by
# this process or by the next one.


FOLDER = Path("data") / "spool"
GATHER = 0.2  # seconds that rows are gathered before they are carried together
RETRY = 2.0  # seconds until a database that did not answer is asked again
IN_MEMORY = 10_000  # rows that are kept where the disk takes none
Kept = Literal["kept", "delayed", "lost"]


def _asked_to_keep() -> bool:
    return os.environ.get("CHURN_RECORD", "").lower() != "no"


@dataclass
class Recorder:
    """Keeps rows for the database and carries them there in a thread of its own, started with the first row.

    keeps  whether scores are kept at all; `CHURN_RECORD=no` keeps none
    """

    home: Path
    keeps: bool = field(default_factory=_asked_to_keep)
    away: bool = False
    lost: int = 0
    in_memory: deque[tuple[str, str]] = field(default_factory=deque)
    lock: threading.Lock = field(default_factory=threading.Lock)
    carrying: threading.Lock = field(default_factory=threading.Lock)
    wake: threading.Event = field(default_factory=threading.Event)
    closing: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None
    opened: Outbox | None = None

    @property
    def spool(self) -> Outbox:
        """The files where rows wait."""
        with self.lock:
            if self.opened is None:
                from churn.store.outbox import Outbox

                self.opened = Outbox(self.home / FOLDER)
            return self.opened

    def keep(self, kind: str, rows: Sequence[str]) -> Kept:
        """Keep rows, each as JSON; `delayed` while the database does not answer, `lost` where nothing has room."""
        if not self.spool.add(kind, rows):
            from churn.store.outbox import apart

            each = [json.dumps(one) for row in rows for one in apart(kind, json.loads(row))]
            if len(self.in_memory) + len(each) > IN_MEMORY:
                self.lost += len(each)
                return "lost"
            self.in_memory.extend((kind, row) for row in each)
        self._start()
        self.wake.set()
        return "delayed" if self.away else "kept"

    def keep_scores(self, scored: ScoredCustomer | PredictionBatch, source: str) -> Kept:
        """Keep what was scored, of customers who have a key."""
        rows = records_of(scored, source) if self.keeps else ()
        # One after the other: all rows of many customers at once would take as much memory as scoring them.
        return max((self.keep("seen", [row]) for row in rows), key=get_args(Kept).index, default="kept")

    def carry(self) -> bool:
        """Bring everything that waits into the database; False where it does not answer."""
        with self.carrying:
            try:
                with open_store(self.home) as store:
                    self.spool.carry(store)
                    self._from_memory(store)
            except (ChurnError, OSError):
                self.away = True
            else:
                self.away = False
            return not self.away

    @property
    def left_over(self) -> bool:
        """Whether an earlier process left something that the database does not have yet."""
        return any((self.home / FOLDER).glob("*.jsonl"))

    def begin(self) -> None:
        """Carry what an earlier process left, without keeping anybody waiting."""
        if self.left_over:
            self._start()
            self.wake.set()

    def forget(self, key: str) -> int:
        """Take a customer out of everything that still waits; returns how many rows went."""
        waiting = [entry for entry in self.in_memory if json.loads(entry[1]).get("key") == key]
        for entry in waiting:
            self.in_memory.remove(entry)
        return len(waiting) + (self.spool.forget(key) if self.left_over else 0)

    def close(self) -> None:
        """Carry what is left and stop; where the database does not answer, the files stay for the next process."""
        self.closing.set()
        self.wake.set()
        if self.thread is not None:
            self.thread.join(10)
        if self.opened is not None:
            self.opened.close()

    @property
    def ready(self) -> bool:
        """Whether rows can be kept at once, without opening anything first."""
        return self.opened is not None

    def waiting(self) -> int:
        """How many bytes wait for the database."""
        return self.spool.waiting() if self.opened else 0

    def _from_memory(self, store: Any) -> None:
        from churn.store.database import writing
        from churn.store.outbox import KINDS

        while self.in_memory:
            kind, row = self.in_memory[0]
            with writing(store) as connection:
                KINDS[kind](connection, [json.loads(row)])
            self.in_memory.popleft()

    def _start(self) -> None:
        with self.lock:
            if self.thread is None:
                self.thread = threading.Thread(target=self._work, name="recording", daemon=True)
                self.thread.start()

    def _work(self) -> None:
        while not self.closing.is_set():
            self.wake.wait()
            self.closing.wait(RETRY if self.away else GATHER)
            self.wake.clear()
            if not self.carry():
                self.wake.set()
        self.carry()
