"""The outlook: what dates a log covers, how much each month holds, and who would have left for any date and horizon.

The counts of leavers and stayers come from one small table of spells, made once; moving a slider asks nothing of the
engine. A spell is the time between two signs of life: from one active day to the next, or from one payment to the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from churn.events.customers.activity import silences_of
from churn.events.engines.engine import DEFAULT, arrays
from churn.events.engines.engine_urls import opened
from churn.events.leaving.labels import standings
from churn.events.leaving.returns import Window, proposed_window
from churn.events.log.day_sums import active_days
from churn.events.log.entries import Entries, Source
from churn.events.log.ledger import Ledger, open_ledger
from churn.events.log.silences import Outage, as_day, outages
from churn.events.recipe.recipes import Recipe
from churn.notices import Notice

NEVER = 10**6  # a day that does not come


@dataclass(frozen=True)
class Counts:
    """Who would be in the table for a date, and how many of them leave within the horizon; nobody knows that yet if
    the data ends too early."""

    customers: int
    leavers: int | None
    stayers: int | None


@dataclass(frozen=True)
class Outlook:
    """What a recipe's files cover.

    months  for each table, entries per month: {"2026-05": 1234}
    window  how long a silence means leaving, proposed from all of the log; only where leaving means silence
    silent  days on which the whole log was silent
    spells  columns start, until, end, gone, number; see the room's first lines
    """

    recipe: Recipe
    first: date
    last: date
    months: Mapping[str, Mapping[str, int]]
    notices: tuple[Notice, ...]
    latest: date
    window: Window | None = None
    silent: tuple[Outage, ...] = ()
    spells: Mapping[str, np.ndarray] = field(repr=False, default_factory=dict)

    def dates(self, horizon: int | None = None) -> tuple[date, date]:
        """The first and the last date that can be chosen, with a certain outcome if a horizon is given."""
        end = self.latest if horizon is None else self.latest - timedelta(days=self.recipe.reach(horizon))
        return self.first + timedelta(days=1), end

    def counts(self, as_of: date, horizon: int) -> Counts:
        """Customers, leavers and stayers for a date and horizon, as `summarise` would count them."""
        day = as_day(as_of)
        here = (self.spells["start"] < day) & (self.spells["until"] >= day) & self._present(day, horizon)
        number = self.spells["number"]
        customers = int(number[here].sum())
        if as_of > self.dates(horizon)[1]:
            return Counts(customers, None, None)
        leavers = int(number[here & (self.spells["gone"] < day + horizon)].sum())
        if self.recipe.rule == "inactivity":
            leavers = int(number[here & (self.spells["until"] >= day + horizon)].sum())
        return Counts(customers, leavers, customers - leavers)

    def came_back(self, as_of: date, horizon: int) -> int | None:
        """How many of those who count as leavers were active again later, as far as the log reaches; nothing where
        leaving is a contract's end, or not known yet."""
        if self.recipe.rule != "inactivity" or as_of > self.dates(horizon)[1]:
            return None
        day = as_day(as_of)
        here = (self.spells["start"] < day) & self._present(day, horizon)
        again = (self.spells["until"] >= day + horizon) & (self.spells["until"] < NEVER)
        return int(self.spells["number"][here & again].sum())

    def _present(self, day: int, horizon: int) -> Any:
        if self.recipe.rule == "inactivity":
            return day - self.spells["start"] <= (self.recipe.alive or NEVER)
        end = self.spells["end"]
        return (end >= day) & ((end < day + horizon) if self.recipe.population == "expiring" else True)


def outlook_of(
    tables: Mapping[str, Source],
    recipe: Recipe,
    *,
    engine: str = DEFAULT,
    named: Mapping[str, Mapping[str, str]] | None = None,
) -> Outlook:
    """What the files cover, with everything the date slider needs."""
    with opened(engine) as running:
        ledger = open_ledger(running, tables, recipe, named=named)
        inactive = recipe.rule == "inactivity"
        spells = _active_spells(ledger) if inactive else _paid_spells(ledger)
        main, end = ledger.main, as_day(ledger.latest)
        return Outlook(
            recipe,
            first=ledger.first,
            last=ledger.last,
            months={name: _months(log) for name, log in ledger.logs.items()},
            notices=ledger.notices,
            latest=ledger.latest,
            window=_window(ledger, end) if inactive else None,
            silent=outages(main.days, main.counts, end) if inactive else (),
            spells=spells,
        )


def _active_spells(ledger: Ledger) -> dict[str, np.ndarray]:
    """How often each pair of an active day and the next one occurs."""
    import ibis

    log = ledger.main
    rows = active_days(log)
    if log.table.busiest:
        rows = _without_bots(log, rows)
    days = rows.select("key", start="day")
    later = ibis.window(group_by="key", order_by="start")
    days = days.mutate(until=days.start.lead().over(later).fill_null(NEVER))
    return _columns(ledger, days.group_by(["start", "until"]).agg(number=days.count()))


def _window(ledger: Ledger, end: int) -> Window:
    """The proposed window from each customer's longest silence that ended and the present one."""
    days = active_days(ledger.main).filter(lambda d: d.day < end)
    each = silences_of(days).join(days.group_by("key").agg(last_day=days.day.max()), "key")
    got = arrays(ledger.engine, each.select(longest=each.longest.fill_null(0), silence=end - each.last_day))
    return proposed_window(got["longest"], got["silence"])


def _without_bots(log: Entries, rows: Any) -> Any:
    daily = log.daily.group_by(["key", "day"]).agg(entries=log.daily.entries.sum())
    return rows.anti_join(daily.filter(daily.entries > log.table.busiest), "key")


def _paid_spells(ledger: Ledger) -> dict[str, np.ndarray]:
    """How often each standing occurs: from when, until when, paid to what day, and when gone for good if ever."""
    import ibis

    recipe = ledger.recipe
    rows = standings(ledger.main, as_day(ledger.latest), recipe.grace)
    gone = ibis.ifelse(rows.gone, rows.end, NEVER)
    rows = rows.mutate(gone=gone)
    onwards = ibis.window(group_by="key", order_by="number", rows=(0, None))
    rows = rows.mutate(gone=rows.gone.min().over(onwards), until=rows.until.fill_null(NEVER))
    rows = rows.select("key", "until", "gone", start="day", end="expires")
    return _columns(ledger, rows.group_by(["start", "until", "end", "gone"]).agg(number=rows.count()))


def _columns(ledger: Ledger, expression: Any) -> dict[str, np.ndarray]:
    got = arrays(ledger.engine, expression)
    return {"gone": np.full(len(got["number"]), NEVER)} | got


def _months(log: Entries) -> dict[str, int]:
    months = log.days.astype("datetime64[D]").astype("datetime64[M]")
    names, place = np.unique(months, return_inverse=True)
    return dict(zip(map(str, names), np.bincount(place, log.counts).astype(int).tolist(), strict=True))
