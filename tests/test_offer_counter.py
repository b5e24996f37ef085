"""The part of the Workspace where offers are kept: in force, as text, as rows."""

from churn import Workspace
from churn.money.playbook import parse_playbook
from churn.workspace.playbooks import editable_text
from tests.trained import TODAY


def test_the_offers_of_the_models_business_are_in_force_for_its_lists(own_telco):
    workspace = Workspace(own_telco)
    assert workspace.playbooks.for_model(workspace.lists.score(own_telco / TODAY).model) == workspace.playbooks.get(
        "telco"
    )


def test_a_playbook_written_as_text_reads_back_the_same(home):
    workspace = Workspace(home)
    offers = workspace.playbooks.get("telco").playbook
    assert parse_playbook(editable_text(offers)).actions == offers.actions
