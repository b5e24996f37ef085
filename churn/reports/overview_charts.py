"""Overview figures: where the expected leavers of a list are, and what moves its scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from churn.money.amounts import parts_that_add_up
from churn.reports.charts import BLUE, GREY, TIER_COLOURS, Chart, plain_label, style_figure
from churn.scoring.drivers import Driver
from churn.scoring.wording import capital

MOST = 6
ROOM = 1.5  # times the longest bar: a telephone shows what is written beside it, too
FEW_TICKS = 5
BESIDE: dict[str, Any] = {"textposition": "outside", "cliponaxis": False, "hoverinfo": "skip"}
TIER_MARKS = {"High": "▲", "Medium": "■", "Low": "▽"}


class ListPoint(Protocol):
    """One list on a timeline: its day, and the share of its customers expected to leave with an interval."""

    @property
    def day(self) -> str:
        """The day it speaks of."""

    @property
    def name(self) -> str:
        """What the list is called."""

    @property
    def customers(self) -> int:
        """How many it has."""

    @property
    def share(self) -> float:
        """The share expected to leave; `low` and `high` are its interval."""

    @property
    def low(self) -> float:
        """Its lower end."""

    @property
    def high(self) -> float:
        """Its upper end."""


def tiers_chart(customers: Mapping[str, int], leavers: Mapping[str, float]) -> Chart:
    """Each tier's customers, and how many of them are expected to leave, riskiest on top; all bars count customers."""
    import plotly.graph_objects as go

    names = list(customers)[::-1]
    every, gone = sum(customers.values()) or 1, sum(leavers.values()) or 1.0
    rows = [f"{TIER_MARKS.get(name, '')} {name}".strip() for name in names]
    shown = dict(zip(leavers, parts_that_add_up(list(leavers.values())), strict=True))
    words = [f"{shown[n]:,.0f} of {customers[n]:,}" for n in names]
    colours = [TIER_COLOURS.get(n, BLUE) for n in names]
    within = {"orientation": "h", "hoverinfo": "skip"}
    whole = go.Bar(
        x=[customers[n] for n in names], y=rows, text=words, marker={"color": GREY}, orientation="h", **BESIDE
    )
    part = go.Bar(x=[leavers[n] for n in names], y=rows, marker={"color": colours}, **within)
    figure = style_figure(go.Figure([whole, part]), x="Customers", y="")
    figure.update_xaxes(tickformat=",.0f", range=[0, ROOM * max(*customers.values(), 1)], nticks=FEW_TICKS)
    figure.update_layout(height=300, barmode="overlay", bargap=0.25).update_yaxes(automargin=True)
    first = names[-1]
    finding = (
        f"Tier {first} is {_share(customers[first] / every)} of the customers "
        f"and {leavers[first] / gone:.0%} of the expected leavers"
    )
    reading = "A bar is the customers of a tier; its coloured part is how many of them are expected to leave."
    return Chart("tiers", finding, reading, figure)


def _share(share: float) -> str:
    """A share as a percentage; one that is not nothing never reads 0%."""
    return "under 1%" if 0 < share < 0.005 else f"{share:.0%}"


def drivers_chart(drivers: Sequence[Driver], among: str = "this list") -> Chart:
    """How much of all movement of the scores each group of columns stands for, the strongest on top."""
    import plotly.graph_objects as go

    shown = list(reversed(drivers[:MOST]))
    bars = go.Bar(
        x=[d.share for d in shown],
        y=[plain_label(d.label) for d in shown],
        orientation="h",
        text=[f"{d.share:.0%}" for d in shown],
        marker={"color": BLUE},
        **BESIDE,
    )
    figure = style_figure(go.Figure(bars), x="Share of all movement", y="").update_xaxes(tickformat=".0%")
    figure.update_layout(height=300).update_yaxes(automargin=True)
    strongest = capital(" and ".join(d.label for d in drivers[:2]))
    reading = f"How far what is known in each group moves the scores of {among}, up or down. Associated, not caused."
    return Chart("list-drivers", f"{strongest} move the scores of this list most", reading, figure)


def timeline_chart(points: Sequence[ListPoint]) -> Chart:
    """The share of each list that is expected to leave, list after list, with what chance alone would make of it."""
    import plotly.graph_objects as go

    days = [point.day for point in points]
    shares = [point.share for point in points]
    bars = {
        "type": "data",
        "array": [point.high - point.share for point in points],
        "arrayminus": [point.share - point.low for point in points],
        "color": GREY,
    }
    words = [f"{plain_label(point.name)}: {point.share:.1%} of {point.customers:,}" for point in points]
    line = go.Scatter(
        x=days, y=shares, mode="lines+markers", line={"color": BLUE}, error_y=bars, hovertext=words, hoverinfo="text"
    )
    figure = style_figure(go.Figure(line), x="Day of the list", y="Expected to leave")
    figure.update_xaxes(type="category")
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    first, last = points[-2], points[-1]
    clear = last.low > first.high or last.high < first.low
    way = "more" if last.share > first.share else "fewer"
    finding = (
        f"{last.share:.1%} are expected to leave, {way} than the {first.share:.1%} before"
        if clear
        else f"{last.share:.1%} are expected to leave; it was {first.share:.1%}, which chance alone could make"
    )
    reading = "Each point is a list; the line through it is what chance alone could make of it."
    return Chart("timeline", finding, reading, figure)
