"""Groups of customers found by a shallow tree on the score: few, large, and said in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from churn.scoring.drivers import range_edges
from churn.scoring.wording import Wording, capital
from churn.training.calibration import wilson_interval
from churn.training.encoder import Encoder
from churn.training.model import Model

DEPTH = 3
SMALLEST = 0.02  # of the list
FEWEST = 30
GROWN_ON = 100_000  # customers; a longer list is sorted into the groups found on this many of it


@dataclass(frozen=True)
class Condition:
    """One condition of a segment: codes that a column has, or the range [low, high) its number lies in."""

    column: int
    codes: frozenset[int] | None = None
    low: float | None = None
    high: float | None = None
    missing: bool = False

    def holds(self, matrix: np.ndarray) -> np.ndarray:
        """For which customers it holds."""
        numbers = matrix[:, self.column]
        unknown = np.isnan(numbers)
        if self.codes is not None:
            return np.isin(numbers, sorted(self.codes)) | (unknown & self.missing)
        inside = (numbers >= (-np.inf if self.low is None else self.low)) & (
            numbers < (np.inf if self.high is None else self.high)
        )
        return inside | (unknown & self.missing)


@dataclass(frozen=True)
class Segment:
    """Customers alike in a few columns: how many, how likely to leave, and what share of all risk they are.

    share_of_risk   of all leavers expected in the list
    left, low, high where outcomes are known: the share that left, with its 95 % Wilson interval
    rows            the places of its customers in the list
    """

    text: str
    conditions: tuple[Condition, ...]
    customers: int
    probability: float
    share_of_risk: float
    rows: np.ndarray
    left: float | None = None
    low: float | None = None
    high: float | None = None


def find_segments(
    model: Model,
    wording: Wording,
    matrix: np.ndarray,
    *,
    probability: np.ndarray | None = None,
    left: np.ndarray | None = None,
    depth: int = DEPTH,
    protected: bool = False,
) -> tuple[Segment, ...]:
    """The segments of a list, the likeliest to leave first; every customer is in exactly one.

    probability   of each customer, where the list is scored already
    """
    p = model.probability(matrix) if probability is None else probability
    step = max(1, -(-len(matrix) // GROWN_ON))
    columns = [i for i, f in enumerate(model.encoder.fields) if protected or f.lever != "protected"]
    grown = _Grower(model.encoder, matrix[::step], p[::step], columns)
    found = (
        _segment(wording, model.encoder, conditions, (matrix, p, left))
        for conditions in grown.leaves((), np.ones(len(grown.p), bool), depth)
    )
    return tuple(sorted(found, key=lambda s: (-s.probability, s.text)))


@dataclass(frozen=True)
class _Cut:
    gain: float
    one: Condition
    other: Condition


@dataclass(frozen=True)
class _Grower:
    encoder: Encoder
    matrix: np.ndarray
    p: np.ndarray
    columns: list[int]

    def leaves(self, taken: tuple[Condition, ...], rows: np.ndarray, depth: int) -> Iterator[tuple[Condition, ...]]:
        """The ways to the leaves of the tree below some customers."""
        cuts = [cut for c in self.columns for cut in self._cuts(c, rows)] if depth else []
        best = max(cuts, key=lambda cut: cut.gain, default=None)
        if best is None or best.gain <= 1e-9:
            yield taken
            return
        for condition in (best.one, best.other):
            yield from self.leaves((*taken, condition), rows & condition.holds(self.matrix), depth - 1)

    def _cuts(self, column: int, rows: np.ndarray) -> Iterator[_Cut]:
        """The best cut of these customers in one column, if one leaves both sides large enough."""
        numbers, p = self.matrix[rows, column], self.p[rows]
        field = self.encoder.fields[column]
        if not field.levels and field.form != "flag":
            edges = range_edges(numbers, 24)
            places = np.searchsorted(edges, numbers, side="right")
            places[np.isnan(numbers)] = len(edges)
            gains = self._gains(places, p, np.arange(len(edges) + 1))
            if len(gains) and gains.max() > 0:
                edge = float(edges[gains.argmax()])
                yield _Cut(float(gains.max()), Condition(column, high=edge), Condition(column, low=edge, missing=True))
            return
        codes, places = np.unique(numbers, return_inverse=True)
        share = np.bincount(places, weights=p) / np.bincount(places)
        order = np.argsort(share, kind="stable")
        gains = self._gains(places, p, order)
        if len(gains) and gains.max() > 0:
            yield _Cut(float(gains.max()), *self._sides(column, codes[order[: int(gains.argmax()) + 1]]))

    def _gains(self, places: np.ndarray, p: np.ndarray, order: np.ndarray) -> np.ndarray:
        """Per cut between two places, in this order, how much less the scores vary; -1 where a side is too small."""
        many = np.bincount(places, minlength=len(order))[order]
        risk = np.bincount(places, weights=p, minlength=len(order))[order]
        below, risk_below = np.cumsum(many)[:-1], np.cumsum(risk)[:-1]
        gains = _gain(below, risk_below, len(p), float(p.sum()))
        least = max(FEWEST, int(SMALLEST * len(self.p)))
        return np.where((below < least) | (len(p) - below < least), -1.0, gains)

    def _sides(self, column: int, codes: np.ndarray) -> tuple[Condition, Condition]:
        """These codes on one side, all others, seen here or not, on the other."""
        field, missing = self.encoder.fields[column], bool(np.isnan(codes).any())
        one = frozenset(int(c) for c in codes if not np.isnan(c))
        others = frozenset(range(max(len(field.levels) + 1, 2))) - one
        return Condition(column, one, missing=missing), Condition(column, others, missing=not missing)


def _gain(below: np.ndarray, risk_below: np.ndarray, customers: int, risk: float) -> np.ndarray:
    """How much less the scores vary around the means of two parts than around their common mean."""
    above, risk_above = customers - below, risk - risk_below
    return risk_below**2 / np.maximum(below, 1) + risk_above**2 / np.maximum(above, 1) - risk**2 / max(customers, 1)


def _segment(
    wording: Wording,
    encoder: Encoder,
    conditions: tuple[Condition, ...],
    lists: tuple[np.ndarray, np.ndarray, np.ndarray | None],
) -> Segment:
    matrix, p, left = lists
    rows = np.ones(len(matrix), bool)
    for condition in conditions:
        rows &= condition.holds(matrix)
    said = [_describe_condition(wording, encoder, c, matrix[rows, c.column]) for c in _join_conditions(conditions)]
    text = capital(", ".join(said)) or "Everybody"
    many = int(rows.sum())
    segment = Segment(
        text,
        conditions,
        many,
        float(p[rows].mean()) if many else 0.0,
        float(p[rows].sum() / (p.sum() or 1.0)),
        np.flatnonzero(rows),
    )
    if left is None or not many:
        return segment
    gone = int(left[rows].sum())
    low, high = wilson_interval(gone, many)
    return replace(segment, left=gone / many, low=low, high=high)


def _join_conditions(conditions: tuple[Condition, ...]) -> list[Condition]:
    """Conditions on the same column as one, in the order in which the columns first appear."""
    joined: dict[int, Condition] = {}
    for c in conditions:
        before = joined.get(c.column)
        if before is None:
            joined[c.column] = c
        elif c.codes is not None and before.codes is not None:
            joined[c.column] = replace(c, codes=c.codes & before.codes, missing=c.missing and before.missing)
        else:
            low = max((x for x in (c.low, before.low) if x is not None), default=None)
            high = min((x for x in (c.high, before.high) if x is not None), default=None)
            joined[c.column] = replace(c, low=low, high=high, missing=c.missing and before.missing)
    return list(joined.values())


def _describe_condition(wording: Wording, encoder: Encoder, condition: Condition, numbers: np.ndarray) -> str:
    """A condition in words: the levels or the range, and whether any of these customers are not known."""
    field = encoder.fields[condition.column]
    unknown = bool(np.isnan(numbers).any())
    if condition.codes is None:
        text = wording.range_says(field.name, condition.low, condition.high)
        return f"{text} or not known" if unknown else text
    levels: tuple[bool | str, ...] = (False, True) if field.form == "flag" else field.levels
    said = [wording.says(field.name, levels[c]) for c in sorted(condition.codes) if c < len(levels)]
    if field.levels and (numbers == field.unseen).any():
        said.append(f"another {wording.label(field.name)}")
    if unknown:
        said.append(wording.says(field.name, None))
    return " or ".join(said)


# Customers of a list who are most like one customer, in the columns that this model listens to.


LIKE = 0.1  # of a column's usual spread: closer than this counts as the same
MOST_SAID = 3


@dataclass(frozen=True)
class Similar:
    """A customer like the one asked about.

    row        their place in the list
    distance   0 is the same in everything the model listens to, 1 different in all of it
    differs    what is different about them, in words, what weighs most first
    """

    row: int
    probability: float
    distance: float
    differs: tuple[str, ...]


def find_similar_customers(
    model: Model,
    wording: Wording,
    lists: tuple[np.ndarray, np.ndarray],
    own: np.ndarray,
    *,
    among: np.ndarray,
    most: int = 5,
) -> tuple[Similar, ...]:
    """The nearest customers marked in `among`; protected columns neither count nor are said.

    lists  the encoded list, and what each column adds to each customer's log-odds
    own    the customer asked about, encoded
    """
    matrix, contributions = lists
    weights = _weights(model, contributions)
    rows = np.flatnonzero(among)
    apart = np.zeros(len(rows))
    for j in np.flatnonzero(weights).tolist():
        apart += weights[j] * _distance(model, matrix[rows, j], float(own[j]), j)
    nearest = np.argsort(apart, kind="stable")[:most]
    chosen = matrix[rows[nearest]]
    p = model.probability(chosen)
    return tuple(
        Similar(int(rows[n]), float(p[i]), float(apart[n]), _differs(model, wording, weights, own, chosen[i]))
        for i, n in enumerate(nearest)
    )


def _weights(model: Model, contributions: np.ndarray) -> np.ndarray:
    """Per column its share of all that moves the list's scores; none for protected columns."""
    size = np.abs(contributions).mean(axis=0) if len(contributions) else np.zeros(len(model.encoder.fields))
    size = np.where([f.lever == "protected" for f in model.encoder.fields], 0.0, size)
    return size / (size.sum() or 1.0)


def _distance(model: Model, numbers: np.ndarray, own: float, column: int) -> np.ndarray:
    """How far apart in one column, 0 to 1: for numbers in usual spreads, else the same or not."""
    unknown = np.isnan(numbers)
    if np.isnan(own):
        return np.where(unknown, 0.0, 1.0)
    field = model.encoder.fields[column]
    if field.levels or field.form == "flag":
        return np.where(numbers == own, 0.0, 1.0)
    learnt = model.reference.quantiles[column]
    spread = float(learnt[90] - learnt[10])
    far = np.minimum(np.abs(numbers - own) / (spread if spread > 0 else 1.0), 1.0)
    return np.where(unknown, 1.0, far)


def _differs(
    model: Model, wording: Wording, weights: np.ndarray, own: np.ndarray, other: np.ndarray
) -> tuple[str, ...]:
    apart = np.array([_distance(model, other[j : j + 1], float(own[j]), j)[0] for j in range(len(own))])
    order = np.argsort(-weights * apart, kind="stable")
    said = [j for j in order if weights[j] > 0 and apart[j] > LIKE and model.encoder.fields[j].form != "age"]
    names = model.encoder.names
    return tuple(
        capital(wording.says(names[j], model.encoder.shown(names[j], float(other[j])))) for j in said[:MOST_SAID]
    )
