"""One comparison of a column with words or numbers, over whatever table the column comes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.intake.values.marks import LETTERS, NO, YES, bare, same_words
from churn.intake.values.numbers import number_of

MOST_COMPARED, LONGEST = 65_536, 100  # comparisons of single cells that are remembered, and how long a cell may be


@dataclass(frozen=True)
class Clause:
    """One comparison of a column with what it is measured against."""

    column: str
    operator: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cells:
    """One customer in place of a table: per column the cell and the type the column has in a list.

    What a cell answers does not depend on other rows, so each different one is compared only once.
    """

    cells: Mapping[str, tuple[Any, pa.DataType]]

    def __contains__(self, name: object) -> bool:
        return name in self.cells

    def __getitem__(self, name: str) -> pa.Array:
        cell, kind = self.cells[name]
        return pa.array([cell], kind)


def _column(columns: Any, name: str) -> pa.Array:
    """A column as one Arrow array, missing as null."""
    values = columns[name]
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    elif not isinstance(values, pa.Array):
        values = _as_arrow(values)
    return values.cast(values.type.value_type) if pa.types.is_dictionary(values.type) else values


def _as_arrow(values: Any) -> pa.Array:
    try:
        return pa.array(values, from_pandas=True)
    except pa.ArrowException:  # numbers and words in one column: compared as words
        return pa.array([None if v is None or v != v else str(v) for v in values], pa.string())


def compared(clause: Clause, columns: Any) -> np.ndarray:
    """True for each row whose cell satisfies the comparison; an empty cell satisfies only `is missing`."""
    if isinstance(columns, Cells):
        cell, kind = columns.cells[clause.column]
        long = isinstance(cell, str) and len(cell) > LONGEST
        return (_cell_compared.__wrapped__ if long else _cell_compared)(clause, cell, kind)
    values = _column(columns, clause.column)
    if clause.operator in ("is missing", "is known"):
        missing = _missing(values)
        return missing if clause.operator == "is missing" else ~missing
    if clause.operator in (">=", "<=", ">", "<", "between"):
        return _measured(clause, _numbers(values))
    found = np.logical_or.reduce([_equal(values, word) for word in clause.values])
    turned = clause.operator in ("!=", "is not", "is not one of")
    return ~found & np.asarray(pc.is_valid(values)) & ~_missing(values) if turned else found


@lru_cache(MOST_COMPARED, typed=True)
def _cell_compared(clause: Clause, cell: Any, kind: pa.DataType) -> np.ndarray:
    answer = compared(clause, {clause.column: pa.array([cell], kind)})
    answer.flags.writeable = False
    return answer


def _measured(clause: Clause, numbers: np.ndarray) -> np.ndarray:
    first = float(clause.values[0])
    if clause.operator == "between":
        return (numbers >= first) & (numbers <= float(clause.values[1]))
    compare = {">=": np.greater_equal, "<=": np.less_equal, ">": np.greater, "<": np.less}
    return compare[clause.operator](numbers, first)


def _equal(values: pa.Array, word: str) -> np.ndarray:
    if pa.types.is_boolean(values.type):
        said = same_words(word)
        if said not in YES | NO:
            return np.zeros(len(values), bool)
        return np.asarray(pc.fill_null(pc.equal(values, said in YES), False))
    if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        number = _number(word)
        return np.zeros(len(values), bool) if number is None else _numbers(values) == number
    same = pc.equal(pc.utf8_lower(_trimmed(values)), word.strip().lower())
    return np.asarray(pc.fill_null(same, False))


def _numbers(values: pa.Array) -> np.ndarray:
    """The column as numbers, NaN (which satisfies nothing) where it is empty or not a number."""
    if pa.types.is_boolean(values.type) or pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        return np.asarray(pc.cast(values, pa.float64()).to_numpy(zero_copy_only=False), float)
    distinct = _trimmed(values).dictionary_encode()
    known = np.array([_number(w) if w is not None else None for w in distinct.dictionary.to_pylist()] + [None], float)
    return known[np.asarray(pc.fill_null(distinct.indices, len(known) - 1))]


def _number(word: str) -> float | None:
    number, said = number_of(bare(word), "."), same_words(word)
    if number is None and said in (YES | NO) - LETTERS:
        return float(said in YES)
    return number


def _trimmed(values: pa.Array) -> pa.Array:
    return pc.utf8_trim_whitespace(pc.cast(values, pa.string()))


def _missing(values: pa.Array) -> np.ndarray:
    empty = np.asarray(pc.is_null(values, nan_is_null=True))
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        empty = empty | np.asarray(pc.fill_null(pc.equal(_trimmed(values), ""), True))
    return empty


def empty_cells(columns: Any, name: str) -> np.ndarray:
    """True where a column holds nothing."""
    return _missing(_column(columns, name))
