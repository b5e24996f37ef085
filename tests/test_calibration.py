"""Calibration: fitting, bins, intervals and the conformal flag."""

import json
from statistics import NormalDist

import numpy as np
import pytest

from churn.training.calibration import (
    Bin,
    Calibration,
    calibration_from,
    choose_calibration,
    conformal_edges,
    conformal_limit,
    count_bins,
    logit,
    nonconformity,
    sigmoid,
    spread_between_repeats,
    wilson_interval,
)
from churn.training.dataset import assign_folds

BINS = (Bin(0.0, 0.2, 100, 10, 0.1, 0.06, 0.17), Bin(0.2, 0.9, 100, 50, 0.5, 0.4, 0.6))


def test_a_score_finds_the_customers_who_were_scored_like_it():
    known = Calibration(bins=BINS)
    assert [known.bin_of(p) for p in (0.1, 0.2, 0.5, 0.95)] == [BINS[0], BINS[0], BINS[1], BINS[1]]
    assert BINS[1].share == 0.5


def test_between_its_edges_the_model_cannot_tell():
    known = Calibration(stays_up_to=0.3, leaves_from=0.7)
    assert known.cannot_tell(np.array([0.3, 0.31, 0.69, 0.7])).tolist() == [False, True, True, False]


def test_the_spread_gives_a_range_around_a_score():
    low, high = Calibration(spread=0.5).range_of(0.5)
    assert (low, high) == pytest.approx((sigmoid(np.array(-0.6408)), sigmoid(np.array(0.6408))), abs=1e-4)
    assert Calibration().range_of(0.5) is None


def test_an_isotonic_curve_is_read_between_its_knots():
    curve = Calibration("isotonic", knots=((-1.0, 0.1), (1.0, 0.5)))
    assert curve.probability(np.array([-5.0, 0.0, 5.0])).tolist() == pytest.approx([0.1, 0.3, 0.5])


def test_log_odds_and_probability_are_each_others_way_back():
    p = np.array([0.001, 0.3, 0.999])
    np.testing.assert_allclose(sigmoid(logit(p)), p)


def test_a_calibration_survives_json():
    whole = Calibration("isotonic", 1.1, -0.1, ((-1.0, 0.2), (1.0, 0.7)), BINS, 0.3, 0.7, 0.2)
    assert calibration_from(json.loads(json.dumps(whole.as_json()))) == whole


def scored(rows, stretch, seed=0):
    random = np.random.default_rng(seed)
    margin = random.normal(-0.5, 1.5, rows)
    labels = (random.random(rows) < 1 / (1 + np.exp(-margin))).astype(float)
    part = assign_folds(labels, np.arange(rows), 5, seed=1)
    repeat = [(np.flatnonzero(part != k), np.flatnonzero(part == k)) for k in range(5)]
    return margin[None] * stretch, labels, (repeat,)


def test_true_probabilities_are_left_alone():
    found, _ = choose_calibration(*scored(3000, 1.0))
    assert found.method in ("raw", "platt") and found.slope == pytest.approx(1, abs=0.12)


def test_overconfident_scores_are_drawn_back():
    found, honest = choose_calibration(*scored(3000, 3.0))
    assert found.method == "platt" and found.slope == pytest.approx(1 / 3, abs=0.04)
    assert not np.isnan(honest).any()


def test_steps_are_not_tried_with_few_leavers_and_win_only_where_a_line_cannot_fit():
    margins, labels, repeats = scored(9000, 1.0)
    bent = np.where(margins > 0, margins * 6, margins)
    assert choose_calibration(bent, labels, repeats)[0].method == "isotonic"
    few = scored(900, 1.0)
    assert choose_calibration(np.where(few[0] > 0, few[0] * 6, few[0]), *few[1:])[0].method != "isotonic"


@pytest.mark.parametrize(("left", "customers"), [(0, 20), (7, 20), (20, 20), (300, 1000)])
def test_the_wilson_interval_solves_its_equation(left, customers):
    z, share = NormalDist().inv_cdf(0.975), left / customers
    for edge in wilson_interval(left, customers):
        assert abs(share - edge) == pytest.approx(z * np.sqrt(edge * (1 - edge) / customers), abs=1e-6)


@pytest.mark.parametrize("stretch", [1.0, 4.0])
def test_what_is_called_plausible_happens_to_nine_in_ten_other_customers(stretch):
    random = np.random.default_rng(3)
    margin = random.normal(-0.5, 1.5 * stretch, 20_000)
    p = 1 / (1 + np.exp(-margin))
    labels = (random.random(20_000) < p).astype(float)
    limit = conformal_limit(p[:10_000], labels[:10_000])
    plausible = nonconformity(p[10_000:], labels[10_000:]) <= limit
    assert plausible.mean() == pytest.approx(0.9, abs=0.02)


def test_between_the_edges_both_outcomes_are_plausible_or_neither_is():
    p = np.array([0.1] * 8 + [0.6] * 12)
    low, high = conformal_edges(p, np.array([0.0] * 8 + [1.0, 0.0] * 6))
    assert (low, high) == pytest.approx((0.4, 0.6))


def test_bins_hold_as_many_customers_each_and_say_what_became_of_them():
    p, labels = np.linspace(0, 1, 100), (np.arange(100) >= 50).astype(float)
    bins = count_bins(p, labels, 4)
    assert [(b.customers, b.left) for b in bins] == [(25, 0), (25, 0), (25, 25), (25, 25)]


def test_the_spread_is_how_far_repeats_disagree():
    assert spread_between_repeats(np.array([[0.0, 1.0], [2.0, 3.0]])) == pytest.approx(np.sqrt(2))
    assert spread_between_repeats(np.array([[0.0, 1.0]])) is None
