"""What the analyst asks, checked and turned into limits."""

import pytest

from churn.campaigns.limits import Order, build_limits, check_minimums, check_order, widen_limits
from churn.errors import RequestRefused
from tests.scored import BOOK, FOUR


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (Order(budget=-1), r"The budget is -1\.00"),
        (Order(budget=float("nan")), "The budget is nan"),
        (Order(capacity={"phone": -2}), "The capacity for phone is -2"),
        (Order(at_most={("region", "n"): 1.5}), r"The at most for region=n is 1\.5"),
        (Order(holdout=0.9), r"The holdout share is 0\.9"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused(order, said):
    with pytest.raises(RequestRefused, match=said):
        check_order(order)


def test_every_wish_becomes_a_limit():
    order = Order(budget=50, capacity={"phone": 2}, at_most={("region", "n"): 1}, at_least={("region", "S"): 1})
    limits = build_limits(order, BOOK, FOUR, rows=4)
    assert [(x.kind, x.name, x.most) for x in limits] == [
        ("budget", "budget", 50.0),
        ("channel", "phone", 2.0),
        ("at most", "region = n", 1.0),
        ("at least", "region = S", 1.0),
    ]
    assert limits[3].members.tolist() == [False, True, False, True]


def test_limits_are_widened_for_both_arms_in_whole_customers():
    order = Order(budget=90, capacity={"phone": 5}, at_least={("region", "n"): 1})
    wide = widen_limits(build_limits(order, BOOK, FOUR, rows=4), 1 / 0.9)
    assert [round(x.most, 9) for x in wide] == [100, 5, 2]


def test_a_limit_on_a_column_or_value_that_is_not_there_is_refused():
    with pytest.raises(RequestRefused, match="no column 'shoe'"):
        build_limits(Order(at_most={("shoe", "x"): 1}), BOOK, FOUR, rows=4)
    with pytest.raises(RequestRefused, match="Nobody on the list has region = west"):
        build_limits(Order(at_most={("region", "west"): 1}), BOOK, FOUR, rows=4)


def test_a_minimum_larger_than_the_customers_there_are_is_refused():
    limits = build_limits(Order(at_least={("region", "n"): 3}), BOOK, FOUR, rows=4)
    with pytest.raises(RequestRefused, match="At least 3 with region = n are asked for, but only 2"):
        check_minimums(limits, FOUR["id"].notna().to_numpy())


def test_a_value_is_taken_by_its_letters_and_never_read_as_a_rule():
    list_ = FOUR.assign(region=['n" or "a" is "a', "s", "=n", "s"])
    (limit,) = build_limits(Order(at_most={("region", 'n" or "a" is "a'): 1}), BOOK, list_, rows=4)
    assert limit.members.tolist() == [True, False, False, False]
