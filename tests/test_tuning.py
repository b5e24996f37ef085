"""The search for better settings can stop, go on, and never breaks the budget."""

import numpy as np
import pytest

from churn.errors import RequestRefused
from churn.learning import tuning
from churn.learning.encoding import encoder_for
from churn.learning.examples import examples_of
from churn.learning.ladder import SHARE
from churn.learning.tuning import tuned_steps
from tests.small_lists import SCHEMA, small_table

TABLE = small_table(200)
EXAMPLES = examples_of(encoder_for(SCHEMA, TABLE), TABLE, np.asarray(TABLE["gone"]).astype(np.int8), keys=None)


def quick_judge(library, sample, checks, trial, aim):
    """A landscape in place of real fits: the best depth is 4, the best rate .05."""
    return abs(trial.params["depth"] - 4) + abs(trial.params["rate"] - 0.05)


@pytest.fixture
def landscape(monkeypatch):
    monkeypatch.setattr(tuning, "_judge", quick_judge)


def search(trials, log=None, **options):
    options = {"aim": "logloss", "seed": 0, **options}
    return tuned_steps(EXAMPLES, trials=trials, log=log, **options)


def test_it_finds_the_best_of_what_it_tried_for_each_library(landscape):
    log = []
    steps = search(30, log)
    assert [s.library for s in steps] == ["xgboost", "lightgbm"]
    assert [s.logloss for s in steps] == [min(e["value"] for e in log if e["library"] == s.library) for s in steps]
    assert {s.rung.depth for s in steps} == {4}


def test_a_search_that_was_stopped_goes_on_where_it_was(landscape):
    log = []

    def stop(share, text):
        if len(log) == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search(20, log, heard=stop)
    first = [dict(e) for e in log]
    search(20, log)
    assert log[:6] == first and len(log) == 20


def test_the_same_seed_tries_the_same(landscape):
    logs = [[], []]
    for log in logs:
        search(8, log)
    assert logs[0] == logs[1]


def test_no_setting_costs_more_than_its_share(landscape):
    log = []
    search(30, log)
    steps = [tuning._step(e["library"], e["params"], 0.0) for e in log]
    assert max(s.cost for s in steps) <= SHARE


@pytest.mark.parametrize("aim", ["profit", "recall", "logloss"])
def test_every_aim_is_judged_on_customers_not_learnt_from(aim):
    log = []
    (xgboost, lightgbm) = search(2, log, aim=aim)
    assert np.isfinite([xgboost.logloss, lightgbm.logloss]).all()
    assert {e["aim"] for e in log} == {aim}


@pytest.mark.parametrize(("trials", "aim"), [(-1, "logloss"), (3, "luck")])
def test_a_search_that_makes_no_sense_is_refused(trials, aim):
    with pytest.raises(RequestRefused, match="makes no sense"):
        search(trials, aim=aim)


def test_without_trials_nothing_is_searched():
    assert search(0) == []
