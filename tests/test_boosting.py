"""Boosted trees: fitting, capacity, and the search for better settings."""

from functools import cache

import numpy as np
import pytest

from churn import threads
from churn.errors import RequestRefused
from churn.training import boosting as ladder
from churn.training import boosting as tuning
from churn.training.boosting import (
    BAG_BUDGET,
    BUDGET,
    CAPACITIES,
    Boosted,
    BoostingParams,
    SearchResult,
    best_result,
    lightgbm_import_error,
    loss_by_tree,
    search_capacity,
    tune,
    with_bags,
)
from churn.training.dataset import encode_examples
from churn.training.encoder import encoder_for
from tests.small_lists import SCHEMA, small_table


@cache
def table():
    return small_table(300)


@cache
def examples():
    return encode_examples(
        encoder_for(SCHEMA, table()), table(), np.asarray(table()["gone"]).astype(np.int8), keys=None
    )


RUNG = BoostingParams(depth=3, rate=0.1, leaf=5)
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
    learn, check = examples().take(np.flatnonzero(half)), examples().take(np.flatnonzero(~half))
    curve = loss_by_tree(library, learn, check, params=BoostingParams(6, 0.5, 1), most=400, seed=0)
    assert len(curve) < 200 and curve.min() < curve[-1]


def test_the_scoring_cost_doubles_with_every_level():
    assert [Boosted("xgboost", BoostingParams(d, 0.1, 1), 100, 2).cost for d in (3, 4, 6)] == [100, 200, 800]


def test_a_library_that_cannot_be_loaded_says_why(monkeypatch):
    import sys

    assert lightgbm_import_error() == ""
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    assert "lightgbm" in lightgbm_import_error()


def results(monkeypatch, losses):
    left = list(losses)
    monkeypatch.setattr(
        ladder, "evaluate_params", lambda library, _, params, **options: SearchResult(library, params, 100, left.pop(0))
    )


@pytest.mark.parametrize(
    ("losses", "tried", "best"),
    [([0.41, 0.42, 0.3], 2, 3), ([0.08, 0.07, 0.069, 0.0695], 4, 5), ([0.4, 0.3, 0.2, 0.1], 4, 6), ([0.4, 0.4], 2, 3)],
)
def test_climbing_ends_where_it_no_longer_pays(monkeypatch, losses, tried, best):
    results(monkeypatch, losses)
    steps = search_capacity("xgboost", None, checks=3, seed=0)
    assert (len(steps), best_result(steps).params.depth) == (tried, best)


def test_the_rungs_go_from_shallow_and_slow_to_deep_and_fast():
    assert [r.depth for r in CAPACITIES] == [3, 4, 5, 6]
    assert [r.rate for r in CAPACITIES] == sorted(r.rate for r in CAPACITIES)


@pytest.mark.parametrize(("trees", "depth", "bags"), [(200, 3, 4), (1200, 4, 1), (300, 5, 2)])
def test_bags_fill_the_scoring_budget_and_never_break_it(trees, depth, bags):
    params = BoostingParams(depth, 0.1, 1)
    candidates = with_bags([SearchResult("xgboost", params, trees, 0.4), SearchResult("lightgbm", params, trees, 0.4)])
    assert [c.bags for c in candidates] == [bags, bags]
    assert sum(c.cost for c in candidates) <= BUDGET


def test_no_rung_may_grow_beyond_its_share():
    assert all(int(BAG_BUDGET / r.cost) * r.cost <= BAG_BUDGET for r in CAPACITIES)


TUNING_TABLE = small_table(200)


def quick_judge(library, sample, checks, trial, aim):
    """A landscape in place of real fits: the best depth is 4, the best rate .05."""
    value = abs(trial.params["depth"] - 4) + abs(trial.params["rate"] - 0.05)
    trial.report(value, 0)
    return (None, [value]) if trial.should_prune() else (value, [value])


@pytest.fixture
def landscape(monkeypatch):
    monkeypatch.setattr(tuning, "_evaluate_trial", quick_judge)


def search(trials, log=None, **options):
    options = {"aim": "logloss", "seed": 0, **options}
    return tune(examples(), trials=trials, log=log, **options)


def test_it_finds_the_best_of_what_it_tried_for_each_library(landscape):
    log = []
    steps = search(30, log)
    assert [s.library for s in steps] == ["xgboost", "lightgbm"]
    assert [s.logloss for s in steps] == [
        min(e["value"] for e in log if e["library"] == s.library and e["value"] is not None) for s in steps
    ]
    assert {s.params.depth for s in steps} == {4}


@pytest.mark.parametrize("after", [1, 6, 13])
def test_a_search_that_was_stopped_goes_on_and_ends_as_if_it_had_not_been(landscape, after):
    whole, log = [], []
    search(20, whole)

    def stop(share, text):
        if len(log) == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search(20, log, on_progress=stop)
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
    steps = [tuning._as_result(e["library"], e["params"], 0.0) for e in log]
    assert max(s.cost for s in steps) <= BAG_BUDGET


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
