"""A blend weighs its parts by what they earn on customers they have not seen."""

import numpy as np
import pytest

from churn.training.calibration import sigmoid
from churn.training.metrics import logloss
from churn.training.selection import honest_blend, mixing_weights

RANDOM = np.random.default_rng(0)
TRUTH = RANDOM.normal(-0.5, 1.5, 4000)
LABELS = (RANDOM.random(4000) < sigmoid(TRUTH)).astype(float)


def test_a_part_that_says_nothing_gets_no_weight():
    margins = np.column_stack([TRUTH, RANDOM.normal(0, 3, 4000)])
    assert mixing_weights(margins, LABELS).tolist() == [1.0, 0.0]


def test_two_halves_of_the_truth_share_the_weight():
    noise = RANDOM.normal(0, 1, 4000)
    margins = np.column_stack([TRUTH + noise, TRUTH - noise])
    weights = mixing_weights(margins, LABELS)
    assert weights == pytest.approx([0.5, 0.5], abs=0.05) and weights.sum() == pytest.approx(1)
    mixed = logloss(LABELS, sigmoid(margins @ weights))
    assert mixed < min(logloss(LABELS, sigmoid(m)) for m in margins.T)


def test_a_single_part_is_the_blend():
    assert mixing_weights(TRUTH[:, None], LABELS).tolist() == [1.0]


def test_the_weights_of_a_fold_are_learnt_without_it():
    margins = np.column_stack([TRUTH, -TRUTH])
    margins[2000:] = margins[2000:, ::-1]  # in the second half the other part is right
    halves = np.arange(4000) < 2000
    repeat = [(np.flatnonzero(~halves), np.flatnonzero(halves)), (np.flatnonzero(halves), np.flatnonzero(~halves))]
    blended = honest_blend(margins, LABELS, repeat)
    np.testing.assert_allclose(blended, -TRUTH, atol=1e-6)


def test_rows_that_were_not_checked_stay_unknown():
    margins = np.column_stack([TRUTH, TRUTH])
    margins[:10] = np.nan
    part = np.arange(10, 4000) % 2 == 0
    repeat = [(np.array([]), np.arange(10, 4000)[part]), (np.array([]), np.arange(10, 4000)[~part])]
    assert np.isnan(honest_blend(margins, LABELS, repeat)).nonzero()[0].tolist() == list(range(10))
