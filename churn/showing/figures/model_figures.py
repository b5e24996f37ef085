"""Model figures: a report card's curves, counts and comparisons as Plotly figures, each with its finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from churn.showing.figures.charts import Chart, in_money, line, styled
from churn.showing.figures.palette import BLUE, GREEN, GREY, LIGHT, ORANGE
from churn.showing.words.amounts import Amounts

MOST_BARS = 12
PLAIN = Amounts()
TINT = [[0, "rgba(21, 88, 176, 0.06)"], [1, "rgba(21, 88, 176, 0.5)"]]  # clear enough for light and dark paper
Report = Mapping[str, Any]


def report_charts(report: Report, amounts: Amounts = PLAIN) -> list[Chart]:
    """Every chart a report card has the numbers for, in the order of the card; `amounts` says how money is written."""
    first, later = (_calibration, _gain), (_confusion, _roc, _precision_recall)
    made = (*(f(report) for f in first), _profit(report, amounts), *(f(report) for f in later))
    more = (f(report) for f in (_importance, _learning_curve, fairness_chart))
    return [c for c in (*made, *more) if c is not None]


def _figure(*traces: Any) -> Any:
    import plotly.graph_objects as go

    return go.Figure(list(traces))


def _roc(report: Report) -> Chart:
    points = report["curves"]["roc"]
    area = report["scores"]["roc_auc"]["mean"]
    traces = line(*_xy(points), "this model", BLUE), line([0, 1], [0, 1], "chance", GREY, dash="dash")
    figure = styled(_figure(*traces), x="Stayers contacted", y="Share of leavers reached")
    figure.update_xaxes(tickformat=".0%", range=[0, 1]).update_yaxes(tickformat=".0%", range=[0, 1])
    reading = "The further the curve bends to the top left, the better leavers are told from stayers."
    return Chart("roc", f"A leaver is ranked above a stayer {area:.0%} of the time", reading, figure)


def _precision_recall(report: Report) -> Chart:
    points = report["curves"]["precision_recall"]
    rate = report["leavers"] / report["customers"]
    traces = line(*_xy(points), "this model", BLUE), line([0, 1], [rate, rate], "random list", GREY, dash="dash")
    figure = styled(_figure(*traces), x="Share of leavers reached", y="Share of the list that leaves")
    figure.update_xaxes(tickformat=".0%", range=[0, 1]).update_yaxes(tickformat=".0%", range=[0, 1])
    at = report["scores"]["precision_at_recall_0.79"]["mean"]
    reading = "Going right, the list gets longer: more leavers are reached, and more stayers are contacted for nothing."
    return Chart("precision-recall", f"A list that reaches 79% of leavers is {at:.0%} leavers", reading, figure)


def _calibration(report: Report) -> Chart:
    import plotly.graph_objects as go

    bins = report["bins"]
    shares = [b["left"] / b["customers"] for b in bins]
    up = [b["likely_high"] - s for b, s in zip(bins, shares, strict=True)]
    down = [s - b["likely_low"] for b, s in zip(bins, shares, strict=True)]
    points = go.Scatter(
        x=[b["scored"] for b in bins],
        y=shares,
        mode="markers",
        name="what happened, with 95% interval",
        marker={"color": BLUE, "size": 9},
        error_y={"type": "data", "array": up, "arrayminus": down},
        showlegend=True,
    )
    figure = styled(
        _figure(line([0, 1], [0, 1], "as promised", GREY, dash="dash"), points), x="Probability given", y=""
    )
    figure.update_yaxes(title_text="Share that left", tickformat=".0%", range=[0, 1])
    figure.update_xaxes(tickformat=".0%", range=[0, 1])
    inside = sum(b["likely_low"] <= b["scored"] <= b["likely_high"] for b in bins)
    finding = f"In {inside} of {len(bins)} groups the probability agrees with what happened"
    reading = "Each point is a group of customers with similar scores; on the dashed line the promise was kept."
    return Chart("calibration", finding, reading, figure)


def _confusion(report: Report) -> Chart:
    import plotly.graph_objects as go

    c = report["confusion"]
    rows = [[c["bothered"], c["left_alone"]], [c["caught"], c["missed"]]]
    x, y = ["contacted", "not contacted"], ["stayed", "left"]
    table = go.Heatmap(
        z=rows,
        x=x,
        y=y,
        text=[[f"{v:,}" for v in r] for r in rows],
        texttemplate="%{text}",
        textfont={"size": 18, "color": LIGHT.ink},
        colorscale=TINT,
        showscale=False,
        xgap=3,
        ygap=3,
    )
    reached = c["caught"] / max(c["caught"] + c["missed"], 1)
    at = report["points"]["chosen"]["threshold"]
    reading = f"Contacted is everybody with a probability of {at:.0%} or more; numbers are customers."
    figure = styled(_figure(table), x="What the model advises", y="What happened")
    figure.update_xaxes(showgrid=False).update_yaxes(showgrid=False)
    finding = f"{reached:.0%} of leavers are contacted, and with them {c['bothered']:,} who would have stayed"
    return Chart("confusion", finding, reading, figure)


def _gain(report: Report) -> Chart:
    points = report["curves"]["gain"]
    traces = line(*_xy(points), "this model", BLUE), line([0, 1], [0, 1], "random list", GREY, dash="dash")
    figure = styled(_figure(*traces), x="Customers contacted", y="Share of leavers reached")
    figure.update_xaxes(tickformat=".0%", range=[0, 1]).update_yaxes(tickformat=".0%", range=[0, 1])
    first = report["curves"]["deciles"]
    reached = next(d["reached"] for d in first if d["tenth"] == 2)
    reading = "The riskiest come first: read up from the share you can contact to the share of leavers reached."
    return Chart("gain", f"Contacting the riskiest fifth reaches {reached:.0%} of leavers", reading, figure)


def _profit(report: Report, amounts: Amounts) -> Chart | None:
    curve = report["earnings"]["curve"]
    if not curve:
        return None
    share, by_gain, by_risk = zip(*curve, strict=True)
    traces = line(share, by_gain, "by expected gain", GREEN), line(share, by_risk, "by risk alone", ORANGE, dash="dash")
    figure = styled(_figure(*traces), x="Customers treated", y="Expected gain per customer")
    in_money(figure.update_xaxes(tickformat=".0%"), amounts, "y")
    best = max(range(len(by_gain)), key=by_gain.__getitem__)
    gain = amounts.money(by_gain[best], 2)
    finding = f"The best list is {share[best]:.0%} of customers: {gain} per customer of the whole list"
    reading = "Past the peak every further offer costs more than it brings."
    return Chart("profit", finding, reading, figure, assumes="The playbook's save rates and costs.")


def _importance(report: Report) -> Chart | None:
    rows = [r for r in report["importance"] if r["size"] > 0][:MOST_BARS]
    return None if not rows else importance_chart(rows)


def importance_chart(rows: Sequence[Mapping[str, Any]]) -> Chart:
    """Bars of how far each column moves the score, the strongest on top."""
    import plotly.graph_objects as go

    total = sum(r["size"] for r in rows)
    shown = list(reversed(rows))
    bars = go.Bar(
        x=[r["size"] / total for r in shown], y=[r["column"] for r in shown], orientation="h", marker={"color": BLUE}
    )
    figure = styled(_figure(bars), x="Share of all movement", y="").update_xaxes(tickformat=".0%")
    finding = f"{rows[0]['column']} moves the score most"
    return Chart("importance", finding, "Associated with leaving, not a cause of it.", figure)


def _learning_curve(report: Report) -> Chart | None:
    import plotly.graph_objects as go

    points = report["learning_curve"].get("points") or []
    if len(points) < 2:
        return None
    spread = [p["sd"] for p in points]
    trace = go.Scatter(
        x=[p["customers"] for p in points],
        y=[p["logloss"] for p in points],
        mode="lines+markers",
        line={"color": BLUE},
        marker={"color": BLUE, "size": 8},
        error_y={"type": "data", "array": spread, "arrayminus": spread},
    )
    figure = styled(_figure(trace), x="Customers learnt from", y="Log loss (lower is better)")
    word = "would" if report["learning_curve"]["helps"] else "would hardly"
    return Chart("learning-curve", f"More customers {word} help", report["learning_curve"]["said"], figure)


def fairness_chart(report: Report) -> Chart | None:
    """For every protected group the share that left beside the probability given; None where there is no such group."""
    import plotly.graph_objects as go

    rows = list(reversed(report["fairness"]))
    if not rows:
        return None
    names = [f"{r['column']}: {r['group']}" for r in rows]
    places = list(range(len(rows)))
    happened = go.Scatter(
        x=[r["left"] for r in rows],
        y=places,
        mode="markers",
        name="left, with 95% interval",
        marker={"color": BLUE, "size": 9},
        error_x={
            "type": "data",
            "array": [r["left_high"] - r["left"] for r in rows],
            "arrayminus": [r["left"] - r["left_low"] for r in rows],
        },
        showlegend=True,
    )
    given = go.Scatter(
        x=[r["probability"] for r in rows],
        y=places,
        mode="markers",
        name="probability given",
        marker={"color": ORANGE, "size": 7},
        showlegend=True,
    )
    figure = styled(_figure(happened, given), x="Share of the group", y="", meta="rows")
    figure.update_xaxes(tickformat=".0%").update_yaxes(tickvals=places, ticktext=names)
    fair = sum(r["calibrated"] for r in rows)
    finding = f"For {fair} of {len(rows)} protected groups the probability agrees with what happened"
    reading = "Protected columns are never a lever and never a reason; this view is what they are kept for."
    return Chart("fairness", finding, reading, figure)


def _xy(points: Sequence[Sequence[float]]) -> tuple[list[float], list[float]]:
    return [p[0] for p in points], [p[1] for p in points]
