"""The part of the Desk where offers are kept: in force, as text, as rows."""

from churn import Desk
from tests.trained import TODAY


def test_the_offers_of_the_models_business_are_in_force_for_its_lists(own_telco):
    desk = Desk(own_telco)
    assert desk.playbook_for(desk.score(own_telco / TODAY).model) == desk.playbook("telco")


def test_a_playbook_written_as_text_reads_back_the_same(home):
    desk = Desk(home)
    offers = desk.playbook("telco").playbook
    assert desk.playbook_said(desk.playbook_text(offers)).actions == offers.actions
