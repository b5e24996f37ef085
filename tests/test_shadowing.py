"""A challenger scores live lists in the shadow: agreement at once, who was right when outcomes are known."""

from dataclasses import replace

import pytest

from churn import Workspace
from churn.errors import RequestRefused
from churn.training.registry import load, save
from churn.workspace.monitoring import challenger_of, compared
from tests.watched import a_list, without_outcomes


@pytest.fixture
def workspace(own_telco):
    """A workspace whose telco has a second version, trained after the live one."""
    save(own_telco, load(own_telco, "telco", "v1"))
    return Workspace(own_telco)


def test_the_newest_version_after_the_live_one_is_the_challenger(workspace):
    live = workspace.models.get("telco")
    assert challenger_of(workspace.home, workspace.open_models, live, None).version == "v2"
    assert challenger_of(workspace.home, workspace.open_models, live, "none") is None
    assert challenger_of(workspace.home, workspace.open_models, workspace.models.get("telco@v2"), None) is None


def test_a_version_saved_without_its_reference_does_not_keep_the_live_one_from_being_watched(workspace):
    whole = load(workspace.home, "telco", "v1")
    save(workspace.home, replace(whole, reference=replace(whole.reference, customers=0)))
    assert challenger_of(workspace.home, workspace.open_models, workspace.models.get("telco@v1"), None) is None
    assert workspace.monitor.check(a_list(workspace.home, "today")).shadow is None


def test_equal_models_agree_on_every_customer(workspace):
    found = workspace.monitor.check(a_list(workspace.home, "today"))
    assert found.as_json()["shadow"]["challenger"] == "telco@v2"
    assert (found.shadow.accord.same_tier, found.record.challenger) == (1.0, "telco@v2")


def test_a_trial_serves_a_share_by_key_and_says_whom(workspace):
    found = workspace.monitor.check(a_list(workspace.home, "today"), trial=0.2, trial_name="spring")
    assert 0.15 < found.shadow.served.mean() < 0.25
    workspace.monitor.write(found, None, workspace.home / "split.csv")
    lines = (workspace.home / "split.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "key,served_by,probability,tier,challenger_probability,challenger_tier"
    assert sum(",telco@v2," in text for text in lines) == found.shadow.served.sum()


def test_later_outcomes_say_who_was_right_and_what_the_trial_shows(workspace):
    told = a_list(workspace.home, "told", rows=1500, outcomes=True)
    workspace.monitor.check(without_outcomes(told, workspace.home / "before.csv"), trial=0.5)
    workspace.monitor.check(told)
    shadow = workspace.monitor.history("telco")[0].shadow
    assert (shadow["duel"]["customers"], shadow["duel"]["verdict"]) == (1500, "inconclusive")
    arms = shadow["arms"]
    assert arms["champion"]["customers"] + arms["challenger"]["customers"] == 1500
    assert arms["why"].startswith("Inconclusive")


def row(key, outcome, p, q, served):
    return {"key": key, "outcome": outcome, "probability": p, "challenger": q, "served": served}


def test_the_better_of_two_is_named_and_contacted_customers_are_left_out():
    rows = [row(f"c{i}", int(i % 4 == 0), 0.25, 0.9 if i % 4 == 0 else 0.05, i % 2) for i in range(400)]
    assert compared(rows)["duel"]["verdict"] == "challenger"
    assert "duel" not in compared(rows, frozenset(f"c{i}" for i in range(300)))
    assert compared(rows)["arms"]["why"].startswith(
        "Fewer customers left among those the challenger served: 50.0 points"
    )


def test_a_trial_without_a_key_is_refused(workspace, monkeypatch):
    monkeypatch.setattr("churn.workspace.monitoring.keys_in", lambda look: None)
    with pytest.raises(RequestRefused, match="A trial needs a key"):
        workspace.monitor.check(a_list(workspace.home, "today"), trial=0.2, keep=False)
