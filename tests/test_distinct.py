"""The different cells of a column are found once, the odd ones among them at a glance."""

import numpy as np
import pyarrow as pa
import pytest

from churn.intake.columns import cells_of
from churn.intake.values import MISSING, WORDS_FOR_NOTHING, is_missing


def cells(texts):
    return cells_of(pa.chunked_array([pa.array(texts, pa.string())]), np.arange(2, len(texts) + 2))


@pytest.mark.parametrize("mark", [*sorted(MISSING | WORDS_FOR_NOTHING), "####", "#DIV/0!"])
def test_no_mark_for_nothing_is_overlooked_among_many(mark):
    found = cells([f"A{i}" for i in range(9_000)] + [mark])
    assert (found.each, is_missing(mark, words=False)) == (True, True)
    assert found.values.take(pa.array(found.odd)).to_pylist() == [mark]


def test_rows_that_hold_a_cell_are_found_however_the_column_is_kept():
    few = cells(["x", "-", "x", "-"])
    assert few.rows_of(few.odd).tolist() == [0, 1, 2, 3]
    assert cells(["5", "-", "7", "-"]).rows_of(np.array([1])).tolist() == [1, 3]


def test_a_spreadsheets_mark_for_text_is_taken_off_and_counted():
    found = cells(['="00123"', "'007", "'t Hart", "=A1", "5"])
    assert found.values.to_pylist() == ["00123", "007", "'t Hart", "=A1", "5"]
    assert found.marked.tolist() == [True, True, False, False, False]
    assert cells(["a", "b"]).marked is None


def test_numbers_are_tried_once_for_all():
    assert cells(["5", "6.5"]).plain.to_pylist() == [5.0, 6.5]
    assert cells(["5", "x"]).plain is None
