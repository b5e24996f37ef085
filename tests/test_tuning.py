"""The search for better settings can stop, go on, and never breaks the budget."""

import numpy as np
import pytest

from churn.errors import RequestRefused
from churn.training import boosting as tuning
from churn.training.boosting import SHARE, tuned_steps
from churn.training.dataset import examples_of
from churn.training.encoder import encoder_for
from tests.small_lists import SCHEMA, small_table

TABLE = small_table(200)
EXAMPLES = examples_of(encoder_for(SCHEMA, TABLE), TABLE, np.asarray(TABLE["gone"]).astype(np.int8), keys=None)


def quick_judge(library, sample, checks, trial, aim):
    """A landscape in place of real fits: the best depth is 4, the best rate .05."""
    value = abs(trial.params["depth"] - 4) + abs(trial.params["rate"] - 0.05)
    trial.report(value, 0)
    return (None, [value]) if trial.should_prune() else (value, [value])


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
    assert [s.logloss for s in steps] == [
        min(e["value"] for e in log if e["library"] == s.library and e["value"] is not None) for s in steps
    ]
    assert {s.rung.depth for s in steps} == {4}


@pytest.mark.parametrize("after", [1, 6, 13])
def test_a_search_that_was_stopped_goes_on_and_ends_as_if_it_had_not_been(landscape, after):
    whole, log = [], []
    search(20, whole)

    def stop(share, text):
        if len(log) == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search(20, log, heard=stop)
    assert len(log) == after
    search(20, log)
    assert log == whole


def test_hopeless_settings_are_cut_short_and_never_chosen(landscape):
    log = []
    steps = search(40, log)
    assert any(e["value"] is None for e in log)
    assert all(np.isfinite(s.logloss) for s in steps)


def test_a_trial_that_two_processes_wrote_counts_once(landscape):
    log = []
    search(8, log)
    assert search(8, [*log, *log]) == search(8, log)


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
