"""The counter sums a list up in pictures, and remembers it for the next one."""

from churn import Workspace
from tests.trained import TODAY


def test_a_list_has_a_picture_of_its_tiers_and_one_of_its_drivers(telco_home):
    workspace = Workspace(telco_home)
    charts = workspace.lists.overview_charts(workspace.lists.score(telco_home / TODAY))
    assert [c.name for c in charts] == ["tiers", "list-drivers"]


def test_the_next_list_is_compared_with_the_one_that_was_noted(own_telco):
    workspace = Workspace(own_telco)
    workspace.lists.keep_summary(workspace.lists.score(own_telco / TODAY))
    change = workspace.lists.since_last(workspace.lists.score(own_telco / "history.csv"))
    assert (change.before.rows, change.before.source) == (60, TODAY)
