"""The counter sums a list up in pictures, and remembers it for the next one."""

from churn import Desk
from tests.trained import TODAY


def test_a_list_has_a_picture_of_its_tiers_and_one_of_its_drivers(telco_home):
    desk = Desk(telco_home)
    charts = desk.overview_charts(desk.score(telco_home / TODAY))
    assert [c.name for c in charts] == ["tiers", "list-drivers"]


def test_the_next_list_is_compared_with_the_one_that_was_noted(own_telco):
    desk = Desk(own_telco)
    desk.note_list(desk.score(own_telco / TODAY))
    change = desk.since_last(desk.score(own_telco / "history.csv"))
    assert (change.before.rows, change.before.source) == (60, TODAY)
