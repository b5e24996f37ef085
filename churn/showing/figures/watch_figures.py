"""Watch figures: list after list, what was expected of a model and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from churn.showing.figures.charts import Chart, in_money, line, plain_label, styled
from churn.showing.figures.drift_figures import ASSUMES, PER
from churn.showing.figures.palette import BLUE, GREEN, GREY, ORANGE
from churn.showing.words.amounts import Amounts

ALARMING_PSI = 0.2
NAMED = 14  # letters of a list's name under an axis
MOST_NAMED = 12  # lists whose names fit under an axis
SLANT = -35  # degrees; a name that ends at its list never runs past the edge, where it would be left out
Words = Mapping[str, Any]


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
    finding = _together("churn_rate", lists, "expected to leave", "left")
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
    finding = _together("auc", lists, "of pairs expected in the right order", "found")
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
    in_money(figure, Amounts(currency), "y")
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
    figure = _named(styled(go.Figure([bars, edge]), x="", y="Score PSI"), lists)
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
    return _named(styled(go.Figure([t for t in traces if len(t.x)]), x="", y=title), lists)


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


def _named(figure: Any, lists: Sequence[Words]) -> Any:
    """The figure with the lists' days and names under it, as many as fit."""
    step = -(-len(lists) // MOST_NAMED)
    names = [_name(one) if i % step == 0 else "" for i, one in enumerate(lists)]
    ends = [-0.6, len(lists) - 0.4]
    figure.update_xaxes(tickvals=list(range(len(lists))), ticktext=names, range=ends, tickangle=SLANT)
    return figure


def _name(one: Words) -> str:
    stem = str(one["source"]).rpartition("/")[2].partition(".")[0]
    return plain_label(f"{one['at'][:10]} {stem[:NAMED]}")


def _together(name: str, lists: Sequence[Words], expected: str, found: str) -> str:
    """The last list in a sentence: what was expected, and what came where it is known."""
    one = lists[-1]
    said = f"{one['report']['estimate'][name]['value']:.1%} {expected} on the last list"
    known = [o for o in lists if name in o["realised"]]
    return said + (
        f"; {known[-1]['realised'][name]['value']:.1%} {found} on the last one with outcomes" if known else ""
    )


def _per(likely: Words | None) -> dict[str, float] | None:
    return None if not likely else {end: PER * value for end, value in likely.items()}
