"""Outcomes come back: the lift is measured, kept, and taught to the playbook exactly once."""

from dataclasses import replace

import numpy as np
import pytest

from churn.errors import ChurnError
from churn.store.campaigns import measured_so_far, outcomes_of, playbooks_of, record_campaign
from churn.store.database import open_engine
from churn.workspace.playbooks import active_playbook, set_playbook
from churn.workspace.results import measure_campaign
from tests.test_journal import member
from tests.test_returning import FLAG, KEY, record_for

pytestmark = pytest.mark.usefixtures("either_book")

CUSTOMERS = 3000


def spring(home, name="spring", seed=2, saved=0.5, model="shoes"):
    """A campaign of a business in the database, and the outcomes of an action that keeps half the leavers."""
    random = np.random.default_rng(seed)
    arms = np.where(random.random(CUSTOMERS) < 0.3, "holdout", "treat")
    left = random.random(CUSTOMERS) < np.where(arms == "treat", 0.5 * (1 - saved), 0.5)
    action = active_playbook(home, "general").assumed.names[0]
    people = [member(f"{name}{i}", str(arm), planned_action=action) for i, arm in enumerate(arms)]
    record = record_for(KEY, FLAG)
    record_campaign(open_engine(home), type(record)(**{**vars(record), "campaign": name, "model": model}), people)
    rows = [f"{p['key']},{'Yes' if gone else 'No'}" for p, gone in zip(people, left, strict=True)]
    return people, rows


def measured(home, rows, name="spring", head="id,gone"):
    return measure_campaign(home, "\n".join([head, *rows, ""]).encode(), name, {"filename": "back.csv"})


def test_a_campaign_that_keeps_half_shows_it_and_is_kept(home):
    _, rows = spring(home)
    found = measured(home, rows)
    assert found.lift.low < 0.25 < found.lift.high and found.lift.conclusion == "fewer left"
    book = open_engine(home)
    assert measured_so_far(book)["spring"].lift == found.as_json()
    assert len(outcomes_of(book, "spring")) == CUSTOMERS


def test_the_answer_has_the_fields_that_are_promised(home):
    _, rows = spring(home)
    assert list(measured(home, rows).as_json()) == [
        "campaign", "lift", "low", "high", "verdict", "saved", "by", "notices",
        "arms", "kept", "spent",
    ]  # fmt: skip
    assert {p.by for p in measured(home, rows).lift.by} == {"action", "tier", "region"}


def test_the_playbook_learns_between_assumption_and_evidence_and_the_next_plan_uses_it(home):
    before = active_playbook(home, "shoes", profile="general")
    _, rows = spring(home)
    rate = next(r for r in measured(home, rows).learnt if r.rate == "save")
    assert before.version == 0 and rate.assumed.mid < rate.estimate.mid < 0.6
    after = active_playbook(home, "shoes", profile="general")
    learnt = after.playbook.action(rate.action).segments[0].rates["save"]
    assert (after.how, learnt.source, learnt.mid) == ("learnt", "learnt", pytest.approx(rate.estimate.mid))
    assert after.assumed == before.playbook


def test_measuring_twice_teaches_once(home):
    _, rows = spring(home)
    first, again = measured(home, rows), measured(home, rows)
    assert (first.learnt, first.version) == (again.learnt, again.version)
    assert len(playbooks_of(open_engine(home), "shoes")) == 1


def test_a_second_campaign_adds_its_evidence(home):
    once = measured(home, spring(home)[1])
    twice = measured(home, spring(home, "summer", seed=1)[1], "summer")
    assert twice.learnt[0].estimate.customers == 2 * once.learnt[0].estimate.customers
    assert twice.learnt[0].weight > once.learnt[0].weight


def test_a_playbook_that_kept_learnt_rates_is_not_taught_the_same_campaign_again(home, monkeypatch):
    measured(home, spring(home)[1])
    monkeypatch.setattr("churn.workspace.playbooks.now", lambda: "2099-01-01T00:00:00+00:00")
    learnt = active_playbook(home, "shoes", profile="general").playbook
    set_playbook(home, "shoes", learnt, "Looked good.", profile="general")
    monkeypatch.setattr("churn.workspace.results.now", lambda: "2099-02-01T00:00:00+00:00")
    later = measured(home, spring(home, "summer", seed=1)[1], "summer")
    assert later.learnt[0].estimate.customers == CUSTOMERS


def test_without_balanced_outcomes_nothing_is_claimed_and_nothing_learnt(home):
    people, rows = spring(home)
    some = [row for p, row in zip(people, rows, strict=True) if p["arm"] == "holdout" or row.endswith("No")]
    found = measured(home, some)
    assert (found.lift.conclusion, found.learnt, found.version) == ("no claim", (), 0)


def test_another_campaigns_file_and_one_arm_alone_are_refused_and_nothing_is_kept(home):
    people, rows = spring(home)
    treated = [row for p, row in zip(people, rows, strict=True) if p["arm"] == "treat"]
    for some, said in (
        (["x,Yes", "y,No"], "None of these customers are in this campaign"),
        (treated, "outcomes of the treated customers only, so there is nothing to compare with"),
    ):
        with pytest.raises(ChurnError, match=said):
            measured(home, some)
    assert measured_so_far(open_engine(home)) == {}


def test_strangers_and_repeats_are_counted_and_not_kept(home):
    _, rows = spring(home)
    found = measured(home, [*rows, rows[0], "stranger,Yes"])
    assert any("1 customer on the list is not in this campaign" in n.text for n in found.lift.notices)
    assert len(outcomes_of(open_engine(home), "spring")) == CUSTOMERS


def test_a_campaign_nobody_planned_is_refused(home):
    with pytest.raises(ChurnError, match=r"no campaign 'spring'\. The latest are: none yet"):
        measured(home, ["a,Yes"])


def test_what_one_business_learnt_does_not_reach_another_of_the_same_profile(home):
    measured(home, spring(home)[1])
    measured(home, spring(home, "summer", seed=1, saved=0.1, model="hats")[1], "summer")
    shoes, hats, others = (active_playbook(home, name, profile="general") for name in ("shoes", "hats", ""))
    action = shoes.assumed.names[0]
    rates = [force.playbook.action(action).segments[0].rates["save"] for force in (shoes, hats)]
    assert [rate.customers for rate in rates] == [CUSTOMERS, CUSTOMERS]
    assert rates[0].mid > rates[1].mid
    assert others.how == "shipped"


def test_a_default_set_for_a_profile_counts_until_a_business_sets_its_own(home):
    default = active_playbook(home, "general").playbook
    set_playbook(home, "general", replace(default, title="Default"), "For all.")
    measured(home, spring(home)[1])
    learnt = active_playbook(home, "shoes", profile="general")
    assert (learnt.version, learnt.how, learnt.assumed.title) == (2, "learnt", "Default")
    set_playbook(home, "shoes", replace(default, title="Shoes"), "Ours.", profile="general")
    set_playbook(home, "general", replace(default, title="Newer default"), "For all.")
    shoes, hats = (active_playbook(home, name, profile="general").playbook.title for name in ("shoes", "hats"))
    assert (shoes, hats) == ("Shoes", "Newer default")
