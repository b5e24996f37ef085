"""Labels: who left. By silence where nothing is signed, by expiry where a subscription ends.

inactivity  a customer left who is not active on any day of the horizon, that is from the date up to date + horizon
expiry      the KKBox rule: a member left when paid time ends within the horizon and no new valid subscription is
            taken within `grace` days after that end (on the last of these days still counts). A cancel alone is not
            leaving: it moves the end. Payments count in the order in which they took effect, whatever their end says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from churn.features.activity import sum_silences
from churn.features.engines.base import DEFAULT, fetch_arrays
from churn.features.engines.urls import open_engine
from churn.features.ledger import Ledger, Outage, as_day, find_outages, open_ledger
from churn.features.logs import Entries, Source, active_days
from churn.features.payments import order_payments
from churn.features.recipe import Recipe
from churn.notices import Notice


def find_returned(log: Entries, day: int, horizon: int) -> Any:
    """The customers who were active within the horizon."""
    days = log.daily.filter((log.daily.day >= day) & (log.daily.day < day + horizon) & (log.daily.active == 1))
    return days.select("key").distinct()


def find_departed(log: Entries, day: int, horizon: int, grace: int) -> Any:
    """The members whose subscription ended for good within the horizon."""
    states = payment_states(log, day + horizon + grace, grace)
    ends = states.filter(states.gone & (states.end >= day) & (states.end < day + horizon))
    return ends.select("key").distinct()


def payment_states(log: Entries, before: int, grace: int) -> Any:
    """After each payment: until when it stood, and whether the member was gone for good at its end.

    until  day of the next payment, empty for the last one
    end    the day the paid time ended: as the payment says, but not before the payment itself
    gone   the end was reached before the next payment, and no valid subscription was taken within the grace
    """
    import ibis

    rows = order_payments(log, before)
    later = ibis.window(group_by="key", order_by="number")
    valid = ibis.ifelse((rows.cancel == 0) & (rows.expires > rows.day), rows.day, ibis.null().cast("int64"))
    rest = ibis.window(group_by="key", order_by="number", rows=(1, None))
    end = ibis.greatest(rows.expires, rows.day)
    rows = rows.mutate(until=rows.day.lead().over(later), end=end, renewed=valid.min().over(rest))
    reached = rows.until.isnull() | (rows.until > rows.end)
    lost = rows.renewed.isnull() | (rows.renewed - rows.expires > grace)
    return rows.select("key", "day", "number", "until", "end", "expires", gone=reached & lost)


# How long a silence means that someone has left: a window proposed from the silences that customers came back from.


TIDY = (1, 2, 3, 5, 7, 10, 14, 21, 28, 30, 42, 60, 90, 120, 180, 270, 365, 540, 730)
ENOUGH = 0.90
FEWEST = 20


@dataclass(frozen=True)
class HorizonCandidate:
    """One possible window: how many returners it would have waited for, and how many it would have given up too early.

    within     share of returning customers whose longest silence was no longer than this
    given_up   customers who were silent for longer than this at some time
    came_back  how many of these came back anyway
    """

    days: int
    within: float
    given_up: int
    came_back: int

    @property
    def came_back_share(self) -> float | None:
        """The share of customers given up who came back anyway; nothing if nobody would have been given up."""
        return self.came_back / self.given_up if self.given_up else None


@dataclass(frozen=True)
class Window:
    """The proposed window, every candidate beside it, and what they stand on."""

    proposed: HorizonCandidate | None
    candidates: tuple[HorizonCandidate, ...]
    returners: int

    @property
    def sentence(self) -> str:
        """The proposal in one sentence."""
        if self.proposed is None:
            some = {0: "Nobody", 1: "Only 1 customer"}.get(self.returners, f"Only {self.returners} customers")
            return f"{some} ever came back from a silence: too few to propose a window."
        told = f"{self.proposed.within:.0%} of returners are back within {self.proposed.days} days"
        share = self.proposed.came_back_share
        if share is None:
            return f"{told}; nobody was silent for longer."
        return f"{told}; of {self.proposed.given_up:,} silent for longer, {share:.0%} came back anyway."


def propose_window(longest: np.ndarray, silence: np.ndarray) -> Window:
    """The shortest tidy window within which nine in ten returners were always back.

    longest  for each customer the longest silence that ended, in days; 0 for one who never came back
    silence  for each customer the days since the last activity
    """
    returned = longest[longest > 0]
    candidates = tuple(_evaluate_candidate(days, returned, longest, silence) for days in TIDY)
    fitting = (c for c in candidates if c.within >= ENOUGH)
    return Window(next(fitting, None) if len(returned) >= FEWEST else None, candidates, len(returned))


def _evaluate_candidate(days: int, returned: np.ndarray, longest: np.ndarray, silence: np.ndarray) -> HorizonCandidate:
    within = float(np.mean(returned <= days)) if len(returned) else 0.0
    back = longest > days
    return HorizonCandidate(days, within, int(np.sum(back | (silence > days))), int(np.sum(back)))


# The outlook: what dates a log covers, how much each month holds, and who would have left for any date and horizon.
#
# The counts of leavers and stayers come from one small table of spells, made once; moving a slider asks nothing
# of the engine. A spell is the time between two signs of life: from one active day to the next, or from one
# payment to the next.


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
    spells  columns start, until, end, gone, number; see the top of the file
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


def preview_outcomes(
    tables: Mapping[str, Source],
    recipe: Recipe,
    *,
    engine: str = DEFAULT,
    named: Mapping[str, Mapping[str, str]] | None = None,
) -> Outlook:
    """What the files cover, with everything the date slider needs."""
    with open_engine(engine) as running:
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
            silent=find_outages(main.days, main.counts, end) if inactive else (),
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
    each = sum_silences(days).join(days.group_by("key").agg(last_day=days.day.max()), "key")
    got = fetch_arrays(ledger.engine, each.select(longest=each.longest.fill_null(0), silence=end - each.last_day))
    return propose_window(got["longest"], got["silence"])


def _without_bots(log: Entries, rows: Any) -> Any:
    daily = log.daily.group_by(["key", "day"]).agg(entries=log.daily.entries.sum())
    return rows.anti_join(daily.filter(daily.entries > log.table.busiest), "key")


def _paid_spells(ledger: Ledger) -> dict[str, np.ndarray]:
    """How often each standing occurs: from when, until when, paid to what day, and when gone for good if ever."""
    import ibis

    recipe = ledger.recipe
    rows = payment_states(ledger.main, as_day(ledger.latest), recipe.grace)
    gone = ibis.ifelse(rows.gone, rows.end, NEVER)
    rows = rows.mutate(gone=gone)
    onwards = ibis.window(group_by="key", order_by="number", rows=(0, None))
    rows = rows.mutate(gone=rows.gone.min().over(onwards), until=rows.until.fill_null(NEVER))
    rows = rows.select("key", "until", "gone", start="day", end="expires")
    return _columns(ledger, rows.group_by(["start", "until", "end", "gone"]).agg(number=rows.count()))


def _columns(ledger: Ledger, expression: Any) -> dict[str, np.ndarray]:
    got = fetch_arrays(ledger.engine, expression)
    return {"gone": np.full(len(got["number"]), NEVER)} | got


def _months(log: Entries) -> dict[str, int]:
    months = log.days.astype("datetime64[D]").astype("datetime64[M]")
    names, place = np.unique(months, return_inverse=True)
    return dict(zip(map(str, names), np.bincount(place, log.counts).astype(int).tolist(), strict=True))
