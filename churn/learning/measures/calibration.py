"""Calibration: from the model's log-odds to "of 100 customers scored like this, N left"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np

Method = Literal["raw", "platt", "isotonic"]
NEAR = 1e-6  # log-odds apart, below which the slope at the middle stands for the mean slope between two ends
NEAR_WITH_KNOTS = 1e-11  # the same of a curve of straight pieces, where a knot may lie between them
ENOUGH_FOR_ISOTONIC = 2000  # leavers; with fewer, isotonic steps cost ranking power and win nothing
_TINY = 1e-6


@dataclass(frozen=True)
class Bin:
    """What became of the customers whose score lay between low and high, never seen by the model that scored them.

    likely_low, likely_high  the 95 % Wilson interval of the share that left
    """

    low: float
    high: float
    customers: int
    left: int
    scored: float
    likely_low: float
    likely_high: float

    @property
    def share(self) -> float:
        """The share of these customers that left."""
        return self.left / self.customers


@dataclass(frozen=True)
class Calibration:
    """How log-odds become a probability, and how far that probability can be trusted.

    slope, intercept  of Platt's line; already inside the explainer's log-odds, kept here to be read
    knots             of an isotonic step curve: (log-odds, probability) pairs, when that won
    bins              what became of customers by score
    stays_up_to, leaves_from   the conformal flag: at or below the first only "stays" is plausible at 90 %, at or above
                      the second only "leaves"; between them the model cannot tell
    spread            standard deviation of the log-odds of one customer between models learnt from other customers
    """

    method: Method = "raw"
    slope: float = 1.0
    intercept: float = 0.0
    knots: tuple[tuple[float, float], ...] = ()
    bins: tuple[Bin, ...] = ()
    stays_up_to: float = 0.0
    leaves_from: float = 1.0
    spread: float | None = None

    def probability(self, margin: np.ndarray) -> np.ndarray:
        """The probability of leaving for the explainer's log-odds."""
        if self.method != "isotonic":
            return sigmoid(margin)
        at, share = np.array(self.knots).T
        return np.interp(margin, at, share)

    def mean_slope(self, start: float, end: np.ndarray) -> np.ndarray:
        """By how much the probability moves per unit of log-odds, on average on the way from `start` to each `end`.

        Where both meet it is the slope of the curve there.
        """
        way = end - start
        near = np.abs(way) < (NEAR_WITH_KNOTS if self.method == "isotonic" else NEAR)
        moved = self.probability(end) - self.probability(np.array([start]))
        if not near.any():
            return moved / way
        middle = start + way / 2
        slope = (self.probability(middle + NEAR) - self.probability(middle - NEAR)) / (2 * NEAR)
        return np.where(near, slope, moved / np.where(near, 1.0, way))

    def cannot_tell(self, probability: np.ndarray) -> np.ndarray:
        """True where both leaving and staying remain plausible at 90 %."""
        return (probability > self.stays_up_to) & (probability < self.leaves_from)

    def bin_of(self, probability: float) -> Bin | None:
        """What became of the customers who were scored like this one."""
        return next((b for b in self.bins if probability <= b.high), self.bins[-1] if self.bins else None)

    def range_of(self, probability: float) -> tuple[float, float] | None:
        """Between which scores 80 % of models learnt from other customers would have put this one."""
        if self.spread is None:
            return None
        low, high = sigmoid(logit(np.array([probability])) + 1.2816 * self.spread * np.array([-1.0, 1.0]))
        return float(low), float(high)

    def as_json(self) -> dict[str, Any]:
        """The calibration as a plain mapping; `calibration_from` reads it back."""
        return asdict(self)


def calibration_from(words: Mapping[str, Any]) -> Calibration:
    """The Calibration that `as_json` wrote."""
    knots = tuple((float(x), float(p)) for x, p in words["knots"])
    return replace(Calibration(**{**words, "knots": knots}), bins=tuple(Bin(**b) for b in words["bins"]))


def sigmoid(margin: np.ndarray) -> np.ndarray:
    """Log-odds as a probability."""
    kept = np.minimum(np.maximum(np.asarray(margin, dtype=np.float64), -700.0), 700.0)
    return 1.0 / (1.0 + np.exp(-kept))


def logit(probability: np.ndarray) -> np.ndarray:
    """A probability as log-odds, kept finite."""
    kept = np.clip(np.asarray(probability, dtype=np.float64), _TINY, 1 - _TINY)
    return np.log(kept / (1 - kept))
