"""Rules a person could apply by hand: the baselines that a model has to beat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from churn.learning.encoded.examples import Examples
from churn.learning.measures.calibration import logit
from churn.learning.measures.yardsticks import auc

BINS = 10
COLUMNS = 3  # how many columns the hand rule looks at


@dataclass(frozen=True)
class Rates:
    """One column cut into a few bins, with the share that left in each, pulled towards the average where few."""

    place: int
    edges: np.ndarray
    rates: np.ndarray

    def share(self, matrix: np.ndarray) -> np.ndarray:
        """The share that left among customers in the same bin."""
        return self.rates[bins_of(matrix[:, self.place], self.edges)]

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """The same as log-odds."""
        return logit(self.share(matrix))


@dataclass(frozen=True)
class Points:
    """A point for each of a few columns in which the customer's bin leaves more than average; log-odds by points."""

    columns: tuple[Rates, ...]
    average: float
    odds: np.ndarray

    def points(self, matrix: np.ndarray) -> np.ndarray:
        """How many of the columns speak for leaving."""
        return np.sum([c.share(matrix) > self.average for c in self.columns], axis=0).astype(np.int64)

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """The log-odds for that many points."""
        return self.odds[self.points(matrix)]


@dataclass(frozen=True)
class OneColumnRule:
    """The candidate that looks at the single most telling column."""

    name: str = "One-column rule"
    cost: float = 0.0

    def fit(self, examples: Examples, *, seed: int) -> Rates:
        """Find that column, and the share that left in each of its bins."""
        return ranked_columns(examples)[0]


@dataclass(frozen=True)
class HandRule:
    """The candidate that counts how many of the three most telling columns speak for leaving."""

    name: str = "Hand rule"
    cost: float = 0.0

    def fit(self, examples: Examples, *, seed: int) -> Points:
        """Find the columns, and the share that left for each number of points."""
        columns = tuple(ranked_columns(examples)[:COLUMNS])
        average = float(examples.labels.mean())
        blank = Points(columns, average, np.zeros(len(columns) + 1))
        points = blank.points(examples.matrix)
        return Points(columns, average, logit(_shrunk(points, examples.labels, len(columns) + 1)))


def ranked_columns(examples: Examples) -> list[Rates]:
    """Every column as a rule, the most telling first."""
    rules = [column_rates(examples, i) for i in range(examples.matrix.shape[1])]
    telling = [auc(examples.labels, r.share(examples.matrix)) for r in rules]
    return [rules[i] for i in np.argsort(-np.array(telling), kind="stable")]


def column_rates(examples: Examples, place: int, bins: int = BINS) -> Rates:
    """One column as a rule: its bins and the share that left in each; missing is a bin of its own."""
    numbers = examples.matrix[:, place]
    edges = bin_edges(numbers, bins, by_code=bool(examples.encoder.fields[place].levels))
    return Rates(place, edges, _shrunk(bins_of(numbers, edges), examples.labels, len(edges) + 2))


def bin_edges(numbers: np.ndarray, bins: int, *, by_code: bool = False) -> np.ndarray:
    """Where one bin ends and the next begins: between codes, else so that bins hold about as many customers each."""
    known = numbers[~np.isnan(numbers)]
    if not len(known):
        return np.array([], dtype=np.float32)
    different = np.unique(known)
    if by_code or len(different) <= bins:
        return ((different[1:] + different[:-1]) / 2).astype(np.float32)
    return np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1])).astype(np.float32)


def bins_of(numbers: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """The bin of each number; the last bin is for missing ones."""
    return np.where(np.isnan(numbers), len(edges) + 1, np.searchsorted(edges, numbers, side="right"))


def _shrunk(places: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """The share that left in each place, as if ten average customers had been there as well."""
    left = np.bincount(places, weights=labels, minlength=count)
    rows = np.bincount(places, minlength=count)
    return (left + 10 * labels.mean()) / (rows + 10)
