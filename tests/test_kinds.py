"""A column is counted the same way whether it is looked at cell by cell or all at once."""

import dataclasses

import numpy as np
import pyarrow as pa
import pytest

from churn.intake.columns import Holding, cells_of
from churn.intake.numbers import parse_written


def holding_of(cells, stated=None, parts=1):
    holding = Holding(stated)
    for part in np.array_split(np.arange(len(cells)), parts):
        texts = [cells[i] for i in part]
        holding.add(cells_of(pa.chunked_array([pa.array(texts, pa.string())]), part + 2))
    return holding


def test_what_a_column_holds_is_counted_with_lines():
    holding = holding_of(["5", " 6.5 ", "", "N/A", "€ 7", "x", "12%"])
    assert (holding.rows, holding.filled, holding.numbers, holding.shares) == (7, 5, 4, 1)
    assert dict(holding.missing) == {"": 1, "N/A": 1}
    assert holding.currencies == {"EUR": [(6, "€ 7")]}
    assert holding.no_number == [(7, "x")]
    assert dict(holding.says) == {"": 3, "point": 1}


@pytest.mark.parametrize("stated", [None, "number", "date", "text", "category"])
def test_counting_in_parts_adds_up(stated):
    cells = ["5", "1.234", "", "x", "2026-01-31", "31/12/2025", "1,5"] * 20
    whole, parts = holding_of(cells, stated), holding_of(cells, stated, parts=7)
    assert dataclasses.asdict(parts) == dataclasses.asdict(whole)


@pytest.mark.parametrize(
    "cells",
    [
        [f"{i}.{i % 1000:03d}" for i in range(9_000)],
        [f"{i},50" for i in range(9_000)],
        [f"{i:05d}" for i in range(9_000)],
        [f"2026-01-{i % 31 + 1:02d} 10:{i % 60:02d}:{i // 60 % 60:02d}.{i}" for i in range(9_000)],
        [f"€ {i}.5" for i in range(8_900)] + ["", "-", "x"] * 30,
        [f"ID-{i}" for i in range(9_000)],
    ],
    ids=["points", "commas", "zeros", "moments", "money", "ids"],
)
def test_a_wide_column_is_counted_as_a_narrow_one_is(cells):
    wide = holding_of(cells)
    narrow = Holding()
    for start in range(0, len(cells), 500):
        narrow.add(
            cells_of(pa.chunked_array([pa.array(cells[start : start + 500])]), np.arange(start + 2, start + 502))
        )
    counted = (
        "rows",
        "numbers",
        "dates",
        "shares",
        "leading_zeros",
        "integers",
        "long_digits",
        "exponents",
        "missing",
        "currencies",
    )
    assert {n: getattr(wide, n) for n in counted} == {n: getattr(narrow, n) for n in counted}
    assert wide.orders == narrow.orders
    if wide.numbers:
        marked = sum(bool((w := parse_written(c)) and w.says == "comma") for c in cells)
        assert wide.says["comma"] == narrow.says["comma"] == marked


def test_very_many_words_are_free_text():
    holding = holding_of([f"word {i}" for i in range(1_200)])
    assert (holding.many, len(holding.levels)) == (True, 0)


def test_rows_that_all_differ_are_their_own_values():
    column = pa.chunked_array([pa.array([f"A{i}" for i in range(9_000)])])
    cells = cells_of(column, np.arange(9_000))
    assert (cells.each, cells.spread(cells.values) is cells.values) == (True, True)
    few = cells_of(pa.chunked_array([pa.array(["a", "b", "a"])]), np.arange(3))
    assert few.spread(few.values).to_pylist() == ["a", "b", "a"]
    assert few.counts.tolist() == [2, 1]
