"""What a campaign's money hangs on."""

import pytest

from churn.campaigns.curves import campaign_bars, list_policies
from churn.campaigns.limits import Order
from churn.campaigns.plan import plan_campaign
from churn.money.playbook import Estimate
from tests.scored import BOOK, FOUR


def test_the_bars_of_a_campaign_start_from_its_own_gain():
    # a call to ann, mails to ben and cid: 45 + 10 + 6 before costs of 12
    book = BOOK.having("call", save=Estimate(0.4, 0.5, 0.6))
    campaign = plan_campaign(FOUR, book, Order(budget=12, holdout=0), key="id", value="bill")
    bars = campaign_bars(campaign, book, value="bill")
    assert [(b.assumption, b.gain_low, b.gain_high) for b in bars] == [
        ("call: save rate", pytest.approx(40), pytest.approx(58))
    ]


def test_the_list_is_compared_by_four_policies_and_a_curve():
    found, curve = list_policies(FOUR, BOOK, key="id", value="bill")
    assert {p.name: (p.treated, round(p.mid, 6)) for p in found} == {
        "expected gain above 0": (3, 55.0),
        "everybody": (4, 54.4),
        "probability above 50%": (2, 50.0),
        "as many, top by risk": (3, 55.0),
    }
    assert curve.by_gain.tolist() == pytest.approx([0, 35, 50, 55, 54.4])
