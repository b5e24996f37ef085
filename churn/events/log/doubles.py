"""Doubles: entries that repeat another one in every column are counted once.

Only entries of one customer in the same second can be doubles. In most logs these are few: they alone are compared
whole and laid down, all others are read where they are. Comparing every entry whole costs more than all features.
"""

from __future__ import annotations

from typing import Any

from churn.events.engines.engine import Engine, number

MOMENT = ("key", "day", "second")
MANY = 0.25  # share of the entries from which comparing all of them at once is quicker (days without hours: all are)


def without_doubles(engine: Engine, rows: Any, entries: int) -> tuple[Any, int]:
    """The rows without doubles, and how many were left out; `entries` is how many rows there are."""
    moments = rows.group_by(MOMENT).agg(entries=rows.count())
    crowded = engine.kept(moments.filter(moments.entries > 1))
    alike = number(engine, crowded.entries.sum())
    if alike > MANY * entries:
        once = engine.kept(rows.distinct())
        return once, entries - number(engine, once.count())
    if not alike:
        return rows, 0
    once = engine.kept(rows.semi_join(crowded, MOMENT).distinct())
    return rows.anti_join(crowded, MOMENT).union(once), alike - number(engine, once.count())
