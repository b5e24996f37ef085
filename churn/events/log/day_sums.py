"""A log added up by customer and day: the one pass over all entries from which every date's features are then taken.

A customer with millions of entries has no more rows here than days, so bots cost nothing further on, and several
dates cost one pass. Because the date is a midnight, whole days are never split by it.
"""

from __future__ import annotations

from typing import Any

from churn.events.engines.engine import Engine
from churn.events.log.entries import Entries
from churn.events.recipe.features import Cut, one_if
from churn.events.recipe.headings import sum_of
from churn.events.recipe.recipes import Measure, TableRecipe

NARROW = "int32"  # days, and counts within one: half the memory of the widest table that is kept

HOURS = {"night": (0, 6), "morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24)}


def summed_by_day(engine: Engine, log: Entries) -> Any:
    """One row per customer and day (and day of arrival, where the log tells it), worked out once and kept."""
    rows, table = log.rows.mutate(day=log.rows.day.cast(NARROW)), log.table
    hours = HOURS if table.hours else {}
    sums = {
        name: rows.count(where=(rows.second >= start * 3600) & (rows.second < end * 3600)).cast(NARROW)
        for name, (start, end) in hours.items()
    }
    sums |= {m.name: _sum(m, rows) for m in usable(log)}
    active = {"active": is_active(table, rows).max().cast(NARROW)} if table.active else {}
    keys = ["key", "day", "arrived"] if log.has("arrived") else ["key", "day"]
    daily = engine.kept(rows.group_by(keys).agg(entries=rows.count().cast(NARROW), **active, **sums), near="key")
    return daily if table.active else daily.mutate(active=1)


def known_days(log: Entries, at: Cut) -> Any:
    """The days that had happened, with the entries that had arrived, before the date."""
    days = log.daily.filter(log.daily.day < at.day)
    return _arrived(days.filter(days.arrived.isnull() | (days.arrived < at.day))) if log.has("arrived") else days


def known_before(log: Entries, at: Cut) -> Any:
    """The entries that had happened, and had arrived, before the date."""
    rows = log.rows.filter(log.rows.day < at.day)
    return rows.filter(rows.arrived.isnull() | (rows.arrived < at.day)) if log.has("arrived") else rows


def is_active(table: TableRecipe, rows: Any) -> Any:
    """1 for an entry that counts as activity of the customer, else 0."""
    if not table.active:
        return rows.day * 0 + 1
    return one_if(rows.kind.isin(table.active).fill_null(False))


def active_days(log: Entries) -> Any:
    """Each day on which a customer was active, whenever that became known."""
    return log.daily.filter(log.daily.active == 1).select("key", "day").distinct()


def usable(log: Entries) -> tuple[Measure, ...]:
    """The measures whose columns the files have."""
    return tuple(m for m in log.table.measures if not m.headings or all(log.has(p) for p in sum_of(m)))


def _arrived(days: Any) -> Any:
    """What arrived on several days, added up to one row per customer and day."""
    sums = {n: days[n].sum() for n in days.columns if n not in ("key", "day", "arrived", "active")}
    return days.group_by(["key", "day"]).agg(active=days.active.max(), **sums)


def _sum(measure: Measure, rows: Any) -> Any:
    """The measure's sum or count within a day; entries of other kinds, and empty cells, add nothing."""
    import ibis

    here = rows.kind.isin(measure.kinds) if measure.kinds else None
    if not measure.headings:
        return (rows.count() if here is None else rows.count(where=here)).cast(NARROW)
    parts = [rows[p].fill_null(0) for p in sum_of(measure)]
    whole = sum(parts[1:], parts[0])
    return (whole if here is None else ibis.ifelse(here, whole, 0)).sum()
