"""A list against the playbook, and lists that are refused."""

import numpy as np
import pytest

from churn.campaigns.limits import Order
from churn.campaigns.plan import price_plan
from churn.errors import ChurnError
from tests.scored import BOOK, FOUR


def _weighed(scored, value="bill"):
    return price_plan(scored, BOOK, Order(), key="id", value=value, history=None)


def test_every_action_is_weighed_with_every_customer():
    assert _weighed(FOUR).found.gain.round(6).tolist() == [[17, 35], [9, 15], [5, 5], [-0.6, -9]]


@pytest.mark.parametrize(
    ("scored", "said"),
    [
        (FOUR.iloc[:0], "The list is empty"),
        (FOUR.drop(columns="id"), "no column 'id'"),
        (FOUR.drop(columns="probability"), "no column 'probability'"),
        (FOUR.assign(id=["a", None, "b", "c"]), "Some customers have no id"),
        (FOUR.assign(id=["a", "b", "a", "c"]), "id 'a' is on the list more than once"),
        (FOUR.drop(columns="bill"), "no column 'bill'"),
        (FOUR.assign(bill=list("wxyz")), "does not hold numbers"),
        (FOUR.assign(probability=np.nan), "not between 0 and 1"),
    ],
)
def test_a_list_that_cannot_be_planned_is_refused_by_name(scored, said):
    with pytest.raises(ChurnError, match=said):
        _weighed(scored)


def test_a_key_under_a_name_the_campaign_needs_is_refused():
    list_ = FOUR.rename(columns={"id": "action"})
    with pytest.raises(ChurnError, match="The key is called 'action', which a campaign needs for itself"):
        price_plan(list_, BOOK, Order(), key="action", value="bill", history=None)
