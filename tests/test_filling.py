"""Filling a plan by priced surplus."""

import numpy as np
from hypothesis import given, settings

from churn.campaigns.optimizer import Choices, Limit, fill_by_prices, find_prices
from tests.worlds import random_choices, seeds


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_no_upper_limit_is_ever_broken_and_no_loss_is_made(seed):
    world = random_choices(seed, customers=40, actions=3)
    choice = fill_by_prices(world, find_prices(world).values)
    rows = np.flatnonzero(choice >= 0)
    assert world.keeps(choice)
    assert (world.gain[rows, choice[rows]] > 0).all()


def test_who_finds_a_channel_full_gets_the_next_best():
    calls = Limit("channel", "call", 1, actions=np.array([True, False]))
    world = Choices(np.array([[9.0, 1.0], [8.0, 2.0]]), np.zeros((2, 2)), (calls,))
    assert fill_by_prices(world, np.array([7.0])).tolist() == [0, 1]


def test_a_minimum_is_met_even_at_a_loss():
    least = Limit("at least", "b", 1, members=np.array([False, True]))
    world = Choices(np.array([[9.0], [-2.0]]), np.zeros((2, 1)), (least,))
    assert fill_by_prices(world, np.zeros(1)).tolist() == [0, 0]


def test_a_minimum_is_met_by_the_next_best_where_the_best_is_full():
    calls = Limit("channel", "call", 1, actions=np.array([True, False]))
    least = Limit("at least", "all", 2, members=np.array([True, True]))
    world = Choices(np.array([[-1.0, -3.0], [-1.0, -4.0]]), np.zeros((2, 2)), (calls, least))
    assert fill_by_prices(world, np.zeros(2)).tolist() == [0, 1]
