"""Tables that answer for whole forests: form a customer's state, look up what each column adds, and add."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from churn.attribution.compiled import Core, add_credits
from churn.attribution.grid_cells import Grid

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

    grid: Grid
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
    return Lookup(Grid.from_arrays(arrays), *(arrays[name] for name in _ARRAYS))
