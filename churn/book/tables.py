"""The book's tables: one place to open the database and to bring it, step by numbered step, to what this program needs.

A step is a list of statements that is carried out once, in order, and never changed afterwards: add a new step at the
end of STEPS instead. Opening is safe for several processes at once and after a process was killed at any point: a step
and the note that it was done are one transaction.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from churn.book.all_tables import METADATA
from churn.book.watch_tables import make_watch_tables
from churn.errors import Damaged, RequestRefused, Unavailable
from churn.files import home_folder

BUSY = 30_000  # milliseconds that a process waits for another to finish writing
FILE = Path("data") / "book.db"
ONE_AT_A_TIME = 0x486F6C64  # the name of the lock in PostgreSQL under which the book is brought up to date

STEPS_DONE = sa.Table("steps_done", METADATA, sa.Column("step", sa.Integer, primary_key=True))
MAPPINGS = sa.Table(
    "mappings",
    METADATA,
    sa.Column("layout", sa.String(64), primary_key=True),
    sa.Column("theirs", sa.String(255), primary_key=True),
    sa.Column("ours", sa.String(255), nullable=False),
    sa.Column("confirmed", sa.String(32), nullable=False),
)

CAMPAIGNS = sa.Table(
    "campaigns",
    METADATA,
    sa.Column("campaign", sa.String(64), primary_key=True),
    *(sa.Column(name, sa.String(64), nullable=False) for name in ("made", "profile", "model", "version", "list")),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("source", "keyed", "asked", "playbook", "summary")),
    sa.Column("seed", sa.BigInteger, nullable=False),
)
MEMBERS = sa.Table(
    "members",
    METADATA,
    sa.Column("campaign", sa.String(64), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("arm", "planned_action", "action", "channel", "tier")),
    *(sa.Column(name, sa.Double) for name in ("cost", "probability", "expected_gain", "worth")),
    *(sa.Column(name, sa.Double) for name in ("gain_low", "gain_mid", "gain_high")),
    sa.Column("traits", sa.Text, nullable=False),
    sa.Index("members_by_key", "key"),
)
OUTCOMES = sa.Table(
    "outcomes",
    METADATA,
    sa.Column("campaign", sa.String(64), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    *(sa.Column(name, sa.Integer) for name in ("outcome", "contacted", "accepted")),
    sa.Column("came", sa.String(32), nullable=False),
)
MEASURED = sa.Table(
    "measured",
    METADATA,
    sa.Column("campaign", sa.String(64), primary_key=True),
    sa.Column("first", sa.String(32), nullable=False),
    sa.Column("latest", sa.String(32), nullable=False),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("list", "lift", "learnt")),
)
CONTACTS = sa.Table(
    "contacts",
    METADATA,
    sa.Column("campaign", sa.String(64), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("profile", "list", "action", "channel")),
    sa.Column("date", sa.String(10), nullable=False),
)
PLAYBOOKS = sa.Table(
    "playbooks",
    METADATA,
    sa.Column("profile", sa.String(64), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("made", "how", "why", "playbook")),
)
LISTS = sa.Table(
    "lists",
    METADATA,
    *(sa.Column(name, sa.String(64), primary_key=True) for name in ("list", "model", "version")),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("scored", "source", "tiers")),
    sa.Column("rows", sa.BigInteger, nullable=False),
    *(sa.Column(name, sa.Double) for name in ("leavers", "value_at_risk")),
)
LAST_SEEN = sa.Table(
    "last_seen",
    METADATA,
    sa.Column("model", sa.String(64), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("version", "scored", "list", "tier", "features")),
    sa.Column("probability", sa.Double, nullable=False),
    sa.Index("last_seen_by_key", "key"),
)
DELIVERIES = sa.Table(
    "deliveries",
    METADATA,
    sa.Column("message", sa.String(64), primary_key=True),
    *(sa.Column(name, sa.String(32), nullable=False) for name in ("state", "sender", "moment")),
)
LEFT_ALONE = sa.Table(
    "left_alone",
    METADATA,
    sa.Column("profile", sa.String(64), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("since", sa.String(32), nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Index("left_alone_by_key", "key"),
)
KEYS = sa.Table(
    "keys",
    METADATA,
    sa.Column("id", sa.String(16), primary_key=True),
    *(sa.Column(name, sa.String(64), nullable=False) for name in ("name", "scope", "hash", "made")),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("revoked", sa.String(32), nullable=False),
)
AUDIT = sa.Table(
    "audit",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("at", sa.String(32), nullable=False),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("who", "role", "by", "act", "what")),
    sa.Index("audit_by_time", "at"),
)
SWEPT = sa.Table("swept", METADATA, sa.Column("turn", sa.String(32), primary_key=True))
CAMPAIGN_TABLES = (CAMPAIGNS, MEMBERS, OUTCOMES, MEASURED, CONTACTS, PLAYBOOKS, LISTS, LAST_SEEN)

Step = Callable[[sa.Connection], None]


def _mappings_table(connection: sa.Connection) -> None:
    MAPPINGS.create(connection, checkfirst=True)


def _campaign_tables(connection: sa.Connection) -> None:
    for table in CAMPAIGN_TABLES:
        table.create(connection, checkfirst=True)


def _deliveries_and_left_alone(connection: sa.Connection) -> None:
    for table in (DELIVERIES, LEFT_ALONE):
        table.create(connection, checkfirst=True)


def _access_tables(connection: sa.Connection) -> None:
    for table in (KEYS, AUDIT):
        table.create(connection, checkfirst=True)


def _sweeping(connection: sa.Connection) -> None:
    SWEPT.create(connection, checkfirst=True)


STEPS: tuple[Step, ...] = (
    _mappings_table,
    _campaign_tables,
    _deliveries_and_left_alone,
    _access_tables,
    _sweeping,
    make_watch_tables,
)


def open_book(home: str | os.PathLike[str] | None = None) -> sa.Engine:
    """The book of this home, or of CHURN_BOOK, with every step carried out; a newer book is left alone."""
    engine = sa.create_engine(_url(home), future=True)
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
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise Unavailable(f"{path.parent} cannot be written to.", "Choose another --home.") from problem
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
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _bring_up_to_date(engine: sa.Engine) -> None:
    with looking(engine) as connection:
        if _done(connection) == len(STEPS):
            return
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            # Two programs that make the first table at once would both find it missing.
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
        STEPS_DONE.create(connection, checkfirst=True)
        done = _done(connection)
        if done > len(STEPS):
            raise RequestRefused("The score book was written by a newer version.", "Update this program.")
        for number, step in enumerate(STEPS[done:], start=done + 1):
            step(connection)
            connection.execute(STEPS_DONE.insert().values(step=number))


def _done(connection: sa.Connection) -> int:
    if not sa.inspect(connection).has_table(STEPS_DONE.name):
        return 0
    return int(connection.execute(sa.select(sa.func.max(STEPS_DONE.c.step))).scalar() or 0)


def _said(problem: SQLAlchemyError) -> Damaged | Unavailable:
    words = str(getattr(problem, "orig", problem))
    if "malformed" in words or "not a database" in words:
        return Damaged(
            "The score book is damaged.", "Restore data/book.db from a backup, or move it away to begin a new one."
        )
    return Unavailable(f"The score book does not answer: {words}.", "Check the disk or the database, then try again.")
