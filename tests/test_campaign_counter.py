"""The campaign part of the Desk answers with the same nouns whichever door asks."""

from churn import Desk
from churn.deciding.ordering import Order
from churn.showing.amounts import Amounts
from tests.campaigns import came_back, exported, planned_for
from tests.trained import TODAY


def test_a_screens_words_become_an_order(home):
    made = Desk(home).order(budget=None, holdout_percent=20, capacity={"call": 5, "email": None}, name="", seed=1)
    assert made == Order(holdout=0.2, capacity={"call": 5}, seed=1)


def test_every_kind_of_file_holds_the_campaign(own_telco):
    desk, planned = Desk(own_telco), planned_for(own_telco)
    assert desk.exported(planned, ".csv")[1].startswith(b'"customerID","arm"')
    assert desk.exported(planned, ".xlsx")[1][:2] == b"PK" and desk.exported(planned, ".parquet")[1][:4] == b"PAR1"


def test_what_was_noticed_is_given_back_from_the_book(own_telco):
    planned, desk = exported(own_telco), Desk(own_telco)
    found = desk.measure(came_back(planned, left=lambda treat: not treat), "spring", filename="back.csv")
    assert desk.told(desk.campaigns()[0].measured.lift) == found.lift.notices


def test_a_forgotten_customer_is_nowhere_and_the_campaign_can_still_be_measured(own_telco):
    planned, desk = exported(own_telco), Desk(own_telco)
    key = planned.campaign.table["customerID"].iloc[0]
    assert desk.last_seen(key).features and desk.lists_scored()[0].rows == 60
    assert desk.forget(key).rows >= 2 and desk.last_seen(key) is None
    back = came_back(planned, left=lambda treat: not treat)
    assert any("not in this campaign" in n.text for n in desk.measure(back, "spring", filename="b.csv").lift.notices)


def test_the_offers_of_the_models_business_are_in_force_for_its_lists(own_telco):
    desk = Desk(own_telco)
    assert desk.playbook_for(desk.score(own_telco / TODAY).model) == desk.playbook("telco")


def test_the_pictures_say_their_finding_in_the_money_of_the_business(telco_home):
    desk, planned = Desk(telco_home), planned_for(telco_home)
    amounts = Amounts(planned.basis.currency, "de-DE")
    policies, others = desk.other_ways(planned, amounts)
    made = [desk.budget_chart(planned, amounts), *others, desk.assumptions_chart(planned, amounts)]
    assert [c.name for c in made] == ["budget", "policies", "length", "assumptions"]
    assert all("\u00a0$" in c.finding for c in made if c.name != "length")
    assert desk.above(planned, 0.5).treated == policies[2].treated
    assert desk.lift_chart({"lift": None}) is None
