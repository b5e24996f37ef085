"""Why nobody is treated."""

from dataclasses import replace

import pytest

from churn.campaigns.limits import Order
from churn.campaigns.plan import plan_campaign
from churn.money.playbook import exact_estimate
from churn.money.rules import parse_rule
from tests.scored import BOOK, FOUR

DEAR = replace(BOOK, actions=tuple(replace(a, contact=exact_estimate(500)) for a in BOOK.actions))
CLOSED = replace(BOOK, actions=tuple(replace(a, rule=parse_rule("region is west")) for a in BOOK.actions))


@pytest.mark.parametrize(
    ("scored", "book", "order", "said"),
    [
        (FOUR, DEAR, Order(), "every offer costs more than it is expected to save; the closest one loses 455.00"),
        (FOUR, CLOSED, Order(), "no action of the playbook may be offered to anyone"),
        (FOUR.assign(bill=0.0), BOOK, Order(), "no customer on this list is worth anything"),
        (FOUR.assign(bill=-9.0), BOOK, Order(), "no customer on this list is worth anything"),
        (FOUR, BOOK, Order(budget=0), "a budget of 0.00 (the cheapest offer that pays costs 1.00) leaves no room"),
        (FOUR, BOOK, Order(capacity={"phone": 0, "email": 0}), "a capacity of 0 for phone and email leaves no room"),
    ],
)
def test_an_empty_plan_says_why(scored, book, order, said):
    campaign = plan_campaign(scored, book, order, key="id", value="bill")
    assert (campaign.treated, campaign.held, campaign.spent) == (0, 0, 0.0)
    assert [n.text for n in campaign.notices if said in n.text] != []


def test_the_amounts_are_said_in_the_money_of_the_business():
    dear = plan_campaign(FOUR, DEAR, Order(), key="id", value="bill", money="{:.0f} crowns".format)
    poor = plan_campaign(FOUR, BOOK, Order(budget=0, capacity={"phone": 0}), key="id", value="bill", money="€{}".format)
    assert "loses 455 crowns per customer" in dear.notices[-1].text
    assert poor.notices[-1].text == (
        "Nobody is treated, although offers would pay: a budget of €0.0 (the cheapest offer that pays costs €1.0) "
        "and a capacity of 0 for phone leave no room."
    )
