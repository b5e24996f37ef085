"""What a campaign is planned from."""

import pytest

from churn import Workspace
from churn.campaigns.limits import Order
from churn.errors import ChurnError
from churn.money.playbook import Action, Playbook, exact_estimate
from churn.workspace.campaigns import plan_inputs, scored_frame
from tests.trained import TODAY


@pytest.fixture
def ranked(telco_home):
    return Workspace(telco_home).lists.score(telco_home / TODAY)


def test_the_frame_holds_list_and_scores_side_by_side(ranked):
    frame = scored_frame(ranked)
    assert {"customerID", "tenure", "Contract", "MonthlyCharges", "probability", "tier", "reason_1"} <= set(frame)
    assert list(frame["customerID"]) == ranked.reading.table["customerID"].to_pylist()
    assert "action" not in frame and "expected_gain" not in frame


def test_drivers_are_the_groups_that_raise_the_risk(ranked):
    frame = scored_frame(ranked)
    groups = {c.group for c in ranked.model.schema.features}
    assert set(frame["driver_1"].dropna()) <= groups
    assert frame["driver_1"].notna().sum() >= frame["driver_2"].notna().sum() > 0


def test_the_same_list_and_order_have_the_same_name_and_others_another(ranked, own_telco):
    names = [plan_inputs(own_telco, ranked, Order(budget=b)).order.name for b in (5.0, 5.0, 6.0)]
    assert names[0] == names[1] != names[2] and names[0].startswith("telco-")


def test_offers_of_ones_own_come_before_those_in_force(ranked, own_telco):
    mine = Playbook((Action("tea", channel="shop", save=exact_estimate(0.1)),))
    assert plan_inputs(own_telco, ranked, Order(), playbook=mine).playbook == mine
    assert "retention-call" in plan_inputs(own_telco, ranked, Order()).playbook.names


@pytest.mark.parametrize(
    ("order", "said"),
    [(Order(name="x" * 301), "The campaign's name has 301 letters"), (Order(budget=-5.0), r"The budget is -5\.00")],
)
def test_an_order_that_makes_no_sense_is_refused(ranked, own_telco, order, said):
    with pytest.raises(ChurnError, match=said):
        plan_inputs(own_telco, ranked, order)
