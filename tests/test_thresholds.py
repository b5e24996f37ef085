"""Thresholds come from money, tiers from risk alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn.errors import RequestRefused
from churn.training.thresholds import (
    Thresholds,
    choose_thresholds,
    find_tier_edges,
    threshold_by_f1,
    threshold_by_length,
    threshold_by_recall,
    thresholds_from,
    tier_edges_by_risk,
)

P = np.array([0.9, 0.8, 0.7, 0.4, 0.2, 0.1])
LABELS = np.array([1.0, 0, 1, 1, 0, 0])


def test_low_is_below_the_break_even_and_high_the_top_third_above_it():
    calm = P / 2
    assert find_tier_edges(calm, 0.15) == (0.15, pytest.approx(0.4))
    found = choose_thresholds(LABELS, calm, 0.15)
    assert [found.tier(p) for p in calm] == ["High", "High", "Medium", "Medium", "Low", "Low"]


def test_who_is_as_likely_to_leave_as_to_stay_is_high_even_where_nearly_everybody_leaves():
    p = np.linspace(0.4, 0.99, 300)
    assert find_tier_edges(p, 0.1) == (0.1, 0.5)
    found = choose_thresholds(np.arange(300) % 2, p, 0.1)
    assert {found.tier(one) for one in p[p >= 0.5]} == {"High"}


def test_where_no_offer_pays_the_tiers_go_by_risk_all_the_same():
    assert find_tier_edges(P, 0.95) == (0.25, 0.5)


def test_nobody_is_low_at_a_risk_of_half_of_where_high_begins():
    assert find_tier_edges(np.array([0.42, 0.43, 0.44, 0.01]), 0.4) == (
        pytest.approx(0.21667, abs=1e-5),
        pytest.approx(0.43333, abs=1e-5),
    )


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.floats(0.005, 0.95))
def test_tiers_go_by_risk_alone(scores, break_even):
    p = np.array(scores)
    medium, high = find_tier_edges(p, break_even)
    found = Thresholds(break_even, "money", break_even, medium, high)
    assert all(found.tier(one) == "High" for one in p[p >= 0.5])
    assert all(found.tier(one) != "Low" for one in p[p >= break_even])
    assert medium <= high / 2 and high >= min(break_even, 0.5)


@given(st.floats(0.005, 0.95), st.floats(0, 1))
def test_a_version_saved_with_the_edges_of_before_gets_those_of_today(break_even, top_third):
    before = {"chosen": break_even, "how": "money", "break_even": break_even, "others": {}}
    before |= {"medium": break_even, "high": max(top_third, break_even)}
    opened = thresholds_from(before)
    assert (opened.medium, opened.high) == tier_edges_by_risk(break_even, top_third)
    assert thresholds_from(opened.as_json()) == opened


def test_many_tiers_at_once_are_the_tiers_one_by_one():
    found = Thresholds(0.5, "money", 0.3, 0.3, 0.75)
    assert [("High", "Medium", "Low")[i] for i in found.tier_places(P)] == [found.tier(p) for p in P]


@given(st.lists(st.floats(0, 1), min_size=3, max_size=40), st.sampled_from([0.5, 0.79, 0.9, 1.0]))
def test_the_threshold_for_a_recall_reaches_it(scores, recall):
    p = np.array(scores)
    labels = np.arange(len(p)) % 2
    at = threshold_by_recall(labels, p, recall)
    assert (labels[p >= at].sum()) >= recall * labels.sum() - 1e-9


def test_the_threshold_with_the_best_f1_is_found():
    assert threshold_by_f1(LABELS, P) == 0.4


@pytest.mark.parametrize(("length", "threshold"), [(1, 0.9), (3, 0.7), (6, 0.1), (99, 0.1)])
def test_a_list_is_never_longer_than_asked_for(length, threshold):
    assert threshold_by_length(P, length) == threshold


def test_equal_scores_at_the_end_of_the_list_are_left_out_together():
    p = np.array([0.9, 0.5, 0.5, 0.1])
    assert np.sum(p >= threshold_by_length(p, 2)) == 1


def test_a_break_even_that_is_no_probability_is_refused():
    with pytest.raises(RequestRefused, match=r"break-even of 1\.5"):
        choose_thresholds(LABELS, P, 1.5)


@pytest.mark.parametrize(
    ("how", "chosen"), [("money", 0.3), ("f1", 0.4), ("recall 0.5", 0.7), ("recall 0.79", 0.4), ("list 2", 0.8)]
)
def test_who_counts_as_leaving_is_chosen_and_the_tiers_stay_with_the_risk(how, chosen):
    found = choose_thresholds(LABELS, P, 0.3, how=how)
    assert (found.chosen, found.how, found.high, found.others[how]) == (chosen, how, 0.5, chosen)


@pytest.mark.parametrize("how", ["luck", "recall", "recall 2", "recall x", "list 0", "list -3", "list 1.5", "f1 2"])
def test_a_way_to_choose_that_makes_no_sense_is_refused(how):
    with pytest.raises(RequestRefused, match="cannot be chosen by"):
        choose_thresholds(LABELS, P, 0.3, how=how)
