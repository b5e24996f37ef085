"""Forgetting: one customer removed everywhere, and what is older than it may be kept removed for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from churn.book.tables import CAMPAIGNS, CONTACTS, LAST_SEEN, LISTS, MEMBERS, OUTCOMES, writing

_OF_CUSTOMERS = (MEMBERS, OUTCOMES, CONTACTS, LAST_SEEN)


def forget(engine: sa.Engine, key: str) -> int:
    """Remove a customer from every table of the book; returns how many rows went."""
    return sum(_removed(engine, {table: table.c.key == key for table in _OF_CUSTOMERS}))


def forget_before(engine: sa.Engine, date: str) -> int:
    """Remove what the book holds of customers from before a day (as 2026-01-31); what was measured stays as sums."""
    old = sa.select(CAMPAIGNS.c.campaign).where(CAMPAIGNS.c.made < date)
    return sum(
        _removed(
            engine,
            {
                MEMBERS: MEMBERS.c.campaign.in_(old),
                OUTCOMES: OUTCOMES.c.campaign.in_(old),
                CONTACTS: CONTACTS.c.date < date,
                LAST_SEEN: LAST_SEEN.c.scored < date,
                LISTS: LISTS.c.scored < date,
            },
        )
    )


def _removed(engine: sa.Engine, which: Mapping[sa.Table, sa.ColumnElement[bool]]) -> list[int]:
    delete: Callable[[sa.Table], sa.Delete] = sa.delete
    with writing(engine) as connection:
        return [int(connection.execute(delete(table).where(rows)).rowcount) for table, rows in which.items()]
