"""Preparing a list for training: roles, useless columns, leaks."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from churn.errors import ListRefused, RequestRefused
from churn.schema import Column, Schema
from churn.training.encoder import encoder_for
from churn.training.prepare import (
    PrepareOptions,
    assign_roles,
    file_order_auc,
    find_collinear_columns,
    find_leaks,
    find_unusable_columns,
    prepare,
)
from tests.small_lists import SCHEMA, small_table

TABLE = small_table(200)


def test_a_named_column_takes_the_role_and_the_former_one_gives_it_up():
    other = SCHEMA.having("tenure", role="value").having("spend", role="value")
    roles = assign_roles(SCHEMA, TABLE, PrepareOptions(value="tenure", key="age_band"))
    assert {c.name: c.role for c in roles.columns if c.role != "feature"} == {
        "id": "ignored",
        "age_band": "key",
        "tenure": "value",
        "gone": "outcome",
    }
    assert other.value.name == "spend"


def test_the_former_value_is_still_learnt_from():
    assert "spend" in prepare(TABLE, SCHEMA, PrepareOptions(value="tenure")).examples.encoder.names


def test_equal_customers_with_opposite_outcomes_are_counted():
    flipped = TABLE.set_column(7, "gone", pa.array([not g for g in TABLE["gone"].to_pylist()]))
    both = pa.concat_tables([TABLE, flipped])
    notices = [n.text for n in prepare(both, SCHEMA, PrepareOptions()).notices]
    assert any(text.startswith("400 customers are equal in every column learnt from") for text in notices)


def test_few_leavers_make_every_figure_rough():
    few, many = (prepare(table, SCHEMA, PrepareOptions()).notices for table in (TABLE, small_table(1000)))
    assert [any("so every figure here is rough" in n.text for n in told) for told in (few, many)] == [True, False]


def test_a_leak_that_is_only_carried_along_is_named_all_the_same():
    copied = TABLE.append_column("score", pa.array([0.9 if g else 0.1 for g in TABLE["gone"].to_pylist()]))
    schema = Schema((*SCHEMA.columns, Column("score", role="ignored")))
    ready = prepare(copied, schema, PrepareOptions())
    assert [leak.column for leak in ready.leaks] == ["score"]
    assert "score" not in ready.examples.encoder.names


def test_suspects_are_kept_or_dropped_by_choice():
    noise = [(i * 37 % 100) / 60 for i in range(200)]
    values = [float(g) + n for g, n in zip(TABLE["gone"].to_pylist(), noise, strict=True)]
    suspicious = TABLE.append_column("usage", pa.array(values))
    schema = Schema((*SCHEMA.columns, Column("usage")))
    learnt = {
        s: prepare(suspicious, schema, PrepareOptions(suspects=s)).examples.encoder.names for s in ("keep", "drop")
    }
    assert ("usage" in learnt["keep"], "usage" in learnt["drop"]) == (True, False)


def test_columns_that_say_nothing_are_carried_along_only():
    wide = TABLE.append_column("same", pa.array(["x"] * 200))
    ready = prepare(wide, Schema((*SCHEMA.columns, Column("same", "category", required=True))), PrepareOptions())
    assert [(c.column, c.why) for c in ready.left_out] == [("same", "constant")]
    assert (ready.schema.by_name["same"].role, ready.schema.by_name["same"].required) == ("ignored", False)


def test_rows_without_a_date_are_left_out_with_a_count():
    days = pa.array([19_000 + i if i > 9 else None for i in range(200)], pa.int32()).cast(pa.date32())
    dated = TABLE.append_column("seen", days)
    ready = prepare(dated, Schema((*SCHEMA.columns, Column("seen", "date"))), PrepareOptions(date="seen"))
    assert len(ready.examples) == 190
    assert any(n.text == "10 customers without seen were left out." for n in ready.notices)


def test_a_column_to_drop_that_is_not_there_is_refused():
    with pytest.raises(RequestRefused, match="no column 'x' to leave out"):
        prepare(TABLE, SCHEMA, PrepareOptions(drop=("x",)))


@pytest.mark.parametrize("named", [{"key": "gone"}, {"outcome": "gone", "key": "gone"}, {"value": "gone"}])
def test_the_outcome_cannot_be_another_role_as_well(named):
    with pytest.raises(RequestRefused):
        prepare(TABLE, SCHEMA, PrepareOptions(**named))


def test_a_list_of_few_customers_again_and_again_is_refused():
    copies = pa.concat_tables([small_table(90)] * 5)
    with pytest.raises(ListRefused, match="holds only 90 different customers, again and again"):
        prepare(copies, SCHEMA, PrepareOptions())


RANDOM = np.random.default_rng(0)


COLUMNS = {
    "nothing": pa.nulls(40, pa.float64()),
    "same": pa.array(["x"] * 40),
    "note": pa.array(["a", "b"] * 20),
    "code": pa.array([f"c{i}" for i in range(40)]),
    "client_num": pa.array(np.arange(40.0)),
    "salary": pa.array(np.arange(40.0)),
    "once": pa.array(["x"] * 39 + [None]),
}


SCREENING_SCHEMA = Schema(
    (
        Column("nothing"),
        Column("same", "category"),
        Column("note", "text"),
        Column("code", "category"),
        Column("client_num"),
        Column("salary"),
        Column("once", "category"),
    )
)


def test_each_useless_column_is_left_out_for_its_own_reason():
    found = {c.column: c.why for c in find_unusable_columns(SCREENING_SCHEMA, pa.table(COLUMNS))}
    assert found == {"nothing": "empty", "same": "constant", "note": "text", "code": "id", "client_num": "id"}


def test_a_column_that_others_foretell_is_a_twin():
    limit, used = RANDOM.uniform(1, 9, 200), RANDOM.uniform(0, 5, 200)
    table = pa.table({"limit": limit, "used": used, "open": limit - used, "age": RANDOM.normal(size=200)})
    encoder = encoder_for(Schema(tuple(Column(c) for c in table.column_names)), table)
    assert {t.column for t in find_collinear_columns(encoder, encoder.matrix(table))} == {"limit", "used", "open"}


def test_the_inflation_is_that_of_the_textbook():
    x = RANDOM.normal(size=500)
    table = pa.table({"x": x, "y": x + 0.2 * RANDOM.normal(size=500)})
    encoder = encoder_for(Schema((Column("x"), Column("y"))), table)
    expected = 1 / (1 - np.corrcoef(table["x"], table["y"])[0, 1] ** 2)
    assert [t.vif for t in find_collinear_columns(encoder, encoder.matrix(table))] == pytest.approx(
        [expected] * 2, rel=1e-3
    )


LEAKS_TABLE = small_table(600, seed=3)


GONE = np.asarray(LEAKS_TABLE["gone"]).astype(bool)


LEAKS_RANDOM = np.random.default_rng(7)


SOMETIMES = LEAKS_RANDOM.random(600)


def only_leavers(values, share=1.0):
    return [v if g and s < share else None for v, g, s in zip(values, GONE, SOMETIMES, strict=True)]


def noisy_score(noise):
    return (GONE + LEAKS_RANDOM.normal(0, noise, 600)).round(3)


DAYS = [date(2026, 1, 1) + timedelta(days=int(d)) for d in LEAKS_RANDOM.integers(0, 300, 600)]


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
    table = LEAKS_TABLE.append_column(name, pa.array(values, kinds.get(form, pa.string())))
    found = find_leaks(Schema((*SCHEMA.columns, Column(name, form))), table, GONE.astype(np.int8))
    assert [(leak.column, leak.hard) for leak in found] == [(name, True)]


def test_row_numbers_are_left_out_of_a_sorted_file_and_only_there():
    schema = Schema((*SCHEMA.columns, Column("row")))
    by_outcome = LEAKS_TABLE.take(pa.array(np.argsort(GONE, kind="stable")))
    for table, caught in ((by_outcome, ["row"]), (LEAKS_TABLE, [])):
        numbered = table.append_column("row", pa.array(np.arange(600.0)))
        labels = np.asarray(table["gone"]).astype(np.int8)
        assert [leak.column for leak in find_leaks(schema, numbered, labels) if leak.hard] == caught
    assert file_order_auc(np.sort(GONE).astype(np.int8)) == 1.0


def test_ids_from_two_joined_files_are_left_out():
    numbers = np.where(GONE, 500_000, 100_000) + LEAKS_RANDOM.permutation(90_000)[:600]
    table = LEAKS_TABLE.append_column("account_no", pa.array(numbers.astype(float)))
    schema = Schema((*SCHEMA.columns, Column("account_no")))
    assert [c.column for c in find_unusable_columns(schema, table)] == ["account_no"]
    found = find_leaks(schema, table, GONE.astype(np.int8))
    assert [(leak.column, leak.hard) for leak in found] == [("account_no", True)]


@pytest.mark.parametrize("seed", range(4))
def test_clean_lists_raise_no_alarm(seed):
    table = small_table(800, seed=seed, strength=1.5)
    assert find_leaks(SCHEMA, table, np.asarray(table["gone"]).astype(np.int8)) == ()


def test_a_strong_but_honest_column_is_a_suspect_and_stays():
    table = LEAKS_TABLE.append_column("usage", pa.array(noisy_score(0.5)))
    found = find_leaks(Schema((*SCHEMA.columns, Column("usage"))), table, GONE.astype(np.int8))
    assert [(leak.column, leak.hard) for leak in found] == [("usage", False)]


def test_a_column_is_not_looked_at_when_it_is_left_out_anyway():
    table = LEAKS_TABLE.append_column("state", pa.array(np.where(GONE, "a", "b").tolist()))
    schema = Schema((*SCHEMA.columns, replace(SCHEMA.columns[1], name="state", levels=())))
    assert find_leaks(schema, table, GONE.astype(np.int8), skip=("state",)) == ()


def test_a_column_that_may_be_empty_gives_nothing_away_by_being_filled():
    bought = [1.0 if s < (0.2 if g else 0.7) else None for g, s in zip(GONE, SOMETIMES, strict=True)]
    table = LEAKS_TABLE.append_column("order_value", pa.array(bought, pa.float64()))
    columns = (*SCHEMA.columns, Column("order_value", "number", may_be_empty=True))
    found = [
        find_leaks(Schema(c), table, GONE.astype(int)) for c in (columns, (*SCHEMA.columns, Column("order_value")))
    ]
    assert [[(leak.column, leak.kind) for leak in leaks] for leaks in found] == [[], [("order_value", "filled")]]
