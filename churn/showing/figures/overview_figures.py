"""Overview figures: where the expected leavers of a list are, and what moves its scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from churn.scoring.drivers import Driver
from churn.showing.figures.charts import Chart, plain_label, styled
from churn.showing.figures.palette import BLUE, GREY, TIER_COLOURS

MOST = 6
ROOM = 1.7  # times the longest bar: a telephone shows what is written beside it, too
TICKS = (0, 0.25, 0.5, 0.75, 1)
BESIDE: dict[str, Any] = {"textposition": "outside", "cliponaxis": False, "hoverinfo": "skip"}
TIER_MARKS = {"High": "▲", "Medium": "■", "Low": "▽"}


def tiers_chart(customers: Mapping[str, int], leavers: Mapping[str, float]) -> Chart:
    """Each tier's share of the customers beside its share of the expected leavers, riskiest on top."""
    import plotly.graph_objects as go

    names = list(customers)[::-1]
    every, gone = sum(customers.values()) or 1, sum(leavers.values()) or 1.0
    rows = [f"{TIER_MARKS.get(name, '')} {name}".strip() for name in names]
    shares = [[leavers[n] / gone for n in names], [customers[n] / every for n in names]]
    words = [[f"{leavers[n]:,.0f} leavers" for n in names], [f"{customers[n]:,} customers" for n in names]]
    colours = [[TIER_COLOURS.get(n, BLUE) for n in names], [GREY] * len(names)]
    bars = [
        go.Bar(x=x, y=rows, orientation="h", text=text, marker={"color": colour}, **BESIDE)
        for x, text, colour in reversed(list(zip(shares, words, colours, strict=True)))
    ]
    figure = styled(go.Figure(bars), x="Share of the list", y="")
    room = ROOM * max(*shares[0], *shares[1])
    figure.update_xaxes(tickformat=".0%", range=[0, room], tickvals=[t for t in TICKS if t < room])
    figure.update_layout(height=300, barmode="group", bargap=0.25).update_yaxes(automargin=True)
    first = names[-1]
    finding = (
        f"Tier {first} is {customers[first] / every:.0%} of the customers "
        f"and {leavers[first] / gone:.0%} of the expected leavers"
    )
    reading = "Coloured: the share of expected leavers in the tier; grey: its share of all customers."
    return Chart("tiers", finding, reading, figure)


def drivers_chart(drivers: Sequence[Driver]) -> Chart:
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
    figure = styled(go.Figure(bars), x="Share of all movement", y="").update_xaxes(tickformat=".0%")
    figure.update_layout(height=300).update_yaxes(automargin=True)
    strongest = " and ".join(d.label for d in drivers[:2])
    reading = "How far what is known in each group moves the scores of this list, up or down. Associated, not caused."
    return Chart("list-drivers", f"{strongest} move the scores of this list most", reading, figure)
