"""Versions of a playbook: set by hand or learnt, numbered, never changed, so that it shows what came when."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from churn.book.connections import looking, writing
from churn.book.tables import PLAYBOOKS

BY_HAND, LEARNT = "by hand", "learnt"


@dataclass(frozen=True)
class PlaybookVersion:
    """One version: when, `by hand` or `learnt`, why in words, and its text (TOML)."""

    profile: str
    number: int
    made: str
    how: str
    why: str
    playbook: str


def add_playbook(engine: sa.Engine, profile: str, text: str, *, how: str, why: str, made: str) -> PlaybookVersion:
    """Keep a playbook as the newest version; one that says what the newest says already is not kept twice."""
    with writing(engine) as connection:
        rows = _of(connection, profile)
        if rows and (rows[-1].playbook, rows[-1].how) == (text, how):
            return rows[-1]
        number = rows[-1].number + 1 if rows else 1
        version = PlaybookVersion(profile, number, made, how, why, text)
        connection.execute(PLAYBOOKS.insert(), [dict(vars(version))])
    return version


def playbooks_of(engine: sa.Engine, profile: str) -> tuple[PlaybookVersion, ...]:
    """Every version of a business's playbook, the oldest first."""
    with looking(engine) as connection:
        return tuple(_of(connection, profile))


def _of(connection: sa.Connection, profile: str) -> list[PlaybookVersion]:
    query = sa.select(PLAYBOOKS).where(PLAYBOOKS.c.profile == profile).order_by(PLAYBOOKS.c.number)
    return [PlaybookVersion(**row) for row in connection.execute(query).mappings()]
