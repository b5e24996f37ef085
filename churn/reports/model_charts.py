"""Model figures: a report card's curves, counts and comparisons as Plotly figures, each with its finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from churn.money.amounts import Amounts
from churn.reports.charts import BLUE, GREEN, GREY, LIGHT, ORANGE, Chart, format_money_axis, line, style_figure
from churn.scoring.reasons import compute_column_points
from churn.scoring.wording import capital
from churn.training.encoder import Field
from churn.training.model import Model

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
    figure = style_figure(_figure(*traces), x="Stayers contacted", y="Share of leavers reached")
    figure.update_xaxes(tickformat=".0%", range=[0, 1]).update_yaxes(tickformat=".0%", range=[0, 1])
    reading = "The further the curve bends to the top left, the better leavers are told from stayers."
    return Chart("roc", f"A leaver is ranked above a stayer {area:.0%} of the time", reading, figure)


def _precision_recall(report: Report) -> Chart:
    points = report["curves"]["precision_recall"]
    rate = report["leavers"] / report["customers"]
    traces = line(*_xy(points), "this model", BLUE), line([0, 1], [rate, rate], "random list", GREY, dash="dash")
    figure = style_figure(_figure(*traces), x="Share of leavers reached", y="Share of the list that leaves")
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
    figure = style_figure(
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
    x, y = ["Contacted", "Not contacted"], ["Stayed", "Left"]
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
    figure = style_figure(_figure(table), x="What the model advises", y="What happened")
    figure.update_xaxes(showgrid=False).update_yaxes(showgrid=False)
    finding = f"{reached:.0%} of leavers are contacted, and with them {c['bothered']:,} who would have stayed"
    return Chart("confusion", finding, reading, figure)


def _gain(report: Report) -> Chart:
    points = report["curves"]["gain"]
    traces = line(*_xy(points), "this model", BLUE), line([0, 1], [0, 1], "random list", GREY, dash="dash")
    figure = style_figure(_figure(*traces), x="Customers contacted", y="Share of leavers reached")
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
    figure = style_figure(_figure(*traces), x="Customers treated", y="Expected gain per customer")
    format_money_axis(figure.update_xaxes(tickformat=".0%"), amounts, "y")
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
    figure = style_figure(_figure(bars), x="Share of all movement", y="").update_xaxes(tickformat=".0%")
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
    figure = style_figure(_figure(trace), x="Customers learnt from", y="Log loss (lower is better)")
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
    figure = style_figure(_figure(happened, given), x="Share of the group", y="", meta="rows")
    figure.update_xaxes(tickformat=".0%").update_yaxes(tickvals=places, ticktext=names)
    fair = sum(r["calibrated"] for r in rows)
    finding = f"For {fair} of {len(rows)} protected groups the probability agrees with what happened"
    reading = "Protected columns are never a lever and never a reason; this view is what they are kept for."
    return Chart("fairness", finding, reading, figure)


def _xy(points: Sequence[Sequence[float]]) -> tuple[list[float], list[float]]:
    return [p[0] for p in points], [p[1] for p in points]


# SHAP figures: how each column moves the scores of the customers a model was learnt from.


COLUMNS = 10
DOTS = 160  # customers per column in the summary: enough to see the shape, few enough for a small page
DEPENDENCE = 4
BINS = 12
STEPS = 7
_LOW, _HIGH = np.array([21, 88, 176]), np.array([184, 66, 15])  # blue and orange of the palette


def shap_charts(model: Model, label: Callable[[str], str] = str) -> list[Chart]:
    """The summary of all strong columns, and the course of the few strongest; `label` names a column in words."""
    rows = model.reference.rows
    moved = compute_column_points(model, model.explainer.contributions(rows))
    order = np.argsort(-np.abs(moved).mean(axis=0), kind="stable")
    strong = [int(i) for i in order if np.abs(moved[:, i]).max() > 0]
    if not strong:
        return []
    courses = [dependence(model, moved, i, label) for i in strong[:DEPENDENCE]]
    return [summary(model, moved, strong[:COLUMNS], label), *courses]


def summary(model: Model, moved: np.ndarray, strong: list[int], label: Callable[[str], str] = str) -> Chart:
    """A dot per customer and column: how many points it moves the score, coloured by its value from low to high."""
    import plotly.graph_objects as go

    picked = np.unique(np.linspace(0, len(moved) - 1, min(DOTS, len(moved))).round().astype(int))
    names = [label(model.encoder.names[i]) for i in reversed(strong)]
    traces = []
    for row, i in enumerate(reversed(strong)):
        x = moved[picked, i]
        y = row + _pile_up(x)
        colours = _colours(model.reference.rows[picked, i])
        marker = {"color": colours, "size": 5, "opacity": 0.8}
        traces.append(go.Scatter(x=x.round(2).tolist(), y=y.round(3).tolist(), mode="markers", marker=marker))
    figure = style_figure(go.Figure(traces), x="Points of risk", y="", meta="rows")
    figure.update_yaxes(tickvals=list(range(len(names))), ticktext=names)
    reading = (
        "One dot per customer; blue for low values, orange for high ones, grey for missing. Associated, not caused."
    )
    return Chart(
        "shap-summary", f"{names[-1]} and {names[-2] if len(names) > 1 else 'nothing else'} tell most", reading, figure
    )


def dependence(model: Model, moved: np.ndarray, place: int, label: Callable[[str], str] = str) -> Chart:
    """How the score moves along one column."""
    field = model.encoder.fields[place]
    numbers = model.reference.rows[:, place]
    known = ~np.isnan(numbers)
    if field.levels or field.form == "flag":
        figure = _by_level(model, field, numbers[known], moved[known, place])
    else:
        figure = _by_number(numbers[known], moved[known, place])
    name = label(field.name)
    axis = f"Days since {name}" if field.form == "age" else name
    figure = style_figure(figure, x=axis, y="Points added to the risk")
    drawn = list(figure.data[0].y)
    spread = f"from {min(drawn):+.0f} to {max(drawn):+.0f} points" if drawn else "not known of anybody"
    reading = "The mean points at each value, against a typical customer. Associated with leaving, not a cause of it."
    return Chart(f"dependence-{place}", f"{capital(name)}: {spread}", reading, figure)


def _by_number(numbers: np.ndarray, moved: np.ndarray) -> Any:
    import plotly.graph_objects as go

    edges = np.unique(np.quantile(numbers, np.linspace(0, 1, BINS + 1)))
    place = np.clip(np.searchsorted(edges, numbers, side="right") - 1, 0, max(len(edges) - 2, 0))
    used = np.unique(place)
    x = [float(numbers[place == k].mean()) for k in used]
    y = [float(moved[place == k].mean()) for k in used]
    low = [float(m - np.quantile(moved[place == k], 0.1)) for k, m in zip(used, y, strict=True)]
    high = [float(np.quantile(moved[place == k], 0.9) - m) for k, m in zip(used, y, strict=True)]
    error = {"type": "data", "array": [max(h, 0) for h in high], "arrayminus": [max(w, 0) for w in low]}
    marker = {"color": BLUE, "size": 7}
    return go.Figure(go.Scatter(x=x, y=y, mode="lines+markers", line={"color": BLUE}, marker=marker, error_y=error))


def _by_level(model: Model, field: Field, codes: np.ndarray, moved: np.ndarray) -> Any:
    import plotly.graph_objects as go

    used = [float(c) for c in np.unique(codes)][:BINS]
    means = [float(moved[codes == c].mean()) for c in used]
    names = [_level_name(model, field, c) for c in used]
    colours = [ORANGE if m > 0 else BLUE for m in means]
    return go.Figure(go.Bar(x=names, y=means, marker={"color": colours}))


def _level_name(model: Model, field: Field, code: float) -> str:
    shown = model.encoder.shown(field.name, code)
    return {True: "yes", False: "no", None: "other"}.get(shown, str(shown))


def _pile_up(x: np.ndarray) -> np.ndarray:
    """How far each dot stands from the row's middle, so that dots with the same value do not hide each other."""
    bins = np.digitize(x, np.linspace(x.min(), x.max() + 1e-9, 40))
    height = np.zeros(len(x))
    for k in np.unique(bins):
        inside = np.flatnonzero(bins == k)
        height[inside] = (np.arange(len(inside)) - (len(inside) - 1) / 2) / max(STEPS, len(inside)) * 0.7
    return height


def _colours(numbers: np.ndarray) -> list[str]:
    known = ~np.isnan(numbers)
    rank = np.zeros(len(numbers))
    if known.any():
        _, place = np.unique(numbers[known], return_inverse=True)
        rank[known] = place / max(place.max(), 1)
    mixed = (_LOW + (_HIGH - _LOW) * (np.round(rank * STEPS) / STEPS)[:, None]).astype(int)
    return ["#{:02x}{:02x}{:02x}".format(*m) if k else GREY for m, k in zip(mixed, known, strict=True)]
