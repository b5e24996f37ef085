"""Two groups of customers compared: which drivers make one of them riskier than the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from churn.errors import RequestRefused
from churn.learning.versions.model import Model
from churn.scoring.reasons import group_sums, groups_of
from churn.scoring.wording import Wording

_Z95 = 1.959964


@dataclass(frozen=True)
class Part:
    """What one business group adds to the first customers' mean log-odds beyond what it adds to the second's.

    low, high  the 95 % interval; `clear` is False where it holds zero
    """

    group: str
    label: str
    difference: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the difference is more than chance would make."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Contrast:
    """Two groups of customers: how many, their mean probabilities, and the drivers, the largest difference first.

    The differences of all parts add up to the difference of the mean log-odds.
    """

    customers: tuple[int, int]
    probability: tuple[float, float]
    difference: float
    parts: tuple[Part, ...]


def contrast(
    model: Model, wording: Wording, matrix: np.ndarray, first: np.ndarray, second: np.ndarray | None = None
) -> Contrast:
    """Compare the customers marked in `first` with those in `second`, or with all others."""
    other = ~first if second is None else second
    if first.sum() < 2 or other.sum() < 2:
        raise RequestRefused("One of the groups has fewer than two customers.", "Choose larger groups.")
    groups = groups_of(model.schema, model.encoder)
    one, two = (
        group_sums(model.explainer.contributions(matrix[rows]), groups).astype(float) for rows in (first, other)
    )
    moved = one.mean(axis=1) - two.mean(axis=1)
    error = _Z95 * np.sqrt(one.var(axis=1, ddof=1) / one.shape[1] + two.var(axis=1, ddof=1) / two.shape[1])
    parts = (
        Part(g.name, wording.group_label(g.name), float(d), float(d - e), float(d + e))
        for g, d, e in zip(groups, moved, error, strict=True)
    )
    shares = tuple(float(model.probability(matrix[rows]).mean()) for rows in (first, other))
    return Contrast(
        (int(first.sum()), int(other.sum())),
        (shares[0], shares[1]),
        float(moved.sum()),
        tuple(sorted(parts, key=lambda p: (-abs(p.difference), p.group))),
    )
