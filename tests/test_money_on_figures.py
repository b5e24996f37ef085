"""Every picture of a list: money with its currency, in whole amounts or cents, and never a prefix that misleads."""

import re

import pytest

from churn import Workspace
from churn.money.amounts import Amounts
from churn.reports.charts import format_money_axis, line, render_svg, style_figure
from churn.reports.monitoring_charts import drift_charts
from churn.workspace.campaigns import assumptions_chart, budget_chart, order_from_choices, policy_comparison
from churn.workspace.customers import waterfall
from churn.workspace.exploring import driver_charts, rate_chart, segment_chart
from churn.workspace.list_history import list_keys
from churn.workspace.monitoring_views import history_charts
from tests.trained import HISTORY, TODAY

DOLLARS, EUROS = Amounts("USD"), Amounts("EUR", "de-DE")
IN_MONEY = {"profit": "y", "budget": "xy", "assumptions": "x", "policies": "x", "length": "y", "parts": "x"}
IN_MONEY |= {"profit-history": "y"}
THREE_DECIMALS = re.compile(r"[$€]\s?[\d,]*\.\d{3}|\d\.\d{3}\s?[$€]")


@pytest.fixture(scope="module")
def charts(telco_home):
    """The pictures of every screen on which a list is shown, by name."""
    workspace = Workspace(telco_home)
    ranked = workspace.lists.score(telco_home / TODAY)
    model, asked = ranked.model, workspace.lists.explore(ranked)
    planned = workspace.campaigns.plan(ranked, order_from_choices(budget=500.0))
    found = workspace.customers.explain_in(ranked, list_keys(ranked)[0])
    drift = workspace.monitor.check(telco_home / HISTORY, keep=False)
    made = [
        *workspace.lists.overview_charts(ranked),
        *workspace.models.charts(model),
        *driver_charts(asked),
        rate_chart(asked, "Contract"),
        segment_chart(asked),
        waterfall(found),
        budget_chart(planned, DOLLARS),
        assumptions_chart(planned, DOLLARS),
        *policy_comparison(planned, DOLLARS)[1],
        *drift_charts(drift.record.report),
        *history_charts([drift.record]),
    ]
    return {chart.name: chart for chart in made if chart is not None}


def axes_of(chart):
    layout = chart.figure.to_plotly_json()["layout"]
    return {name[0]: axis for name, axis in layout.items() if re.match(r"[xy]axis", name)}


def test_no_axis_shortens_its_numbers_with_a_prefix_of_units(charts):
    assert set(IN_MONEY) <= set(charts)
    written = {(n, a): str(axis.get("tickformat", "")) for n, c in charts.items() for a, axis in axes_of(c).items()}
    assert not {place: form for place, form in written.items() if form.endswith("s")}


def test_every_axis_of_money_has_its_currency_and_cents_only_where_they_matter(charts):
    for name, sides in IN_MONEY.items():
        for side in sides:
            axis = axes_of(charts[name])[side]
            assert (axis["tickprefix"], axis["ticksuffix"]) == ("$", ""), name
            assert axis["tickformat"] in (",.0f", ",.2f") and axis["hoverformat"] in (",.0f", ",.2f"), name


def test_no_word_of_a_picture_holds_money_to_a_thousandth(charts):
    for chart in charts.values():
        assert not THREE_DECIMALS.search(f"{chart.alt} {chart.figure.to_json()}"), chart.name


def test_what_is_named_in_points_is_not_marked_in_percent(charts):
    for chart in charts.values():
        for axis in axes_of(chart).values():
            if "points" in str(axis.get("title", {}).get("text", "")).lower():
                assert "%" not in str(axis.get("tickformat", "")), chart.name


def test_fifty_cents_are_fifty_cents_on_screen_and_on_a_page():
    import plotly.graph_objects as go

    figure = format_money_axis(
        style_figure(go.Figure(line([0, 1], [0.1, 0.5], "gain", "#000")), x="", y="Gain"), DOLLARS, "y"
    )
    assert figure.layout.yaxis.tickformat == ",.2f"
    assert "$0.50" in render_svg(figure, label="gain")


def test_a_reader_who_writes_the_currency_behind_finds_it_there():
    import plotly.graph_objects as go

    figure = format_money_axis(
        style_figure(go.Figure(line([0, 1], [0, 4000], "gain", "#000")), x="", y="Gain"), EUROS, "y"
    )
    axis = figure.layout.yaxis
    assert (axis.tickprefix, axis.ticksuffix, axis.tickformat) == ("", "\u00a0€", ",.0f")
    assert "4,000\u00a0€" in render_svg(figure, label="gain")
