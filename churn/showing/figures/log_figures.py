"""Log figures: which months event logs cover, and how full each of them is."""

from __future__ import annotations

from collections.abc import Mapping

from churn.showing.figures.charts import Chart, plain_label, styled
from churn.showing.figures.palette import BLUE, GREY


def months_chart(months: Mapping[str, Mapping[str, int]]) -> Chart:
    """The entries of each month, one table of the logs beside the other."""
    import plotly.graph_objects as go

    colours = (BLUE, GREY)
    bars = [
        go.Bar(x=list(of), y=list(of.values()), name=plain_label(table), marker={"color": colours[i % 2]})
        for i, (table, of) in enumerate(months.items())
    ]
    figure = styled(go.Figure(bars), x="", y="Entries").update_xaxes(
        type="category", categoryorder="category ascending"
    )
    figure.update_yaxes(tickformat=",").update_layout(height=260, barmode="group", showlegend=len(bars) > 1)
    named = sorted({month for of in months.values() for month in of})
    total = sum(n for of in months.values() for n in of.values())
    finding = f"{total:,} entries from {named[0]} to {named[-1]}"
    reading = "Entries a month. The first and the last month may be cut; a low one between them may have lost days."
    return Chart("months", finding, reading, figure)
