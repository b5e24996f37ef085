"""Leaves that ask about the same columns packed together, so that few look-ups answer for many trees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from churn.attribution.grid_cells import Grid
from churn.attribution.trees import Forest, Leaf, Split

MOST_STATES = 1024  # entries of one table; a table of this size stays in a processor's nearest memory
_WORD = 64  # bits


@dataclass(frozen=True)
class Pack:
    """Leaves to be answered by one table, and the splits they ask about."""

    leaves: tuple[Leaf, ...]
    splits: tuple[Split, ...]


def splits_of(forest: Forest) -> tuple[Split, ...]:
    """Every different split of a forest, those of a column together, in an order the trees' order does not change."""
    found = {s for tree in forest.trees for s in tree.splits if s is not None}
    return tuple(sorted(found, key=lambda s: (s.feature, s.edge, sorted(s.members or ()), repr(s))))


def packs_of(forest: Forest, grid: Grid, *, most_states: int = MOST_STATES) -> list[Pack]:
    """Every leaf of a forest in one pack each, such that the tables of all packs have few columns to look up."""
    splits = splits_of(forest)
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

    def __init__(self, splits: Sequence[Split], grid: Grid) -> None:
        features = np.array([s.feature for s in splits], dtype=np.int64)
        columns, firsts, counts = np.unique(features, return_index=True, return_counts=True)
        words = -(-counts // _WORD)
        self.starts = np.cumsum(words) - words
        self.width = int(words.sum())
        self.bits = np.arange(len(splits)) + np.repeat(self.starts * _WORD - firsts, counts)
        self.is_set = np.maximum.reduceat([s.members is not None for s in splits], firsts) if len(splits) else words
        self.most_cells = np.array([grid.counts()[c] for c in columns], dtype=float)
        self.missing_left = self.row(i for i, s in enumerate(splits) if s.missing_left)

    def row(self, asked: Iterable[int]) -> np.ndarray:
        """The bits of some splits."""
        bits = np.zeros(self.width, np.uint64)
        for i in asked:
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

    def place(self, asked: tuple[int, ...]) -> int:
        """The number of the pack these splits go into; a new one where none would save a look-up."""
        row = self.bits.row(asked)
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
