"""Metrics with their intervals, and earnings."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn.money.playbook import Action, Playbook, exact_estimate
from churn.training.metrics import (
    ASSUMED_BREAK_EVEN,
    Earnings,
    calibration_slope,
    estimate_earnings,
    expected_calibration_error,
    find_break_even,
    intervals,
    metrics,
    operating_point,
)

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


# Kept customers bring 12 x 10 = 120; an offer costs 20, a contact 2; half are saved, half of the stayers take it.
OFFER = Action(
    "offer",
    save=exact_estimate(0.5),
    take_up=exact_estimate(0.5),
    contact=exact_estimate(2.0),
    offer=exact_estimate(20.0),
)


BOOK = Playbook((OFFER,), title="By hand")


TABLE = pa.table({"bill": [10.0] * 4})


BREAK_EVEN = (2 + 0.5 * 20) / (0.5 * (120 - 20) + 0.5 * 20)


def test_the_break_even_is_that_of_the_customer_in_the_middle():
    assert find_break_even(BOOK, TABLE, "bill") == (pytest.approx(BREAK_EVEN), "By hand", [])


def test_without_a_playbook_the_assumption_is_named():
    even, basis, _ = find_break_even(None, TABLE, "bill")
    assert (even, basis.startswith("assumed")) == (ASSUMED_BREAK_EVEN, True)
    assert pytest.approx(11 / 67, abs=1e-4) == ASSUMED_BREAK_EVEN


def test_a_playbook_that_never_pays_or_knows_no_bill_is_said():
    dear = Playbook(
        (Action("gold", save=exact_estimate(0.1), offer=exact_estimate(500.0), contact=exact_estimate(9.0)),)
    )
    assert "ever pays" in find_break_even(dear, TABLE, "bill")[2][0].text
    assert "no column that says what a customer is worth" in find_break_even(BOOK, TABLE, None)[2][0].text


def test_the_gain_is_reckoned_on_who_really_left():
    labels, p = np.array([1.0, 0, 0, 0]), np.array([0.9, 0.8, 0.05, 0.05])
    found = estimate_earnings(BOOK, TABLE, "bill", labels, p, Earnings("By hand", BREAK_EVEN))
    ours = next(q for q in found.policies if q["name"] == "expected gain above 0")
    # One leaver and one stayer are treated: 0.5 x 100 - 2, and -0.5 x 20 - 2, spread over four customers.
    assert (ours["treated"], ours["mid"]) == (2, pytest.approx((48 - 12) / 4))
    assert found.curve[0] == (0.0, 0.0, 0.0) and found.empc is not None
