"""Gain against budget."""

from itertools import pairwise

import pytest

from churn.campaigns.curves import gain_by_budget
from churn.campaigns.limits import Order
from tests.scored import BOOK, FOUR, random_list


def test_four_customers_by_hand():
    curve = gain_by_budget(FOUR, BOOK, Order(holdout=0.0), key="id", value="bill", budgets=[0, 1, 3, 21])
    assert [(p.budget, round(p.expected_gain, 6), p.treated) for p in curve.points] == [
        (0, 0.0, 0), (1, 17.0, 1), (3, 31.0, 3), (21, 55.0, 3),
    ]  # fmt: skip


def test_more_money_never_brings_less_and_never_more_than_the_bound():
    curve = gain_by_budget(random_list(800), BOOK, Order(budget=123.0), key="id", value="bill")
    gains = [p.expected_gain for p in curve.points]
    assert 123.0 in [p.budget for p in curve.points]
    assert all(b >= a - 1e-6 * abs(a) for a, b in pairwise(gains))
    assert all(p.expected_gain <= p.bound + 1e-6 and p.spent <= p.budget + 1e-6 for p in curve.points)
    assert curve.words.startswith("A budget of ")


def test_a_long_list_is_sampled_and_scaled():
    curve = gain_by_budget(random_list(30_000), BOOK, Order(), key="id", value="bill", budgets=[5000, 90_000])
    whole = gain_by_budget(random_list(20_000), BOOK, Order(), key="id", value="bill", budgets=[5000 / 1.5])
    assert (curve.customers, curve.sampled) == (30_000, 20_000)
    assert curve.points[0].expected_gain == pytest.approx(1.5 * whole.points[0].expected_gain, rel=0.05)
