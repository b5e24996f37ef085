"""A scored list and a budget become a campaign: four customers worked out by hand, and laws for longer lists."""

import json
from dataclasses import replace

import pytest

from churn.campaigns.limits import History, Order
from churn.campaigns.plan import plan_campaign
from churn.errors import ChurnError
from churn.money.playbook import exact_estimate
from tests.scored import BOOK, FOUR, random_list


def _planned(scored=FOUR, book=BOOK, history=None, **order):
    return plan_campaign(scored, book, Order(**{"holdout": 0, **order}), key="id", value="bill", history=history)


def _who(campaign):
    return dict(zip(campaign.table["id"], campaign.table["action"], strict=True))


def test_without_limits_everybody_gets_what_brings_most():
    campaign = _planned()
    assert {k: v for k, v in _who(campaign).items() if k != "cid"} == {"ann": "call", "ben": "call"}
    assert (campaign.expected_gain["mid"], campaign.treated, campaign.customers) == (pytest.approx(55), 3, 4)


def test_a_budget_of_12_buys_one_call_and_two_mails():
    # 35 + 9 + 5 for 10 + 1 + 1
    campaign = _planned(budget=12)
    assert _who(campaign) == {"ann": "call", "ben": "mail", "cid": "mail"}
    assert (campaign.spent, campaign.expected_gain["mid"], campaign.bound) == (
        12.0,
        pytest.approx(49),
        pytest.approx(49),
    )


def test_one_call_slot_is_worth_what_the_second_call_would_add():
    # ben's call brings 15, his mail 9
    campaign = _planned(capacity={"phone": 1})
    assert _who(campaign) == {"ann": "call", "ben": "mail", "cid": "mail"}
    assert {p.limit: round(p.price, 6) for p in campaign.prices} == {"phone": 6.0}


def test_a_minimum_is_met_even_at_a_loss_and_its_cost_is_said():
    campaign = _planned(at_least={("region", "s"): 2})
    assert _who(campaign)["dot"] == "mail"
    assert campaign.expected_gain["mid"] == pytest.approx(54.4)


def test_low_mid_and_high_are_totals_of_the_treated():
    book = BOOK.having("call", contact=exact_estimate(1000)).having("mail", save=BOOK.action("mail").save)
    gain = _planned(book=book).expected_gain
    assert gain == {at: pytest.approx(31) for at in ("low", "mid", "high")}


def test_the_held_out_are_planned_for_but_nothing_is_done_or_spent():
    campaign = _planned(random_list(500), budget=400, holdout=0.2, seed=3)
    held = campaign.table[campaign.table["arm"] == "holdout"]
    assert set(held["planned_action"]) == {"mail", "call"}
    assert (set(held["action"]), set(held["channel"]), held["cost"].sum()) == ({""}, {""}, 0.0)
    assert campaign.held == len(held) == round(0.2 * len(campaign.table))
    assert campaign.spent == pytest.approx(campaign.table["cost"].sum())
    assert campaign.spent <= 400


def test_the_same_order_gives_the_same_campaign_to_the_last_row():
    first, again = (_planned(random_list(700), budget=500, holdout=0.1, seed=9) for _ in range(2))
    assert first.table.equals(again.table)
    assert first.as_json() == again.as_json()
    assert _planned(random_list(700), budget=500, holdout=0.1, seed=8).name != first.name


def test_a_customer_keeps_the_arm_when_the_list_is_planned_again():
    first = _planned(random_list(400), budget=300, holdout=0.2)
    arms = dict(zip(first.table["id"], first.table["arm"], strict=True))
    again = _planned(random_list(400).iloc[50:], history=History(arms=arms), budget=250, holdout=0.2)
    common = again.table[again.table["id"].isin(arms)]
    assert len(common) > 100
    assert common["arm"].tolist() == [arms[k] for k in common["id"]]


def test_customers_better_left_alone_are_in_neither_arm():
    campaign = _planned(history=History(never=frozenset({"ann"})))
    assert set(campaign.table["id"]) == {"ben", "cid"}
    assert "1 customer is left alone: an experiment has shown that contacting them makes them leave." in [
        n.text for n in campaign.notices
    ]


def test_a_short_campaign_warns_that_it_teaches_nothing():
    campaign = _planned(holdout=0.3)
    assert "too small to learn anything from" in campaign.notices[-1].text


def test_planning_for_the_cautious_case_never_gains_more_in_the_middle():
    book = BOOK.having("mail", wake_up=BOOK.action("mail").wake_up)
    assert _planned(random_list(150), book, budget=100, scenario="low").expected_gain["mid"] <= (
        _planned(random_list(150), book, budget=100).expected_gain["mid"] + 1e-9
    )


def test_the_answer_is_plain_json():
    answer = _planned(random_list(300), budget=200, holdout=0.1).as_json()
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ({"budget": -5}, "The budget is -5"),
        ({"capacity": {"fax": 3}}, "no channel 'fax'"),
        (
            {"budget": 0, "capacity": {"phone": 3}, "at_least": {("region", "n"): 1}},
            "all limits at once: at least 1 with region = n does not fit with a budget of 0, 3 customers by phone.",
        ),
        (
            {"at_most": {("region", "n"): 1}, "at_least": {("region", "n"): 2}},
            "at least 2 with region = n does not fit with at most 1 with region = n.",
        ),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(order, said):
    with pytest.raises(ChurnError, match=said):
        _planned(**order)


def test_a_list_without_value_uses_the_assumed_bill_of_the_playbook():
    list_ = FOUR.drop(columns="bill")
    campaign = plan_campaign(list_, replace(BOOK, bill=100.0), Order(holdout=0), key="id", value=None)
    assert campaign.expected_gain["mid"] == pytest.approx(55)
    assert "assumed" in campaign.notices[0].text
