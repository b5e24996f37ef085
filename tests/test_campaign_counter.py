"""The campaign part of the Workspace answers with the same nouns whichever door asks."""

from churn import Workspace
from churn.campaigns.limits import Order
from churn.money.amounts import Amounts
from churn.workspace.campaigns import above, assumptions_chart, budget_chart, order_from_choices, policy_comparison
from tests.campaigns import planned_for


def test_a_screens_words_become_an_order(home):
    made = order_from_choices(budget=None, holdout_percent=20, capacity={"call": 5, "email": None}, name="", seed=1)
    assert made == Order(holdout=0.2, capacity={"call": 5}, seed=1)


def test_every_kind_of_file_holds_the_campaign(own_telco):
    workspace, planned = Workspace(own_telco), planned_for(own_telco)
    assert workspace.campaigns.export_bytes(planned, ".csv")[1].startswith(b'"customerID","arm"')
    assert (
        workspace.campaigns.export_bytes(planned, ".xlsx")[1][:2] == b"PK"
        and workspace.campaigns.export_bytes(planned, ".parquet")[1][:4] == b"PAR1"
    )


def test_the_pictures_say_their_finding_in_the_money_of_the_business(telco_home):
    planned = planned_for(telco_home)
    amounts = Amounts(planned.basis.currency, "de-DE")
    policies, others = policy_comparison(planned, amounts)
    made = [budget_chart(planned, amounts), *others, assumptions_chart(planned, amounts)]
    assert [c.name for c in made] == ["budget", "policies", "length", "assumptions"]
    assert all("\u00a0$" in c.finding for c in made if c.name != "length")
    assert above(planned, 0.5).treated == policies[2].treated
