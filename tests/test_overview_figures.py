"""Overview figures say where the leavers are and what moves the scores."""

from churn.reports.charts import GREY, ORANGE
from churn.reports.overview_charts import drivers_chart, tiers_chart
from churn.scoring.drivers import Driver


def test_every_bar_of_a_tier_counts_customers_so_that_as_many_are_as_long():
    chart = tiers_chart({"High": 10, "Medium": 30, "Low": 60}, {"High": 8.0, "Medium": 8.0, "Low": 4.0})
    assert chart.finding == "Tier High is 10% of the customers and 40% of the expected leavers"
    customers, leavers = chart.figure.data
    assert list(leavers.x) == [4.0, 8.0, 8.0] and leavers.marker.color[-1] == ORANGE
    assert list(customers.x) == [60, 30, 10] and customers.marker.color == GREY
    assert list(customers.text) == ["4 of 60", "8 of 30", "8 of 10"]
    assert chart.figure.layout.barmode == "overlay"  # a part lies on its whole


def test_a_list_without_leavers_still_has_a_picture():
    assert tiers_chart({"High": 0, "Low": 0}, {"High": 0.0, "Low": 0.0}).finding.startswith("Tier High is 0%")


def test_drivers_are_named_as_text_the_strongest_on_top():
    made = [Driver("a", "Contract <b>", 1.0, 0.9, 1.1, 1.0, 0.6), Driver("b", "Usage", 0.5, 0.4, 0.6, 1.0, 0.4)]
    chart = drivers_chart(made)
    assert list(chart.figure.data[0].y) == ["Usage", "Contract ‹b›"]
    assert chart.finding == "Contract <b> and Usage move the scores of this list most"


def test_the_leavers_of_the_tiers_add_up_to_the_leavers_of_the_list():
    chart = tiers_chart({"High": 10, "Medium": 30, "Low": 60}, {"High": 8.6, "Medium": 7.6, "Low": 4.55})
    assert list(chart.figure.data[0].text) == ["4 of 60", "8 of 30", "9 of 10"]  # 20.75 in all: 21


def test_a_tier_that_has_customers_is_never_0_percent_of_them():
    chart = tiers_chart({"High": 18, "Medium": 295, "Low": 8187}, {"High": 12.0, "Medium": 60.0, "Low": 44.0})
    assert chart.finding == "Tier High is under 1% of the customers and 10% of the expected leavers"
