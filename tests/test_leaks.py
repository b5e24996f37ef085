"""Columns that know the outcome are caught, each by its own sign, and honest columns never are."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from churn.schema import Column, Schema
from churn.training.prepare import leaks_in, place_in_file_tells, unusable_columns
from tests.small_lists import SCHEMA, small_table

TABLE = small_table(600, seed=3)
GONE = np.asarray(TABLE["gone"]).astype(bool)
RANDOM = np.random.default_rng(7)
SOMETIMES = RANDOM.random(600)


def only_leavers(values, share=1.0):
    return [v if g and s < share else None for v, g, s in zip(values, GONE, SOMETIMES, strict=True)]


def noisy_score(noise):
    return (GONE + RANDOM.normal(0, noise, 600)).round(3)


DAYS = [date(2026, 1, 1) + timedelta(days=int(d)) for d in RANDOM.integers(0, 300, 600)]
FINER = np.where(GONE, "moved", np.where(SOMETIMES < 0.5, "a", "b"))
PLANTED = {
    "a copy in other words": ("state", "category", np.where(GONE, "ex", "current").tolist()),
    "a copy with typing errors": ("state2", "category", np.where(GONE ^ (SOMETIMES < 0.01), "1x", "0x").tolist()),
    "another model's answer": ("nb_1", "number", noisy_score(0.2)),
    "finer classes of the outcome": (
        "state3",
        "category",
        np.where(GONE, "moved", np.where(SOMETIMES < 0.5, "a", "b")).tolist(),
    ),
    "a reason filled for leavers": ("note", "text", only_leavers(["too dear"] * 600, 0.5)),
    "a leaving date": ("final_day", "date", only_leavers(DAYS)),
    "an amount that goes missing": ("refund", "number", only_leavers(SOMETIMES.tolist(), 0.8)),
    "a churn score": ("Churn Score", "number", noisy_score(0.7)),
    "calls after leaving": ("calls_after", "number", noisy_score(0.9)),
    "a cancellation flag": ("cancel_requested", "flag", (GONE & (SOMETIMES < 0.6)).tolist()),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_leak_is_left_out(kind):
    name, form, values = PLANTED[kind]
    kinds = {"number": pa.float64(), "date": pa.date32(), "flag": pa.bool_()}
    table = TABLE.append_column(name, pa.array(values, kinds.get(form, pa.string())))
    found = leaks_in(Schema((*SCHEMA.columns, Column(name, form))), table, GONE.astype(np.int8))
    assert [(leak.column, leak.hard) for leak in found] == [(name, True)]


def test_row_numbers_are_left_out_of_a_sorted_file_and_only_there():
    schema = Schema((*SCHEMA.columns, Column("row")))
    by_outcome = TABLE.take(pa.array(np.argsort(GONE, kind="stable")))
    for table, caught in ((by_outcome, ["row"]), (TABLE, [])):
        numbered = table.append_column("row", pa.array(np.arange(600.0)))
        labels = np.asarray(table["gone"]).astype(np.int8)
        assert [leak.column for leak in leaks_in(schema, numbered, labels) if leak.hard] == caught
    assert place_in_file_tells(np.sort(GONE).astype(np.int8)) == 1.0


def test_ids_from_two_joined_files_are_left_out():
    numbers = np.where(GONE, 500_000, 100_000) + RANDOM.permutation(90_000)[:600]
    table = TABLE.append_column("account_no", pa.array(numbers.astype(float)))
    schema = Schema((*SCHEMA.columns, Column("account_no")))
    assert [c.column for c in unusable_columns(schema, table)] == ["account_no"]
    found = leaks_in(schema, table, GONE.astype(np.int8))
    assert [(leak.column, leak.hard) for leak in found] == [("account_no", True)]


@pytest.mark.parametrize("seed", range(4))
def test_clean_lists_raise_no_alarm(seed):
    table = small_table(800, seed=seed, strength=1.5)
    assert leaks_in(SCHEMA, table, np.asarray(table["gone"]).astype(np.int8)) == ()


def test_a_strong_but_honest_column_is_a_suspect_and_stays():
    table = TABLE.append_column("usage", pa.array(noisy_score(0.5)))
    found = leaks_in(Schema((*SCHEMA.columns, Column("usage"))), table, GONE.astype(np.int8))
    assert [(leak.column, leak.hard) for leak in found] == [("usage", False)]


def test_a_column_is_not_looked_at_when_it_is_left_out_anyway():
    table = TABLE.append_column("state", pa.array(np.where(GONE, "a", "b").tolist()))
    schema = Schema((*SCHEMA.columns, replace(SCHEMA.columns[1], name="state", levels=())))
    assert leaks_in(schema, table, GONE.astype(np.int8), skip=("state",)) == ()


def test_a_column_that_may_be_empty_gives_nothing_away_by_being_filled():
    bought = [1.0 if s < (0.2 if g else 0.7) else None for g, s in zip(GONE, SOMETIMES, strict=True)]
    table = TABLE.append_column("order_value", pa.array(bought, pa.float64()))
    columns = (*SCHEMA.columns, Column("order_value", "number", may_be_empty=True))
    found = [leaks_in(Schema(c), table, GONE.astype(int)) for c in (columns, (*SCHEMA.columns, Column("order_value")))]
    assert [[(leak.column, leak.kind) for leak in leaks] for leaks in found] == [[], [("order_value", "filled")]]
