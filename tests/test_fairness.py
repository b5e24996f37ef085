"""Protected groups are compared openly."""

import numpy as np
import pyarrow as pa
import pytest

from churn.schema import Column, Schema
from churn.training.encoder import encoder_for
from churn.training.report_builder import fairness_of

SCHEMA = Schema(
    (Column("sex", "category", lever="protected"), Column("age", lever="protected"), Column("plan", "category"))
)
TABLE = pa.table({"sex": ["f", "m"] * 100, "age": [float(20 + i % 60) for i in range(200)], "plan": ["a", "b"] * 100})
ENCODER = encoder_for(SCHEMA, TABLE)
LABELS = np.array([1.0, 0.0, 0.0, 0.0] * 50)
P = np.where(np.arange(200) % 2 == 0, 0.5, 0.3)
ROWS = fairness_of(ENCODER, ENCODER.matrix(TABLE), (LABELS, P), 0.4)


def test_only_protected_columns_are_shown_and_numbers_in_bands():
    assert [(r["column"], r["group"], r["customers"]) for r in ROWS if r["column"] == "sex"] == [
        ("sex", "f", 100),
        ("sex", "m", 100),
    ]
    assert [r["group"] for r in ROWS if r["column"] == "age"] == ["20 to 35", "36 to 56", "57 to 79"]


def test_each_group_is_judged_by_what_happened_to_it():
    women, men = (r for r in ROWS if r["column"] == "sex")
    assert (women["left"], women["probability"], women["chosen"], women["recall"]) == pytest.approx(
        (0.5, 0.5, 1.0, 1.0)
    )
    assert (women["calibrated"], men["calibrated"], men["recall"]) == (True, False, None)


def test_a_group_of_a_few_is_not_spoken_of():
    few = pa.table({"sex": ["f"] * 190 + ["m"] * 10, "age": TABLE["age"], "plan": TABLE["plan"]})
    encoder = encoder_for(SCHEMA, few)
    rows = fairness_of(encoder, encoder.matrix(few), (LABELS, P), 0.4)
    assert [r["group"] for r in rows if r["column"] == "sex"] == ["f"]
