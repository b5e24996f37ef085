"""What moves the scores of a whole list: how much, how stably, in which direction, and together with what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from churn.learning.encoded.encoding import Encoder
from churn.learning.versions.model import Model
from churn.scoring.rates import range_edges
from churn.scoring.reasons import group_sums, groups_of
from churn.scoring.wording import Wording

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

    points  of every customer and column (`points_of_columns`)
    """
    names = model.encoder.names
    return _drivers(points.T, names, [wording.label(n) for n in names], seed)


def group_drivers(model: Model, wording: Wording, points: np.ndarray, *, seed: int = 0) -> tuple[Driver, ...]:
    """The business groups by how much they move, the strongest first; steadier than single columns."""
    groups = groups_of(model.schema, model.encoder)
    names = [g.name for g in groups]
    return _drivers(group_sums(points, groups), names, [wording.group_label(n) for n in names], seed)


def _drivers(added: np.ndarray, names: Sequence[str], labels: Sequence[str], seed: int) -> tuple[Driver, ...]:
    customers = added.shape[1]
    size = np.abs(added).astype(np.float64)
    strength = size.mean(axis=1) if customers else np.zeros(len(names))
    drawn = size[:, :: max(1, -(-customers // BAGGED))]
    bags = _resampled(drawn, np.random.default_rng(seed))
    low, high = np.quantile(bags, [0.05, 0.95], axis=0)
    top = (np.argsort(np.argsort(-bags, axis=1), axis=1) < TOP).mean(axis=0)
    share = strength / (strength.sum() or 1.0)
    found = zip(names, labels, *(a.tolist() for a in (strength, low, high, top, share)), strict=True)
    return tuple(sorted((Driver(*words) for words in found), key=lambda d: (-d.strength, d.name)))


def _resampled(size: np.ndarray, random: np.random.Generator) -> np.ndarray:
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
    places, values, ends = _cut(model.encoder, matrix[:, j], j)
    found = []
    for i, (value, end) in enumerate(zip(values, ends, strict=True)):
        added = contributions[places == i, j]
        if len(added):
            low, high = np.quantile(added, [0.1, 0.9])
            found.append(Dependence(value, end, len(added), float(added.mean()), float(low), float(high)))
    return tuple(found)


def _cut(
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
    cut = {n: _cut(model.encoder, matrix[:, j], j)[0] for n in among for j in [model.encoder.names.index(n)]}
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
class Crossed:
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


def crossed(
    model: Model, matrix: np.ndarray, contributions: np.ndarray, pair: Interaction, *, lines: int = 3, fewest: int = 10
) -> tuple[Crossed, ...]:
    """How what one column adds depends on its value, apart for the largest parts of the other column."""
    j, k = (model.encoder.names.index(n) for n in (pair.column, pair.other))
    places, values, ends = _cut(model.encoder, matrix[:, j], j, 8)
    parts, others, uptos = _cut(model.encoder, matrix[:, k], k, lines)
    largest = sorted(np.argsort(-np.bincount(parts, minlength=len(others)), kind="stable")[:lines].tolist())
    found = []
    for part in largest:
        for i in range(len(values)):
            added = contributions[(places == i) & (parts == part), j]
            if len(added) >= fewest:
                found.append(Crossed(values[i], ends[i], others[part], uptos[part], len(added), float(added.mean())))
    return tuple(found)


def _means(numbers: np.ndarray, places: np.ndarray) -> np.ndarray:
    many = np.bincount(places)
    return np.bincount(places, weights=numbers) / np.maximum(many, 1)
