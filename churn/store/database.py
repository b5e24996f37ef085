"""The one place where the database is opened, to read or for a short transaction, by several processes at once."""

from __future__ import annotations

import atexit
import os
import re
import sqlite3
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from churn.errors import Damaged, RequestRefused, Unavailable
from churn.files import home_folder
from churn.store.migrations import carry_out, up_to_date

BUSY = 30_000  # milliseconds that a process waits for another to finish writing
FILE = Path("data") / "book.db"
NO_ROOM = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY}
IN_THE_WAY = {*NO_ROOM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM}
RESOURCES = "53"  # the class of PostgreSQL's refusals for want of disk, memory or connections
ONE_AT_A_TIME = 0x486F6C64  # the name of the lock in PostgreSQL under which the database is brought up to date
MOST_OPEN = 8  # books that one process keeps open; the one asked least recently is closed for another


@dataclass(frozen=True)
class OpenBook:
    """An engine that is kept, and the file it was opened on: None where the database is no file."""

    engine: sa.Engine
    file: tuple[int, int] | None


_open_books: OrderedDict[sa.URL, OpenBook] = OrderedDict()
_opening = Lock()
_left_to_the_parent: list[object] = []


def shared_book(home: str | os.PathLike[str] | None = None) -> sa.Engine:
    """The one engine of this process for the book of this home, opened and brought up to date when first asked for.

    Never dispose of it. A home that was deleted or replaced meanwhile is opened anew.
    """
    url = _url(home)
    with _opening:
        kept = _open_books.get(url)
        if kept is not None and kept.file == _file_of(url):
            _open_books.move_to_end(url)
            return kept.engine
    made = open_engine(home)  # not under the lock: another process may be at work on the same book
    with _opening:
        closing = []
        kept, file = _open_books.get(url), _file_of(url)
        if kept is not None and kept.file == file:  # another thread was quicker
            closing.append(made)
        else:
            closing += [kept.engine] if kept is not None else []
            kept = _open_books[url] = OpenBook(made, file)
            while len(_open_books) > MOST_OPEN:
                closing.append(_open_books.popitem(last=False)[1].engine)
    for engine in closing:
        engine.dispose()
    return kept.engine


@atexit.register
def close_books() -> None:
    """Close every book that this process keeps open."""
    with _opening:
        closing = [kept.engine for kept in _open_books.values()]
        _open_books.clear()
    for engine in closing:
        engine.dispose()


def _forget_after_fork() -> None:
    """In a forked child: the connections belong to the parent, so they are neither used nor closed here."""
    global _opening
    _opening = Lock()
    _left_to_the_parent.append(dict(_open_books))
    _open_books.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)


def _file_of(url: sa.URL) -> tuple[int, int] | None:
    """Which file a database is; its number is not given to another file while a connection holds it open."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    try:
        found = Path(url.database).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def open_engine(home: str | os.PathLike[str] | None = None) -> sa.Engine:
    """A new engine for the book of this home, or of CHURN_BOOK, with every step carried out.

    A newer book is left alone. The caller disposes of the engine; `shared_book` gives the one that is kept.
    """
    url = _url(home)
    options: dict[str, Any] = {}
    if url.get_backend_name() != "sqlite":
        options = {"pool_pre_ping": True, "max_overflow": -1}  # a connection that the server ended is replaced
    elif url.database not in (None, "", ":memory:"):
        options = {"max_overflow": -1}  # as many connections as there are questions at once
    engine = sa.create_engine(url, future=True, **options)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _settings)
    try:
        _bring_up_to_date(engine)
    except SQLAlchemyError as problem:
        engine.dispose()
        raise _said(problem) from problem
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A short transaction that writes: all of it is kept, or none."""
    try:
        with engine.connect() as connection:
            # Taking the lock at the start waits for others here, and never fails half way.
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            with _finished(connection):
                yield connection
    except SQLAlchemyError as problem:
        raise _said(problem) from problem


def is_the_books_fault(problem: BaseException) -> bool:
    """Whether the disk or another writer is in the way; else what was to be written is at fault."""
    cause = getattr(problem.__cause__, "orig", None)
    if (code := getattr(cause, "sqlite_errorcode", None)) is not None:
        return code & 0xFF in IN_THE_WAY
    return str(getattr(cause, "sqlstate", "")).startswith(RESOURCES)


@contextmanager
def looking(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection that only reads."""
    try:
        with engine.connect() as connection:
            yield connection
    except SQLAlchemyError as problem:
        raise _said(problem) from problem


@contextmanager
def _finished(connection: sa.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _url(home: str | os.PathLike[str] | None) -> sa.URL:
    given = os.environ.get("CHURN_BOOK")
    if given:
        try:
            return sa.make_url(given)
        except SQLAlchemyError as problem:
            raise RequestRefused("CHURN_BOOK is no database address.", "Write it as an SQLAlchemy URL.") from problem
    path = home_folder(home) / FILE
    try:
        # Customers' rows lie here, and what waits to become some: for the account that runs Holdfast alone.
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise Unavailable(f"{path.parent} cannot be written to.", "Choose another home (CHURN_HOME).") from problem
    return sa.URL.create("sqlite", database=str(path))


def _settings(connection: Any, _: Any) -> None:
    """Each new connection: readers never wait for a writer, writers wait for each other, nothing is lost on a kill."""
    connection.isolation_level = None  # transactions begin where we say so
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY}")
    _with_log(cursor)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _with_log(cursor: Any) -> None:
    """Switch to the write-ahead log; SQLite does not wait by itself when several processes switch a new book."""
    until = time.monotonic() + BUSY / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as problem:
            # A disk that is full does not mend by waiting: whoever asks is told at once.
            if problem.sqlite_errorcode & 0xFF in NO_ROOM or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _bring_up_to_date(engine: sa.Engine) -> None:
    with looking(engine) as connection:
        if up_to_date(connection):
            return
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            # Two programs that make the first table at once would both find it missing.
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
        carry_out(connection)


def _said(problem: SQLAlchemyError) -> Damaged | Unavailable:
    words = str(getattr(problem, "orig", problem))
    if "malformed" in words or "not a database" in words:
        return Damaged(
            "The database is damaged.", "Restore data/book.db from a backup, or move it away to begin a new one."
        )
    # The driver's first line says why; where the database stands is nothing to tell whoever asks over HTTP.
    why = re.sub(r"connection (to server .*? )?failed: ", "", words.strip().partition("\n")[0]).rstrip(".")
    return Unavailable(f"The database does not answer: {why}.", "Check the disk or the database, then try again.")


# Rows that are written again replace themselves: the same work done twice leaves the database as doing it once.


AT_ONCE = 5000


def merge_rows(
    connection: sa.Connection, table: sa.Table, rows: Iterable[Mapping[str, Any]], *, newest: str = ""
) -> None:
    """Write rows by their primary key; a row that is there already is replaced.

    newest  a column by which an older row never replaces a newer one, whichever arrives last
    """
    statement, key = _merging(connection.dialect.name, table, newest), [c.name for c in table.primary_key]
    for some in _some(rows):
        # In one order everywhere: two writers of the same rows then wait for each other, and never both at once.
        connection.execute(statement, sorted(some, key=lambda row: [str(row[name]) for name in key]))


def insert_missing(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> None:
    """Write a row unless one with its primary key is there already."""
    insert = _insert(connection.dialect.name, table)
    connection.execute(insert.on_conflict_do_nothing(index_elements=list(table.primary_key)), [dict(row)])


def _some(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    iterator = iter(rows)
    while some := [dict(row) for row in islice(iterator, AT_ONCE)]:
        yield some


def _merging(dialect: str, table: sa.Table, newest: str) -> Any:
    insert = _insert(dialect, table)
    others = {c.name: insert.excluded[c.name] for c in table.columns if not c.primary_key}
    newer = insert.excluded[newest] >= table.c[newest] if newest else None
    return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=others, where=newer)


def _insert(dialect: str, table: sa.Table) -> Any:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
