"""Capacity is climbed only while customers never seen say that it pays."""

import pytest

from churn.training import boosting as ladder
from churn.training.boosting import BUDGET, RUNGS, SHARE, Rung, Step, best_step, climbed, with_bags


def results(monkeypatch, losses):
    left = list(losses)
    monkeypatch.setattr(
        ladder, "rung_result", lambda library, examples, rung, **how: Step(library, rung, 100, left.pop(0))
    )


@pytest.mark.parametrize(
    ("losses", "tried", "best"),
    [([0.41, 0.42, 0.3], 2, 3), ([0.08, 0.07, 0.069, 0.0695], 4, 5), ([0.4, 0.3, 0.2, 0.1], 4, 6), ([0.4, 0.4], 2, 3)],
)
def test_climbing_ends_where_it_no_longer_pays(monkeypatch, losses, tried, best):
    results(monkeypatch, losses)
    steps = climbed("xgboost", None, checks=3, seed=0)
    assert (len(steps), best_step(steps).rung.depth) == (tried, best)


def test_the_rungs_go_from_shallow_and_slow_to_deep_and_fast():
    assert [r.depth for r in RUNGS] == [3, 4, 5, 6]
    assert [r.rate for r in RUNGS] == sorted(r.rate for r in RUNGS)


@pytest.mark.parametrize(("trees", "depth", "bags"), [(200, 3, 4), (1200, 4, 1), (300, 5, 2)])
def test_bags_fill_the_scoring_budget_and_never_break_it(trees, depth, bags):
    rung = Rung(depth, 0.1, 1)
    candidates = with_bags([Step("xgboost", rung, trees, 0.4), Step("lightgbm", rung, trees, 0.4)])
    assert [c.bags for c in candidates] == [bags, bags]
    assert sum(c.cost for c in candidates) <= BUDGET


def test_no_rung_may_grow_beyond_its_share():
    assert all(int(SHARE / r.cost) * r.cost <= SHARE for r in RUNGS)
