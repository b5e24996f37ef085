"""Columns cut into cells: inside a cell no tree can tell customers apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from churn.attribution.trees import Split

_ZERO = np.float32(1e-35)  # LightGBM takes numbers no larger than this for zero


@dataclass(frozen=True)
class Grid:
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
    def from_arrays(arrays: Mapping[str, np.ndarray]) -> Grid:
        """The Grid that `to_arrays` wrote."""
        return Grid(tuple(np.split(arrays["edges"], arrays["edge_starts"][1:-1])))

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


def grid_for(splits: Iterable[Split], features: int) -> Grid:
    """The coarsest Grid in which every split's answer is the same all over each cell."""
    found: list[set[np.float32]] = [set() for _ in range(features)]
    for split in splits:
        found[split.feature].update(_edges_of(split))
    return Grid(tuple(np.array(sorted(edges), np.float32) for edges in found))


def distinct_cells(answers: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The combinations of answers that occur (combination, question), and which one each cell of the grid has."""
    patterns, of_cell = np.unique(np.stack(answers, axis=1), axis=0, return_inverse=True)
    return patterns, of_cell.reshape(-1)


def _edges_of(split: Split) -> list[np.float32]:
    if split.members is not None:
        return [np.float32(edge) for code in split.members for edge in (code, code + 1)]
    edges = [np.float32(split.edge)]
    if split.zero_left is not None:
        edges += [-_ZERO, np.nextafter(_ZERO, np.float32(1))]
    return edges
