"""The Campaign noun and its prices in words."""

import pytest

from churn.deciding.campaign import price_of
from churn.deciding.choices import Limit
from churn.deciding.ordering import Order
from churn.deciding.plan import planned_campaign
from tests.scored import BOOK, FOUR


@pytest.mark.parametrize(
    ("limit", "price", "budget", "said"),
    [
        (Limit("budget", "budget", 1), 2.3, 15_000.0, "The next 1,000 of budget brings about 2,300.00."),
        (Limit("budget", "budget", 1), 2.3, 7.0, "The next 1 of budget brings about 2.30."),
        (Limit("channel", "call", 1), 14.2, None, "One more call slot is worth 14.20."),
        (Limit("at most", "a = b", 1), 3.0, None, "Allowing one more customer with a = b brings 3.00."),
        (Limit("at least", "a = b", 1), 3.0, None, "The minimum for a = b costs 3.00 for each of its last customers."),
        (Limit("channel", "call", 1), 0.0, None, "More call slots would bring nothing"),
    ],
)
def test_a_price_is_said_in_words(limit, price, budget, said):
    assert price_of(limit, price, budget).words.startswith(said)


def test_a_campaign_answers_with_the_fixed_fields():
    campaign = planned_campaign(FOUR, BOOK, Order(budget=12, holdout=0), key="id", value="bill")
    assert list(campaign.as_json()) == [
        *("campaign", "customers", "treated", "holdout", "spent", "expected_gain"),
        *("bound", "prices", "detectable", "notices"),
    ]
    assert (campaign.proof, campaign.reached) == ("This is the best possible plan.", 1.0)
    assert campaign.columns == (
        "id", "arm", "action", "channel", "cost", "expected_gain", "probability", "tier", "reason_1"
    )  # fmt: skip
