"""How long customers stay: Kaplan–Meier curves by segment, expected remaining periods, and what those are worth.

A customer still here after 12 months has stayed *at least* 12 (a censored time); the curve counts both kinds rightly.
The interval is Greenwood's, on the log(−log) scale so that it never leaves 0–1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from churn.errors import ListRefused
from churn.money.customer_worth import present_periods
from churn.money.playbook import Playbook

Z95 = 1.959963984540054


@dataclass(frozen=True)
class StayCurve:
    """The share of customers still here after each period in which somebody left, with its 95 % interval."""

    times: np.ndarray
    share: np.ndarray
    low: np.ndarray
    high: np.ndarray
    customers: int
    leavers: int
    longest: float

    def at(self, periods: Any) -> np.ndarray:
        """The share still here after so many periods; beyond the longest time seen the last share stays."""
        return _step(self.times, self.share, periods)

    def interval_at(self, periods: Any) -> tuple[np.ndarray, np.ndarray]:
        """The 95 % interval of that share."""
        return _step(self.times, self.low, periods), _step(self.times, self.high, periods)

    def remaining(self, tenure: Any, horizon: float) -> np.ndarray:
        """Periods a customer of this tenure is expected to stay within the horizon.

        Beyond the longest time seen the curve goes on at its average rate of leaving, which is an assumption.
        """
        tenure = np.asarray(tenure, float)
        grid, area = self._area(float(np.nanmax(tenure, initial=0.0)) + horizon)
        now = np.interp(tenure, grid, self._extended(grid))
        stay = np.interp(tenure + horizon, grid, area) - np.interp(tenure, grid, area)
        return np.where(now > 0, stay / np.where(now > 0, now, 1.0), 0.0)

    def _extended(self, grid: np.ndarray) -> np.ndarray:
        inside = np.maximum(self.at(np.minimum(grid, self.longest)), 1e-12)
        rate = -np.log(inside[-1]) / self.longest if self.longest > 0 else 0.0
        return inside * np.exp(-rate * np.maximum(grid - self.longest, 0.0))

    def _area(self, end: float) -> tuple[np.ndarray, np.ndarray]:
        grid = np.linspace(0.0, max(end, 1.0), int(8 * max(end, 1.0)) + 1)
        share = self._extended(grid)
        steps = np.diff(grid) * (share[1:] + share[:-1]) / 2.0
        return grid, np.concatenate([[0.0], np.cumsum(steps)])


def stay_curve(tenure: Any, left: Any) -> StayCurve:
    """The Kaplan–Meier curve of one group: how long each has been a customer, and whether they have left."""
    time, gone = np.asarray(tenure, float), np.asarray(left, bool)
    known = np.isfinite(time) & (time >= 0)
    time, gone = time[known], gone[known]
    if not len(time):
        raise ListRefused("Nobody on the list has a usable tenure.", "Name the column that counts periods as customer.")
    times = np.unique(time[gone])
    left_then = np.searchsorted(np.sort(time[gone]), times, "right") - np.searchsorted(np.sort(time[gone]), times)
    at_risk = len(time) - np.searchsorted(np.sort(time), times)
    share = np.cumprod(1.0 - left_then / at_risk)
    low, high = _greenwood(share, left_then, at_risk)
    return StayCurve(times, share, low, high, len(time), int(gone.sum()), float(time.max()))


def stay_curves(tenure: Any, left: Any, segment: Any) -> dict[str, StayCurve]:
    """One curve per segment, by the segment's name; customers without one are left out."""
    names = np.array([None if _blank(s) else str(s) for s in segment], object)
    time, gone = np.asarray(tenure, float), np.asarray(left, bool)
    known = sorted({n for n in names if n is not None})
    return {name: stay_curve(time[names == name], gone[names == name]) for name in known}


def remaining_periods(
    curves: dict[str, StayCurve], tenure: Any, segment: Any, *, whole: StayCurve, horizon: float, fewest: int = 30
) -> np.ndarray:
    """Per customer the expected remaining periods by their segment's curve.

    A segment with fewer than `fewest` leavers is too thin for a curve of its own: the whole list's counts there.
    """
    names = np.array([str(s) for s in segment], object)
    left = whole.remaining(np.nan_to_num(np.asarray(tenure, float)), horizon)
    for name, curve in curves.items():
        rows = names == name
        if curve.leavers >= fewest and rows.any():
            left[rows] = curve.remaining(np.nan_to_num(np.asarray(tenure, float)[rows]), horizon)
    return left


def lifetime_value(bill: Any, remaining: Any, playbook: Playbook) -> np.ndarray:
    """What a customer will bring: bill × margin × the remaining periods in today's money."""
    return np.asarray(bill, float) * playbook.margin.mid * present_periods(np.asarray(remaining, float), playbook)


def _greenwood(share: np.ndarray, left_then: np.ndarray, at_risk: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(np.cumsum(left_then / (at_risk * (at_risk - left_then)))) / np.abs(np.log(share))
        centre = np.log(-np.log(share))
        low, high = (np.exp(-np.exp(centre + sign * Z95 * spread)) for sign in (1.0, -1.0))
    certain = ~np.isfinite(low) | ~np.isfinite(high)
    return np.where(certain, 0.0, low), np.where(certain, share.clip(0, 1), high)


def _step(times: np.ndarray, heights: np.ndarray, at: Any) -> np.ndarray:
    return np.concatenate([[1.0], heights])[np.searchsorted(times, np.asarray(at, float), "right")]


def _blank(value: Any) -> bool:
    return value is None or value != value
