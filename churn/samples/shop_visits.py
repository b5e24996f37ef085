"""How customers of a shop come back, month by month: visits bring visits, and a good purchase brings more of them.

The visits expected next month lean only on the visits and purchases of the three months before, which the log shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from churn.samples.latent import Draw, Floats, Integers, rounded
from churn.samples.lettering import first_days

MONTHS = 8
FIRST_DAYS = first_days("2025-11", MONTHS)
SEASON = (1.08, 1.15, 0.95, 0.92, 1.0, 1.0, 1.0, 1.0)
MOST_VISITS = 40


@dataclass(frozen=True)
class Month:
    """One month: the visits of each customer, which visits bought, and the chance that there were none at all."""

    first: int
    days: int
    visits: Integers
    who: Integers  # the customer of each visit
    bought: np.ndarray  # whether a visit ended in a purchase
    known: np.ndarray  # customers seen before this month
    no_visit: Floats
    no_purchase: Floats


def visit_months(draw: Draw) -> Iterator[Month]:
    """Each month in turn, with new customers arriving in each but the last two."""
    arrives = draw.level([0.42, 0.14, 0.12, 0.11, 0.11, 0.10])
    keenness = np.exp(rounded(0.35 + 0.75 * draw.normal()))
    past, purchases = [np.zeros(draw.size, np.int64)] * 3, [np.zeros(draw.size, np.int64)] * 3
    for month in range(MONTHS):
        known = arrives < month
        rate = np.where(known, expected_visits(past, purchases[0]) * SEASON[month], 0.0)
        first_visits = np.where(arrives == month, 1 + draw.count(np.minimum(keenness, 20)), 0)
        visits = np.minimum(np.where(known, draw.count(np.minimum(rate, MOST_VISITS)), first_visits), MOST_VISITS)
        who = np.repeat(np.arange(draw.size), visits)
        buying = conversion(np.sum(purchases, axis=0) > 0)
        bought = draw.source.random(len(who)) < buying[who]
        days = FIRST_DAYS[month + 1] - FIRST_DAYS[month]
        nobody = rounded(np.exp(-rate)), rounded(np.exp(-rate * buying))
        yield Month(FIRST_DAYS[month], days, visits, who, bought, known, *nobody)
        past = [visits, *past[:2]]
        purchases = [np.bincount(who[bought], minlength=draw.size), *purchases[:2]]


def expected_visits(past: list[Integers], bought: Integers) -> Floats:
    """The visits expected this month, from those of the three months before and from last month's purchases."""
    return rounded(0.10 + 0.50 * past[0] + 0.24 * past[1] + 0.12 * past[2] + 0.35 * (bought > 0))


def conversion(has_bought: np.ndarray) -> Floats:
    """The share of visits that end in a purchase: higher for those who bought lately."""
    return np.where(has_bought, 0.26, 0.11)
