"""A column has moved when chance does not explain it and the difference is large enough to mean something."""

from dataclasses import replace

import numpy as np
import pytest

from churn.monitoring.drift import (
    Distance,
    column_weights,
    is_large,
    judge_columns,
    list_moved_drivers,
    table_of_columns,
)
from churn.monitoring.sketch import column_shapes, sketch_list
from churn.scoring.wording import wording_for
from tests.test_watch import MODEL, SCHEMA, a_list

SHAPES, WORDING = column_shapes(MODEL), wording_for(SCHEMA)


def drifted(table):
    return {c.name: c for c in judge_columns(MODEL, SHAPES, sketch_list(MODEL, SHAPES, [table]), WORDING)}


@pytest.mark.parametrize("rows", [500, 5000, 60_000])
def test_unchanged_lists_raise_no_alarm(rows):
    alarms = sum(any(c.moved for c in drifted(a_list(rows, seed)).values()) for seed in range(12))
    assert alarms == 0


@pytest.mark.parametrize("name", ["bill", "months", "shoe"])
def test_a_third_of_a_standard_deviation_is_found_at_two_thousand_customers(name):
    moved = [drifted(a_list(2000, seed, **{name: lambda x: x + 0.3 * x.std()}))[name].moved for seed in range(12)]
    assert all(moved)


def test_ten_points_of_one_level_are_found_at_two_thousand_customers():
    def grown(plan):
        others = np.flatnonzero(plan != "plus")[:200]
        return np.where(np.isin(np.arange(2000), others), "plus", plan)

    assert all(drifted(a_list(2000, seed, plan=grown))["plan"].moved for seed in range(12))


def test_a_trifle_on_many_customers_is_no_drift():
    found = drifted(a_list(100_000, 3, bill=lambda b: b + 2))["bill"]
    assert (found.moved, found.distance.p_value < 1e-6) == (False, True)
    assert found.why == "Slightly different from the list the model learnt from, too little to matter."


def test_a_count_that_moves_by_less_than_one_is_seen():
    found = drifted(a_list(2000, 3, months=lambda m: m + 0.4))["months"]
    assert (found.moved, abs(found.distance.shift) < 0.1) == (False, True)
    assert drifted(a_list(2000, 3, months=lambda m: m + 8))["months"].distance.shift > 0.3


def with_nothing_to_measure(share, seed, rows=2000):
    """A list of whose customers a share has no shoe, held against one where that was so for three in ten."""
    none = np.random.default_rng(seed).random(rows) < share
    shapes = [replace(s, missing=0.3, may_be_empty=True) if s.name == "shoe" else s for s in SHAPES]
    sketch = sketch_list(MODEL, shapes, [a_list(rows, seed, shoe=lambda s: np.where(none, np.nan, s))])
    return {c.name: c for c in judge_columns(MODEL, shapes, sketch, WORDING)}["shoe"]


def test_more_customers_with_nothing_to_measure_are_drift_and_as_many_as_ever_are_not():
    found = with_nothing_to_measure(0.5, 1)
    assert found.moved and found.why.startswith("Shoe: nothing to measure for 50% of the customers instead of 30%;")
    assert not any(with_nothing_to_measure(0.3, seed).moved for seed in range(12))


def test_under_five_hundred_customers_no_verdict_is_given():
    found = drifted(a_list(499, 1, bill=lambda b: b * 3))["bill"]
    assert (found.moved, found.judged) == (False, False)
    assert found.why == "Not judged: 499 customers; at least 500 are needed to tell drift from chance."


def test_a_column_filled_for_a_few_only_is_not_judged():
    found = drifted(a_list(2000, 1, bill=[None] * 1900 + [500.0] * 100))["bill"]
    assert found.why.startswith("Not judged: only 100 customers with a value;")


def test_a_column_that_is_not_there_is_not_judged():
    assert drifted(a_list(2000).drop_columns(["shoe"]))["shoe"].why == "Not judged: the list has no such column."


def test_weights_are_shares_and_a_column_without_effect_weighs_nothing():
    weights = dict(zip(MODEL.encoder.names, column_weights(MODEL), strict=True))
    assert sum(weights.values()) == pytest.approx(1) and weights["shoe"] == 0 and weights["months"] > 0.2


def test_only_columns_that_matter_are_drivers():
    found = tuple(drifted(a_list(2000, 4, bill=lambda b: b * 1.3, shoe=lambda s: s + 3)).values())
    assert [c.name for c in found if c.moved] == ["bill", "shoe"]
    assert [c.name for c in list_moved_drivers(found)] == ["bill"]


def test_every_measure_is_in_the_table():
    row = next(r for r in table_of_columns(tuple(drifted(a_list(2000)).values())) if r["name"] == "bill")
    assert {"size", "weight", "psi", "low", "high", "tv", "js", "ks", "shift", "p_value"} <= row.keys()


def test_large_is_any_measure_that_means_something():
    assert [is_large(d) for d in (Distance(psi=0.05), Distance(tv=0.07), Distance(tv=0.07, ks=0.01))] == [
        True,
        True,
        False,
    ]
