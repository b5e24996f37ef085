"""Exact SHAP of forests by table look-up: leaves are packed into tables once, contributions are looked up and added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from math import factorial
from typing import Any, Literal

import numpy as np

from churn.explain.trees import Forest, Leaf, Split


def leaf_credits(shares: np.ndarray, values: np.ndarray) -> np.ndarray:
    """What each of k columns adds at each of n leaves, for all 2^k patterns: float64 (n, 2^k, k).

    A column plays with 1 or 0 when it is known (its conditions hold or fail), and with the share of training
    customers who met them when it is not. Bit j of a pattern says whether column j's conditions hold.
    """
    n, k = shares.shape
    holds = (np.arange(1 << k)[:, None] >> np.arange(k)) & 1
    weights = np.array([factorial(m) * factorial(k - m - 1) / factorial(k) for m in range(k)])
    credits = np.empty((n, 1 << k, k))
    for j in range(k):
        others = [i for i in range(k) if i != j]
        gain = (holds[:, j] - shares[:, [j]]) * values[:, None]
        credits[:, :, j] = gain * (_coalitions(holds, shares, others) @ weights)
    return credits


def _coalitions(holds: np.ndarray, shares: np.ndarray, others: list[int]) -> np.ndarray:
    """Per leaf, pattern and size, the sum over coalitions of the others: the product of all (share + bit z)."""
    sums = np.zeros((len(shares), len(holds), len(others) + 1))
    sums[:, :, 0] = 1.0
    for i in others:
        share = shares[:, None, [i]]
        sums[:, :, 1:] = sums[:, :, 1:] * share + sums[:, :, :-1] * holds[None, :, [i]]
        sums[:, :, 0] *= share[:, :, 0]
    return sums


# Cells: columns are cut so that no tree can tell customers in one cell apart.


_ZERO = np.float32(1e-35)  # LightGBM takes numbers no larger than this for zero


@dataclass(frozen=True)
class CellGrid:
    """Per column the sorted float32 edges; cell i holds the numbers from edge i-1 up to edge i, the last is missing."""

    edges: tuple[np.ndarray, ...]

    def counts(self) -> list[int]:
        """How many cells each column has, the missing one included."""
        return [len(e) + 2 for e in self.edges]

    def cells(self, numbers: np.ndarray, column: int) -> np.ndarray:
        """The cell of every number of a column."""
        edges = self.edges[column]
        found = np.searchsorted(edges, numbers, side="right")
        found[np.isnan(numbers)] = len(edges) + 1
        return found

    def cells_of_one(self, row: np.ndarray) -> np.ndarray:
        """The cell of every column of one customer."""
        edges, columns, places, firsts = self._flat
        found = np.zeros(len(row), np.intp)
        found[places] = np.add.reduceat(row[columns] >= edges, firsts, dtype=np.intp)
        missing = np.isnan(row)
        found[missing] = self._missing[missing]
        return found

    def holds(self, split: Split) -> np.ndarray:
        """In which cells of its column a split's answer is "left"."""
        lowest = np.concatenate([np.array([-np.inf], np.float32), self.edges[split.feature]])
        if split.members is not None:
            answers = np.isin(np.floor(lowest), sorted(split.members))
        else:
            answers = lowest < np.float32(split.edge)
            if split.zero_left is not None:
                answers[(lowest >= -_ZERO) & (lowest <= _ZERO)] = split.zero_left
        return np.append(answers, split.missing_left)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The edges as two plain arrays."""
        starts = np.cumsum([0, *(len(e) for e in self.edges)]).astype(np.int64)
        return {"edges": np.concatenate([*self.edges, np.empty(0, np.float32)]), "edge_starts": starts}

    @staticmethod
    def from_arrays(arrays: Mapping[str, np.ndarray]) -> CellGrid:
        """The Grid that `to_arrays` wrote."""
        return CellGrid(tuple(np.split(arrays["edges"], arrays["edge_starts"][1:-1])))

    @cached_property
    def _flat(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """All edges in one line, the column of each, the columns that have any, and where each of those begins."""
        counts = np.array([len(e) for e in self.edges])
        places = np.flatnonzero(counts)
        firsts = (np.cumsum(counts) - counts)[places]
        return self.to_arrays()["edges"], np.repeat(np.arange(len(counts)), counts), places, firsts

    @cached_property
    def _missing(self) -> np.ndarray:
        return np.array(self.counts()) - 1


def build_grid(splits: Iterable[Split], features: int) -> CellGrid:
    """Build the coarsest grid in which every split has one answer per cell."""
    found: list[set[np.float32]] = [set() for _ in range(features)]
    for split in splits:
        found[split.feature].update(_split_edges(split))
    return CellGrid(tuple(np.array(sorted(edges), np.float32) for edges in found))


def distinct_cells(answers: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The combinations of answers that occur (combination, question), and which one each cell of the grid has."""
    patterns, of_cell = np.unique(np.stack(answers, axis=1), axis=0, return_inverse=True)
    return patterns, of_cell.reshape(-1)


def _split_edges(split: Split) -> list[np.float32]:
    if split.members is not None:
        return [np.float32(edge) for code in split.members for edge in (code, code + 1)]
    edges = [np.float32(split.edge)]
    if split.zero_left is not None:
        edges += [-_ZERO, np.nextafter(_ZERO, np.float32(1))]
    return edges


# Packs: leaves that ask about the same columns share a table, so that few look-ups answer for many trees.


MOST_STATES = 1024  # entries of one table; a table of this size stays in a processor's nearest memory
_WORD = 64  # bits


@dataclass(frozen=True)
class Pack:
    """Leaves to be answered by one table, and the splits they ask about."""

    leaves: tuple[Leaf, ...]
    splits: tuple[Split, ...]


def sort_splits(forest: Forest) -> tuple[Split, ...]:
    """The distinct splits of a forest, sorted by column, whatever the order of the trees."""
    found = {s for tree in forest.trees for s in tree.splits if s is not None}
    return tuple(sorted(found, key=lambda s: (s.feature, s.edge, sorted(s.members or ()), repr(s))))


def pack_leaves(forest: Forest, grid: CellGrid, *, most_states: int = MOST_STATES) -> list[Pack]:
    """Put every leaf of a forest into one pack, so that the tables have few columns to look up."""
    splits = sort_splits(forest)
    place = {split: i for i, split in enumerate(splits)}
    groups: dict[tuple[int, ...], list[Leaf]] = defaultdict(list)
    for tree in forest.trees:
        for leaf in tree.leaves():
            if leaf.steps:
                groups[tuple(sorted({place[step.split] for step in leaf.steps}))].append(leaf)
    packer = _Packer(_Bits(splits, grid), most_states)
    packed: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for asked in groups:
        packed[packer.place(asked)].append(asked)
    return [
        Pack(
            tuple(leaf for asked in together for leaf in groups[asked]),
            tuple(splits[i] for i in sorted({i for asked in together for i in asked})),
        )
        for together in packed.values()
    ]


class _Bits:
    """Sets of splits as rows of bits, one bit a split; the bits of a column start at a word of their own."""

    def __init__(self, splits: Sequence[Split], grid: CellGrid) -> None:
        features = np.array([s.feature for s in splits], dtype=np.int64)
        columns, firsts, counts = np.unique(features, return_index=True, return_counts=True)
        words = -(-counts // _WORD)
        self.starts = np.cumsum(words) - words
        self.width = int(words.sum())
        self.bits = np.arange(len(splits)) + np.repeat(self.starts * _WORD - firsts, counts)
        self.is_set = np.maximum.reduceat([s.members is not None for s in splits], firsts) if len(splits) else words
        self.most_cells = np.array([grid.counts()[c] for c in columns], dtype=float)
        self.missing_left = self.row(i for i, s in enumerate(splits) if s.missing_left)

    def row(self, wanted: Iterable[int]) -> np.ndarray:
        """The bits of some splits."""
        bits = np.zeros(self.width, np.uint64)
        for i in wanted:
            word, place = divmod(int(self.bits[i]), _WORD)
            bits[word] |= np.uint64(1 << place)
        return bits

    def per_column(self, rows: np.ndarray) -> np.ndarray:
        """How many splits of every column each row has."""
        return np.add.reduceat(np.bitwise_count(rows).astype(np.int64), self.starts, axis=1)

    def states(self, rows: np.ndarray) -> np.ndarray:
        """At most how many combinations of cells a table for each row must tell apart."""
        count, left = self.per_column(rows), self.per_column(rows & self.missing_left)
        # k edges make k + 1 cells, and one more where missing values go with neither end.
        cells = count + 1 + ((left > 0) & (left < count))
        cells = np.where(self.is_set, 2.0 ** np.minimum(count, 30), cells)
        return np.minimum(cells, self.most_cells).prod(axis=1)


class _Packer:
    """Puts sets of splits, one after the other, where they share the most columns and the table stays small."""

    def __init__(self, bits: _Bits, most_states: int) -> None:
        self.bits = bits
        self.most_states = most_states
        self.packs = np.zeros((64, bits.width), np.uint64)
        self.columns = np.zeros((64, len(bits.starts)), bool)
        self.used = 0

    def place(self, wanted: tuple[int, ...]) -> int:
        """The number of the pack these splits go into; a new one where none would save a look-up."""
        row = self.bits.row(wanted)
        columns = self.bits.per_column(row[None])[0] > 0
        shared = (self.columns[: self.used] & columns).sum(axis=1)
        for many in range(int(columns.sum()), 0, -1):
            # Most shared columns first; among those the smallest table.
            alike = np.flatnonzero(shared == many)
            joined = self.packs[alike] | row
            states = self.bits.states(joined) if len(alike) else np.empty(0)
            if len(alike) and states.min() <= self.most_states:
                best = int(states.argmin())
                self.packs[alike[best]] = joined[best]
                self.columns[alike[best]] |= columns
                return int(alike[best])
        return self._new(row, columns)

    def _new(self, row: np.ndarray, columns: np.ndarray) -> int:
        if self.used == len(self.packs):
            self.packs = np.concatenate([self.packs, np.zeros_like(self.packs)])
            self.columns = np.concatenate([self.columns, np.zeros_like(self.columns)])
        self.packs[self.used], self.columns[self.used] = row, columns
        self.used += 1
        return self.used - 1


# Machine code for the same additions, for very long lists; needs the optional numba.


Core = Literal["numpy", "numba"]
WORTHWHILE = 3_000_000  # customers; below this, starting numba costs more than it saves
_ROWS = 512  # customers at a time, so that a table stays near while all of them ask it


def choose_core(rows: int | None) -> Core:
    """Choose the faster way for this many customers; `numba` only where it is installed."""
    return "numba" if rows is not None and rows >= WORTHWHILE and find_spec("numba") else "numpy"


def add_credits(totals: np.ndarray, cells: np.ndarray, *tables: np.ndarray) -> None:
    """Add every table's credits to `totals` (columns, customers), in the order NumPy would."""
    _machine_code()(totals, cells, *tables)


@cache
def _machine_code() -> Any:
    from numba import njit

    try:
        return njit(cache=True, nogil=True)(_add_credits)
    except RuntimeError:  # no folder to keep the machine code in
        return njit(nogil=True)(_add_credits)


def _add_credits(totals, cells, starts, columns, step_starts, steps, credit_starts, credits):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    rows = cells.shape[1]
    state = np.empty(_ROWS, np.uint16)
    for first in range(0, rows, _ROWS):
        many = min(_ROWS, rows - first)
        for table in range(len(starts) - 1):
            state[:] = 0
            for slot in range(starts[table], starts[table + 1]):
                add = steps[step_starts[slot] : step_starts[slot + 1]]
                cell = cells[columns[slot], first : first + many]
                for i in range(many):
                    state[i] += add[cell[i]]
            for slot in range(starts[table], starts[table + 1]):
                add = credits[credit_starts[slot] : credit_starts[slot + 1]]
                total = totals[columns[slot], first : first + many]
                for i in range(many):
                    total[i] += add[state[i]]


# Look-up: form a customer's state, look up what each column adds, and add.


BLOCK = 16384  # customers at a time: few enough for the processor's memory, enough to forget NumPy's cost per call
FEW = 48  # up to this many customers, one by one is faster than a block


@dataclass(frozen=True)
class Lookup:
    """Exact SHAP of a forest as tables; a slot is a table together with one of the columns it answers for.

    Every way through (block, one row, compiled) adds the same float32 numbers in the same order, so a customer's
    contributions never depend on who else is in the list.

    grid           the cells of every column
    starts         per table, its first slot; one more number than there are tables
    columns        per slot, the column
    step_starts    per slot, where its steps begin; steps[that + cell] is what the column's cell adds to the state
    credit_starts  per slot, where its credits begin; credits[that + state] is what the column adds to the score
    """

    grid: CellGrid
    starts: np.ndarray
    columns: np.ndarray
    step_starts: np.ndarray
    steps: np.ndarray
    credit_starts: np.ndarray
    credits: np.ndarray

    def add_to(self, totals: np.ndarray, matrix: np.ndarray, *, core: Core = "numpy") -> None:
        """Add what every column contributes, for a float32 matrix of customers, to `totals` (columns, customers)."""
        rows = matrix.shape[0]
        if not len(self.columns):
            return
        if rows <= FEW:
            for i in range(rows):
                self._add_one(totals[:, i], matrix[i])
            return
        for first in range(0, rows, BLOCK):
            part = slice(first, first + BLOCK)
            add = self._add_compiled if core == "numba" else self._add_block
            add(totals[:, part], matrix[part])

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The tables as plain arrays; `lookup_from` reads them back."""
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        return {**arrays, **self.grid.to_arrays()}

    def _add_block(self, totals: np.ndarray, matrix: np.ndarray) -> None:
        rows = matrix.shape[0]
        cells = {c: self.grid.cells(matrix[:, c], c) for c in self._asked.tolist()}
        state, step = np.empty(rows, np.uint16), np.empty(rows, np.uint16)
        place, credit = np.empty(rows, np.intp), np.empty(rows, np.float32)
        for table in self._tables:
            state[:] = 0
            for column, steps, _ in table:
                np.take(steps, cells[column], out=step, mode="clip")
                np.add(state, step, out=state)
            place[:] = state
            for column, _, credits in table:
                np.take(credits, place, out=credit, mode="clip")
                np.add(totals[column], credit, out=totals[column])

    def _add_compiled(self, totals: np.ndarray, matrix: np.ndarray) -> None:
        cells = np.empty(matrix.shape[::-1], np.uint16)
        for c in self._asked.tolist():
            cells[c] = self.grid.cells(matrix[:, c], c)
        add_credits(
            totals, cells, self.starts, self.columns, self.step_starts, self.steps, self.credit_starts, self.credits
        )

    def _add_one(self, totals: np.ndarray, row: np.ndarray) -> None:
        cells = self.grid.cells_of_one(row)
        steps = self.steps[self.step_starts[:-1] + cells[self.columns]].astype(np.intp)
        states = np.add.reduceat(steps, self.starts[:-1])
        np.add.at(totals, self.columns, self.credits[self.credit_starts[:-1] + states[self._table_of_slot]])

    @cached_property
    def _asked(self) -> np.ndarray:
        return np.unique(self.columns)

    @cached_property
    def _table_of_slot(self) -> np.ndarray:
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    @cached_property
    def _tables(self) -> list[list[tuple[int, np.ndarray, np.ndarray]]]:
        steps = np.split(self.steps, self.step_starts[1:-1])
        credits = np.split(self.credits, self.credit_starts[1:-1])
        slots = list(zip(self.columns.tolist(), steps, credits, strict=True))
        return [slots[a:b] for a, b in zip(self.starts[:-1], self.starts[1:], strict=True)]


_ARRAYS = ("starts", "columns", "step_starts", "steps", "credit_starts", "credits")


def lookup_from(arrays: dict[str, np.ndarray]) -> Lookup:
    """The tables that `to_arrays` wrote."""
    return Lookup(CellGrid.from_arrays(arrays), *(arrays[name] for name in _ARRAYS))


# Building the tables, once, when a model is trained.


def build_lookup(forest: Forest, *, most_states: int = MOST_STATES) -> Lookup:
    """Build the tables of a forest."""
    grid = build_grid(sort_splits(forest), forest.features)
    tables = [_build_table(pack, grid) for pack in pack_leaves(forest, grid, most_states=most_states)]
    steps = [s for t in tables for s in t.steps]
    credits = [c for t in tables for c in t.credits]
    return Lookup(
        grid,
        _start_offsets(t.columns for t in tables),
        np.array([c for t in tables for c in t.columns], np.int32),
        _start_offsets(steps),
        np.concatenate([*steps, np.empty(0, np.uint16)]),
        _start_offsets(credits),
        np.concatenate([*credits, np.empty(0, np.float32)]),
    )


def _start_offsets(parts: Iterable[Sized]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum([len(p) for p in parts])]).astype(np.int64)


@dataclass(frozen=True)
class _Table:
    """One table: its columns, what each cell of them adds to the state, and per state what each adds."""

    columns: list[int]
    steps: list[np.ndarray]
    credits: list[np.ndarray]


def _build_table(pack: Pack, grid: CellGrid) -> _Table:
    asked: dict[int, list[Split]] = defaultdict(list)
    for split in pack.splits:
        asked[split.feature].append(split)
    cells = {c: distinct_cells([grid.holds(s) for s in splits]) for c, splits in asked.items()}
    answers = {s: cells[c][0][:, i] for c, splits in asked.items() for i, s in enumerate(splits)}
    shape = tuple(len(patterns) for patterns, _ in cells.values())
    strides = np.cumprod((1, *shape[:0:-1]))[::-1]
    steps = [(of_cell * s).astype(np.uint16) for (_, of_cell), s in zip(cells.values(), strides, strict=True)]
    credits = _sum_credits(pack.leaves, list(cells), answers, shape)
    return _Table(list(cells), steps, [c.reshape(-1).astype(np.float32) for c in credits])


def _sum_credits(
    leaves: Sequence[Leaf], columns: list[int], answers: Mapping[Split, np.ndarray], shape: tuple[int, ...]
) -> np.ndarray:
    """The leaves' credits added up: one array of the table's shape for each of its columns."""
    credits = np.zeros((len(columns), *shape))
    for asked, alike in _group_by_columns(leaves).items():
        axes = [columns.index(c) for c in asked]
        shares = np.array([[_share(leaf, c) for c in asked] for leaf in alike])
        owed = leaf_credits(shares, np.array([leaf.value for leaf in alike]))
        # Only these columns matter to these leaves, so their sum is made small and then spread over the rest.
        total = np.zeros((len(asked), *(shape[a] for a in axes)))
        for leaf, credit in zip(alike, owed, strict=True):
            total += credit.T[:, _matching_patterns(leaf, asked, answers)]
        spread = [shape[a] if a in axes else 1 for a in range(len(shape))]
        for axis, column in zip(axes, total, strict=True):
            credits[axis] += column.reshape(spread)
    return credits


def _group_by_columns(leaves: Iterable[Leaf]) -> dict[tuple[int, ...], list[Leaf]]:
    alike: dict[tuple[int, ...], list[Leaf]] = defaultdict(list)
    for leaf in leaves:
        alike[tuple(sorted({s.split.feature for s in leaf.steps}))].append(leaf)
    return alike


def _share(leaf: Leaf, column: int) -> float:
    return float(np.prod([s.share for s in leaf.steps if s.split.feature == column]))


def _matching_patterns(leaf: Leaf, wanted: tuple[int, ...], answers: Mapping[Split, np.ndarray]) -> np.ndarray:
    """Which of the leaf's conditions hold, as bits, for every combination of its columns' cells."""
    pattern = np.zeros((1,) * len(wanted), np.intp)
    for j, column in enumerate(wanted):
        met = np.logical_and.reduce([answers[s.split] == s.goes_left for s in leaf.steps if s.split.feature == column])
        pattern = pattern + (met.astype(np.intp) << j).reshape([-1 if i == j else 1 for i in range(len(wanted))])
    return pattern
