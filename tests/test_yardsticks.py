"""The figures of a report agree with scikit-learn's and with hand-computed ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn.training.metrics import calibration_slope, expected_calibration_error, intervals, metrics, operating_point

SCORED = st.lists(st.tuples(st.booleans(), st.floats(0.001, 0.999).map(lambda p: round(p, 2))), min_size=8, max_size=60)


@given(SCORED.filter(lambda s: 0 < sum(y for y, _ in s) < len(s)))
def test_the_figures_equal_those_of_scikit_learn(scored):
    from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

    labels, p = np.array([float(y) for y, _ in scored]), np.array([np.clip(q, 0.01, 0.99) for _, q in scored])
    ours = metrics(labels, p)
    theirs = {
        "roc_auc": roc_auc_score(labels, p),
        "pr_auc": average_precision_score(labels, p),
        "logloss": log_loss(labels, p),
        "brier": brier_score_loss(labels, p),
    }
    assert {k: ours[k] for k in theirs} == pytest.approx(theirs)


def test_precision_at_a_recall_is_that_of_the_shortest_list_that_reaches_it():
    labels, p = np.array([1.0, 0, 1, 0, 1, 0, 0, 0, 0, 0]), np.linspace(0.9, 0.1, 10)
    found = metrics(labels, p)
    assert (found["precision_at_recall_0.79"], found["times_random_top_tenth"]) == pytest.approx((0.6, 10 / 3))


def test_an_operating_point_counts_who_is_contacted():
    labels, p = np.array([1.0, 1, 0, 0]), np.array([0.9, 0.2, 0.8, 0.1])
    expected = {"accuracy": 0.5, "precision": 0.5, "recall": 0.5, "f1": 0.5, "contacted": 0.5}
    assert operating_point(labels, p, 0.8) == expected


def test_probabilities_that_keep_their_promise_have_slope_one_and_no_calibration_error():
    random = np.random.default_rng(0)
    p = random.uniform(0.02, 0.98, 40_000)
    labels = (random.random(40_000) < p).astype(float)
    assert calibration_slope(labels, p) == pytest.approx((1, 0), abs=0.05)
    assert expected_calibration_error(labels, p) < 0.01


def test_the_bootstrap_interval_holds_the_value_and_narrows_with_more_customers():
    random = np.random.default_rng(1)

    def width(rows):
        p = random.random(rows)
        labels = (random.random(rows) < p).astype(float)
        low, high = intervals(labels, p, seed=0)["roc_auc"]
        assert low < metrics(labels, p)["roc_auc"] < high
        return high - low

    assert width(4000) < width(250) / 2
