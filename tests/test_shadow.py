"""A challenger in the shadow: how far it agrees, who was right, and whom it serves in a trial."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from churn.errors import RequestRefused
from churn.monitoring.shadow import assign_to_challenger, compare_on_outcomes, measure_agreement
from tests.test_watch import MODEL

P = np.linspace(0.01, 0.99, 200)


def test_a_model_agrees_with_itself():
    accord = measure_agreement(MODEL, MODEL, P, P)
    assert (accord.same_tier, accord.rank, accord.top, accord.changed.any()) == (1.0, pytest.approx(1.0), 1.0, False)


def test_who_would_change_tier_is_counted_by_hand():
    champion, challenger = np.array([0.6, 0.2, 0.05, 0.05]), np.array([0.6, 0.7, 0.2, 0.01])
    accord = measure_agreement(MODEL, MODEL, champion, challenger)
    assert accord.moves == ((1, 0, 0), (1, 0, 0), (0, 1, 1))
    assert accord.changed.tolist() == [False, True, True, False]
    assert accord.why == "The models put 50% of 4 customers into the same tier; 2 would move up and 0 down."


def test_each_model_is_read_by_its_own_thresholds():
    strict = replace(MODEL, thresholds=replace(MODEL.thresholds, chosen=0.9, medium=0.9, high=0.95))
    assert measure_agreement(MODEL, strict, P, P).same_tier < 0.6


def test_the_opposite_order_is_the_opposite_rank():
    accord = measure_agreement(MODEL, MODEL, P, P[::-1])
    assert (accord.rank, accord.top) == (pytest.approx(-1.0), 0.0)


def test_the_better_model_wins_the_duel_and_equals_are_undecided():
    random = np.random.default_rng(0)
    p = random.beta(2, 5, 3000)
    left = (random.random(3000) < p).astype(float)
    flat = np.full(3000, left.mean())
    found = [compare_on_outcomes(left, *pair, draws=40).verdict for pair in ((flat, p), (p, flat), (p, p * 0.999))]
    assert found == ["challenger", "champion", "inconclusive"]


def test_models_that_scored_other_customers_are_not_compared():
    with pytest.raises(RequestRefused, match="did not score the same customers"):
        measure_agreement(MODEL, MODEL, P, P[:3])
    with pytest.raises(RequestRefused, match="All outcomes are the same"):
        compare_on_outcomes(np.zeros(200), P, P)


def test_the_same_customers_are_drawn_whatever_the_list():
    keys = [f"c{i}" for i in range(2000)]
    drawn = assign_to_challenger(keys, 0.1, salt="spring")
    assert drawn[500:].tolist() == assign_to_challenger(keys[500:], 0.1, salt="spring").tolist()
    assert 0.08 < drawn.mean() < 0.12 and (drawn != assign_to_challenger(keys, 0.1, salt="autumn")).any()


@given(some.lists(some.text(max_size=8)), some.floats(0, 1), some.floats(0, 1))
def test_a_larger_share_keeps_those_drawn_before(keys, one, other):
    small, large = (assign_to_challenger(keys, s, salt="t") for s in sorted((one, other)))
    assert not (small & ~large).any()


def test_nobody_and_everybody_are_possible_and_more_is_refused():
    assert [assign_to_challenger(["a", "b"], s, salt="t").tolist() for s in (0, 1)] == [[False, False], [True, True]]
    with pytest.raises(RequestRefused, match="not between 0 and 1"):
        assign_to_challenger([], 1.2, salt="t")
