"""The shape of each learnt column, rebuilt from the Reference: bins, and the share of customers in each.

A number is cut half-way between neighbouring percentiles that differ, so that no cut ever lies on a value many
customers share; the share below a cut is then known to within half a percent, whatever the column looks like.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from churn.errors import RequestRefused
from churn.learning.encoded.encoding import Field
from churn.learning.versions.model import Model

LEVELLED = ("nominal", "ordered", "service")  # forms whose codes are names; all others but flags are measured
COARSE = 10  # bins of a number for PSI; all cuts serve for the KS distance


@dataclass(frozen=True)
class Shape:
    """One learnt column.

    cuts      of a number, ascending; a value goes into the bin after the last cut below it
    shares    share of the known values per bin, or per code for levels and flags
    coarse    the place of each fine bin among the bins PSI is taken over
    missing   share of customers without a value
    may_be_empty  a customer without a value is as good an answer as any: there was nothing to measure
    middle    quantiles of a number (101), None for levels and flags
    learnt    known values of a number among the kept customers
    """

    field: Field
    shares: np.ndarray
    missing: float
    known: int
    cuts: np.ndarray | None = None
    coarse: np.ndarray | None = None
    middle: np.ndarray | None = None
    learnt: np.ndarray | None = None
    may_be_empty: bool = False

    @property
    def name(self) -> str:
        """The column's name."""
        return self.field.name

    @property
    def is_number(self) -> bool:
        """Whether the column counts or measures something."""
        return self.cuts is not None

    def counted(self, column: np.ndarray) -> np.ndarray:
        """How many of these encoded values fall into each bin; missing ones into none."""
        known = column[~np.isnan(column)]
        if self.cuts is not None:
            return np.bincount(np.searchsorted(self.cuts, known, side="left"), minlength=len(self.shares))
        return np.bincount(known.astype(np.int64), minlength=len(self.shares))[: len(self.shares)]

    def unseen_of(self, counts: np.ndarray) -> int:
        """How many of these customers have a level that was not learnt."""
        return int(counts[self.field.unseen]) if self.has_levels else 0

    @property
    def has_levels(self) -> bool:
        """Whether the column holds names, one of which may never have been seen."""
        return self.field.form in LEVELLED

    def coarsely(self, per_bin: np.ndarray) -> np.ndarray:
        """Fine bins added up to the bins PSI is taken over."""
        return per_bin if self.coarse is None else np.bincount(self.coarse, weights=per_bin)


def shapes_of(model: Model) -> tuple[Shape, ...]:
    """The shape of every column a model learnt from; a model saved without its reference is refused."""
    refuse_without_reference(model)
    empty = {c.name for c in model.schema.columns if c.may_be_empty}
    shapes = (_shape(model, i, field) for i, field in enumerate(model.encoder.fields))
    return tuple(replace(shape, may_be_empty=shape.name in empty) for shape in shapes)


def refuse_without_reference(model: Model) -> None:
    """Refuse a model that cannot be watched, because nothing is known of the list it learnt from."""
    reference = getattr(model, "reference", None)
    if reference is None or not reference.customers or not len(reference.rows):
        raise RequestRefused(
            f"Model {model.name}@{model.version} was saved without a picture of the list it learnt from.",
            "Train a new version on a list that says who left: every new version keeps one.",
        )


def _shape(model: Model, place: int, field: Field) -> Shape:
    reference = model.reference
    missing = int(reference.missing[place])
    known = reference.customers - missing
    absent = missing / reference.customers
    if field.form not in (*LEVELLED, "flag"):
        cuts, shares = cuts_between(reference.quantiles[place])
        middle, kept = reference.quantiles[place], reference.rows[:, place]
        return Shape(field, shares, absent, known, cuts, coarse_places(shares), middle, kept[~np.isnan(kept)])
    codes = len(field.levels) + 1 if field.form != "flag" else 2
    counts = reference.counts[place][:codes].astype(float)
    return Shape(field, counts / max(counts.sum(), 1.0), absent, known)


def cuts_between(quantiles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cuts between neighbouring quantiles that differ, and the share of customers in each bin they make."""
    steps = len(quantiles) - 1
    if np.isnan(quantiles).any():
        return np.array([]), np.array([1.0])
    last = np.flatnonzero(np.diff(quantiles) > 0)  # the last step of each run of equal quantiles
    cuts = (quantiles[last] + quantiles[last + 1]) / 2
    below = (last + 0.5) / steps
    return cuts, np.diff(np.concatenate([[0.0], below, [1.0]]))


def coarse_places(shares: np.ndarray, bins: int = COARSE) -> np.ndarray:
    """Which of about ten bins with about equal shares each fine bin belongs to.

    A bin of less than half a tenth never stands alone: where many customers share a value, a percentile interpolated
    next to it makes a sliver that no customer is in.
    """
    place, filled, current = np.zeros(len(shares), int), 0.0, 0
    for i, share in enumerate(shares):
        if filled >= 0.9 / bins:
            current, filled = current + 1, 0.0
        place[i] = current
        filled += share
    if current and filled < 0.5 / bins:
        place[place == current] = current - 1
    return place
