"""Two groups of customers compared: which drivers make one of them riskier than the other."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from churn.errors import RequestRefused
from churn.learning.versions.model import Model
from churn.scoring.reasons import Group, group_sums, groups_of, points_of_columns
from churn.scoring.wording import Wording

_Z95 = 1.959964


@dataclass(frozen=True)
class Part:
    """What one business group adds to the first customers' risk beyond what it adds to the second's, in points.

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

    difference  of the mean probabilities in points; the differences of all parts, and of `own`, add up to it
    own         what the column adds by which the customers were told apart; it is none of the parts
    """

    customers: tuple[int, int]
    probability: tuple[float, float]
    difference: float
    parts: tuple[Part, ...]
    own: Part | None = None


def contrast(
    model: Model,
    wording: Wording,
    matrix: np.ndarray,
    first: np.ndarray,
    second: np.ndarray | None = None,
    *,
    by: str | None = None,
) -> Contrast:
    """Compare the customers marked in `first` with those in `second`, or with all others.

    by  the column that tells the two apart, which explains nothing: it is left out of the parts
    """
    other = ~first if second is None else second
    if first.sum() < 2 or other.sum() < 2:
        raise RequestRefused("One of the groups has fewer than two customers.", "Choose larger groups.")
    groups = _groups_without(model, by)
    one, two = (
        group_sums(points_of_columns(model, model.explainer.contributions(matrix[rows])), groups)
        for rows in (first, other)
    )
    moved = one.mean(axis=1) - two.mean(axis=1)
    error = _Z95 * np.sqrt(one.var(axis=1, ddof=1) / one.shape[1] + two.var(axis=1, ddof=1) / two.shape[1])
    parts = [
        Part(g.name, wording.group_label(g.name), float(d), float(d - e), float(d + e))
        for g, d, e in zip(groups, moved, error, strict=True)
    ]
    own = parts.pop() if by in model.encoder.names else None
    shares = tuple(float(model.probability(matrix[rows]).mean()) for rows in (first, other))
    return Contrast(
        (int(first.sum()), int(other.sum())),
        (shares[0], shares[1]),
        float(moved.sum()),
        tuple(sorted(parts, key=lambda p: (-abs(p.difference), p.group))),
        own,
    )


def _groups_without(model: Model, by: str | None) -> tuple[Group, ...]:
    """The business groups without this column, which comes last and alone."""
    groups = groups_of(model.schema, model.encoder)
    if by not in model.encoder.names:
        return groups
    place, names = model.encoder.names.index(by), model.encoder.names
    left = (replace(g, columns=tuple(c for c in g.columns if c != place)) for g in groups)
    # Of two columns one is left: it is called by its own name, since the group's would speak of both.
    named = (replace(g, name=names[g.columns[0]]) if len(g.columns) == 1 else g for g in left if g.columns)
    whole = {g.columns: g for g in groups}
    return (*(whole.get(g.columns, g) for g in named), Group(by, (place,)))
