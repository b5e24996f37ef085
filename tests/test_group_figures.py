"""Group pictures: shares beside the whole, segments with their risk, two groups, and how long customers stay."""

import numpy as np

from churn.money.economics import stay_curve
from churn.reports.driver_charts import contrast_chart, rates_chart, segments_chart, staying_chart
from churn.scoring.drivers import Contrast, ContrastPart, LeavingRate
from churn.scoring.segments import Segment


def test_shares_that_left_stand_beside_the_whole_with_their_interval():
    some = (
        LeavingRate("Monthly", 100, 40, 0.4, 0.31, 0.5, 0.41),
        LeavingRate("Yearly", 100, 10, 0.1, 0.06, 0.17, 0.09),
    )
    chart = rates_chart(some, "Contract")
    assert chart.finding == "Monthly: 40% left, against 25% of all"
    np.testing.assert_allclose(chart.figure.data[0].error_x.array, [0.07, 0.1])
    assert chart.figure.layout.shapes[0].x0 == 0.25


def test_without_outcomes_it_says_what_is_expected():
    chart = rates_chart((LeavingRate("Monthly", 10, expected=0.5), LeavingRate("Yearly", 30, expected=0.1)), "Contract")
    assert chart.finding == "Monthly: 50% are expected to leave, against 20% of all"
    assert "does not say who left" in chart.reading


def test_the_riskiest_segment_is_the_title():
    rows = np.arange(3)
    some = (
        Segment("Monthly, first year", (), 412, 0.71, 0.18, rows),
        Segment("Everybody else", (), 900, 0.1, 0.82, rows),
    )
    chart = segments_chart(some)
    assert chart.finding == "Monthly, first year: 71% likely, 412 customers, 18% of all expected leavers"
    assert [a.text for a in chart.figure.layout.annotations] == [
        "Everybody else<br><b>10% · 900 customers · 82% of all expected leavers</b>",
        "Monthly, first year<br><b>71% · 412 customers · 18% of all expected leavers</b>",
    ]


def test_two_groups_are_told_apart_in_points_and_chance_is_grey():
    parts = (ContrastPart("Contract", "Contract", 17.5, 16.0, 19.0), ContrastPart("Age", "Age", 2.5, -1.0, 6.0))
    chart = contrast_chart(Contrast((50, 60), (0.6, 0.4), 20.0, parts), "High", "everybody else")
    assert chart.finding == "High: 60% likely to leave; everybody else: 40%. Contract makes most of the difference"
    np.testing.assert_allclose(chart.figure.data[0].x, [2.5, 17.5])
    assert chart.figure.data[0].marker.color[0] != chart.figure.data[0].marker.color[1]


def test_a_comparison_by_a_column_does_not_say_that_the_column_makes_the_difference():
    own, parts = ContrastPart("Contract", "Contract", 15.0, 14.0, 16.0), (ContrastPart("Age", "Age", 5.0, 4.0, 6.0),)
    chart = contrast_chart(Contrast((50, 60), (0.6, 0.4), 20.0, parts, own), "Monthly", "everybody else")
    assert chart.finding.endswith("Beside Contract itself, Age makes most of the difference")
    assert list(chart.figure.data[0].y) == ["Age"] and "+15.0 points of Contract" in chart.reading


def test_curves_say_how_many_are_left_after_a_year():
    months, left = np.array([6.0, 12.0, 24.0, 24.0]), np.array([True, True, False, False])
    curves = {"A": stay_curve(months, left), "B": stay_curve(months, np.zeros(4, bool))}
    assert staying_chart({"all customers": curves["A"]}, "months").finding == "After 12 months, 50% are still customers"
    chart = staying_chart(curves, "months")
    assert chart.finding == "After 12 months, 100% are still here (B), against 50% (A)"
    assert [t.name for t in chart.figure.data if t.showlegend] == ["A (4)", "B (4)"]
