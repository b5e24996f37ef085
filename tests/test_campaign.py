"""The Campaign noun."""

from churn.campaigns.limits import Order
from churn.campaigns.plan import plan_campaign
from tests.scored import BOOK, FOUR


def test_a_campaign_answers_with_the_fixed_fields():
    campaign = plan_campaign(FOUR, BOOK, Order(budget=12, holdout=0), key="id", value="bill")
    assert list(campaign.as_json()) == [
        *("campaign", "title", "customers", "treated", "holdout", "spent", "expected_gain"),
        *("bound", "prices", "detectable", "notices"),
    ]
    assert (campaign.proof, campaign.reached) == ("This is the best possible plan.", 1.0)
    assert campaign.columns == (
        "id", "arm", "action", "channel", "cost", "expected_gain", "probability", "tier", "reason_1"
    )  # fmt: skip
