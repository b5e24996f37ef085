"""The choice and its limits, all of one shape."""

import numpy as np

from churn.campaigns.optimizer import Choices, Limit

GAIN = np.array([[5.0, 8.0], [3.0, -np.inf], [-1.0, 2.0]])
COST = np.array([[1.0, 4.0], [2.0, 9.0], [1.0, 1.0]])
FIRST, CALL = np.array([True, False, True]), np.array([False, True])
LIMITS = (
    Limit("budget", "budget", 6),
    Limit("channel", "call", 1, actions=CALL),
    Limit("at most", "first", 1, members=FIRST),
    Limit("at least", "rest", 1, members=~FIRST),
)
WORLD = Choices(GAIN, COST, LIMITS)


def test_use_of_every_limit_by_hand():
    assert WORLD.used(np.array([1, 0, -1])).tolist() == [6, 1, 1, -1]
    assert WORLD.bounds.tolist() == [6, 1, 1, -1]
    assert WORLD.total(np.array([1, 0, -1])) == 11


def test_a_choice_that_breaks_any_limit_is_seen():
    keeps = [[1, 0, -1], [0, -1, -1], [1, 0, 1], [-1, -1, -1], [-1, 0, -1]]
    assert [WORLD.keeps(np.array(c)) for c in keeps] == [True, False, False, False, True]


def test_surplus_is_gain_less_the_price_of_everything_used():
    net = WORLD.surplus(np.array([1.0, 2.0, 0.5, 0.25]))
    assert net.tolist() == [[5 - 1 - 0.5, 8 - 4 - 2 - 0.5], [3 - 2 + 0.25, -np.inf], [-1 - 1 - 0.5, 2 - 1 - 2 - 0.5]]


def test_some_customers_keep_their_part_of_the_limits():
    some = WORLD.only(np.array([0, 1]), scaled=0.5)
    assert [x.most for x in some.limits] == [3, 0.5, 0.5, 0.5]
    assert (some.rows, some.limits[2].members.tolist()) == (2, [True, False])
