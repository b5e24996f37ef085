"""Why nobody is treated."""

from dataclasses import replace

import pytest

from churn.deciding.ordering import Order
from churn.deciding.plan import planned_campaign
from churn.money.eligibility import rule_from
from churn.money.playbook import exactly
from tests.scored import BOOK, FOUR

DEAR = replace(BOOK, actions=tuple(replace(a, contact=exactly(500)) for a in BOOK.actions))
CLOSED = replace(BOOK, actions=tuple(replace(a, rule=rule_from("region is west")) for a in BOOK.actions))


@pytest.mark.parametrize(
    ("scored", "book", "order", "said"),
    [
        (FOUR, DEAR, Order(), "every offer costs more than it is expected to save; the closest one loses 455.00"),
        (FOUR, CLOSED, Order(), "no action of the playbook may be offered to anyone"),
        (FOUR.assign(bill=0.0), BOOK, Order(), "no customer on this list is worth anything"),
        (FOUR.assign(bill=-9.0), BOOK, Order(), "no customer on this list is worth anything"),
        (FOUR, BOOK, Order(budget=0), "a budget of 0.00 (the cheapest offer that pays costs 1.00) leave no room"),
        (FOUR, BOOK, Order(capacity={"phone": 0, "email": 0}), "the capacity 0 of phone and the capacity 0 of email"),
    ],
)
def test_an_empty_plan_says_why(scored, book, order, said):
    campaign = planned_campaign(scored, book, order, key="id", value="bill")
    assert (campaign.treated, campaign.held, campaign.spent) == (0, 0, 0.0)
    assert [n.text for n in campaign.notices if said in n.text] != []
