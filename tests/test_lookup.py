"""Look-ups give exact SHAP, and a customer's own numbers whoever else is in the list."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.explain import tables as lookup
from churn.explain.tables import lookup_for, lookup_from
from churn.explain.trees import forest_of

COLUMNS = 6


def customers(rng, rows, missing):
    matrix = np.hstack([rng.integers(0, 7, (rows, 3)), rng.normal(size=(rows, 3)).round(1)]).astype(np.float32)
    matrix[rng.random(matrix.shape) < missing] = np.nan
    return matrix


def answers(tables, matrix, core="numpy"):
    totals = np.zeros((COLUMNS, len(matrix)), np.float32)
    tables.add_to(totals, matrix, core=core)
    return totals.T


def xgboost_with_rows(rng, depth, trees, missing, sets):
    import xgboost

    types = ["c"] * 3 + ["q"] * 3 if sets else ["q"] * 6
    matrix = customers(rng, 150, missing)
    rows = xgboost.DMatrix(matrix, rng.random(150) < 0.4, feature_types=types, enable_categorical=True)
    words = {"max_depth": depth, "objective": "binary:logistic", "nthread": 1, "min_child_weight": 0, "eta": 0.2}
    booster = xgboost.train(words | {"subsample": 0.8, "seed": int(rng.integers(99))}, rows, trees)
    return booster, xgboost.DMatrix, {"feature_types": types, "enable_categorical": True}


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    depth=st.integers(1, 6),
    trees=st.integers(1, 40),
    missing=st.sampled_from([0.0, 0.15]),
    sets=st.booleans(),
)
def test_look_ups_equal_xgboosts_own_contributions_on_random_models(seed, depth, trees, missing, sets):
    rng = np.random.default_rng(seed)
    booster, matrix_of, words = xgboost_with_rows(rng, depth, trees, missing, sets)
    asked = customers(rng, 60, 0.1)
    theirs = booster.predict(matrix_of(asked, **words), pred_contribs=True)[:, :-1]
    np.testing.assert_allclose(answers(lookup_for(forest_of(booster)), asked), theirs, atol=1e-4)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6), depth=st.integers(1, 6), zero=st.booleans())
def test_look_ups_equal_lightgbms_own_contributions_on_random_models(seed, depth, zero):
    import lightgbm

    rng = np.random.default_rng(seed)
    data = lightgbm.Dataset(customers(rng, 200, 0.1), rng.random(200) < 0.4, categorical_feature=[0, 1, 2])
    words = {"objective": "binary", "max_depth": depth, "verbose": -1, "num_threads": 1, "zero_as_missing": zero}
    booster = lightgbm.train(words | {"min_data_in_leaf": 3}, data, 15)
    asked = customers(rng, 60, 0.1)
    theirs = booster.predict(asked, pred_contrib=True)[:, :-1]
    np.testing.assert_allclose(answers(lookup_for(forest_of(booster)), asked), theirs, atol=1e-4)


RNG = np.random.default_rng(11)
ASKED = customers(RNG, 300, 0.1)


@cache
def large():
    """A booster of four hundred trees, how it takes rows, and with which words."""
    return xgboost_with_rows(np.random.default_rng(11), 4, 400, 0.1, True)


@cache
def tables():
    return lookup_for(forest_of(large()[0]))


@cache
def whole():
    return answers(tables(), ASKED)


def test_four_hundred_trees_are_still_exact():
    booster, matrix_of, words = large()
    theirs = booster.predict(matrix_of(ASKED, **words), pred_contribs=True)[:, :-1]
    np.testing.assert_allclose(answers(tables(), ASKED), theirs, atol=1e-4)


@settings(deadline=None)
@given(st.permutations(range(40)), st.integers(1, 40))
def test_neither_neighbours_nor_their_number_change_a_customer_by_a_bit(order, many):
    part = ASKED[np.array(order[:many])]
    np.testing.assert_array_equal(answers(tables(), part), whole()[np.array(order[:many])])


@pytest.mark.parametrize("block", [16, 100, 4096])
def test_the_size_of_a_block_does_not_change_a_bit(block, monkeypatch):
    monkeypatch.setattr(lookup, "BLOCK", block)
    np.testing.assert_array_equal(answers(tables(), np.asfortranarray(ASKED)), whole())


def test_smaller_tables_mean_more_of_them_and_the_same_contributions():
    forest = forest_of(xgboost_with_rows(RNG, 4, 30, 0.1, True)[0])
    small, large = lookup_for(forest, most_states=64), lookup_for(forest)
    assert len(small.starts) > len(large.starts)
    np.testing.assert_allclose(answers(small, ASKED), answers(large, ASKED), atol=1e-5)


def test_tables_read_back_are_the_same_tables():
    again = lookup_from(tables().to_arrays())
    np.testing.assert_array_equal(answers(again, ASKED), whole())
