"""The experiment is fair, its true effect is known, and some customers are better left alone."""

import numpy as np
import pytest

from churn.samples.catalogue import make_sample

SAMPLE = make_sample("offer")
LIST, TRUTH = SAMPLE.table(), SAMPLE.truth()
CALLED = np.array(LIST["offer"].to_pylist()) == "discount call"
LEFT = np.array(LIST["left"].to_pylist()) == "yes"


def truth(column):
    return TRUTH[column].to_numpy(zero_copy_only=False)


def test_half_the_customers_are_called_at_random():
    assert CALLED.mean() == pytest.approx(0.5, abs=0.015)
    assert truth("probability")[CALLED].mean() == pytest.approx(truth("probability")[~CALLED].mean(), abs=0.008)


def test_the_measured_effect_is_the_true_one_within_chance():
    measured = LEFT[~CALLED].mean() - LEFT[CALLED].mean()
    assert measured == pytest.approx(truth("uplift").mean(), abs=0.02)
    assert 0.03 <= truth("uplift").mean() <= 0.08


def test_uplift_is_the_risk_uncalled_less_the_risk_called():
    assert np.allclose(truth("uplift"), truth("probability") - truth("probability_offered"), atol=1e-6)


def test_sleeping_dogs_are_those_whom_the_call_wakes():
    dogs = truth("sleeping_dog")
    assert 0.05 <= dogs.mean() <= 0.12
    assert np.array_equal(dogs, truth("uplift") < 0)


def test_the_highest_risk_is_not_the_highest_effect():
    riskiest = np.argsort(-truth("probability"))[: len(CALLED) // 10]
    best = np.argsort(-truth("uplift"))[: len(CALLED) // 10]
    assert truth("uplift")[riskiest].mean() < 0.8 * truth("uplift")[best].mean()


def test_a_later_list_knows_neither_outcome_nor_offer():
    assert set(LIST.column_names) - set(SAMPLE.later(5).table().column_names) == {"offer", "left"}
