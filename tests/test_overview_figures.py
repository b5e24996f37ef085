"""Overview figures say where the leavers are and what moves the scores."""

from churn.scoring.drivers import Driver
from churn.showing.figures.overview_figures import drivers_chart, tiers_chart
from churn.showing.figures.palette import GREY, ORANGE


def test_tiers_are_compared_with_their_share_of_customers():
    chart = tiers_chart({"High": 10, "Medium": 30, "Low": 60}, {"High": 8.0, "Medium": 8.0, "Low": 4.0})
    assert chart.finding == "Tier High is 10% of the customers and 40% of the expected leavers"
    customers, leavers = chart.figure.data
    assert list(leavers.x) == [0.2, 0.4, 0.4] and leavers.marker.color[-1] == ORANGE
    assert list(customers.x) == [0.6, 0.3, 0.1] and set(customers.marker.color) == {GREY}


def test_a_list_without_leavers_still_has_a_picture():
    assert tiers_chart({"High": 0, "Low": 0}, {"High": 0.0, "Low": 0.0}).finding.startswith("Tier High is 0%")


def test_drivers_are_named_as_text_the_strongest_on_top():
    made = [Driver("a", "Contract <b>", 1.0, 0.9, 1.1, 1.0, 0.6), Driver("b", "Usage", 0.5, 0.4, 0.6, 1.0, 0.4)]
    chart = drivers_chart(made)
    assert list(chart.figure.data[0].y) == ["Usage", "Contract ‹b›"]
    assert chart.finding == "Contract <b> and Usage move the scores of this list most"
