"""The expected maximum profit measure, against an independent implementation."""

import warnings

import numpy as np
import pytest

from churn.errors import RequestRefused
from churn.money.economics import expected_maximum_profit


def _drawn(n, seed, digits=6):
    random = np.random.default_rng(seed)
    p = random.beta(1, 3, n)
    return random.random(n) < p, np.round(p, digits)


@pytest.mark.parametrize(("n", "digits"), [(40, 6), (2000, 6), (2000, 1)])
@pytest.mark.parametrize("terms", [((6, 14), 200, 10, 1), ((2, 3), 100, 20, 3), ((6, 14), 20, 15, 4)])
def test_it_equals_empulse(n, digits, terms):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from empulse.metrics import empc_score
    left, score = _drawn(n, 7, digits)
    (a, b), worth, incentive, contact = terms
    ours = expected_maximum_profit(left, score, acceptance=(a, b), worth=worth, incentive=incentive, contact=contact)
    costs = {"alpha": a, "beta": b, "clv": worth, "incentive_cost": incentive, "contact_cost": contact}
    assert ours.profit == pytest.approx(empc_score(left.astype(int), score, **costs), abs=1e-6)
    assert ours.share == pytest.approx(empc_score.optimal_rate(left.astype(int), score, **costs), abs=1e-6)


def test_a_list_where_nobody_left_is_refused():
    with pytest.raises(RequestRefused, match="customers who left and customers who stayed"):
        expected_maximum_profit(np.zeros(5), np.arange(5))
