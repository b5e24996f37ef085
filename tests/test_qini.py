"""The Qini coefficient, against an independent implementation."""

import warnings

import numpy as np
import pytest

from churn.campaigns.uplift import measure_qini, slice_uplift
from churn.errors import RequestRefused


def _experiment(customers, seed=0, share=0.5):
    random = np.random.default_rng(seed)
    treated, effect = random.random(customers) < share, random.normal(0.05, 0.1, customers)
    good = random.random(customers) < 0.4 + effect * treated
    return good.astype(float), effect + random.normal(0, 0.05, customers), treated


@pytest.mark.parametrize(("customers", "share", "digits"), [(60, 0.5, 6), (900, 0.2, 6), (900, 0.7, 1)])
def test_it_equals_scikit_uplift(customers, share, digits):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sklift.metrics import qini_auc_score

        good, uplift, treated = _experiment(customers, 3, share)
        uplift = uplift.round(digits)
        theirs = qini_auc_score(good.astype(int), uplift, treated.astype(int))
    assert measure_qini(good, uplift, treated, repeats=0).value == pytest.approx(theirs, abs=1e-9)


def test_a_random_order_is_not_beyond_chance_and_a_good_one_is():
    good, uplift, treated = _experiment(6000)
    noise = np.random.default_rng(9).random(6000)
    assert not measure_qini(good, noise, treated, repeats=100).beyond_chance
    found = measure_qini(good, uplift, treated, repeats=100)
    assert found.beyond_chance
    assert found.low < found.value < found.high


def test_the_curve_begins_at_nothing_and_ends_at_everybody():
    good, uplift, treated = _experiment(500)
    found = measure_qini(good, uplift, treated, repeats=0)
    extra = good[treated].sum() - good[~treated].sum() * treated.sum() / (~treated).sum()
    assert (found.share[0], found.share[-1], found.gained[0]) == (0, 1, 0)
    assert found.gained[-1] == pytest.approx(extra)


def test_tenths_show_what_was_predicted_and_what_was_seen():
    good, uplift, treated = _experiment(5000)
    slices = slice_uplift(good, uplift, treated)
    assert [s.customers for s in slices] == [500] * 10
    assert [s.predicted for s in slices] == sorted((s.predicted for s in slices), reverse=True)
    assert slices[0].seen > slices[-1].seen


@pytest.mark.parametrize("treated", [np.ones(4, bool), np.zeros(4, bool)])
def test_one_arm_alone_is_refused(treated):
    with pytest.raises(RequestRefused, match="treated and untreated customers"):
        measure_qini(np.array([0.0, 1, 0, 1]), np.arange(4.0), treated)
