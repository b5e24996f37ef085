"""Shadow prices and the dual bound."""

import numpy as np
import pytest
from hypothesis import given, settings

from churn.campaigns.optimizer import Choices, Limit, dual_bound, find_prices, linear_prices
from tests.worlds import best_by_trying, random_choices, seeds


def test_one_more_slot_is_worth_what_the_next_customer_brings():
    calls = Limit("channel", "call", 1.5, actions=np.array([True]))
    world = Choices(np.array([[9.0], [5.0], [2.0]]), np.zeros((3, 1)), (calls,))
    assert linear_prices(world).tolist() == pytest.approx([5.0])
    found = find_prices(world)
    assert (found.values.tolist(), found.bound) == (pytest.approx([5.0]), pytest.approx(9 + 0.5 * 5))


def test_a_limit_nobody_runs_into_is_worth_nothing():
    world = Choices(np.array([[9.0], [5.0]]), np.ones((2, 1)), (Limit("budget", "budget", 100.0),))
    assert find_prices(world).values.tolist() == [0.0]


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_no_plan_ever_exceeds_the_bound(seed):
    world = random_choices(seed)
    assert find_prices(world).bound >= best_by_trying(world) - 1e-6
    assert dual_bound(world, np.ones(3)) >= best_by_trying(world) - 1e-6


def test_without_limits_the_bound_is_everything_that_pays():
    assert find_prices(Choices(np.array([[3.0, 4.0], [-1.0, -2.0]]), np.zeros((2, 2)))).bound == 4.0


def test_the_same_seed_gives_the_same_prices():
    world = random_choices(1, customers=6000, actions=3)
    assert find_prices(world, seed=5).values.tolist() == find_prices(world, seed=5).values.tolist()
