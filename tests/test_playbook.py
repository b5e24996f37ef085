"""The Playbook noun: what may be offered, and how sure we are."""

import pytest

from churn.errors import NotFound
from churn.money.playbook import Action, Estimate, Playbook, RateSegment, exact_estimate
from churn.money.rules import equality_rule
from churn.workspace.campaigns import playbook_rows

SURE = Estimate(0.2, 0.3, 0.4, "learnt", 1200)
BOOK = Playbook((Action("mail", channel="email", save=SURE), Action("ring", channel="call")), capacity={"call": 5})


def test_an_estimate_gives_its_cautious_end_for_gains_and_its_dear_end_for_costs():
    assert [SURE.at(s) for s in ("low", "mid", "high")] == [0.2, 0.3, 0.4]
    assert [SURE.against(s) for s in ("low", "mid", "high")] == [0.4, 0.3, 0.2]


def test_an_estimate_says_where_it_comes_from():
    assert SURE.said == "learnt from 1,200 customers"
    assert exact_estimate(0.1).said == "assumed"
    assert SURE.as_toml() == {"low": 0.2, "mid": 0.3, "high": 0.4, "from": "learnt", "customers": 1200}


def test_a_change_to_an_action_gives_a_new_playbook():
    changed = BOOK.having("ring", title="Call")
    assert (changed.action("ring").words, BOOK.action("ring").words) == ("Call", "ring")
    assert changed.names == ("mail", "ring")


def test_capacities_replace_those_of_the_playbook_and_need_a_channel_that_is_used():
    assert BOOK.with_capacity({"email": 9}).capacity == {"call": 5, "email": 9}
    with pytest.raises(NotFound, match=r"no channel 'fax'.*email, call"):
        BOOK.with_capacity({"fax": 1})


def test_an_action_that_is_not_there_is_named():
    with pytest.raises(NotFound, match=r"no action 'gift'.*mail, ring"):
        BOOK.action("gift")


def test_rates_nobody_measured_are_listed():
    assert BOOK.assumed == ("mail: take_up", "mail: wake_up", "ring: save", "ring: take_up", "ring: wake_up")


def test_a_playbook_says_of_each_offer_whether_it_was_measured_or_is_believed_in():
    visit = Action("visit", title="A visit", segments=(RateSegment(equality_rule("tier", "High"), {"save": SURE}),))
    books = [Playbook(BOOK.actions[1:]), BOOK, Playbook((*BOOK.actions, visit)), Playbook(BOOK.actions[:1])]
    assert [book.evidence for book in books] == [
        "What an offer costs and how many it keeps is assumed until a campaign has been measured.",
        "How many an offer keeps is learnt from campaigns for mail, assumed for the other offers. "
        "What offers cost is assumed.",
        "How many an offer keeps is learnt from campaigns for mail, learnt for some customers of A visit, "
        "assumed for the other offers. What offers cost is assumed.",
        "How many an offer keeps is learnt from campaigns for mail. What offers cost is assumed.",
    ]


def test_a_row_for_everybody_says_that_it_counts_only_where_nothing_was_learnt():
    part = RateSegment(equality_rule("tier", "High"), {"save": SURE})
    rows = playbook_rows(Playbook((Action("visit", save=exact_estimate(0.1), segments=(part,)),)))
    assert [(row["segment"], row["said"]) for row in rows if row["estimate"] == "save"] == [
        ("", "assumed, where nothing was learnt"),
        ('"tier" is "High"', "learnt from 1,200 customers"),
    ]
