"""Distinct: the different cells of one column of one block; what is asked of a cell is asked once, not once per row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.intake.values.marks import MAY_BE_NOTHING, bare_column, unmarked_column
from churn.intake.values.numbers import all_plain

_PROBE = 2_000  # cells that tell whether nearly all of a column differ; fewer are looked at one by one


@dataclass(frozen=True)
class Cells:
    """One column of one block: its different cells without blanks around them, and which row holds which."""

    values: pa.Array
    codes: np.ndarray
    lines: np.ndarray
    column: pa.Array  # the cells as they stand
    each: bool = False  # every row has a cell of its own: the values are the rows
    as_is: bool = False  # no cell has blanks around it
    marked: np.ndarray | None = None  # which different cells had a mark for text, as ="5" or '5

    @cached_property
    def counts(self) -> np.ndarray:
        """How many rows hold each different cell."""
        return np.ones(len(self.codes), np.int64) if self.each else np.bincount(self.codes, minlength=len(self.values))

    @cached_property
    def plain(self) -> pa.Array | None:
        """The numbers when every cell is one in plain digits, else None."""
        return all_plain(self.values)

    @cached_property
    def odd(self) -> np.ndarray:
        """The codes of the cells that may stand for nothing or for a shortened number: all where they are few."""
        if len(self.values) <= _PROBE:
            return np.arange(len(self.values))
        return np.flatnonzero(pc.match_substring_regex(self.values, MAY_BE_NOTHING).to_numpy(zero_copy_only=False))

    def spread(self, values: pa.Array) -> pa.Array:
        """One entry per row from one entry per different cell; the column itself where nothing was changed."""
        if self.each:
            return values
        return self.column if values is self.values and self.as_is else values.take(pa.array(self.codes))

    def line_of(self, code: int) -> int:
        """The first line that holds a cell."""
        return int(self.lines[int(np.argmax(self.codes == code))])

    def rows_of(self, codes: np.ndarray) -> np.ndarray:
        """The rows that hold one of these cells."""
        return codes if self.each else np.flatnonzero(np.isin(self.codes, codes)) if len(codes) else codes


def cells_of(column: pa.ChunkedArray, lines: np.ndarray) -> Cells:
    """The different cells of a text column; where nearly all differ, the rows themselves."""
    cells = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    cells = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
    if len(cells) > 4 * _PROBE and len(pc.unique(cells.slice(0, _PROBE))) > 0.9 * _PROBE:
        bare, marked = unmarked_column(bare_column(cells))
        codes = np.arange(len(cells), dtype=np.int32)
        return Cells(bare, codes, lines, cells, each=True, as_is=bare is cells, marked=marked)
    coded = cells.dictionary_encode()
    values, marked = unmarked_column(bare_column(coded.dictionary))
    codes = coded.indices.to_numpy(zero_copy_only=False)
    return Cells(values, codes, lines, cells, as_is=values is coded.dictionary, marked=marked)
