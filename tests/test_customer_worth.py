"""What a customer is worth, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from churn.errors import RequestRefused
from churn.money.economics import build_stakes, present_periods, worth
from churn.money.playbook import Estimate, Playbook, exact_estimate

BOOK = Playbook(margin=Estimate(0.4, 0.5, 0.6), periods=Estimate(12, 18, 24))


def test_worth_is_bill_times_margin_times_periods():
    given = build_stakes([0.1, 0.2, 0.3], [100.0, 50.0, 0.0], BOOK, column="bill")
    assert worth(given, BOOK).tolist() == [900.0, 450.0, 0.0]
    assert worth(given, BOOK, "low").tolist() == pytest.approx([480.0, 240.0, 0.0])
    assert given.basis == "bill × 50% margin × 18 periods"


def test_a_customer_who_leaves_sooner_is_worth_less():
    given = build_stakes([0.1, 0.1], [100.0, 100.0], BOOK, remaining=[6.0, 99.0])
    assert worth(given, BOOK).tolist() == [300.0, 900.0]


def test_later_money_counts_less():
    yearly = Playbook(per_year=1, discount=0.25)
    assert present_periods(np.array([1.0, 2.0, 2.5, 0.0]), yearly).tolist() == pytest.approx([1.0, 1.8, 2.12, 0.0])


def test_missing_and_negative_values_count_as_nothing_and_are_reported():
    given = build_stakes([0.1, 0.1, 0.1], [np.nan, -5.0, 7.0], BOOK, column="bill")
    assert given.bill.tolist() == [0.0, 0.0, 7.0]
    assert [(n.column, n.count) for n in given.notices] == [("bill", 1), ("bill", 1)]
    assert "negative amount" in given.notices[1].text


def test_a_list_without_value_needs_an_assumed_bill():
    with pytest.raises(RequestRefused, match=r"no column that says what a customer is worth.*add bill"):
        build_stakes([0.5], None, BOOK)
    given = build_stakes([0.5], None, Playbook(bill=30.0, margin=exact_estimate(1), periods=exact_estimate(2)))
    assert (given.bill.tolist(), "30.00 (assumed)" in given.notices[0].text) == ([30.0], True)


def test_probabilities_outside_0_to_1_are_refused():
    with pytest.raises(RequestRefused, match="not between 0 and 1"):
        build_stakes([1.2], [1.0], BOOK)


def test_a_bill_far_above_all_that_was_learnt_counts_as_the_largest_learnt_and_is_told():
    book = replace(BOOK, learnt_bills=(220.0, 118.0))
    given = build_stakes([0.1] * 4, [1e9, 221.0, 220.0, 50.0], book, column="bill")
    assert given.bill.tolist() == [118.0, 118.0, 220.0, 50.0]
    assert [(n.kind, n.column, n.count) for n in given.notices] == [("warning", "bill", 2)]
    assert build_stakes([0.1], [220.0], book).notices == ()
    assert build_stakes([0.1], [1e9], BOOK).bill.tolist() == [1e9]
