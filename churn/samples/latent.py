"""Chance that gives the same bytes on every machine: draws from uniform numbers only, rounded before they are used.

numpy keeps its uniform numbers the same from version to version, but not its normal or Poisson ones, and `exp` and
`log` differ in the last bits between processors. So every other draw is made here from uniform numbers, and rounded.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]
DIGITS = 6


@dataclass(frozen=True)
class Draw:
    """Seeded chance for one block of `size` customers; each call goes on where the last one stopped."""

    source: np.random.Generator
    size: int

    def uniform(self, *more: int) -> Floats:
        """Numbers from 0 up to 1, one per customer (and per further axis)."""
        return self.source.random((self.size, *more))

    def normal(self, *more: int) -> Floats:
        """Bell-shaped numbers with mean 0 and spread 1."""
        return bell(self.uniform(*more))

    def happens(self, probability: ArrayLike) -> Flags:
        """Yes with the given probability, for each customer."""
        likely = rounded(probability)
        return self.uniform(*likely.shape[1:]) < likely

    def level(self, shares: Sequence[float]) -> Integers:
        """The number of a level, drawn with fixed shares."""
        return np.searchsorted(rounded(np.cumsum(shares))[:-1], self.uniform(), side="right")

    def level_by(self, *weights: ArrayLike) -> Integers:
        """The number of a level, drawn with weights that differ between customers."""
        table = np.stack([np.broadcast_to(rounded(w), (self.size,)) for w in weights], axis=1)
        reached = np.cumsum(table, axis=1)
        return (self.uniform()[:, None] * reached[:, -1:] >= reached).sum(axis=1)

    def count(self, mean: ArrayLike) -> Integers:
        """How often something happens when `mean` is usual (Poisson); means up to some dozens."""
        usual = rounded(mean)
        wanted, counted = self.uniform(*usual.shape[1:]), np.zeros(usual.shape, np.int64)
        exactly = np.exp(-usual)
        reached = exactly
        for times in range(1, int(usual.max(initial=0) * 2) + 16):
            counted += wanted >= rounded(reached, 12)
            exactly = exactly * usual / times
            reached = reached + exactly
        return counted

    def whole(self, low: int, high: int, *more: int) -> Integers:
        """A whole number from `low` to `high`, both included."""
        return low + np.floor(self.uniform(*more) * (high - low + 1)).astype(np.int64)


def draw_for(name: str, seed: int, unit: int, size: int) -> Draw:
    """The chance of one block of one business: the same for the same seed, whatever else is drawn."""
    return Draw(np.random.Generator(np.random.PCG64((seed, zlib.crc32(name.encode()), unit))), size)


def rounded(values: ArrayLike, digits: int = DIGITS) -> Floats:
    """The values without the last bits, in which processors differ."""
    rough: Floats = np.asarray(values, dtype=np.float64)
    return np.asarray(rough.round(digits))


def chance(log_odds: ArrayLike) -> Floats:
    """The probability behind log-odds."""
    return rounded(1.0 / (1.0 + np.exp(-np.asarray(log_odds, dtype=np.float64))))


def bell(uniform: Floats) -> Floats:
    """Uniform numbers bent into a bell: the logistic curve made a little thinner in its tails."""
    edge = np.clip(uniform, 1e-9, 1 - 1e-9)
    logistic = np.log(edge / (1 - edge))
    return rounded(np.sign(logistic) * (np.sqrt(1 + 0.4199 * np.abs(logistic)) - 1) * 3.2785)


def best_auc(probability: ArrayLike) -> float:
    """The ROC-AUC that knowing the true probabilities gives on average: no honest model does better."""
    p, times = np.unique(np.asarray(probability, dtype=np.float64), return_counts=True)
    leave, stay = p * times, (1 - p) * times
    below = np.cumsum(stay) - stay
    pairs = float(np.sum(leave * (below + stay / 2)))
    return pairs / (float(leave.sum()) * float(stay.sum()))
