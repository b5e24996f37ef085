"""The part of the Desk where outcomes come back answers with the same nouns whichever door asks."""

from churn import Desk
from tests.campaigns import came_back, exported


def test_what_was_noticed_is_given_back_from_the_book(own_telco):
    planned, desk = exported(own_telco), Desk(own_telco)
    found = desk.measure(came_back(planned, left=lambda treat: not treat), "spring", filename="back.csv")
    assert desk.told(desk.campaigns()[0].measured.lift) == found.lift.notices


def test_a_campaign_without_a_measured_lift_has_no_picture_of_it(home):
    assert Desk(home).lift_chart({"lift": None}) is None
