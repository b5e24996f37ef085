"""How many leave, by level or by range of any column, with the interval that so few customers allow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.errors import RequestRefused
from churn.learning.measures.reliability import wilson
from churn.scoring.wording import Wording, capital

MOST_LEVELS = 20
RANGES = 8


@dataclass(frozen=True)
class Rate:
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


def rates_by(
    table: pa.Table,
    name: str,
    wording: Wording,
    *,
    left: np.ndarray | None = None,
    probability: np.ndarray | None = None,
) -> tuple[Rate, ...]:
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
    digits = _digits(known)
    edges = np.unique(np.round(cuts, digits))
    return edges[(edges > known.min()) & (edges <= known.max())]


def _digits(known: np.ndarray) -> int:
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
) -> Rate:
    many = int(here.sum())
    expected = float(probability[here].mean()) if probability is not None and many else None
    start, end = (None if e is None else float(e) for e in between)
    if left is None or not many:
        return Rate(text, many, expected=expected, start=start, end=end)
    gone = int(left[here].sum())
    return Rate(text, many, gone, gone / many, *wilson(gone, many), expected, start, end)
