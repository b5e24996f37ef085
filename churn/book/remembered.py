"""Remembered mappings: a heading that a person confirmed once for a source is not asked about again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import sqlalchemy as sa

from churn.book.connections import looking, writing
from churn.book.tables import MAPPINGS


def remember_mapping(engine: sa.Engine, layout: str, mapping: Mapping[str, str]) -> None:
    """Keep their heading -> our column for a source layout; a later word on the same heading replaces the earlier."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    rows = [{"layout": layout, "theirs": t, "ours": o, "confirmed": now} for t, o in mapping.items()]
    if not rows:
        return
    with writing(engine) as connection:
        connection.execute(_of(layout).where(MAPPINGS.c.theirs.in_(list(mapping))))
        connection.execute(MAPPINGS.insert(), rows)


def remembered_mapping(engine: sa.Engine, layout: str) -> dict[str, str]:
    """What was confirmed for a source layout, their heading -> our column."""
    query = sa.select(MAPPINGS.c.theirs, MAPPINGS.c.ours).where(MAPPINGS.c.layout == layout).order_by(MAPPINGS.c.theirs)
    with looking(engine) as connection:
        return {row.theirs: row.ours for row in connection.execute(query)}


def forget_mapping(engine: sa.Engine, layout: str) -> int:
    """Ask about a source layout again; returns how many headings were forgotten."""
    with writing(engine) as connection:
        return int(connection.execute(_of(layout)).rowcount)


def _of(layout: str) -> sa.Delete:
    return MAPPINGS.delete().where(MAPPINGS.c.layout == layout)
