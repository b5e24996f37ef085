"""Uplift figures: how well choosing by uplift works, and what the experiment shows by tenths of the customers."""

from __future__ import annotations

from churn.deciding.measuring.uplift import Uplift
from churn.showing.figures.charts import Chart, line, styled
from churn.showing.figures.palette import BLUE, GREY, ORANGE

HELD_BY = "The experiment drew its arms at random and its list is whole."


def qini_chart(found: Uplift) -> Chart:
    """The wanted outcomes gained as more customers are contacted, best first, beside a random order."""
    import plotly.graph_objects as go

    qini = found.qini
    share, gained = [100 * s for s in qini.share], list(qini.gained)
    random = line([0, 100], [0, gained[-1]], "random order", GREY, dash="dash")
    figure = go.Figure([line(share, gained, "by predicted uplift", BLUE), random])
    figure = styled(figure, x="Customers contacted, %", y="Wanted outcomes gained")
    beats = "beats chance" if found.usable else "does not beat chance"
    finding = f"Choosing by uplift {beats}: Qini {qini.value:.3f} (between {qini.low:.3f} and {qini.high:.3f})"
    reading = (
        "The further the line is above the dashed one, the better the order finds whom a contact helps. "
        "Qini is that area as a share of a perfect order's; 0 is chance, and the interval is 95%."
    )
    return Chart("qini", finding, reading, figure, assumes=HELD_BY)


def tenths_chart(found: Uplift) -> Chart:
    """What was predicted and what the experiment shows in each tenth of the customers."""
    import plotly.graph_objects as go

    rows = [s for s in found.slices if s.seen is not None]
    seen = [(s.rank, 100 * (s.seen or 0.0), 100 * (s.low or 0.0), 100 * (s.high or 0.0)) for s in rows]
    error = {
        "type": "data",
        "symmetric": False,
        "array": [high - size for _, size, _, high in seen],
        "arrayminus": [size - low for _, size, low, _ in seen],
        "color": GREY,
    }
    bars = go.Bar(
        x=[rank for rank, *_ in seen],
        y=[size for _, size, *_ in seen],
        marker={"color": [ORANGE if high < 0 else BLUE for *_, high in seen]},
        error_y=error,
        name="seen in the experiment",
        showlegend=True,
    )
    told = [s.rank for s in found.slices], [100 * s.predicted for s in found.slices]
    marks = go.Scatter(
        x=told[0], y=told[1], mode="markers", name="predicted", marker={"color": GREY, "size": 9}, showlegend=True
    )
    figure = styled(go.Figure([bars, marks]), x="Tenth of the customers", y="Effect, points")
    figure.update_xaxes(dtick=1)
    reading = "Bars are what contacting changed in that tenth, with 95% intervals; below zero it did harm."
    return Chart("tenths", _tenths_words(found), reading, figure, assumes=HELD_BY)


def _tenths_words(found: Uplift) -> str:
    known = [s for s in found.slices if s.seen is not None]
    if not known:
        return "Too few customers in each tenth to say anything"
    first, last = known[0], known[-1]
    return (
        f"Contacting changed {100 * (first.seen or 0):+.1f} points in the first tenth, "
        f"{100 * (last.seen or 0):+.1f} in the last"
    )
