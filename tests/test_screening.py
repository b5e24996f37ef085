"""Columns that say nothing are left out with the reason, and twins are named."""

import numpy as np
import pyarrow as pa
import pytest

from churn.schema import Column, Schema
from churn.training.encoder import encoder_for
from churn.training.prepare import collinear_twins, unusable_columns

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
SCHEMA = Schema(
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
    found = {c.column: c.why for c in unusable_columns(SCHEMA, pa.table(COLUMNS))}
    assert found == {"nothing": "empty", "same": "constant", "note": "text", "code": "id", "client_num": "id"}


def test_a_column_that_others_foretell_is_a_twin():
    limit, used = RANDOM.uniform(1, 9, 200), RANDOM.uniform(0, 5, 200)
    table = pa.table({"limit": limit, "used": used, "open": limit - used, "age": RANDOM.normal(size=200)})
    encoder = encoder_for(Schema(tuple(Column(c) for c in table.column_names)), table)
    assert {t.column for t in collinear_twins(encoder, encoder.matrix(table))} == {"limit", "used", "open"}


def test_the_inflation_is_that_of_the_textbook():
    x = RANDOM.normal(size=500)
    table = pa.table({"x": x, "y": x + 0.2 * RANDOM.normal(size=500)})
    encoder = encoder_for(Schema((Column("x"), Column("y"))), table)
    expected = 1 / (1 - np.corrcoef(table["x"], table["y"])[0, 1] ** 2)
    assert [t.vif for t in collinear_twins(encoder, encoder.matrix(table))] == pytest.approx([expected] * 2, rel=1e-3)
