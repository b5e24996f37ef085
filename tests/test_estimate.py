"""Calibrated probabilities say how well a list will be ranked before anybody has left."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from churn.monitoring.performance import (
    Likely,
    PerformanceEstimate,
    correct_probability,
    draw_wavering,
    estimate_leaning,
    estimate_measures,
    expected_measures,
    learnt_measures,
)
from churn.training.calibration import Bin, logit, sigmoid
from churn.training.metrics import auc, operating_point
from tests.test_watch import MODEL, a_list

P = MODEL.probability(MODEL.encoder.matrix(a_list(4000, 5)))


def leant(by, bins=10, customers=6000):
    """The model, whose unseen customers left as if its log-odds had been so many times as large."""
    shares = [(p, float(sigmoid(by * logit(np.array([p])))[0])) for p in np.linspace(0.02, 0.9, bins)]
    kept = tuple(Bin(p, p, 100, 100 * share, p, 0.0, 1.0) for p, share in shares)
    return replace(
        MODEL,
        calibration=replace(MODEL.calibration, bins=kept),
        reference=replace(MODEL.reference, customers=customers),
    )


def test_measures_by_hand():
    found = expected_measures(np.array([0.8, 0.2]), 0.5)
    assert found == pytest.approx(
        {"auc": (0.2 * 0.4 + 0.8 * 0.9) / 1.0, "recall": 0.8, "precision": 0.8, "churn_rate": 0.5}
    )


def test_the_estimate_is_what_outcomes_come_to_on_average():
    random, found = np.random.default_rng(0), expected_measures(P, 0.3)
    draws = [(random.random(len(P)) < P).astype(float) for _ in range(60)]
    real = {"auc": np.mean([auc(y, P) for y in draws]), "churn_rate": np.mean([y.mean() for y in draws])}
    points = [operating_point(y, P, 0.3) for y in draws]
    real |= {name: np.mean([point[name] for point in points]) for name in ("recall", "precision")}
    assert found == pytest.approx(real, abs=0.006)


def test_the_interval_holds_what_outcomes_come_to():
    random, likely = np.random.default_rng(1), estimate_measures(MODEL, P)
    real = [auc((random.random(len(P)) < P).astype(float), P) for _ in range(100)]
    assert np.mean([likely["auc"].low <= r <= likely["auc"].high for r in real]) >= 0.9


def test_a_shorter_list_is_known_less_exactly():
    long, short = estimate_measures(MODEL, P), estimate_measures(MODEL, P[:300])
    assert all(short[m].high - short[m].low > long[m].high - long[m].low for m in long)


@given(some.lists(some.floats(0.01, 0.99), min_size=2, max_size=60), some.floats(0.05, 0.95))
def test_every_measure_is_a_share(p, threshold):
    found = expected_measures(np.array(p), threshold)
    assert all(0 <= v <= 1 + 1e-12 for v in found.values() if np.isfinite(v))


def test_scores_that_all_lean_one_way_are_set_right_by_what_became_of_unseen_customers():
    truth, model = sigmoid(1.4 * logit(P)), leant(1.4, customers=10_000_000)
    assert correct_probability(model, P) == pytest.approx(truth, abs=1e-4)
    estimated = estimate_measures(model, P)["auc"]
    assert estimated.value == pytest.approx(expected_measures(P, 0.3, truth)["auc"], abs=1e-4)
    assert estimated.low < estimated.value < estimated.high


def test_customers_are_still_chosen_by_the_score_they_were_given():
    model = leant(1.4, customers=10_000_000)
    called = model.thresholds.predicted(P)
    found = estimate_measures(model, P)["precision"].value
    assert found == pytest.approx(sigmoid(1.4 * logit(P))[called].mean(), abs=1e-4)


def test_fewer_outcomes_are_believed_less():
    slopes = [estimate_leaning(leant(1.2, customers=n))[0] for n in (200, 2000, 10_000_000)]
    assert 0 < slopes[0] < slopes[1] < slopes[2] == pytest.approx(0.2, abs=1e-4)


@pytest.mark.parametrize("model", [leant(1.4, bins=3), leant(9.0)])
def test_bins_that_tell_nothing_set_nothing_right(model):
    assert correct_probability(model, P) is P


def test_the_learnt_measures_stand_beside_the_estimate():
    likely = estimate_measures(MODEL, P, learnt=learnt_measures(MODEL))
    assert likely["auc"].learnt == learnt_measures(MODEL)["auc"] == pytest.approx(likely["auc"].value, abs=0.02)


def test_few_learnt_customers_leave_more_doubt():
    few = replace(MODEL, reference=replace(MODEL.reference, customers=200))
    doubts = [draw_wavering(m, np.random.default_rng(0)).std(axis=0) for m in (few, MODEL)]
    assert (doubts[0] > 3 * doubts[1]).all()


def test_a_measure_that_does_not_exist_is_left_out():
    assert "precision" not in estimate_measures(MODEL, np.full(300, 0.01))


def test_a_measure_that_did_not_exist_when_the_model_learnt_stands_alone():
    p = np.linspace(0.05, 0.9, 600)  # some are called now; of those learnt from nobody was
    found = estimate_measures(MODEL, p, learnt=expected_measures(np.full(300, 0.01), 0.3))
    assert found["precision"].learnt is None and found["churn_rate"].learnt == pytest.approx(0.01)
    assert set(found["precision"].as_json()) == {"value", "low", "high"}


def test_an_estimate_is_written_without_what_is_not_known():
    part = PerformanceEstimate(5, {"auc": Likely(0.8, 0.7, 0.9)})
    whole = PerformanceEstimate(9, {}, Likely(1.0, 0.5, 1.5, 2.0), {"Plan: basic": part})
    auc_words = {"value": 0.8, "low": 0.7, "high": 0.9}
    assert whole.as_json() == {
        "customers": 9,
        "profit": {"value": 1.0, "low": 0.5, "high": 1.5, "learnt": 2.0},
        "segments": [{"segment": "Plan: basic", "customers": 5, "auc": auc_words}],
    }
