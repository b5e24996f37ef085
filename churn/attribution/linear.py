"""Logistic regression over the encoder's matrix, explained in closed form against the average training customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

AT_ONCE = 1024  # customers at a time, so that all fields of them stay in the processor's memory


@dataclass(frozen=True)
class Design:
    """How one column of codes or numbers per field becomes the columns a regression is fitted on.

    Each field has places: one per code, then missing, then "other" (an unseen code; for a number, any number).
    A place that training knew becomes a column of its own; a number adds (number - mean) / scale. A code or a
    missing value that training did not have counts as the average customer.

    levels   per field how many codes it has, the unseen one not counted; 0 for a number
    means    per field the mean of a number, and scales its standard deviation
    shares   per field the share of training customers at each place
    """

    levels: tuple[int, ...]
    means: np.ndarray
    scales: np.ndarray
    shares: tuple[np.ndarray, ...]

    def columns(self, matrix: np.ndarray) -> np.ndarray:
        """The regression's columns for a matrix of customers, float64, all finite."""
        fields = range(len(self.levels))
        return np.concatenate([part for j in fields for part in self._columns_of(matrix[:, j], j)], axis=1)

    def explained(self, coefficients: np.ndarray, intercept: float) -> Linear:
        """What a regression fitted on these columns says, as contributions per field."""
        widths = [len(self._known(j)) + (not many) for j, many in enumerate(self.levels)]
        parts = np.split(np.asarray(coefficients, np.float64).ravel(), np.cumsum(widths)[:-1])
        slopes = np.zeros(len(parts))
        credits, base = [], float(intercept)
        for j, part in enumerate(parts):
            if not self.levels[j]:
                slopes[j], part = part[0] / self.scales[j], part[1:]
            average = float(self.shares[j][self._known(j)] @ part)
            credits.append(self._indicators(j) @ part - average)
            base += average
        return Linear(base, slopes, self.means, tuple(credits))

    def _columns_of(self, numbers: np.ndarray, j: int) -> list[np.ndarray]:
        indicators = self._indicators(j)[_places(numbers, self.levels[j])]
        if self.levels[j]:
            return [indicators]
        return [np.nan_to_num((numbers[:, None] - self.means[j]) / self.scales[j]), indicators]

    def _known(self, j: int) -> np.ndarray:
        """The places of a field that have a column of their own."""
        known = self.shares[j] > 0
        if not self.levels[j]:
            known[-1] = False
        return np.flatnonzero(known)

    def _indicators(self, j: int) -> np.ndarray:
        """Per place of a field what stands in its columns."""
        known, shares = self._known(j), self.shares[j]
        own = np.eye(len(shares))[:, known]
        if self.levels[j]:
            own[shares == 0] = shares[known]
        return own


def design_for(matrix: np.ndarray, levels: Sequence[int]) -> Design:
    """The Design a training matrix calls for; `levels` has per field how many codes it has, 0 for a number."""
    means, scales = np.zeros(len(levels)), np.ones(len(levels))
    shares = []
    for j, many in enumerate(levels):
        numbers = matrix[:, j].astype(np.float64)
        shares.append(np.bincount(_places(numbers, many), minlength=many + 2) / len(numbers))
        known = numbers[~np.isnan(numbers)]
        if not many and len(known):
            means[j], scales[j] = known.mean(), known.std() or 1.0
    return Design(tuple(levels), means, scales, tuple(shares))


@dataclass(frozen=True)
class Linear:
    """A regression's margin as a base and what each field adds: credits[place] + slope x (number - mean)."""

    base: float
    slopes: np.ndarray
    means: np.ndarray
    credits: tuple[np.ndarray, ...]

    def add_to(self, totals: np.ndarray, matrix: np.ndarray) -> None:
        """Add what every field contributes, for a float32 matrix of customers, to `totals` (fields, customers)."""
        credits, starts, levels, amounts = self._flat
        for first in range(0, len(matrix), AT_ONCE):
            part = slice(first, first + AT_ONCE)
            numbers = matrix[part].T.astype(np.float64)
            added = credits[starts + _places(numbers, levels)]
            sloped = (numbers[amounts] - self.means[amounts, None]) * self.slopes[amounts, None]
            sloped[np.isnan(sloped)] = 0.0
            added[amounts] += sloped
            totals[:, part] += added.astype(np.float32)

    @cached_property
    def _flat(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """All credits in one line, where each field's begin, how many codes it has, and which fields are numbers."""
        counts = np.array([len(c) for c in self.credits])
        starts, levels = (np.cumsum(counts) - counts)[:, None], (counts - 2)[:, None]
        return np.concatenate(self.credits), starts, levels, np.flatnonzero(counts == 2)

    def times(self, weight: float) -> Linear:
        """The same regression with everything multiplied."""
        credits = tuple(c * weight for c in self.credits)
        return replace(self, base=self.base * weight, slopes=self.slopes * weight, credits=credits)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The regression as plain arrays; `linear_from` reads them back."""
        starts = np.cumsum([0, *(len(c) for c in self.credits)]).astype(np.int64)
        numbers = {"base": np.array(self.base), "slopes": self.slopes, "means": self.means}
        return {**numbers, "credits": np.concatenate(self.credits), "starts": starts}


def linear_from(arrays: Mapping[str, np.ndarray]) -> Linear:
    """The regression that `to_arrays` wrote."""
    credits = tuple(np.split(arrays["credits"], arrays["starts"][1:-1]))
    return Linear(float(arrays["base"]), arrays["slopes"], arrays["means"], credits)


def _places(numbers: np.ndarray, levels: np.ndarray | int) -> np.ndarray:
    """Per number the code, then `levels` for missing, then `levels + 1` for any other number."""
    inside = (numbers >= 0) & (numbers < levels)
    outside = np.where(np.isnan(numbers), levels, levels + 1)
    return np.where(inside, numbers, outside).astype(np.intp)
