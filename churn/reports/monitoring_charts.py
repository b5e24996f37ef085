"""Drift figures: what moved on a list, how its scores are spread, and what the model is expected to be worth on it.

Drawn from a DriftReport in words (`DriftReport.whole`), so that a list of last year is shown as today's is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from churn.money.amounts import Amounts
from churn.reports.charts import BLUE, GREEN, GREY, ORANGE, Chart, format_money_axis, line, plain_label, style_figure

FEW_TICKS = 3  # beside long labels an axis on a phone has room for no more
MOST_COLUMNS, MOST_PARTS = 12, 10
PER = 1000
CLEAR = 0.1  # PSI from which a shift is plain to see

MEASURES = {
    "auc": "Leaver ranked above stayer",
    "recall": "Leavers reached",
    "precision": "Leavers among those contacted",
    "churn_rate": "Share that leaves",
}

ASSUMES = "What offers save and cost is the playbook's word."
Words = Mapping[str, Any]


def drift_charts(report: Words) -> list[Chart]:
    """Every picture of one list, the most telling first."""
    made = (moved_chart(report), scores_chart(report), worth_chart(report), parts_chart(report))
    return [chart for chart in made if chart is not None]


def moved_chart(report: Words) -> Chart | None:
    """How far each column moved above what chance explains, the farthest on top."""
    import plotly.graph_objects as go

    columns = [c for c in report["details"] if c["judged"]]
    if not columns:
        return None
    shown = sorted(columns, key=lambda c: (c["moved"], c["matters"], c["size"]))[-MOST_COLUMNS:]
    kinds = {"moved, drives the risk": ORANGE, "moved, hardly drives the risk": BLUE, "as learnt": GREY}
    groups = {kind: [c for c in shown if _kind(c) == kind] for kind in kinds}
    order = [plain_label(c["label"]) for c in shown]
    bars = [
        go.Bar(
            x=[c["size"] for c in some],
            y=[plain_label(c["label"]) for c in some],
            orientation="h",
            name=kind,
            marker={"color": kinds[kind]},
            showlegend=True,
        )
        for kind, some in groups.items()
        if some
    ]
    figure = style_figure(go.Figure(bars), x="Difference (PSI)", y="", barmode="overlay")
    widest = max(CLEAR, *(c["size"] for c in shown))
    figure.update_xaxes(range=[0, 1.08 * widest])
    figure.update_yaxes(categoryorder="array", categoryarray=order, automargin=True)
    figure.update_layout(height=110 + 26 * len(shown))
    reading = (
        f"A bar of {CLEAR:g} is a shift of about a third of the usual spread. Chance alone gives 0; "
        "only columns that drive the risk count for the advice."
    )
    return Chart("moved", _moved_finding(columns), reading, figure)


def scores_chart(report: Words) -> Chart:
    """How the list's scores are spread over twentieths of the learnt ones."""
    import plotly.graph_objects as go

    score = report["score"]
    now, then = score["bins"], score["learnt"]["bins"]
    places = list(range(1, len(now) + 1))
    bars = go.Bar(x=places, y=list(now), name="this list", marker={"color": BLUE}, showlegend=True)
    learnt = line(places, then, "list it learnt from", ORANGE, dash="dash")
    figure = style_figure(go.Figure([bars, learnt]), x="Score, lowest risk first", y="Share of customers")
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    rates = f"{score['rate']:.1%} expected to leave, {score['learnt']['rate']:.1%} learnt"
    change = "as they were" if not score["moved"] else "differently"
    finding = (
        f"The scores are spread {change}: {rates}" if _judged_columns(report) else f"Too few to compare scores: {rates}"
    )
    reading = "A bar is a twentieth of the learnt scores; above the dashed line more customers have them now."
    return Chart("scores", finding, reading, figure)


def worth_chart(report: Words) -> Chart | None:
    """What the probabilities promise for this list, beside what they were when the model learnt."""
    import plotly.graph_objects as go

    estimate = report["estimate"]
    known = [name for name in reversed(MEASURES) if name in estimate]
    if not known:
        return None
    places = list(range(len(known)))
    now = [estimate[name] for name in known]
    here = _dots([v["value"] for v in now], places, "this list, with 95% interval", BLUE, ends=now)
    old = [(p, v["learnt"]) for p, v in zip(places, now, strict=True) if "learnt" in v]
    there = _dots([v for _, v in old], [p for p, _ in old], "when it learnt", ORANGE, symbol="diamond-open")
    figure = style_figure(go.Figure([here, there]), x="", y="", meta="rows")
    figure.update_xaxes(tickformat=".0%", nticks=FEW_TICKS, tickangle=0)
    figure.update_yaxes(tickvals=places, ticktext=[MEASURES[name] for name in known], automargin=True)
    auc = estimate.get("auc", {})
    away = "learnt" in auc and not auc["low"] <= auc["learnt"] <= auc["high"]
    word = "differently from" if away else "as well as"
    reading = (
        "Estimated from the probabilities, without outcomes. It sees that the list changed, never that customers began "
        "to behave differently: for that, bring outcomes."
    )
    finding = f"The model is expected to rank {word} when it learnt"
    if not _judged_columns(report):
        finding = "Too few customers to say how well the model ranks here"
    return Chart("worth", finding, reading, style_rows(figure, known))


def parts_chart(report: Words) -> Chart | None:
    """What acting on each part of the list is expected to bring."""
    import plotly.graph_objects as go

    parts = [s for s in report["estimate"].get("segments", []) if "profit" in s]
    if not parts:
        return None
    shown = sorted(parts, key=lambda s: s["profit"]["value"])[-MOST_PARTS:]
    values = [_scale_likely(s["profit"]) for s in shown]
    places = list(range(len(shown)))
    dots = _dots([v["value"] for v in values], places, "", BLUE, ends=values)
    currency = report.get("currency", "")
    figure = style_figure(go.Figure(dots), x=f"Profit per {PER:,} customers", y="", meta="rows")
    format_money_axis(figure, Amounts(currency), "x")
    figure.update_yaxes(tickvals=places, ticktext=[plain_label(s["segment"]) for s in shown], automargin=True)
    most = Amounts(currency).money(values[-1]["value"])
    finding = f"{shown[-1]['segment']}: {most} per {PER:,} customers, the most of any part"
    reading = "Parts of the list by the columns that drive the risk most, before any budget; lines are 95% intervals."
    return Chart("parts", finding, reading, style_rows(figure, shown), ASSUMES)


def style_rows(figure: Any, rows: Sequence[Any]) -> Any:
    """The figure as high as its rows need, with few marks, so that a phone has room for them."""
    return figure.update_xaxes(nticks=FEW_TICKS, tickangle=0).update_layout(height=110 + max(220, 34 * len(rows)))


def _dots(x: Sequence[float], y: Sequence[float], name: str, colour: str, **how: Any) -> Any:
    """Points in rows, with the ends of their intervals where they are given."""
    import plotly.graph_objects as go

    ends, symbol = how.get("ends"), how.get("symbol", "circle")
    error = None
    if ends is not None:
        error = {
            "type": "data",
            "symmetric": False,
            "array": [e["high"] - e["value"] for e in ends],
            "arrayminus": [e["value"] - e["low"] for e in ends],
            "color": GREY,
        }
    marker = {"color": colour, "size": 10, "symbol": symbol}
    return go.Scatter(
        x=list(x), y=list(y), mode="markers", name=name, marker=marker, error_x=error, showlegend=bool(name)
    )


def _judged_columns(report: Words) -> bool:
    """Whether the list is long enough for any verdict; a picture of a short one claims nothing."""
    return bool(report["advice"]["judged"])


def _kind(column: Words) -> str:
    if not column["moved"]:
        return "as learnt"
    return "moved, drives the risk" if column["matters"] else "moved, hardly drives the risk"


def _moved_finding(columns: Sequence[Words]) -> str:
    moved = sorted((c for c in columns if c["moved"]), key=lambda c: (c["matters"], c["size"]))
    if not moved:
        return f"None of {len(columns)} columns moved"
    return f"{len(moved)} of {len(columns)} columns moved, above all {moved[-1]['label']}"


def _scale_likely(likely: Words) -> dict[str, float]:
    return {end: PER * likely[end] for end in ("value", "low", "high")}


# Watch figures: list after list, what was expected of a model and what came of it.


ALARMING_PSI = 0.2
NAMED = 14  # letters of a list's name under an axis
MOST_NAMED = 12  # lists whose names fit under an axis
SLANT = -35  # degrees; a name that ends at its list never runs past the edge, where it would be left out


def history_charts(lists: Sequence[Words]) -> list[Chart]:
    """Every picture of the history there are numbers for; `lists` are mappings with at, source, report and realised."""
    if not lists:
        return []
    made = (rate_chart(lists), rank_chart(lists), profit_chart(lists), spread_chart(lists))
    return [chart for chart in made if chart is not None]


def rate_chart(lists: Sequence[Words]) -> Chart:
    """The share expected to leave on each list, and the share that left where it is known."""
    expected = [one["report"]["estimate"].get("churn_rate") for one in lists]
    real = [one["realised"].get("churn_rate") for one in lists]
    figure = _over_lists(lists, (expected, "expected to leave"), (real, "left"), "Share of customers")
    figure.update_yaxes(tickformat=".0%")
    finding = _both_points("churn_rate", lists, "expected to leave", "left")
    reading = (
        "The dashed line is the share when the model learnt; where both points are known, their intervals should meet."
    )
    return Chart("rate-history", finding, reading, figure)


def rank_chart(lists: Sequence[Words]) -> Chart:
    """How often a leaver is ranked above a stayer: expected, and found where outcomes are known."""
    expected = [one["report"]["estimate"].get("auc") for one in lists]
    real = [one["realised"].get("auc") for one in lists]
    figure = _over_lists(lists, (expected, "expected"), (real, "found"), "Leaver above stayer")
    figure.update_yaxes(tickformat=".0%")
    finding = _both_points("auc", lists, "of pairs expected in the right order", "found")
    reading = (
        "Below the dashed line the model ranks worse than when it learnt; only found points show changed behaviour."
    )
    return Chart("rank-history", finding, reading, figure)


def profit_chart(lists: Sequence[Words]) -> Chart | None:
    """What acting on each list is expected to bring, and what it would have brought where outcomes are known."""
    expected = [_per(one["report"]["estimate"].get("profit")) for one in lists]
    if not any(expected):
        return None
    real = [_per(one["realised"].get("profit")) for one in lists]
    currency = str(lists[-1]["report"].get("currency", ""))
    figure = _over_lists(lists, (expected, "expected"), (real, "by outcomes"), f"Profit per {PER:,}")
    format_money_axis(figure, Amounts(currency), "y")
    last = expected[-1] or next(e for e in reversed(expected) if e)
    finding = f"The last list is expected to bring {Amounts(currency).money(last['value'])} per {PER:,} customers"
    reading = "Two lists in a row that lie clearly more than 5% below the dashed line advise a retrain."
    return Chart("profit-history", finding, reading, figure, ASSUMES)


def spread_chart(lists: Sequence[Words]) -> Chart:
    """How far each list's scores lie from the learnt ones."""
    import plotly.graph_objects as go

    places, sizes = list(range(len(lists))), [one["report"]["score"]["size"] for one in lists]
    colours = [ORANGE if size > ALARMING_PSI else BLUE for size in sizes]
    bars = go.Bar(x=places, y=sizes, marker={"color": colours}, name="difference beyond chance")
    edge = line([-0.5, len(lists) - 0.5], [ALARMING_PSI] * 2, "counts as a sign", GREY, dash="dash")
    figure = _name_lists(style_figure(go.Figure([bars, edge]), x="", y="Score PSI"), lists)
    beyond = sum(size > ALARMING_PSI for size in sizes)
    finding = f"The scores of {beyond} of {len(lists)} lists lie far from the learnt ones"
    reading = "Bars beyond the dashed line count as a sign; two lists in a row with a sign advise a retrain."
    return Chart("spread-history", finding, reading, figure)


def _over_lists(lists: Sequence[Words], expected: tuple[Any, str], real: tuple[Any, str], title: str) -> Any:
    """Expected and realised values over lists with their intervals, beside what was learnt."""
    import plotly.graph_objects as go

    learnt = [e.get("learnt") if e else None for e in expected[0]]
    traces = [_points(*expected, (BLUE, "circle", -0.06)), _points(*real, (GREEN, "diamond", 0.06))]
    known = [(i, v) for i, v in enumerate(learnt) if v is not None]
    if known:
        edges = [known[0][0] - 0.5, *(i for i, _ in known), known[-1][0] + 0.5]
        values = [known[0][1], *(v for _, v in known), known[-1][1]]
        traces.insert(0, line(edges, values, "when it learnt", GREY, dash="dash"))
    return _name_lists(style_figure(go.Figure([t for t in traces if len(t.x)]), x="", y=title), lists)


def _points(values: Sequence[Words | None], name: str, how: tuple[str, str, float]) -> Any:
    """Points with their intervals: colour, symbol, and how far beside the middle of their list."""
    import plotly.graph_objects as go

    colour, symbol, beside = how
    known = [(i + beside, v) for i, v in enumerate(values) if v]
    return go.Scatter(
        x=[i for i, _ in known],
        y=[v["value"] for _, v in known],
        name=name,
        mode="markers",
        marker={"color": colour, "size": 10, "symbol": symbol},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [v["high"] - v["value"] for _, v in known],
            "arrayminus": [v["value"] - v["low"] for _, v in known],
            "color": GREY,
        },
        showlegend=True,
    )


def _name_lists(figure: Any, lists: Sequence[Words]) -> Any:
    """The figure with the lists' days and names under it, as many as fit."""
    step = -(-len(lists) // MOST_NAMED)
    names = [_name(one) if i % step == 0 else "" for i, one in enumerate(lists)]
    ends = [-0.6, len(lists) - 0.4]
    figure.update_xaxes(tickvals=list(range(len(lists))), ticktext=names, range=ends, tickangle=SLANT)
    return figure


def _name(one: Words) -> str:
    stem = str(one["source"]).rpartition("/")[2].partition(".")[0]
    return plain_label(f"{one['at'][:10]} {stem[:NAMED]}")


def _both_points(name: str, lists: Sequence[Words], expected: str, found: str) -> str:
    """The last list in a sentence: what was expected, and what came where it is known."""
    one = lists[-1]
    said = f"{one['report']['estimate'][name]['value']:.1%} {expected} on the last list"
    known = [o for o in lists if name in o["realised"]]
    return said + (
        f"; {known[-1]['realised'][name]['value']:.1%} {found} on the last one with outcomes" if known else ""
    )


def _per(likely: Words | None) -> dict[str, float] | None:
    return None if not likely else {end: PER * value for end, value in likely.items()}
