"""The part of the Workspace where outcomes come back answers with the same nouns whichever door asks."""

from churn import Workspace
from churn.reports.campaign_charts import lift_chart
from churn.workspace.results import notices_of
from tests.campaigns import came_back, exported


def test_what_was_noticed_is_given_back_from_the_book(own_telco):
    planned, workspace = exported(own_telco), Workspace(own_telco)
    found = workspace.campaigns.measure(came_back(planned, left=lambda treat: not treat), "spring", filename="back.csv")
    assert notices_of(workspace.campaigns.list()[0].measured.lift) == found.lift.notices


def test_a_campaign_without_a_measured_lift_has_no_picture_of_it(home):
    assert lift_chart({"lift": None}) is None
