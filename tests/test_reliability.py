"""Probabilities are corrected only when customers never seen say that it helps."""

from statistics import NormalDist

import numpy as np
import pytest

from churn.training.calibration import (
    calibrated,
    conformal_edges,
    conformal_limit,
    reliability_bins,
    spread_between,
    strangeness,
    wilson,
)
from churn.training.dataset import fold_numbers


def scored(rows, stretch, seed=0):
    random = np.random.default_rng(seed)
    margin = random.normal(-0.5, 1.5, rows)
    labels = (random.random(rows) < 1 / (1 + np.exp(-margin))).astype(float)
    part = fold_numbers(labels, np.arange(rows), 5, seed=1)
    repeat = [(np.flatnonzero(part != k), np.flatnonzero(part == k)) for k in range(5)]
    return margin[None] * stretch, labels, (repeat,)


def test_true_probabilities_are_left_alone():
    found, _ = calibrated(*scored(3000, 1.0))
    assert found.method in ("raw", "platt") and found.slope == pytest.approx(1, abs=0.12)


def test_overconfident_scores_are_drawn_back():
    found, honest = calibrated(*scored(3000, 3.0))
    assert found.method == "platt" and found.slope == pytest.approx(1 / 3, abs=0.04)
    assert not np.isnan(honest).any()


def test_steps_are_not_tried_with_few_leavers_and_win_only_where_a_line_cannot_fit():
    margins, labels, repeats = scored(9000, 1.0)
    bent = np.where(margins > 0, margins * 6, margins)
    assert calibrated(bent, labels, repeats)[0].method == "isotonic"
    few = scored(900, 1.0)
    assert calibrated(np.where(few[0] > 0, few[0] * 6, few[0]), *few[1:])[0].method != "isotonic"


@pytest.mark.parametrize(("left", "customers"), [(0, 20), (7, 20), (20, 20), (300, 1000)])
def test_the_wilson_interval_solves_its_equation(left, customers):
    z, share = NormalDist().inv_cdf(0.975), left / customers
    for edge in wilson(left, customers):
        assert abs(share - edge) == pytest.approx(z * np.sqrt(edge * (1 - edge) / customers), abs=1e-6)


@pytest.mark.parametrize("stretch", [1.0, 4.0])
def test_what_is_called_plausible_happens_to_nine_in_ten_other_customers(stretch):
    random = np.random.default_rng(3)
    margin = random.normal(-0.5, 1.5 * stretch, 20_000)
    p = 1 / (1 + np.exp(-margin))
    labels = (random.random(20_000) < p).astype(float)
    limit = conformal_limit(p[:10_000], labels[:10_000])
    plausible = strangeness(p[10_000:], labels[10_000:]) <= limit
    assert plausible.mean() == pytest.approx(0.9, abs=0.02)


def test_between_the_edges_both_outcomes_are_plausible_or_neither_is():
    p = np.array([0.1] * 8 + [0.6] * 12)
    low, high = conformal_edges(p, np.array([0.0] * 8 + [1.0, 0.0] * 6))
    assert (low, high) == pytest.approx((0.4, 0.6))


def test_bins_hold_as_many_customers_each_and_say_what_became_of_them():
    p, labels = np.linspace(0, 1, 100), (np.arange(100) >= 50).astype(float)
    bins = reliability_bins(p, labels, 4)
    assert [(b.customers, b.left) for b in bins] == [(25, 0), (25, 0), (25, 25), (25, 25)]


def test_the_spread_is_how_far_repeats_disagree():
    assert spread_between(np.array([[0.0, 1.0], [2.0, 3.0]])) == pytest.approx(np.sqrt(2))
    assert spread_between(np.array([[0.0, 1.0]])) is None
