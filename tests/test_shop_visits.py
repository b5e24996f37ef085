"""Visits bring visits: what is expected leans only on months the log shows."""

import numpy as np
import pytest

from churn.samples.random import make_draw
from churn.samples.shop import FIRST_VISIT_DAYS, MONTHS, conversion, expected_visits, visit_months

LIVED = list(visit_months(make_draw("shop", 1, 0, 3000)))


def test_expected_visits_add_up_as_stated():
    past = [np.array([2, 0]), np.array([1, 0]), np.array([4, 0])]
    assert expected_visits(past, np.array([1, 0])).tolist() == [2.17, 0.1]
    assert conversion(np.array([True, False])).tolist() == [0.26, 0.11]


def test_the_months_follow_each_other_without_a_gap():
    assert [m.first for m in LIVED] == list(FIRST_VISIT_DAYS[:MONTHS])
    assert [m.days for m in LIVED] == np.diff(FIRST_VISIT_DAYS).tolist()


def test_every_visit_has_a_customer_and_a_verdict():
    for m in LIVED:
        assert np.array_equal(np.bincount(m.who, minlength=3000), m.visits)
        assert len(m.bought) == m.visits.sum()


def test_the_chance_of_no_visit_is_the_share_without_one():
    for m in LIVED[3:]:
        assert m.no_visit[m.known].mean() == pytest.approx((m.visits[m.known] == 0).mean(), abs=0.03)


def test_a_purchase_is_never_likelier_than_a_visit():
    assert all((m.no_purchase[m.known] >= m.no_visit[m.known]).all() for m in LIVED)
