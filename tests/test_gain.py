"""What each action brings, with three customers worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as holds
from hypothesis import strategies as st

from churn.money.economics import (
    Terms,
    break_even,
    build_stakes,
    chosen_gain,
    expected_cost,
    net_gain,
    price_offers,
    tier_edges,
)
from churn.money.playbook import Action, Estimate, Playbook, RateSegment, exact_estimate
from churn.money.rules import parse_rule

# 100 a period for 10 periods at 50 %: each customer is worth 500.
OFFER = Action(
    "offer", channel="mail", save=Estimate(0.2, 0.3, 0.4), take_up=exact_estimate(0.5), wake_up=exact_estimate(0.01),
    contact=exact_estimate(2.0), offer=exact_estimate(20.0),
)  # fmt: skip
BOOK = Playbook((OFFER,), margin=exact_estimate(0.5), periods=exact_estimate(10))
LIST = pd.DataFrame({"p": [0.6, 0.1, 0.3], "bill": [100.0, 100.0, 100.0], "plan": ["a", "a", "b"]})
GIVEN = build_stakes(LIST["p"], LIST["bill"], BOOK)


def test_gain_of_three_customers_worked_out_by_hand():
    # .6·.3·500 − .6·.3·20 − .4·.5·20 − 2 − .4·.01·500 = 90 − 3.6 − 4 − 2 − 2
    # .1·.3·500 − .1·.3·20 − .9·.5·20 − 2 − .9·.01·500 = 15 − 0.6 − 9 − 2 − 4.5
    # .3·.3·500 − .3·.3·20 − .7·.5·20 − 2 − .7·.01·500 = 45 − 1.8 − 7 − 2 − 3.5
    found = price_offers(GIVEN, BOOK, LIST)
    assert found.gain[:, 0].tolist() == pytest.approx([78.4, -1.1, 30.7])
    assert found.cost[:, 0].tolist() == pytest.approx([9.6, 11.6, 10.8])
    assert found.best.tolist() == [0, -1, 0]


def test_low_mid_and_high_stand_side_by_side():
    gains = chosen_gain(GIVEN, BOOK, LIST, np.array([0, -1, 0]))
    assert gains["low"].tolist() == pytest.approx([49.6 + 0.0, 0.0, 16.3])
    assert gains["mid"].tolist() == pytest.approx([78.4, 0.0, 30.7])
    assert gains["high"].tolist() == pytest.approx([107.2, 0.0, 45.1])


def test_break_even_is_where_the_gain_turns():
    # (2 + 10 + 5) / (.3·480 + 10 + 5) = 17 / 159
    edge = tier_edges(GIVEN, BOOK, LIST)
    assert edge.tolist() == pytest.approx([17 / 159] * 3)


def test_an_offer_dearer_than_the_customer_never_breaks_even():
    assert break_even(10.0, Terms(0.3, 0.5, 0.0, 1.0, 20.0)) == np.inf


@holds(*(st.floats(0.01, 0.99) for _ in range(3)), st.floats(0, 0.05), st.floats(30, 500), st.floats(0, 20))
def test_the_gain_is_nought_exactly_at_break_even(save, take_up, p, wake_up, value, contact):
    stated = Terms(save, take_up, wake_up, contact, 10.0)
    edge = float(break_even(value, stated))
    if edge < np.inf:
        assert net_gain(edge, value, stated) == pytest.approx(0.0, abs=1e-6)
        assert (net_gain(p, value, stated) > 1e-9) <= (p > edge - 1e-9)
    assert expected_cost(p, stated) >= contact


def test_only_those_the_rule_allows_are_offered_anything():
    book = BOOK.having("offer", rule=parse_rule("plan is b"))
    assert np.isfinite(price_offers(GIVEN, book, LIST).gain[:, 0]).tolist() == [False, False, True]


def test_an_action_whose_column_is_missing_is_left_out_and_said():
    book = BOOK.having("offer", rule=parse_rule("region is north"))
    found = price_offers(GIVEN, book, LIST)
    assert (found.best.tolist(), found.notices[0].text) == (
        [-1, -1, -1],
        "offer is left out: the list has no column region, which its rule needs.",
    )


def test_rates_of_a_segment_replace_those_of_everybody():
    book = BOOK.having("offer", segments=(RateSegment(parse_rule("plan is b"), {"save": exact_estimate(0.0)}),))
    gain = price_offers(GIVEN, book, LIST).gain[:, 0]
    assert gain.tolist() == pytest.approx([78.4, -1.1, 30.7 - 0.3 * 0.3 * 480])


def test_a_share_of_the_bill_costs_what_the_bill_makes_it():
    book = BOOK.having("offer", offer=exact_estimate(0), bill_share=exact_estimate(0.1), bill_periods=2.0)
    assert price_offers(GIVEN, book, LIST).gain == pytest.approx(price_offers(GIVEN, BOOK, LIST).gain)
