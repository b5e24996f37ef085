"""Two groups compared: the differences add up, and chance is not taken for a driver."""

from dataclasses import replace

import numpy as np
import pytest

from churn.errors import RequestRefused
from churn.schema import Schema
from churn.scoring.drivers import contrast
from tests.small_model import SCHEMA, WORDING, small_model

MODEL = small_model()
RNG = np.random.default_rng(1)
MATRIX = np.column_stack(
    [RNG.integers(0, 72, 400), RNG.integers(0, 2, 400), RNG.integers(0, 2, 400), RNG.uniform(20, 110, 400)]
).astype(np.float32)
MONTHLY = MATRIX[:, 1] == 0


def test_the_parts_add_up_to_the_difference_of_the_mean_probabilities():
    found = contrast(MODEL, WORDING, MATRIX, MONTHLY)
    p = MODEL.probability(MATRIX)
    assert found.difference == pytest.approx(100 * (p[MONTHLY].mean() - p[~MONTHLY].mean()), abs=1e-9)
    assert sum(p.difference for p in found.parts) == pytest.approx(found.difference)
    assert found.customers == (MONTHLY.sum(), (~MONTHLY).sum())
    assert found.probability[0] > found.probability[1]


def test_what_differs_is_clear_and_what_is_alike_is_not():
    other = MATRIX.copy()
    other[:, 1] = 1 - other[:, 1]
    both = np.vstack([MATRIX[MONTHLY], other[MONTHLY]])
    parts = contrast(MODEL, WORDING, both, both[:, 1] == 0).parts
    assert [(p.label, p.clear) for p in parts[:1]] == [("Contract", True)]
    assert all(abs(p.difference) < 0.2 * parts[0].difference for p in parts[1:])


def test_the_column_that_tells_two_groups_apart_explains_nothing():
    found = contrast(MODEL, WORDING, MATRIX, MONTHLY, by="plan")
    assert "Contract" not in [p.label for p in found.parts] and found.own.label == "contract"
    assert found.own.difference + sum(p.difference for p in found.parts) == pytest.approx(found.difference)
    shared = replace(MODEL, schema=Schema(tuple(replace(c, group="All") for c in SCHEMA.columns)))
    left = contrast(shared, WORDING, MATRIX, MONTHLY, by="plan")
    assert {p.group for p in left.parts} == {"All", "senior"}
    assert left.own.difference == pytest.approx(found.own.difference)
    assert contrast(MODEL, WORDING, MATRIX, MONTHLY, by="tier").own is None


def test_two_named_groups_leave_the_rest_of_the_list_out():
    first, second = np.arange(400) < 100, np.arange(400) >= 300
    assert contrast(MODEL, WORDING, MATRIX, first, second).customers == (100, 100)


def test_a_group_of_one_is_refused():
    with pytest.raises(RequestRefused, match="fewer than two"):
        contrast(MODEL, WORDING, MATRIX, np.arange(400) == 0)
