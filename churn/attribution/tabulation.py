"""A forest turned into tables, once, when a model is trained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass

import numpy as np

from churn.attribution.games import leaf_credits
from churn.attribution.grid_cells import Grid, distinct_cells, grid_for
from churn.attribution.lookup import Lookup
from churn.attribution.packing import MOST_STATES, Pack, packs_of, splits_of
from churn.attribution.trees import Forest, Leaf, Split


def lookup_for(forest: Forest, *, most_states: int = MOST_STATES) -> Lookup:
    """The tables that answer for a forest."""
    grid = grid_for(splits_of(forest), forest.features)
    tables = [_table_of(pack, grid) for pack in packs_of(forest, grid, most_states=most_states)]
    steps = [s for t in tables for s in t.steps]
    credits = [c for t in tables for c in t.credits]
    return Lookup(
        grid,
        _starts(t.columns for t in tables),
        np.array([c for t in tables for c in t.columns], np.int32),
        _starts(steps),
        np.concatenate([*steps, np.empty(0, np.uint16)]),
        _starts(credits),
        np.concatenate([*credits, np.empty(0, np.float32)]),
    )


def _starts(parts: Iterable[Sized]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum([len(p) for p in parts])]).astype(np.int64)


@dataclass(frozen=True)
class _Table:
    """One table: its columns, what each cell of them adds to the state, and per state what each is owed."""

    columns: list[int]
    steps: list[np.ndarray]
    credits: list[np.ndarray]


def _table_of(pack: Pack, grid: Grid) -> _Table:
    asked: dict[int, list[Split]] = defaultdict(list)
    for split in pack.splits:
        asked[split.feature].append(split)
    cells = {c: distinct_cells([grid.holds(s) for s in splits]) for c, splits in asked.items()}
    answers = {s: cells[c][0][:, i] for c, splits in asked.items() for i, s in enumerate(splits)}
    shape = tuple(len(patterns) for patterns, _ in cells.values())
    strides = np.cumprod((1, *shape[:0:-1]))[::-1]
    steps = [(of_cell * s).astype(np.uint16) for (_, of_cell), s in zip(cells.values(), strides, strict=True)]
    credits = _credits_of(pack.leaves, list(cells), answers, shape)
    return _Table(list(cells), steps, [c.reshape(-1).astype(np.float32) for c in credits])


def _credits_of(
    leaves: Sequence[Leaf], columns: list[int], answers: Mapping[Split, np.ndarray], shape: tuple[int, ...]
) -> np.ndarray:
    """The leaves' credits added up: one array of the table's shape for each of its columns."""
    credits = np.zeros((len(columns), *shape))
    for asked, alike in _by_columns(leaves).items():
        axes = [columns.index(c) for c in asked]
        shares = np.array([[_share(leaf, c) for c in asked] for leaf in alike])
        owed = leaf_credits(shares, np.array([leaf.value for leaf in alike]))
        # Only these columns matter to these leaves, so their sum is made small and then spread over the rest.
        total = np.zeros((len(asked), *(shape[a] for a in axes)))
        for leaf, credit in zip(alike, owed, strict=True):
            total += credit.T[:, _patterns(leaf, asked, answers)]
        spread = [shape[a] if a in axes else 1 for a in range(len(shape))]
        for axis, column in zip(axes, total, strict=True):
            credits[axis] += column.reshape(spread)
    return credits


def _by_columns(leaves: Iterable[Leaf]) -> dict[tuple[int, ...], list[Leaf]]:
    alike: dict[tuple[int, ...], list[Leaf]] = defaultdict(list)
    for leaf in leaves:
        alike[tuple(sorted({s.split.feature for s in leaf.steps}))].append(leaf)
    return alike


def _share(leaf: Leaf, column: int) -> float:
    return float(np.prod([s.share for s in leaf.steps if s.split.feature == column]))


def _patterns(leaf: Leaf, asked: tuple[int, ...], answers: Mapping[Split, np.ndarray]) -> np.ndarray:
    """Which of the leaf's conditions hold, as bits, for every combination of its columns' cells."""
    pattern = np.zeros((1,) * len(asked), np.intp)
    for j, column in enumerate(asked):
        met = np.logical_and.reduce([answers[s.split] == s.goes_left for s in leaf.steps if s.split.feature == column])
        pattern = pattern + (met.astype(np.intp) << j).reshape([-1 if i == j else 1 for i in range(len(asked))])
    return pattern
