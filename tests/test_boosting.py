"""Boosted trees keep directions, bags and threads as promised."""

from functools import cache

import numpy as np
import pytest

from churn import threads
from churn.training.boosting import Boosted, Rung, learning_curve, lightgbm_answers
from churn.training.dataset import examples_of
from churn.training.encoder import encoder_for
from tests.small_lists import SCHEMA, small_table


@cache
def table():
    return small_table(300)


@cache
def examples():
    return examples_of(encoder_for(SCHEMA, table()), table(), np.asarray(table()["gone"]).astype(np.int8), keys=None)


RUNG = Rung(depth=3, rate=0.1, leaf=5)
LIBRARIES = ("xgboost", "lightgbm")


@pytest.mark.parametrize("library", LIBRARIES)
def test_bags_are_averaged_in_log_odds(library):
    bags = Boosted(library, RUNG, 10, bags=2).fit(examples(), seed=3)
    alone = [type(bags)(library, (b,)).margin(examples().matrix) for b in bags.boosters]
    np.testing.assert_allclose(bags.margin(examples().matrix), np.mean(alone, axis=0))
    assert not np.allclose(*alone)


@pytest.mark.parametrize("library", LIBRARIES)
def test_one_thread_and_two_learn_the_same(library, monkeypatch):
    monkeypatch.setattr(threads, "MANY", 0)
    learnt = []
    for many in ("1", "2"):
        monkeypatch.setenv("CHURN_THREADS", many)
        learnt.append(Boosted(library, RUNG, 15).fit(examples(), seed=0).margin(examples().matrix))
    np.testing.assert_array_equal(*learnt)


@pytest.mark.parametrize("library", LIBRARIES)
def test_more_of_what_lowers_the_risk_never_raises_it(library):
    fitted = Boosted(library, RUNG, 30).fit(examples(), seed=0)
    rows = np.repeat(examples().matrix[:1], 73, axis=0)
    rows[:, examples().encoder.names.index("tenure")] = np.arange(73)
    assert (np.diff(fitted.margin(rows)) <= 1e-9).all()


@pytest.mark.parametrize("library", LIBRARIES)
def test_growing_stops_when_other_customers_no_longer_gain(library):
    half = np.arange(300) < 150
    learn, check = examples().only(np.flatnonzero(half)), examples().only(np.flatnonzero(~half))
    curve = learning_curve(library, learn, check, rung=Rung(6, 0.5, 1), most=400, seed=0)
    assert len(curve) < 200 and curve.min() < curve[-1]


def test_the_scoring_cost_doubles_with_every_level():
    assert [Boosted("xgboost", Rung(d, 0.1, 1), 100, 2).cost for d in (3, 4, 6)] == [100, 200, 800]


def test_a_library_that_cannot_be_loaded_says_why(monkeypatch):
    import sys

    assert lightgbm_answers() == ""
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    assert "lightgbm" in lightgbm_answers()
