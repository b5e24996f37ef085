"""The difference between two arms and its interval."""

import numpy as np
import pytest

from churn.campaigns.lift import measure_adjusted_difference, measure_difference
from churn.training.calibration import wilson_interval


def _campaign(random, customers=600, kept=0.2, held=0.2):
    p = random.beta(1.3, 2.5, customers)
    treat = np.ones(customers, bool)
    treat[random.permutation(customers)[: int(held * customers)]] = False
    left = random.random(customers) < np.where(treat, p * (1 - kept), p)
    return left.astype(float), treat, p, float((p * kept).mean())


def test_four_hundred_customers_by_hand():
    # 60 of 200 held out left, 40 of 200 treated: .30 − .20, with n−1 variances
    left, treat = np.repeat([1.0, 0.0, 1.0, 0.0], [60, 140, 40, 160]), np.repeat([False, True], 200)
    found = measure_difference(left, treat)
    error = np.sqrt(0.3 * 0.7 / 199 + 0.2 * 0.8 / 199)
    assert (found.size, found.error) == (pytest.approx(0.1), pytest.approx(error))
    assert (found.high - found.low) / 2 == pytest.approx(1.966 * error, rel=1e-3)


def test_few_customers_get_newcombes_interval():
    # Newcombe 1998, table II, 9 of 10 against 3 of 10
    few = measure_difference(np.repeat([1.0, 0.0, 1.0, 0.0], [9, 1, 3, 7]), np.repeat([False, True], 10))
    assert (round(few.low, 4), round(few.high, 4), few.adjusted) == (0.1705, 0.8090, False)


def test_an_empty_arm_has_no_difference():
    assert measure_difference(np.array([1.0, 0.0]), np.array([True, True])) is None


def test_the_score_tightens_the_interval():
    left, treat, p, _ = _campaign(np.random.default_rng(1), 4000)
    plain, tight = measure_adjusted_difference(left, treat), measure_adjusted_difference(left, treat, p)
    assert tight.adjusted
    assert tight.error < 0.95 * plain.error


@pytest.mark.parametrize("kept", [0.0, 0.3])
def test_the_interval_covers_the_truth_about_19_times_of_20(kept):
    random = np.random.default_rng(11)
    runs = [_campaign(random, kept=kept) for _ in range(300)]
    found = [(measure_difference(left, treat, p), truth) for left, treat, p, truth in runs]
    covered = np.mean([d.low <= truth <= d.high for d, truth in found])
    assert 0.915 <= covered <= 0.985


def test_a_share_of_nothing_has_an_interval_inside_0_to_1():
    assert wilson_interval(0, 10) == (0.0, pytest.approx(0.2775, abs=1e-4))
