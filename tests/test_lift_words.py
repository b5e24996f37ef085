"""What was measured is called as on every other screen, never by a file's headings or a playbook's short names."""

from churn import Workspace
from churn.workspace.campaigns import list_campaigns
from churn.workspace.results import in_words
from tests.campaigns import came_back, exported


def test_parts_and_actions_are_called_as_the_business_calls_them(own_telco):
    planned = exported(own_telco)
    Workspace(own_telco).campaigns.measure(
        came_back(planned, left=lambda treat: not treat), "spring", filename="back.csv"
    )
    (kept,) = list_campaigns(own_telco)
    said = in_words(kept, own_telco).measured.lift["by"]
    titles = {action.words for action in planned.basis.playbook.actions}
    assert {part["name"] for part in said if part["by"] == "Action"} <= titles
    assert "Month-to-month contract" in {part["name"] for part in said if part["by"] == "Contract"}
    assert {"action", "tier", "PaymentMethod"}.isdisjoint(part["by"] for part in said)
    figures = ("treated", "held", "lift", "low", "high", "verdict")
    assert [[p[f] for f in figures] for p in said] == [[p[f] for f in figures] for p in kept.measured.lift["by"]]


def test_a_campaign_without_outcomes_is_left_as_it_is(own_telco):
    exported(own_telco)
    (kept,) = list_campaigns(own_telco)
    assert in_words(kept, own_telco) == kept
