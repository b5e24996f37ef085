"""The plan for both arms and the draw among the chosen."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.campaigns.holdout import DrawKeys, plan_with_holdout
from churn.campaigns.limits import Order
from churn.campaigns.optimizer import Choices
from churn.campaigns.plan import price_plan
from tests.scored import BOOK, random_list


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 999), st.sampled_from([0.0, 0.1, 0.3]), st.integers(5, 400))
def test_the_treated_arm_never_breaks_a_limit(seed, holdout, budget):
    order = Order(budget=budget, capacity={"phone": 7}, at_most={("region", "n"): 30}, holdout=holdout, seed=seed)
    ready = price_plan(random_list(120, seed), BOOK, order, key="id", value="bill", history=None)
    plan = plan_with_holdout(ready.found, ready.limits, order, ready.names)
    tight = Choices(ready.found.gain, ready.found.cost, ready.limits)
    assert tight.keeps(np.where(plan.held, -1, plan.choice))
    assert plan.total <= plan.bound + 1e-6


@pytest.mark.parametrize("seed", range(8))
def test_a_minimum_stands_when_chance_holds_out_many_of_its_customers(seed):
    order = Order(at_least={("region", "n"): 130}, capacity={"phone": 25, "email": 150}, holdout=0.3, seed=seed)
    ready = price_plan(random_list(600, 7), BOOK, order, key="id", value="bill", history=None)
    plan = plan_with_holdout(ready.found, ready.limits, order, ready.names)
    assert Choices(ready.found.gain, ready.found.cost, ready.limits).keeps(np.where(plan.held, -1, plan.choice))


def test_only_chance_tells_the_arms_apart():
    order = Order(budget=900, holdout=0.3, seed=2)
    ready = price_plan(random_list(3000), BOOK, order, key="id", value="bill", history=None)
    plan = plan_with_holdout(ready.found, ready.limits, order, ready.names)
    p, chosen = ready.given.probability, plan.choice >= 0
    treat, held = p[chosen & ~plan.held], p[plan.held]
    spread = np.sqrt(treat.var() / len(treat) + held.var() / len(held))
    assert abs(treat.mean() - held.mean()) < 3 * spread
    assert abs(plan.held.sum() / chosen.sum() - 0.3) < 0.005


def test_who_is_held_out_hangs_on_who_is_on_the_list_not_on_their_order():
    keys, tiers = np.array(["ann", "ben", "cid"], object), np.full(3, "")
    told = [DrawKeys(keys[rows], tiers[rows], None).together for rows in ([0, 1, 2], [2, 0, 1], [0, 1])]
    assert told[0] == told[1] != told[2]


def test_the_next_months_list_holds_out_others():
    def held(rows):
        ready = price_plan(months.iloc[rows], BOOK, order, key="id", value="bill", history=None)
        plan = plan_with_holdout(ready.found, ready.limits, order, ready.names)
        return set(ready.names.keys[plan.held])

    months, order = random_list(2000), Order(holdout=0.1)
    january, february = held(slice(0, 1900)), held(slice(100, 2000))
    assert len(january & february) < 0.3 * len(january)
