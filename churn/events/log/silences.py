"""Silent days of the whole log: where it ends, days lost by its collection, and filling them in if that is asked for.

A day on which nobody at all did anything is far likelier an outage of the collection than a thought of all customers.
Filling in counts such days as active for those who were active in the week before and in the week after; nothing else
(no amount, no event) is invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from typing import Any

import numpy as np

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


def outages(days: np.ndarray, counts: np.ndarray, before: int) -> tuple[Outage, ...]:
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


def filled_in(active: Any, silent: tuple[Outage, ...]) -> Any:
    """The silent days each customer is given: key and day, for those active within a week on both sides."""
    parts = [_filled(active, outage) for outage in silent]
    return reduce(lambda above, below: above.union(below), parts)


def _filled(active: Any, outage: Outage) -> Any:
    import ibis

    before = (active.day >= outage.first - NEAR) & (active.day < outage.first)
    after = (active.day > outage.last) & (active.day <= outage.last + NEAR)
    both = active.group_by("key").agg(before=before.sum(), after=after.sum())
    both = both.filter((both.before > 0) & (both.after > 0)).select("key")
    missing = ibis.array(list(range(outage.first, outage.last + 1))).unnest().cast("int64")
    return both.mutate(day=missing)
