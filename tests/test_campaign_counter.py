"""The campaign part of the Desk answers with the same nouns whichever door asks."""

from churn import Desk
from churn.campaigns.limits import Order
from churn.money.amounts import Amounts
from tests.campaigns import planned_for


def test_a_screens_words_become_an_order(home):
    made = Desk(home).order(budget=None, holdout_percent=20, capacity={"call": 5, "email": None}, name="", seed=1)
    assert made == Order(holdout=0.2, capacity={"call": 5}, seed=1)


def test_every_kind_of_file_holds_the_campaign(own_telco):
    desk, planned = Desk(own_telco), planned_for(own_telco)
    assert desk.exported(planned, ".csv")[1].startswith(b'"customerID","arm"')
    assert desk.exported(planned, ".xlsx")[1][:2] == b"PK" and desk.exported(planned, ".parquet")[1][:4] == b"PAR1"


def test_the_pictures_say_their_finding_in_the_money_of_the_business(telco_home):
    desk, planned = Desk(telco_home), planned_for(telco_home)
    amounts = Amounts(planned.basis.currency, "de-DE")
    policies, others = desk.other_ways(planned, amounts)
    made = [desk.budget_chart(planned, amounts), *others, desk.assumptions_chart(planned, amounts)]
    assert [c.name for c in made] == ["budget", "policies", "length", "assumptions"]
    assert all("\u00a0$" in c.finding for c in made if c.name != "length")
    assert desk.above(planned, 0.5).treated == policies[2].treated
