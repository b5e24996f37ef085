"""Forgetting: one customer removed everywhere, and what is older than it may be kept removed for all."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from churn.book.connections import looking, writing
from churn.book.tables import (
    CAMPAIGNS,
    CONTACTS,
    DELIVERIES,
    LAST_SEEN,
    LEFT_ALONE,
    LISTS,
    MEMBERS,
    OUTCOMES,
    SWEPT,
    WATCHED,
    WATCHED_CUSTOMERS,
)
from churn.errors import RequestRefused

KEPT_DAYS = "CHURN_RETENTION_DAYS"
OF_CUSTOMERS = (MEMBERS, OUTCOMES, CONTACTS, LAST_SEEN, LEFT_ALONE, WATCHED_CUSTOMERS)


def forget(engine: sa.Engine, key: str) -> int:
    """Remove a customer from every table of the book; returns how many rows went."""
    return sum(_removed(engine, {table: table.c.key == key for table in OF_CUSTOMERS}))


def forget_before(engine: sa.Engine, date: str) -> int:
    """Remove what the book holds of customers from before a day (as 2026-01-31); what was measured stays as sums."""
    old = sa.select(CAMPAIGNS.c.campaign).where(CAMPAIGNS.c.made < date)
    same = (WATCHED.c[name] == WATCHED_CUSTOMERS.c[name] for name in ("list", "model", "version"))
    on_old_list = sa.exists().where(*same, WATCHED.c.at < date)
    return sum(
        _removed(
            engine,
            {
                MEMBERS: MEMBERS.c.campaign.in_(old),
                OUTCOMES: OUTCOMES.c.campaign.in_(old),
                CONTACTS: CONTACTS.c.date < date,
                LAST_SEEN: LAST_SEEN.c.scored < date,
                LEFT_ALONE: LEFT_ALONE.c.since < date,
                LISTS: LISTS.c.scored < date,
                DELIVERIES: DELIVERIES.c.moment < date,
                WATCHED_CUSTOMERS: on_old_list,
            },
        )
    )


def sweep(engine: sa.Engine) -> int:
    """Once a day, remove what is older than CHURN_RETENTION_DAYS allows; without that setting everything is kept."""
    days = kept_days()
    if days is None:
        return 0
    today = datetime.now(UTC).date()
    turn = f"{today.isoformat()} {days}"  # a shorter time counts at once, not from tomorrow
    with looking(engine) as connection:
        if connection.execute(sa.select(SWEPT.c.turn).where(SWEPT.c.turn == turn)).scalar():
            return 0
    rows = forget_before(engine, (today - timedelta(days=days)).isoformat())
    with writing(engine) as connection:
        connection.execute(SWEPT.delete())
        connection.execute(SWEPT.insert(), [{"turn": turn}])
    return rows


def kept_days() -> int | None:
    """For how many days the book may keep what it knows of customers; None for always."""
    told = os.environ.get(KEPT_DAYS, "").strip()
    if not told:
        return None
    if not (told.isascii() and told.isdigit() and 1 <= int(told) <= 36_500):
        raise RequestRefused(f"{KEPT_DAYS} is {told!r}.", "Write it as a number of days, 1 or more.")
    return int(told)


def _removed(engine: sa.Engine, which: Mapping[sa.Table, sa.ColumnElement[bool]]) -> list[int]:
    delete: Callable[[sa.Table], sa.Delete] = sa.delete
    with writing(engine) as connection:
        return [int(connection.execute(delete(table).where(rows)).rowcount) for table, rows in which.items()]
