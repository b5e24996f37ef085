"""Customer figures: what raises and what lowers one customer's risk, in points, as a picture."""

from __future__ import annotations

from churn.scoring.explaining import Explanation
from churn.showing.charts import Chart, plain_label
from churn.showing.palette import BLUE, ORANGE

MOST = 8
READING = (
    "Each bar is how many points of a hundred the risk would differ without what is known in that group. "
    "Bars do not add up to the score, and none of them is a cause."
)


def reasons_chart(told: Explanation) -> Chart:
    """Bars per business group: to the right what raises the risk, to the left what lowers it."""
    import plotly.graph_objects as go

    groups = sorted(told.groups, key=lambda r: -abs(r.points))[:MOST]
    shown = sorted(groups, key=lambda r: r.points)
    figure = go.Figure(
        go.Bar(
            x=[r.points for r in shown],
            y=[plain_label(r.label) for r in shown],
            orientation="h",
            marker={"color": [ORANGE if r.points > 0 else BLUE for r in shown]},
            text=[f"{r.points:+.0f}" for r in shown],
            textposition="outside",
            cliponaxis=False,
            hoverinfo="skip",
        )
    )
    figure.update_layout(
        height=60 + 34 * max(len(shown), 1),
        margin={"l": 8, "r": 40, "t": 8, "b": 40},
        xaxis_title="Points of a hundred",
        yaxis={"automargin": True},
        showlegend=False,
    )
    return Chart("reasons", _finding(told), READING, figure)


def _finding(told: Explanation) -> str:
    raising = told.raising
    if not raising:
        return "Nothing known about this customer raises the risk"
    return f"{raising[0].label} raises this customer's risk most"
