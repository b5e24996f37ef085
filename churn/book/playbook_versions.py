"""Versions of a playbook: set by hand or learnt, numbered, never changed, so that it shows what came when."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from churn.book.connections import looking, writing
from churn.book.tables import PLAYBOOKS

BY_HAND, LEARNT = "by hand", "learnt"
DEFAULT = "profile:"  # before a profile's name: what counts for its businesses that have set nothing of their own


@dataclass(frozen=True)
class PlaybookVersion:
    """One version: when, `by hand` or `learnt`, why in words, and its text (TOML).

    business  the name of its model, or the default of a ready-made business: `profile:` and its name
    """

    business: str
    number: int
    made: str
    how: str
    why: str
    playbook: str


def add_playbook(
    engine: sa.Engine, business: str, text: str, *, how: str, why: str, made: str, after: int = 0
) -> PlaybookVersion:
    """Keep a playbook as the newest version; one that says what the newest says already is not kept twice.

    after  the number of the version it follows, where that is another's: the default of a ready-made business
    """
    with writing(engine) as connection:
        rows = _of(connection, business)
        if rows and (rows[-1].playbook, rows[-1].how) == (text, how):
            return rows[-1]
        number = max(rows[-1].number if rows else 0, after) + 1
        version = PlaybookVersion(business, number, made, how, why, text)
        connection.execute(PLAYBOOKS.insert(), [dict(vars(version))])
    return version


def playbooks_of(engine: sa.Engine, business: str) -> tuple[PlaybookVersion, ...]:
    """Every version of a business's playbook, the oldest first."""
    with looking(engine) as connection:
        return tuple(_of(connection, business))


def _of(connection: sa.Connection, business: str) -> list[PlaybookVersion]:
    query = sa.select(PLAYBOOKS).where(PLAYBOOKS.c.business == business).order_by(PLAYBOOKS.c.number)
    return [PlaybookVersion(**row) for row in connection.execute(query).mappings()]
