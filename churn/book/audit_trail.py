"""The audit trail: who did what, and when. It names models, campaigns and keys, and never a customer."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from churn.book.connections import looking, writing
from churn.book.merging import merge_rows
from churn.book.tables import AUDIT


@dataclass(frozen=True)
class Entry:
    """One act: when, who (with role and how they were known), what was done, and to what.

    id  made where it happened, so that an entry that is written twice stays one
    """

    id: str
    at: str
    who: str
    role: str
    by: str
    act: str
    what: str


def write_entry(engine: sa.Engine, entry: Entry) -> None:
    """Add one act."""
    with writing(engine) as connection:
        merge_rows(connection, AUDIT, [vars(entry)])


def trail(engine: sa.Engine, most: int = 100) -> tuple[Entry, ...]:
    """The latest acts, the last one first."""
    query = sa.select(AUDIT).order_by(AUDIT.c.at.desc(), AUDIT.c.id).limit(most)
    with looking(engine) as connection:
        return tuple(Entry(**row) for row in connection.execute(query).mappings())
