"""Silent days of the whole log: where it ends, days lost by its collection, and filling them in if that is asked for.

A day on which nobody at all did anything is far likelier an outage of the collection than a thought of all customers.
Filling in counts such days as active for those who were active in the week before and in the week after; nothing else
(no amount, no event) is invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import reduce
from typing import Any

import numpy as np

from churn.errors import ListRefused, RequestRefused
from churn.features.engines.base import Engine
from churn.features.logs import Entries, Source, open_log, sum_by_day
from churn.features.recipe import Recipe, TableRecipe
from churn.notices import Notice

QUIET = 0.1  # of the median day's entries
TYPICAL = 20  # entries a median day needs before a quiet day means anything
LONGEST = 31  # a longer silence is a closed business, not an outage
NEAR = 7
STRAY_GAP, STRAY_SHARE = 30, 0.001
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Outage:
    """Days, first to last, on which the whole log was silent between days on which it was not."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"{as_date(self.first)}" if self.first == self.last else f"{as_date(self.first)} to {as_date(self.last)}"


def as_date(day: int) -> date:
    """A day number as a date."""
    return EPOCH + timedelta(days=int(day))


def as_day(day: date) -> int:
    """A date as a day number."""
    return (date(day.year, day.month, day.day) - EPOCH).days


def last_day(days: np.ndarray, counts: np.ndarray) -> tuple[int, tuple[Notice, ...]]:
    """The last day the log really reaches; a few entries far after everything else are a wrong clock, and said so."""
    end = len(days)
    total = int(counts.sum())
    for i in range(len(days) - 1, 0, -1):
        if counts[i:].sum() > STRAY_SHARE * total:
            break
        if days[i] - days[i - 1] > STRAY_GAP:
            end = i
    stray, reached = int(counts[end:].sum()), as_date(days[end - 1])
    text = f"{stray:,} entries lie far after all others; the log is taken to end on {reached}."
    return int(days[end - 1]), (Notice("warning", text, count=stray),) if stray else ()


def find_outages(days: np.ndarray, counts: np.ndarray, before: int) -> tuple[Outage, ...]:
    """Runs of nearly silent days before a date, with normal days on both sides; later days are not looked at."""
    known = days < before
    days, counts = days[known], counts[known]
    if not len(days) or np.median(counts) < TYPICAL:
        return ()
    loud = days[counts >= QUIET * np.median(counts)]
    gaps = np.diff(loud)
    return tuple(
        Outage(int(loud[i]) + 1, int(loud[i + 1]) - 1) for i in np.flatnonzero((gaps > 1) & (gaps <= LONGEST + 1))
    )


def fill_silent_days(active: Any, silent: tuple[Outage, ...]) -> Any:
    """The silent days each customer is given: key and day, for those active within a week on both sides."""
    parts = [_fill_outage(active, outage) for outage in silent]
    return reduce(lambda above, below: above.union(below), parts)


def _fill_outage(active: Any, outage: Outage) -> Any:
    import ibis

    before = (active.day >= outage.first - NEAR) & (active.day < outage.first)
    after = (active.day > outage.last) & (active.day <= outage.last + NEAR)
    both = active.group_by("key").agg(before=before.sum(), after=after.sum())
    both = both.filter((both.before > 0) & (both.after > 0)).select("key")
    missing = ibis.array(list(range(outage.first, outage.last + 1))).unnest().cast("int64")
    return both.mutate(day=missing)


# The ledger: all tables of a recipe opened on one engine, with the days they cover; dates are checked against it.


@dataclass(frozen=True)
class Ledger:
    """The opened tables, and the first and last day of the table that says who is a customer."""

    engine: Engine
    recipe: Recipe
    logs: Mapping[str, Entries]
    members: Mapping[str, Source]
    named: Mapping[str, Mapping[str, str]]
    first: date
    last: date
    notices: tuple[Notice, ...] = field(default=())

    @property
    def main(self) -> Entries:
        """The table that says who is a customer and who has left."""
        return self.logs[self.recipe.main.name]

    @property
    def latest(self) -> date:
        """The latest date that can be asked for: the day after the last one."""
        return self.last + timedelta(days=1)

    def latest_known(self, horizon: int) -> date:
        """The latest date whose outcomes over the horizon are already certain."""
        return self.latest - timedelta(days=self.recipe.reach(horizon))

    def parse_day(self, as_of: date, horizon: int | None) -> int:
        """The date as a day number, when the tables can answer for it and for the horizon after it."""
        if not self.first < as_of <= self.latest:
            raise RequestRefused(
                f"The date {as_of} lies outside the data, which runs from {self.first} to {self.last}.",
                f"Choose a date from {self.first + timedelta(days=1)} to {self.latest}.",
            )
        if horizon is not None and horizon < 1:
            raise RequestRefused(f"A horizon of {horizon} days makes no sense.", "Give one day or more.")
        if horizon is not None and as_of > self.latest_known(horizon):
            raise RequestRefused(self._too_far(as_of, horizon), self._earlier(horizon))
        return as_day(as_of)

    def _too_far(self, as_of: date, horizon: int) -> str:
        needed = as_of + timedelta(days=self.recipe.reach(horizon) - 1)
        more = f" and {self.recipe.grace} more to see who renews" if self.recipe.rule == "expiry" else ""
        return (
            f"A horizon of {horizon} days from {as_of}{more} needs data up to {needed}, "
            f"but it ends on {self.last}: labels would be wrong."
        )

    def _earlier(self, horizon: int) -> str:
        latest = self.latest_known(horizon)
        shorter = "a shorter horizon" if latest <= self.first else f"a date up to {latest}, or a shorter horizon"
        return f"Choose {shorter}."


def open_ledger(
    engine: Engine,
    tables: Mapping[str, Source],
    recipe: Recipe,
    *,
    named: Mapping[str, Mapping[str, str]] | None = None,
    complete_to: date | None = None,
) -> Ledger:
    """Open the files given for a recipe's tables; `complete_to` says how far they are complete, if known."""
    _check_names(tables, recipe, named or {})
    given, columns = [t for t in recipe.tables if t.name in tables], named or {}
    logs = {t.name: _open_tables(engine, t, tables, recipe, columns) for t in given if t.shape != "members"}
    main = logs[recipe.main.name]
    last, told = last_day(main.days, main.counts)
    noticed = (n for log in logs.values() for n in log.notices)
    return Ledger(
        engine,
        recipe,
        logs,
        {t.name: tables[t.name] for t in given if t.shape == "members"},
        columns,
        first=as_date(main.days[0]),
        last=complete_to or as_date(last),
        notices=(*_not_given_notice(tables, recipe), *noticed, *(() if complete_to else told)),
    )


def _open_tables(
    engine: Engine,
    table: TableRecipe,
    tables: Mapping[str, Source],
    recipe: Recipe,
    named: Mapping[str, Mapping[str, str]],
) -> Entries:
    several = len(tables) > 1
    found = open_log(
        engine, table, tables[table.name], named=named.get(table.name, {}), clock=recipe.clock, text_keys=several
    )
    return replace(found, daily=sum_by_day(engine, found)) if table.shape == "log" else found


def _check_names(tables: Mapping[str, Source], recipe: Recipe, named: Mapping[str, Mapping[str, str]]) -> None:
    known = recipe.by_name
    for name in (*tables, *named):
        if name not in known:
            raise RequestRefused(f"The recipe has no table {name!r}.", f"Its tables: {', '.join(known)}.")
    missing = next((t.name for t in recipe.tables if not t.optional and t.name not in tables), None)
    if missing:
        raise ListRefused(f"The table {missing!r} is missing.", f"Give it as {missing}=FILE.")


def _not_given_notice(tables: Mapping[str, Source], recipe: Recipe) -> tuple[Notice, ...]:
    """The tables that were not given and need not be, so that nobody waits for their features."""
    lost = [t.name for t in recipe.tables if t.optional and t.name not in tables]
    text = "The table {!r} was not given; the features made of it are left out."
    return tuple(Notice("info", text.format(name)) for name in lost)
