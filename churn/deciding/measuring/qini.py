"""How well a ranking finds the customers a contact helps: the Qini coefficient, with a bootstrap interval.

The Qini curve counts, down the ranking, how many more of the treated than (in proportion) of the untreated had the
wanted outcome. The coefficient is the area between it and the straight line of a random order, as a share of the same
area for a perfect order (scikit-uplift's normalised definition). 0 is what chance reaches; nobody reaches 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from churn.deciding.measuring.differences import Difference, adjusted_difference
from churn.errors import RequestRefused


@dataclass(frozen=True)
class Qini:
    """The coefficient between what and what, and its curve: share contacted, extra wanted outcomes."""

    value: float
    low: float
    high: float
    share: np.ndarray
    gained: np.ndarray

    @property
    def beyond_chance(self) -> bool:
        """Whether the interval excludes what a random order reaches."""
        return self.low > 0.0


@dataclass(frozen=True)
class Slice:
    """A tenth of the customers by predicted uplift: what was predicted, and what the experiment shows there."""

    rank: int
    customers: int
    predicted: float
    seen: float | None
    low: float | None
    high: float | None


def qini_of(good: np.ndarray, uplift: np.ndarray, treated: np.ndarray, *, repeats: int = 300, seed: int = 0) -> Qini:
    """The Qini coefficient of a predicted uplift, with its 95 % bootstrap interval.

    good        whether the wanted outcome happened (1 or 0)
    """
    good, treated = np.asarray(good, float), np.asarray(treated, bool)
    if not 0 < treated.sum() < len(treated) or good.min() == good.max():
        raise RequestRefused(
            "Uplift needs treated and untreated customers, and both outcomes.",
            "Check the treatment and outcome columns.",
        )
    order = np.argsort(-np.asarray(uplift, float), kind="stable")
    ends = np.append(np.flatnonzero(np.diff(np.asarray(uplift, float)[order])), len(order) - 1)
    ranked = _Ranked(good[order], treated[order], ends)
    contacted, gained = ranked.curve(np.ones(len(order)))
    random = np.random.default_rng(seed)
    drawn = [ranked.coefficient(random.poisson(1.0, len(order)).astype(float)) for _ in range(repeats)]
    low, high = np.nanpercentile(drawn, [2.5, 97.5]) if repeats else (np.nan, np.nan)
    points = np.unique(np.linspace(0, len(gained) - 1, 101).astype(int))
    value = ranked.coefficient(np.ones(len(order)))
    return Qini(value, float(low), float(high), contacted[points] / contacted[-1], gained[points])


@dataclass(frozen=True)
class _Ranked:
    """Customers from the highest predicted uplift down; `ends` are the last places of equal predictions."""

    good: np.ndarray
    treated: np.ndarray
    ends: np.ndarray

    def curve(self, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Customers contacted and wanted outcomes gained, each customer counted so many times."""
        with_ = np.cumsum(weight * self.treated)[self.ends]
        without = np.cumsum(weight * ~self.treated)[self.ends]
        good_with = np.cumsum(weight * self.treated * self.good)[self.ends]
        good_without = np.cumsum(weight * ~self.treated * self.good)[self.ends]
        ratio = np.divide(with_, without, out=np.zeros_like(with_), where=without > 0)
        return np.append(0.0, with_ + without), np.append(0.0, good_with - good_without * ratio)

    def coefficient(self, weight: np.ndarray) -> float:
        """The area over the random line as a share of the perfect order's."""
        contacted, gained = self.curve(weight)
        chance = 0.5 * contacted[-1] * gained[-1]
        perfect = _area(*self._perfect(weight)) - chance
        return float((_area(contacted, gained) - chance) / perfect) if perfect > 0 else float("nan")

    def _perfect(self, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """First the treated who turned out well, then all whose outcome shows nothing, last the untreated who did."""
        first = float((weight * self.treated * self.good).sum())
        last = float((weight * ~self.treated * self.good).sum())
        with_, without = float((weight * self.treated).sum()), float((weight * ~self.treated).sum())
        end = first - last * with_ / without if without else 0.0
        return np.array([0.0, first, with_ + without - last, with_ + without]), np.array([0.0, first, first, end])


def _area(x: np.ndarray, y: np.ndarray) -> float:
    return float((np.diff(x) * (y[1:] + y[:-1])).sum() / 2.0)


def uplift_slices(good: np.ndarray, uplift: np.ndarray, treated: np.ndarray, *, parts: int = 10) -> tuple[Slice, ...]:
    """Customers in tenths by predicted uplift, highest first, with the effect the experiment shows in each."""
    good, treated = np.asarray(good, float), np.asarray(treated, bool)
    order = np.argsort(-np.asarray(uplift, float), kind="stable")
    found = []
    for rank, rows in enumerate(np.array_split(order, parts), 1):
        seen = _seen(good[rows], treated[rows])
        shown = (None, None, None) if seen is None else (seen.size, seen.low, seen.high)
        found.append(Slice(rank, len(rows), float(np.mean(uplift[rows])), *shown))
    return tuple(found)


def _seen(good: np.ndarray, treated: np.ndarray) -> Difference | None:
    return adjusted_difference(1.0 - good, treated) if min(treated.sum(), (~treated).sum()) > 1 else None
