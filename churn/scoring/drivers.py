"""How many leave, by level or by range of any column, with the interval that so few customers allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.errors import RequestRefused
from churn.scoring.reasons import Group, build_groups, compute_column_points, sum_by_group
from churn.scoring.wording import Wording, capital
from churn.training.calibration import wilson_interval
from churn.training.encoder import Encoder
from churn.training.model import Model

MOST_LEVELS = 20
RANGES = 8


@dataclass(frozen=True)
class LeavingRate:
    """The customers with one level, or within one range, of a column.

    left, share, low, high   how many left, and their share with its 95 % Wilson interval; None without outcomes
    expected                 the mean probability; None without scores
    start, end               of a range: from this number on, below that one
    """

    text: str
    customers: int
    left: int | None = None
    share: float | None = None
    low: float | None = None
    high: float | None = None
    expected: float | None = None
    start: float | None = None
    end: float | None = None


def leaving_rates_by(
    table: pa.Table,
    name: str,
    wording: Wording,
    *,
    left: np.ndarray | None = None,
    probability: np.ndarray | None = None,
) -> tuple[LeavingRate, ...]:
    """The rate of leaving for every level or range of a column, in its natural order; missing last."""
    if name not in table.schema.names:
        raise RequestRefused(f"The list has no column {name!r}.", f"It has: {', '.join(table.schema.names)}.")
    cells = table.column(name).combine_chunks()
    if pa.types.is_floating(cells.type) or pa.types.is_integer(cells.type):
        places, texts, ends = _ranges(wording, name, cells.cast(pa.float64()).to_numpy(zero_copy_only=False))
    else:
        places, texts = _levels(wording, name, cells)
        ends = [(None, None)] * len(texts)
    rates = [
        _rate(text, places == i, left, probability, between)
        for i, (text, between) in enumerate(zip(texts, ends, strict=True))
    ]
    return tuple(rate for rate in rates if rate.customers)


def range_edges(numbers: np.ndarray, ranges: int = RANGES) -> np.ndarray:
    """Edges that cut known numbers into ranges of about as many customers each, at numbers people would write."""
    known = numbers[~np.isnan(numbers)]
    if not len(known):
        return np.empty(0)
    cuts = np.unique(np.quantile(known, np.linspace(0, 1, ranges + 1)[1:-1], method="higher"))
    digits = _count_digits(known)
    edges = np.unique(np.round(cuts, digits))
    return edges[(edges > known.min()) & (edges <= known.max())]


def _count_digits(known: np.ndarray) -> int:
    """How many decimals keep about a hundredth of the spread; none for whole numbers."""
    spread = float(np.quantile(known, 0.95) - np.quantile(known, 0.05)) or 1.0
    digits = int(np.clip(np.ceil(2 - np.log10(spread)), -6, 6))
    return min(digits, 0) if (known == np.round(known)).all() else digits


def _ranges(
    wording: Wording, name: str, numbers: np.ndarray
) -> tuple[np.ndarray, list[str], list[tuple[float | None, float | None]]]:
    edges = range_edges(numbers)
    places = np.searchsorted(edges, numbers, side="right")
    places[np.isnan(numbers)] = len(edges) + 1
    ends: list[tuple[float | None, float | None]] = list(zip([None, *edges], [*edges, None], strict=True))
    texts = [capital(wording.range_says(name, *between)) or capital(wording.label(name)) for between in ends]
    return places, [*texts, capital(wording.says(name, None))], [*ends, (None, None)]


def _levels(wording: Wording, name: str, cells: pa.Array) -> tuple[np.ndarray, list[str]]:
    """The levels, in the schema's order and then by name; rare ones beyond the most frequent together."""
    counts = {c["values"]: c["counts"] for c in pc.value_counts(cells).to_pylist() if c["values"] is not None}
    kept = set(sorted(counts, key=lambda level: (-counts[level], str(level)))[:MOST_LEVELS])
    column = wording.schema.by_name.get(name)
    known = [level for level in (column.levels if column else ()) if level in kept]
    order = [*known, *sorted(kept - set(known), key=str)]
    places = pc.fill_null(pc.index_in(cells, value_set=pa.array(order, cells.type)), len(order)).to_numpy().copy()
    places[cells.is_null().to_numpy(zero_copy_only=False)] = len(order) + 1
    texts = [capital(wording.says(name, level)) for level in order]
    return places, [*texts, "Others", capital(wording.says(name, None))]


def _rate(
    text: str,
    here: np.ndarray,
    left: np.ndarray | None,
    probability: np.ndarray | None,
    between: tuple[float | None, float | None],
) -> LeavingRate:
    many = int(here.sum())
    expected = float(probability[here].mean()) if probability is not None and many else None
    start, end = (None if e is None else float(e) for e in between)
    if left is None or not many:
        return LeavingRate(text, many, expected=expected, start=start, end=end)
    gone = int(left[here].sum())
    return LeavingRate(text, many, gone, gone / many, *wilson_interval(gone, many), expected, start, end)


# What moves the scores of a whole list: how much, how stably, in which direction, and together with what.


BAGS = 50  # resamples of the customers, for the interval
BAGGED = 20_000  # customers at most in a resample; on a longer list the interval is wider than it need be
TOP = 3


@dataclass(frozen=True)
class Driver:
    """How many points a column or a group moves the risk of a customer, on average up or down.

    low, high  the middle 90 % over resamples of the customers
    in_top     the share of resamples in which it is among the three strongest
    share      of all that the columns (or groups) move together
    """

    name: str
    label: str
    strength: float
    low: float
    high: float
    in_top: float
    share: float


def column_drivers(model: Model, wording: Wording, points: np.ndarray, *, seed: int = 0) -> tuple[Driver, ...]:
    """The columns by how much they move, the strongest first.

    points  of every customer and column (`compute_column_points`)
    """
    names = model.encoder.names
    return _build_drivers(points.T, names, [wording.label(n) for n in names], seed)


def group_drivers(model: Model, wording: Wording, points: np.ndarray, *, seed: int = 0) -> tuple[Driver, ...]:
    """The business groups by how much they move, the strongest first; steadier than single columns."""
    groups = build_groups(model.schema, model.encoder)
    names = [g.name for g in groups]
    return _build_drivers(sum_by_group(points, groups), names, [wording.group_label(n) for n in names], seed)


def _build_drivers(added: np.ndarray, names: Sequence[str], labels: Sequence[str], seed: int) -> tuple[Driver, ...]:
    customers = added.shape[1]
    size = np.abs(added).astype(np.float64)
    strength = size.mean(axis=1) if customers else np.zeros(len(names))
    drawn = size[:, :: max(1, -(-customers // BAGGED))]
    bags = _resample(drawn, np.random.default_rng(seed))
    low, high = np.quantile(bags, [0.05, 0.95], axis=0)
    top = (np.argsort(np.argsort(-bags, axis=1), axis=1) < TOP).mean(axis=0)
    share = strength / (strength.sum() or 1.0)
    found = zip(names, labels, *(a.tolist() for a in (strength, low, high, top, share)), strict=True)
    return tuple(sorted((Driver(*words) for words in found), key=lambda d: (-d.strength, d.name)))


def _resample(size: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The mean size of every driver in every resample of the customers: (resamples, drivers)."""
    weights = random.poisson(1.0, (BAGS, size.shape[1])).astype(np.float64)
    return weights @ size.T / np.maximum(weights.sum(axis=1, keepdims=True), 1.0)


@dataclass(frozen=True)
class Swarm:
    """The contributions of one column, counted in cells: a beeswarm in a few kilobytes whatever the list's length.

    counts  customers per (shade of the value, cell of the contribution); shades from low to high, missing last
    """

    name: str
    edges: np.ndarray
    counts: np.ndarray


def beeswarm(
    model: Model,
    matrix: np.ndarray,
    contributions: np.ndarray,
    *,
    columns: Sequence[str],
    cells: int = 40,
    shades: int = 5,
) -> tuple[Swarm, ...]:
    """Per column how its contributions spread, and whether high or low values lie where."""
    widest = float(np.abs(contributions).max(initial=0.0)) or 1.0
    edges = np.linspace(-widest, widest, cells + 1)
    found = []
    for name in columns:
        j = model.encoder.names.index(name)
        shade = _shades(matrix[:, j], shades)
        cell = np.clip(np.searchsorted(edges, contributions[:, j], side="right") - 1, 0, cells - 1)
        counts = np.bincount(shade * cells + cell, minlength=(shades + 1) * cells).reshape(shades + 1, cells)
        found.append(Swarm(name, edges, counts))
    return tuple(found)


def _shades(numbers: np.ndarray, shades: int) -> np.ndarray:
    """Per customer the fifth (or so) of the known values that theirs lies in; missing beyond the last."""
    known = np.sort(numbers[~np.isnan(numbers)])
    middle = (np.searchsorted(known, numbers, "left") + np.searchsorted(known, numbers, "right")) / 2
    shade = np.minimum((middle / max(len(known), 1) * shades).astype(np.intp), shades - 1)
    return np.where(np.isnan(numbers), shades, shade)


@dataclass(frozen=True)
class Dependence:
    """What a column adds where it has one level or lies within one range: the mean, and the middle 80 %."""

    value: Any
    end: float | None
    customers: int
    mean: float
    low: float
    high: float


def dependence(model: Model, matrix: np.ndarray, contributions: np.ndarray, name: str) -> tuple[Dependence, ...]:
    """How a column's contribution depends on its value: by level, or by range from `value` up to `end`."""
    j = model.encoder.names.index(name)
    places, values, ends = _cut_column(model.encoder, matrix[:, j], j)
    found = []
    for i, (value, end) in enumerate(zip(values, ends, strict=True)):
        added = contributions[places == i, j]
        if len(added):
            low, high = np.quantile(added, [0.1, 0.9])
            found.append(Dependence(value, end, len(added), float(added.mean()), float(low), float(high)))
    return tuple(found)


def _cut_column(
    encoder: Encoder, numbers: np.ndarray, j: int, ranges: int = 20
) -> tuple[np.ndarray, list[Any], list[float | None]]:
    """Per customer a place; per place its level, or the start and the end of its range; None is missing."""
    field = encoder.fields[j]
    if not field.levels and field.form != "flag":
        edges = range_edges(numbers, ranges)
        known = numbers[~np.isnan(numbers)]
        starts: list[Any] = [*([float(known.min())] if len(known) else []), *edges.tolist()]
        ends = [*edges.tolist(), *([float(known.max())] if len(known) else [])]
        places = np.searchsorted(edges, numbers, side="right")
        places[np.isnan(numbers)] = len(starts)
        return places, [*starts, None], [*ends, None]
    levels: list[Any] = [False, True] if field.form == "flag" else [*field.levels, "other"]
    places = np.where(np.isnan(numbers), len(levels), np.nan_to_num(numbers)).astype(np.intp)
    return places, [*levels, None], [None] * (len(levels) + 1)


@dataclass(frozen=True)
class Interaction:
    """How far the contribution of `column` moves with the value of `other`, among customers alike in `column`."""

    column: str
    other: str
    strength: float


def interactions(
    model: Model, matrix: np.ndarray, contributions: np.ndarray, *, among: Sequence[str], most: int = 5
) -> tuple[Interaction, ...]:
    """The strongest pairs among some columns: what one adds depends on the other."""
    cut = {n: _cut_column(model.encoder, matrix[:, j], j)[0] for n in among for j in [model.encoder.names.index(n)]}
    found = []
    for name in among:
        added = contributions[:, model.encoder.names.index(name)].astype(np.float64)
        left_over = added - _means(added, cut[name])[cut[name]]
        for other in among:
            if other != name:
                moved = _means(left_over, cut[other])[cut[other]]
                found.append(Interaction(name, other, float(moved.std()) if len(moved) else 0.0))
    return tuple(sorted(found, key=lambda i: (-i.strength, i.column, i.other))[:most])


@dataclass(frozen=True)
class CrossEffect:
    """What a column adds where it has one value and another column has one of its own: the mean over customers.

    value, end   of the column: a level, or a range from `value` up to `end`
    other, upto  of the other column, the same way
    """

    value: Any
    end: float | None
    other: Any
    upto: float | None
    customers: int
    mean: float


def cross_effects(
    model: Model, matrix: np.ndarray, contributions: np.ndarray, pair: Interaction, *, lines: int = 3, fewest: int = 10
) -> tuple[CrossEffect, ...]:
    """How what one column adds depends on its value, apart for the largest parts of the other column."""
    j, k = (model.encoder.names.index(n) for n in (pair.column, pair.other))
    places, values, ends = _cut_column(model.encoder, matrix[:, j], j, 8)
    parts, others, uptos = _cut_column(model.encoder, matrix[:, k], k, lines)
    largest = sorted(np.argsort(-np.bincount(parts, minlength=len(others)), kind="stable")[:lines].tolist())
    found = []
    for part in largest:
        for i in range(len(values)):
            added = contributions[(places == i) & (parts == part), j]
            if len(added) >= fewest:
                found.append(
                    CrossEffect(values[i], ends[i], others[part], uptos[part], len(added), float(added.mean()))
                )
    return tuple(found)


def _means(numbers: np.ndarray, places: np.ndarray) -> np.ndarray:
    many = np.bincount(places)
    return np.bincount(places, weights=numbers) / np.maximum(many, 1)


# Two groups of customers compared: which drivers make one of them riskier than the other.


_Z95 = 1.959964


@dataclass(frozen=True)
class ContrastPart:
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
    parts: tuple[ContrastPart, ...]
    own: ContrastPart | None = None


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
        sum_by_group(compute_column_points(model, model.explainer.contributions(matrix[rows])), groups)
        for rows in (first, other)
    )
    moved = one.mean(axis=1) - two.mean(axis=1)
    error = _Z95 * np.sqrt(one.var(axis=1, ddof=1) / one.shape[1] + two.var(axis=1, ddof=1) / two.shape[1])
    parts = [
        ContrastPart(g.name, wording.group_label(g.name), float(d), float(d - e), float(d + e))
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
    groups = build_groups(model.schema, model.encoder)
    if by not in model.encoder.names:
        return groups
    place, names = model.encoder.names.index(by), model.encoder.names
    left = (replace(g, columns=tuple(c for c in g.columns if c != place)) for g in groups)
    # Of two columns one is left: it is called by its own name, since the group's would speak of both.
    named = (replace(g, name=names[g.columns[0]]) if len(g.columns) == 1 else g for g in left if g.columns)
    whole = {g.columns: g for g in groups}
    return (*(whole.get(g.columns, g) for g in named), Group(by, (place,)))
