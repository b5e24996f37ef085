"""Who is better left alone: customers an experiment has shown to leave because they are contacted."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from churn.book.connections import looking, writing
from churn.book.merging import merge_rows
from churn.book.tables import LEFT_ALONE


def leave_alone(engine: sa.Engine, business: str, keys: Iterable[str], *, why: str, since: str) -> int:
    """Remember customers of a business as better left alone; the same reason again replaces those it named before.

    why     the experiment that shows it; returns how many it names
    """
    rows = [{"business": business, "key": key, "since": since, "why": why} for key in dict.fromkeys(keys)]
    with writing(engine) as connection:
        connection.execute(LEFT_ALONE.delete().where(LEFT_ALONE.c.business == business, LEFT_ALONE.c.why == why))
        merge_rows(connection, LEFT_ALONE, rows)
    return len(rows)


def left_alone(engine: sa.Engine, business: str) -> dict[str, str]:
    """Who of a business is to be left alone, and why, by key."""
    query = sa.select(LEFT_ALONE.c.key, LEFT_ALONE.c.why).where(LEFT_ALONE.c.business == business)
    with looking(engine) as connection:
        return {row.key: row.why for row in connection.execute(query)}
