"""The Playbook noun: what may be offered, and how sure we are."""

import pytest

from churn.errors import NotFound
from churn.money.playbook import Action, Estimate, Playbook, exactly

SURE = Estimate(0.2, 0.3, 0.4, "learnt", 1200)
BOOK = Playbook((Action("mail", channel="email", save=SURE), Action("ring", channel="call")), capacity={"call": 5})


def test_an_estimate_gives_its_cautious_end_for_gains_and_its_dear_end_for_costs():
    assert [SURE.at(s) for s in ("low", "mid", "high")] == [0.2, 0.3, 0.4]
    assert [SURE.against(s) for s in ("low", "mid", "high")] == [0.4, 0.3, 0.2]


def test_an_estimate_says_where_it_comes_from():
    assert SURE.said == "learnt from 1,200 customers"
    assert exactly(0.1).said == "assumed"
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
