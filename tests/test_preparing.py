"""Roles are settled, rows and columns that cannot be used are named, and nothing is dropped in silence."""

import pyarrow as pa
import pytest

from churn.errors import ListRefused, RequestRefused
from churn.schema import Column, Schema
from churn.training.prepare import Choices, prepared, with_roles
from tests.small_lists import SCHEMA, small_table

TABLE = small_table(200)


def test_a_named_column_takes_the_role_and_the_former_one_gives_it_up():
    other = SCHEMA.having("tenure", role="value").having("spend", role="value")
    roles = with_roles(SCHEMA, TABLE, Choices(value="tenure", key="age_band"))
    assert {c.name: c.role for c in roles.columns if c.role != "feature"} == {
        "id": "ignored",
        "age_band": "key",
        "tenure": "value",
        "gone": "outcome",
    }
    assert other.value.name == "spend"


def test_the_former_value_is_still_learnt_from():
    assert "spend" in prepared(TABLE, SCHEMA, Choices(value="tenure")).examples.encoder.names


def test_equal_customers_with_opposite_outcomes_are_counted():
    flipped = TABLE.set_column(7, "gone", pa.array([not g for g in TABLE["gone"].to_pylist()]))
    both = pa.concat_tables([TABLE, flipped])
    notices = [n.text for n in prepared(both, SCHEMA, Choices()).notices]
    assert any(text.startswith("400 customers are equal in every column learnt from") for text in notices)


def test_few_leavers_make_every_figure_rough():
    few, many = (prepared(table, SCHEMA, Choices()).notices for table in (TABLE, small_table(1000)))
    assert [any("so every figure here is rough" in n.text for n in told) for told in (few, many)] == [True, False]


def test_a_leak_that_is_only_carried_along_is_named_all_the_same():
    copied = TABLE.append_column("score", pa.array([0.9 if g else 0.1 for g in TABLE["gone"].to_pylist()]))
    schema = Schema((*SCHEMA.columns, Column("score", role="ignored")))
    ready = prepared(copied, schema, Choices())
    assert [leak.column for leak in ready.leaks] == ["score"]
    assert "score" not in ready.examples.encoder.names


def test_suspects_are_kept_or_dropped_by_choice():
    noise = [(i * 37 % 100) / 60 for i in range(200)]
    values = [float(g) + n for g, n in zip(TABLE["gone"].to_pylist(), noise, strict=True)]
    suspicious = TABLE.append_column("usage", pa.array(values))
    schema = Schema((*SCHEMA.columns, Column("usage")))
    learnt = {s: prepared(suspicious, schema, Choices(suspects=s)).examples.encoder.names for s in ("keep", "drop")}
    assert ("usage" in learnt["keep"], "usage" in learnt["drop"]) == (True, False)


def test_columns_that_say_nothing_are_carried_along_only():
    wide = TABLE.append_column("same", pa.array(["x"] * 200))
    ready = prepared(wide, Schema((*SCHEMA.columns, Column("same", "category", required=True))), Choices())
    assert [(c.column, c.why) for c in ready.left_out] == [("same", "constant")]
    assert (ready.schema.by_name["same"].role, ready.schema.by_name["same"].required) == ("ignored", False)


def test_rows_without_a_date_are_left_out_with_a_count():
    days = pa.array([19_000 + i if i > 9 else None for i in range(200)], pa.int32()).cast(pa.date32())
    dated = TABLE.append_column("seen", days)
    ready = prepared(dated, Schema((*SCHEMA.columns, Column("seen", "date"))), Choices(date="seen"))
    assert len(ready.examples) == 190
    assert any(n.text == "10 customers without seen were left out." for n in ready.notices)


def test_a_column_to_drop_that_is_not_there_is_refused():
    with pytest.raises(RequestRefused, match="no column 'x' to leave out"):
        prepared(TABLE, SCHEMA, Choices(drop=("x",)))


@pytest.mark.parametrize("named", [{"key": "gone"}, {"outcome": "gone", "key": "gone"}, {"value": "gone"}])
def test_the_outcome_cannot_be_another_role_as_well(named):
    with pytest.raises(RequestRefused):
        prepared(TABLE, SCHEMA, Choices(**named))


def test_a_list_of_few_customers_again_and_again_is_refused():
    copies = pa.concat_tables([small_table(90)] * 5)
    with pytest.raises(ListRefused, match="holds only 90 different customers, again and again"):
        prepared(copies, SCHEMA, Choices())
