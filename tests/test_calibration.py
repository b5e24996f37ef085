"""What a probability stands for can be read back from the calibration."""

import json

import numpy as np
import pytest

from churn.training.calibration import Bin, Calibration, calibration_from, logit, sigmoid

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
