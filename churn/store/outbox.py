"""What is to be written into the database, kept in files until it has it: nobody waits for a database to be scored.

    data/spool/<moment>-<process>.jsonl    one line a row: {"kind": "seen" | "audit", "row": {…}}

Many customers who were scored together are one line, by column. A line is in the file before the request is answered,
so it survives the process being killed. The file of a living process is locked by it; those of dead ones are carried by
whoever comes next. Carrying twice is the same as once.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from churn.errors import ChurnError
from churn.store.customers import see, taken_apart
from churn.store.database import is_the_books_fault, looking, merge_rows, writing
from churn.store.tables import AUDIT

ENDING, REFUSED = ".jsonl", ".refused"
MOST_BYTES = 64 << 20
AT_ONCE = 5_000  # rows in memory on their way into the database
Rows = Iterable[Mapping[str, Any]]


def _noted(connection: sa.Connection, rows: Rows) -> None:
    merge_rows(connection, AUDIT, rows)


KINDS: dict[str, Callable[[sa.Connection, Rows], None]] = {"seen": see, "audit": _noted}


@dataclass
class Outbox:
    """The files of one home; `most` bytes may wait, then what comes is not taken any more."""

    folder: Path
    most: int = MOST_BYTES
    file: int | None = None
    path: Path | None = None
    own: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, kind: str, rows: Iterable[str]) -> bool:
        """Keep rows of a kind, each as JSON; False where the disk, or the room there may be, does not allow it."""
        text = "".join([f'{{"kind":"{kind}","row":{row}}}\n' for row in rows]).encode()
        with self.lock:
            try:
                if self.file is None:
                    self._begin()
                if self.own + len(text) > self.most or self.file is None:
                    return False
                if (written := os.write(self.file, text)) < len(text):
                    # Half a line would spoil the one after it.
                    os.ftruncate(self.file, os.fstat(self.file).st_size - written)
                    return False
            except OSError:
                return False
            self.own += len(text)
        return True

    def waiting(self) -> int:
        """How many bytes wait to be written into the database."""
        return sum(_size(path) for path in self._files())

    def carry(self, engine: sa.Engine) -> int:
        """Write everything that waits into the database, the oldest first; returns how many rows went.

        What the database refuses although it answers is set aside under another name, so that it holds up nothing else.
        """
        with looking(engine) as connection:  # a database that is away is told here, before a file is closed
            connection.execute(sa.select(1))
        self._end()
        carried = 0
        for path in self._files():
            with _locked(path) as mine:
                if not mine:
                    continue
                try:
                    written = _written(engine, path)
                except ChurnError as problem:
                    if is_the_books_fault(problem):
                        raise
                    _set_aside(engine, path)
                else:
                    path.unlink(missing_ok=True)
                    carried += written
        return carried

    def forget(self, key: str) -> int:
        """Take a customer out of what still waits; returns how many rows went."""
        self._end()
        gone = 0
        for path in [*self._files(), *self.folder.glob(f"*{REFUSED}")]:
            with _locked(path) as mine:
                if not mine:
                    continue
                rows = _rows(path)
                kept = [r for r in rows if r["row"].get("key") != key]
                if len(kept) < len(rows):
                    gone += len(rows) - len(kept)
                    # In place: another file of that name would not be the one that is locked.
                    path.write_text("".join(json.dumps(r) + "\n" for r in kept), encoding="utf-8")
        return gone

    def close(self) -> None:
        """Let go of the file; what is in it waits for whoever comes next."""
        self._end()

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob(f"*{ENDING}"))

    def _begin(self) -> None:
        self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.path = self.folder / f"{time.time_ns():020d}-{os.getpid()}{ENDING}"
        self.file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self.own = self.waiting()
        _lock(self.file)

    def _end(self) -> None:
        with self.lock:
            if self.file is not None:
                with suppress(OSError):
                    os.fsync(self.file)
                os.close(self.file)
            self.file, self.path, self.own = None, None, 0


def _written(engine: sa.Engine, path: Path) -> int:
    """Write the rows of a file, all or none, some thousand in memory at a time; returns how many."""
    written, rows = 0, _each_row(path)
    with writing(engine) as connection:
        while some := list(islice(rows, AT_ONCE)):
            for kind, write in KINDS.items():
                of_kind = [r["row"] for r in some if r["kind"] == kind]
                if of_kind:
                    write(connection, of_kind)
            written += len(some)
    return written


def _set_aside(engine: sa.Engine, path: Path) -> None:
    """Where the database answers and still refuses, the fault is in the file; else it is tried again later."""
    with looking(engine) as connection:
        connection.execute(sa.select(1))
    path.rename(path.with_suffix(REFUSED))


def _rows(path: Path) -> list[dict[str, Any]]:
    return list(_each_row(path))


def _each_row(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file; a last line that was cut when the power went is left out."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            with suppress(ValueError, KeyError, TypeError):
                read = json.loads(line)
                yield from [{**read, "row": row} for row in apart(read["kind"], read["row"])]


def apart(kind: str, row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rows that one line stands for."""
    return list(taken_apart(row)) if kind == "seen" else [row]


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0


@contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Whether the file is nobody else's; it is ours as long as this lasts."""
    try:
        file = os.open(path, os.O_RDWR)
    except OSError:
        yield False
        return
    try:
        # Whoever waited for a file may hold one that was carried and removed meanwhile.
        yield _lock(file) and path.exists()
    finally:
        os.close(file)


def _lock(file: int) -> bool:
    """Take a file's lock, which the system lets go of when its holder ends; False where another has it."""
    try:
        import fcntl
    except ImportError:  # on Windows an open file cannot be removed, which serves as well
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
