"""A customer is taken out of the database, and the campaign stays measurable."""

from churn import Workspace
from tests.campaigns import came_back, exported


def test_a_forgotten_customer_is_nowhere_and_the_campaign_can_still_be_measured(own_telco):
    planned, workspace = exported(own_telco), Workspace(own_telco)
    key = planned.campaign.table["customerID"].iloc[0]
    assert workspace.customers.last_seen(key).features and workspace.lists.history()[0].rows == 60
    assert workspace.customers.forget(key).rows >= 2 and workspace.customers.last_seen(key) is None
    back = came_back(planned, left=lambda treat: not treat)
    assert any(
        "not in this campaign" in n.text
        for n in workspace.campaigns.measure(back, "spring", filename="b.csv").lift.notices
    )
