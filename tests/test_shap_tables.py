"""Exact SHAP by table look-up: leaves, cells, packs, and the tables as a whole."""

from functools import cache
from itertools import combinations
from math import factorial, prod

import lightgbm
import numpy as np
import pytest
import xgboost
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.explain import tables as lookup
from churn.explain.tables import (
    WORTHWHILE,
    CellGrid,
    build_grid,
    build_lookup,
    choose_core,
    distinct_cells,
    leaf_credits,
    lookup_from,
    pack_leaves,
    sort_splits,
)
from churn.explain.trees import Forest, Split, Tree, read_forest

SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=5)


def the_long_way(shares, pattern, value):
    k = len(shares)

    def worth(known):
        return value * prod((pattern >> j) & 1 if j in known else shares[j] for j in range(k))

    owed = np.zeros(k)
    for j in range(k):
        others = [i for i in range(k) if i != j]
        for size in range(k):
            weight = factorial(size) * factorial(k - size - 1) / factorial(k)
            owed[j] += weight * sum(worth({*c, j}) - worth(set(c)) for c in combinations(others, size))
    return owed


@settings(deadline=None)
@given(SHARES, st.floats(-5, 5))
def test_the_credits_are_the_average_over_all_orders_in_which_columns_become_known(shares, value):
    credits = leaf_credits(np.array([shares]), np.array([value]))[0]
    expected = [the_long_way(shares, pattern, value) for pattern in range(1 << len(shares))]
    np.testing.assert_allclose(credits, expected, atol=1e-12)


@settings(deadline=None)
@given(SHARES, st.floats(-5, 5))
def test_the_credits_of_a_pattern_add_up_to_the_leaf_less_its_average(shares, value):
    credits = leaf_credits(np.array([shares]), np.array([value]))[0]
    reached = np.zeros(1 << len(shares))
    reached[-1] = value
    np.testing.assert_allclose(credits.sum(axis=1), reached - value * prod(shares), atol=1e-12)


def test_one_column_is_owed_all_the_difference():
    assert leaf_credits(np.array([[0.25]]), np.array([4.0]))[0].tolist() == [[-1.0], [3.0]]


@pytest.mark.parametrize("k", [1, 6])
def test_many_leaves_at_once_are_each_as_if_alone(k):
    shares, values = np.random.default_rng(0).random((4, k)), np.arange(4.0)
    together = leaf_credits(shares, values)
    np.testing.assert_array_equal(together[2:3], leaf_credits(shares[2:3], values[2:3]))


NUMBER = st.floats(-4, 4, width=32) | st.sampled_from([np.nan, 0.0, -0.0, 1e-36, np.inf, -np.inf])


def numeric(edge, missing_left, zero_left):
    return Split(0, edge, missing_left=missing_left, zero_left=zero_left)


SPLITS = st.lists(
    st.builds(numeric, st.floats(-3, 3, width=32), st.booleans(), st.sampled_from([None, True, False]))
    | st.builds(lambda m, b: Split(0, members=m, missing_left=b), st.frozensets(st.integers(0, 3)), st.booleans()),
    min_size=1,
    max_size=5,
)


def goes_left(split, x):
    """What the question means, said once more in plain words."""
    if np.isnan(x):
        return split.missing_left
    if split.members is not None:
        return bool(np.isfinite(x) and np.floor(x) in split.members)
    if split.zero_left is not None and abs(x) <= np.float32(1e-35):
        return split.zero_left
    return bool(x < np.float32(split.edge))


@settings(deadline=None)
@given(SPLITS, st.lists(NUMBER, min_size=1))
def test_a_cell_answers_every_split_as_each_number_in_it_would(splits, numbers):
    grid, column = build_grid(splits, 1), np.array(numbers, np.float32)
    cells = grid.cells(column, 0)
    for split in splits:
        assert grid.holds(split)[cells].tolist() == [goes_left(split, x) for x in column]


@settings(deadline=None)
@given(st.lists(NUMBER, min_size=3, max_size=3))
def test_one_customer_has_the_cells_the_whole_list_would_give(row):
    grid = build_grid([Split(0, 0.5), Split(2, members=frozenset({1})), Split(2, 3.0)], 3)
    one = np.array(row, np.float32)
    assert grid.cells_of_one(one).tolist() == [grid.cells(one[[c]], c)[0] for c in range(3)]


def test_a_grid_survives_as_plain_arrays_even_where_a_column_has_no_edge():
    grid = build_grid([Split(1, 2.0), Split(1, 1.0)], 3)
    again = CellGrid.from_arrays(grid.to_arrays())
    assert [e.tolist() for e in again.edges] == [e.tolist() for e in grid.edges] == [[], [1.0, 2.0], []]
    assert again.counts() == [2, 4, 2]


def test_cells_that_no_question_separates_become_one():
    patterns, of_cell = distinct_cells([np.array([True, True, False, True])])
    assert (patterns.tolist(), of_cell.tolist()) == ([[False], [True]], [1, 1, 0, 1])


def stump(split, value=1.0):
    return Tree((split, None, None), (1, -1, -1), (2, -1, -1), (0.0, -value, value), (4.0, 1.0, 3.0))


def nested(first, second):
    return Tree(
        (first, None, second, None, None), (1, -1, 3, -1, -1), (2, -1, 4, -1, -1), (0, 1, 0, 2, 3), (8, 2, 6, 3, 3)
    )


EDGES = np.linspace(0, 1, 30).tolist()


FOREST = Forest(
    tuple(
        nested(Split(i % 4, a, missing_left=i % 3 == 0), Split((i + 1) % 5, b))
        for i, (a, b) in enumerate(zip(EDGES, EDGES[::-1], strict=True))
    ),
    5,
)


def states(pack, grid):
    columns = {s.feature for s in pack.splits}
    cells = [distinct_cells([grid.holds(s) for s in pack.splits if s.feature == c])[0] for c in columns]
    return int(np.prod([len(patterns) for patterns in cells]))


def test_every_leaf_is_in_exactly_one_pack_and_no_table_is_too_large():
    grid = build_grid(sort_splits(FOREST), 5)
    packs = pack_leaves(FOREST, grid, most_states=64)
    packed = [leaf for pack in packs for leaf in pack.leaves]
    assert len(packed) == 90
    assert {(x.steps, x.value) for x in packed} == {(x.steps, x.value) for t in FOREST.trees for x in t.leaves()}
    assert max(states(pack, grid) for pack in packs) <= 64


def test_trees_that_ask_about_the_same_column_share_a_table():
    forest = Forest((stump(Split(0, 1.0)), stump(Split(0, 2.0)), stump(Split(1, members=frozenset({3})))), 2)
    packs = pack_leaves(forest, build_grid(sort_splits(forest), 2))
    assert [[s.feature for s in p.splits] for p in packs] == [[0, 0], [1]]


def test_the_same_forest_is_packed_the_same_way_again():
    grid = build_grid(sort_splits(FOREST), 5)
    assert pack_leaves(FOREST, grid) == pack_leaves(FOREST, grid)


def test_a_tree_without_a_split_needs_no_table():
    forest = Forest((Tree((None,), (-1,), (-1,), (0.7,), (1.0,)),), 2)
    assert pack_leaves(forest, build_grid((), 2)) == []


# Out of 8 customers 2 go left at the root; of the other 6, 3 go left again.
TREE = Tree(
    (Split(0, 1.0), None, Split(1, 5.0, missing_left=True), None, None),
    (1, -1, 3, -1, -1),
    (2, -1, 4, -1, -1),
    (0.0, 8.0, 0.0, 0.0, 4.0),
    (8.0, 2.0, 6.0, 3.0, 3.0),
)


def test_a_tree_worked_out_by_hand():
    # The average is 8/4 + 4 * 3/8 = 3.5. A customer at (2, 7): knowing column 0 alone gives 2 (-1.5), column 1 alone
    # 8/4 + 4 * 3/4 = 5 (+1.5), both 4. Column 0 is owed (-1.5 + (4 - 5)) / 2, column 1 (1.5 + (4 - 2)) / 2.
    totals = np.zeros((2, 1), np.float32)
    build_lookup(Forest((TREE,), 2)).add_to(totals, np.array([[2, 7]], np.float32))
    assert totals[:, 0].tolist() == [-1.25, 1.75]


def test_the_sum_is_the_leaf_less_the_average_wherever_a_customer_ends():
    people = np.array([[0, 0], [0, np.nan], [2, 0], [2, 7], [np.nan, np.nan], [np.nan, 7]], np.float32)
    totals = np.zeros((2, 6), np.float32)
    build_lookup(Forest((TREE,), 2)).add_to(totals, people)
    assert (totals.sum(axis=0) + 3.5).tolist() == [8, 8, 0, 4, 0, 4]


def test_a_forest_of_bare_leaves_owes_nothing_to_anyone():
    totals = np.zeros((3, 2), np.float32)
    build_lookup(Forest((Tree((None,), (-1,), (-1,), (0.7,), (1.0,)),), 3)).add_to(totals, np.ones((2, 3), np.float32))
    assert not totals.any()


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
    np.testing.assert_allclose(answers(build_lookup(read_forest(booster)), asked), theirs, atol=1e-4)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6), depth=st.integers(1, 6), zero=st.booleans())
def test_look_ups_equal_lightgbms_own_contributions_on_random_models(seed, depth, zero):
    rng = np.random.default_rng(seed)
    data = lightgbm.Dataset(customers(rng, 200, 0.1), rng.random(200) < 0.4, categorical_feature=[0, 1, 2])
    words = {"objective": "binary", "max_depth": depth, "verbose": -1, "num_threads": 1, "zero_as_missing": zero}
    booster = lightgbm.train(words | {"min_data_in_leaf": 3}, data, 15)
    asked = customers(rng, 60, 0.1)
    theirs = booster.predict(asked, pred_contrib=True)[:, :-1]
    np.testing.assert_allclose(answers(build_lookup(read_forest(booster)), asked), theirs, atol=1e-4)


RNG = np.random.default_rng(11)


ASKED = customers(RNG, 300, 0.1)


@cache
def large():
    """A booster of four hundred trees, how it takes rows, and with which words."""
    return xgboost_with_rows(np.random.default_rng(11), 4, 400, 0.1, True)


@cache
def tables():
    return build_lookup(read_forest(large()[0]))


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
    forest = read_forest(xgboost_with_rows(RNG, 4, 30, 0.1, True)[0])
    small, large = build_lookup(forest, most_states=64), build_lookup(forest)
    assert len(small.starts) > len(large.starts)
    np.testing.assert_allclose(answers(small, ASKED), answers(large, ASKED), atol=1e-5)


def test_tables_read_back_are_the_same_tables():
    again = lookup_from(tables().to_arrays())
    np.testing.assert_array_equal(answers(again, ASKED), whole())


COMPILED_EDGES = np.linspace(-1, 1, 25)


TREES = tuple(
    Tree(
        (Split(i % 3, float(np.float32(a)), missing_left=i % 2 == 0), None, None),
        (1, -1, -1),
        (2, -1, -1),
        (0.0, a, -a / 3),
        (7.0, 3.0, 4.0),
    )
    for i, a in enumerate(COMPILED_EDGES)
)


@pytest.mark.parametrize("rows", [9, 512, 1300])
def test_both_cores_agree_to_the_last_bit(rows):
    pytest.importorskip("numba")
    tables = build_lookup(Forest(TREES, 3))
    matrix = np.random.default_rng(rows).normal(size=(rows, 3)).astype(np.float32)
    matrix[::7, 1] = np.nan
    plain, compiled = np.zeros((3, rows), np.float32), np.zeros((3, rows), np.float32)
    tables.add_to(plain, matrix)
    tables.add_to(compiled, matrix, core="numba")
    np.testing.assert_array_equal(plain, compiled)


def test_machine_code_is_only_made_for_lists_long_enough_to_pay_for_it():
    assert [choose_core(None), choose_core(WORTHWHILE - 1)] == ["numpy", "numpy"]
