"""How a column is read is settled by all of it: the decimal mark, the order of dates, and what its words mean."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from churn.intake.columns import Holding, cells_of
from churn.intake.plans import ColumnPlan, arrow_type, choose_decimal_mark, read_column, read_flag, read_level
from churn.intake.reader import read_list
from churn.schema import Column, Schema


def read(cells, plan):
    column, odd = read_column(cells_of(pa.chunked_array([pa.array(cells, pa.string())]), np.arange(len(cells))), plan)
    return column.to_pylist(), len(odd)


@pytest.mark.parametrize(
    ("says", "comma", "mark"),
    [
        ({"point": 3, "comma": 1}, False, "."),
        ({"point": 1, "comma": 3}, False, ","),
        ({"either.": 3}, False, "."),
        ({"either.": 3}, True, ","),
        ({}, False, "."),
    ],
)
def test_the_decimal_mark_is_the_one_most_cells_settle(says, comma, mark):
    assert choose_decimal_mark(Holding(says=Counter(says)), comma=comma) == mark


def test_what_cannot_be_read_is_missing_and_counted():
    assert read(["5", "x", "", "N/A", "6,5"], ColumnPlan(Column("a"))) == ([5.0, None, None, None, None], 2)


def test_a_blank_stands_for_what_the_profile_says():
    assert read(["5", "", "-"], ColumnPlan(Column("a", blank="0"))) == ([5.0, 0.0, 0.0], 0)
    assert read(["a", ""], ColumnPlan(Column("a", "category", blank="None"))) == (["a", "None"], 0)


@pytest.mark.parametrize(
    ("positive", "word", "left"),
    [
        (("Yes",), "yes", True),
        (("Yes",), "1", True),
        (("Yes",), "no", False),
        (("No",), "0", True),
        (("No",), "TRUE", False),
        (("True",), "False", False),
        (("Yes",), "mabye", None),
        ((), "ja", True),
    ],
)
def test_yes_for_an_outcome_means_the_customer_left(positive, word, left):
    assert read_flag(word, ColumnPlan(Column("churn", "flag", "outcome", positive=positive))) is left


def test_levels_are_spelled_as_the_schema_spells_them():
    plan = ColumnPlan(Column("c", "category"), known={"monthtomonth": "Month-to-month", "Other": "Other"})
    assert [read_level(t, plan) for t in ("month to month", "MONTH-TO-MONTH", "Other", "New")] == [
        "Month-to-month",
        "Month-to-month",
        "Other",
        "New",
    ]


def test_levels_that_only_case_tells_apart_stay_apart():
    schema = Schema((Column("id", "text", "key"), Column("grade", "category", levels=("a", "A"))))
    assert read_list(b"id,grade\n1,a\n2,A\n", schema=schema).table["grade"].to_pylist() == ["a", "A"]


def test_each_kind_has_its_type():
    assert [arrow_type(Column("a", k)) for k in ("number", "flag", "date", "category", "text")] == [
        pa.float64(),
        pa.bool_(),
        pa.date32(),
        pa.string(),
        pa.string(),
    ]
