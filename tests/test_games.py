"""The credits of one leaf are Shapley values, computed here the long way as well."""

from itertools import combinations
from math import factorial, prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.explain.tables import leaf_credits

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
