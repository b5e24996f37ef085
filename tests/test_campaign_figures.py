"""Campaign pictures: the finding on top, the numbers of the nouns in the traces, no markup from a list."""

import numpy as np

from churn.campaigns.curves import BudgetCurve, BudgetPoint
from churn.money.amounts import Amounts
from churn.money.policies import Policy, ProfitCurve, SensitivityBar
from churn.reports.campaign_charts import (
    assumptions_chart,
    budget_chart,
    length_chart,
    lift_chart,
    policies_chart,
    wrap_label,
)
from churn.reports.charts import plain_label

CURVE = BudgetCurve((BudgetPoint(0, 0, 0, 0, 0), BudgetPoint(100, 40, 41, 3, 95)), 50_000, 20_000)
PART = {"by": "tier", "name": "<b>High</b>", "lift": -0.05, "low": -0.08, "high": -0.02}
LIFT = {"lift": 0.04, "low": -0.01, "high": 0.09, "verdict": "Inconclusive.", "by": [PART, {**PART, "lift": None}]}


def test_gain_by_budget_shows_the_budget_asked_for_and_says_who_stands_for_whom():
    chart = budget_chart(CURVE, 60.0)
    assert (list(chart.figure.data[0].x), list(chart.figure.data[0].y)) == ([0, 100], [0, 40])
    assert chart.figure.layout.shapes[0].x0 == 60.0 and len(budget_chart(CURVE, None).figure.layout.shapes) == 0
    assert "20,000 customers drawn at random stand for all 50,000" in chart.reading


def test_the_widest_assumption_is_on_top_and_named_as_the_finding():
    bars = (
        SensitivityBar("margin", 0.4, 0.6, 10.0, 90.0, "assumed"),
        SensitivityBar("save", 0.1, 0.2, 40.0, 60.0, "assumed"),
    )
    chart = assumptions_chart(bars)
    assert chart.finding == "Most hangs on margin: the campaign brings 10.00 – 90.00"
    assert chart.figure.data[-1].y[-1].startswith("margin") and list(chart.figure.data[-1].x) == [60.0, 90.0]


def test_ways_to_choose_are_compared_with_their_ranges():
    chart = policies_chart((Policy("ours", 5, 1.0, 10.0, 20.0), Policy("treat all", 9, -5.0, 7.0, 30.0)))
    assert chart.finding.endswith("brings 10.00; the next best way, treat all, 7.00")
    assert list(chart.figure.data[0].x) == [7.0, 10.0] and list(chart.figure.data[0].error_x.arrayminus) == [12.0, 9.0]


def test_lift_is_shown_with_intervals_and_names_from_a_list_do_nothing():
    chart = lift_chart(LIFT)
    assert chart.finding == "0 of 1 group shows by itself that fewer left; in 1 more left"
    assert list(chart.figure.data[0].x) == [-5.0, 4.0]
    assert list(chart.figure.layout.yaxis.ticktext) == ["tier: ‹b›High‹/b›", "Whole campaign"]


def test_without_a_claim_there_is_no_picture():
    assert lift_chart({**LIFT, "lift": None}) is None


def test_long_labels_take_several_lines():
    assert wrap_label("word " * 20).count("<br>") == 1 and plain_label("$x$ <i>") == "&#36;x&#36; ‹i›"


def test_the_length_of_a_list_is_shown_by_gain_and_by_risk_in_the_readers_money():
    curve = ProfitCurve(np.array([0, 5, 9]), np.array([0.0, 50.0, 40.0]), np.array([0.0, 30.0, 40.0]))
    chart = length_chart(curve, 6, Amounts("EUR", "de-DE"))
    assert [list(trace.y) for trace in chart.figure.data] == [[0.0, 50.0, 40.0], [0.0, 30.0, 40.0]]
    assert chart.finding.startswith("6 customers are worth treating")
    assert (chart.figure.layout.yaxis.tickprefix, chart.figure.layout.yaxis.ticksuffix) == ("", "\u00a0€")
