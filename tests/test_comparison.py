"""Only those whom chance could have held out are compared, so that the measured effect is the true one."""

import numpy as np
import pandas as pd
import pytest

from churn.campaigns.holdout import plan_with_holdout
from churn.campaigns.lift import match_outcomes, measure_lift
from churn.campaigns.limits import Order
from churn.campaigns.plan import plan_campaign, price_plan
from tests.scored import BOOK, random_list

CAMPAIGNS = 200  # each with a list, a plan and outcomes


@pytest.fixture(scope="module")
def campaigns():
    """The campaigns of many lists, a fifth held out in each; nearly all of them have customers added after the draw."""
    orders = [Order(budget=600, holdout=0.2, seed=seed) for seed in range(CAMPAIGNS)]
    return [plan_campaign(random_list(1500, order.seed), BOOK, order, key="id", value="bill").table for order in orders]


@pytest.mark.parametrize("effect", [0.0, 0.05])
def test_the_measured_effect_is_the_true_one_on_average(campaigns, effect):
    random, found = np.random.default_rng(5), []
    for table in campaigns:
        truth = np.clip(table["probability"].to_numpy(float), effect, None)
        left = random.random(len(table)) < truth - effect * (table["arm"] == "treat")
        back = pd.DataFrame({"id": table["id"], "left": left.astype(int)})
        found.append(measure_lift(table, back, name="x", key="id", outcome="left").lift)
    assert abs(np.mean(found) - effect) < 3 * np.std(found) / np.sqrt(CAMPAIGNS)


def test_who_was_added_after_the_draw_is_no_part_of_the_comparison():
    table = pd.DataFrame(
        {
            "id": [f"c{i}" for i in range(8)],
            "arm": ["treat"] * 5 + ["holdout"] * 3,
            "planned_action": "call",
            "tier": "High",
            "in_draw": [1, 1, 1, 0, 0, 1, 1, None],  # not known of an older campaign: it counts
        }
    )
    found = match_outcomes(table, pd.DataFrame({"id": table["id"], "left": 1}), key="id", outcome="left")
    assert found.planned == found.known == {"treat": 3, "holdout": 3}
    said = [n.text for n in found.notices]
    assert said == ["2 customers were added after the draw and are not part of the comparison."]


def test_nobody_but_those_in_the_draw_is_held_out_and_the_plan_says_who_was_added():
    added = 0
    for seed in range(12):
        order = Order(budget=300, holdout=0.3, seed=seed)
        campaign = plan_campaign(random_list(500, seed), BOOK, order, key="id", value="bill")
        late = campaign.table[~campaign.table["in_draw"]]
        assert set(late["arm"]) <= {"treat"}
        assert any("added after the draw" in n.text for n in campaign.notices) == (len(late) > 0)
        added += len(late)
    assert added


def test_those_in_the_draw_stay_in_the_plan_where_the_limits_allow():
    drawn_ones = dropped = 0
    for seed in range(20):
        order = Order(budget=3000, capacity={"phone": 60}, holdout=0.1, seed=seed)
        ready = price_plan(random_list(2000, seed), BOOK, order, key="id", value="bill", history=None)
        plan = plan_with_holdout(ready.found, ready.limits, order, ready.names)
        assert plan.total >= 0.999 * plan.bound
        drawn_ones, dropped = drawn_ones + int((plan.in_draw & ~plan.held).sum()), dropped + plan.dropped
    assert dropped <= 0.002 * drawn_ones, (dropped, drawn_ones)
