"""How long customers stay."""

import numpy as np
import pandas as pd
import pytest

from churn.errors import ListRefused
from churn.money.economics import lifetime_value, remaining_periods, stay_curve, stay_curves
from churn.money.playbook import Playbook, exact_estimate

# Five customers: left after 1, 2 and 4 periods; two still here after 2 and 5.
TENURE, LEFT = [1, 2, 2, 4, 5], [True, True, False, True, False]


def test_five_customers_worked_out_by_hand():
    curve = stay_curve(TENURE, LEFT)
    assert curve.times.tolist() == [1, 2, 4]
    assert curve.share.tolist() == pytest.approx([4 / 5, 4 / 5 * 3 / 4, 4 / 5 * 3 / 4 * 1 / 2])
    assert curve.at([0, 1, 3, 9]).tolist() == pytest.approx([1.0, 0.8, 0.6, 0.3])
    assert (curve.customers, curve.leavers) == (5, 3)


def test_the_interval_is_greenwoods_and_stays_inside_0_to_1():
    curve = stay_curve(TENURE, LEFT)
    # at the first step: variance of log(−log S) is (1/(5·4)) / log(.8)²
    spread = np.sqrt(1 / 20) / abs(np.log(0.8)) * 1.959963984540054
    assert (curve.low[0], curve.high[0]) == pytest.approx((0.8 ** np.exp(spread), 0.8 ** np.exp(-spread)))
    assert ((curve.low >= 0) & (curve.low <= curve.share) & (curve.share <= curve.high) & (curve.high <= 1)).all()


def test_the_published_telecom_curve(real_file):
    list_ = pd.read_csv(real_file("telco_customer_churn.csv"))
    curve = stay_curve(list_["tenure"], list_["Churn"] == "Yes")
    assert curve.at([12, 24, 60]).round(3).tolist() == [0.843, 0.789, 0.664]


def test_without_leavers_everybody_stays_the_whole_horizon():
    curve = stay_curve([3, 5], [False, False])
    assert curve.remaining([0.0, 4.0], 12.0).tolist() == pytest.approx([12.0, 12.0])


def test_a_constant_rate_of_leaving_gives_the_known_expectation():
    random = np.random.default_rng(0)
    time = random.exponential(10.0, 40_000)
    curve = stay_curve(np.minimum(time, 30.0), time < 30.0)
    # ∫₀²⁴ e^(−t/10) dt = 10·(1 − e^−2.4), whatever the tenure
    assert curve.remaining([0.0, 12.0, 29.0], 24.0).tolist() == pytest.approx([10 * (1 - np.exp(-2.4))] * 3, rel=0.03)


def test_segments_have_their_own_curve_and_thin_ones_use_everybodys():
    tenure, left = np.tile([1.0, 2.0, 3.0, 4.0], 20), np.tile([True, True, True, False], 20)
    segment = np.array(["a"] * 76 + ["b"] * 4, object)
    curves = stay_curves(tenure, left, segment)
    whole = stay_curve(tenure, left)
    given = remaining_periods(curves, tenure, segment, whole=whole, horizon=6)
    assert sorted(curves) == ["a", "b"]
    assert given[76:].tolist() == whole.remaining(tenure[76:], 6).tolist()


def test_lifetime_value_is_bill_margin_and_remaining_periods():
    assert lifetime_value([100.0], [6.0], Playbook(margin=exact_estimate(0.5))).tolist() == [300.0]


def test_a_list_without_tenure_is_refused():
    with pytest.raises(ListRefused, match="Nobody on the list has a usable tenure"):
        stay_curve([np.nan, -1.0], [True, False])
