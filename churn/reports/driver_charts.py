"""Driver figures: what moves a list's scores, how much, in which direction, and together with what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from textwrap import wrap
from typing import Any

import numpy as np

from churn.money.economics import StayCurve
from churn.reports.charts import BLUE, GOLD, GREEN, GREY, LIGHT, ORANGE, PINK, Chart, plain_label, style_figure
from churn.scoring.drivers import Contrast, CrossEffect, Dependence, Driver, Interaction, LeavingRate, Swarm
from churn.scoring.segments import Segment
from churn.scoring.wording import Wording, capital

ROW = 34  # pixels of a bar with its gap
WIDE = 26  # letters of a label on one line
POINTS = "Points of risk"  # short enough for a phone
NOT_CAUSED = "Associated with leaving, not shown to be its cause."


# A value is written into its bar where there is room, else beside it; white stands for the paper, also in the dark.
DIRECT: dict[str, Any] = {
    "textposition": "auto",
    "insidetextanchor": "start",
    "insidetextfont": {"color": LIGHT.paper},
    "constraintext": "none",
    "cliponaxis": False,
}

FEWEST_TICKS = 4
LITTLE = 1.0  # points on average, below which two columns count each by itself
SURE = 0.95  # of the resamples in which a driver must be among the strongest to be called so without more words


def columns_chart(drivers: Sequence[Driver], groups: Sequence[Driver]) -> Chart:
    """The same bars column by column; a share is of all that the groups move, as in the chart of the groups.

    So a column that is a group by itself has the same share in both.
    """
    whole = sum(g.strength / g.share for g in groups[:1]) or 1.0
    shown = [replace(d, share=d.strength / whole) for d in drivers]
    first = ", ".join(f"{capital(d.label)} {d.share:.0%}" for d in shown[:3])
    chart = drivers_chart(shown)
    reading = f"{chart.reading} Columns of one group cancel each other in part, so they can add up to more than it."
    return replace(chart, name="columns", finding=f"By single column: {first} of all movement", reading=reading)


def drivers_chart(drivers: Sequence[Driver], *, by: str = "", among: str = "") -> Chart:
    """Bars of how much each driver moves the scores, with the range over resamples of the customers.

    by      what the bars are, where it must be told apart: the title begins with it
    among   whose scores are moved, in words
    """
    import plotly.graph_objects as go

    shown = list(reversed(drivers))
    shares = [d.share for d in shown]
    per = [d.share / (d.strength or 1.0) for d in shown]
    bars = go.Bar(
        x=shares,
        y=[driver_label(d.label) for d in shown],
        orientation="h",
        marker={"color": BLUE},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [(d.high - d.strength) * k for d, k in zip(shown, per, strict=True)],
            "arrayminus": [(d.strength - d.low) * k for d, k in zip(shown, per, strict=True)],
            "color": GREY,
            "thickness": 1.5,
        },
        text=[f"{s:.0%}" for s in shares],
        texttemplate="\u00a0\u00a0%{text}",  # clear of the line of the range
        **DIRECT,
        hovertemplate="%{y}: %{x:.1%}<extra></extra>",
    )
    figure = add_row_heights(go.Figure(bars), len(shown), x="Share of all movement")
    figure.update_xaxes(tickformat=".0%", rangemode="tozero")
    first = drivers[0]
    doubt = "" if first.in_top >= SURE else f" (among the top three in {first.in_top:.0%} of resamples)"
    finding = f"{by}{capital(first.label)} moves the scores most: {first.share:.0%} of all movement{doubt}"
    whose = f" Among {among}." if among else ""
    reading = (
        f"The longer the bar, the more customers' scores differ by it; the line is the range over resamples.{whose}"
    )
    return Chart("drivers", finding, f"{reading} {NOT_CAUSED}", figure)


def swarm_chart(swarms: Sequence[Swarm], wording: Wording, ordered: Callable[[str], bool], customers: int) -> Chart:
    """Per column how its points spread over the customers, and whether low or high values lie where.

    ordered  whether a column has low and high values; kinds of a category have none
    """
    import plotly.graph_objects as go

    rows = list(reversed(swarms))
    largest = max((int(s.counts.sum(axis=0).max()) for s in rows), default=1)
    kinds = (("low values", GREEN, (0, 1), -0.22), ("in between", GREY, (2,), 0.0), ("high values", PINK, (3, 4), 0.22))
    traces = []
    for word, colour, shades, shift in kinds:
        dots = [
            dot for place, s in enumerate(rows) if ordered(s.name) for dot in _dots(s, shades, place + shift, largest)
        ]
        traces.append(_bubbles(word, colour, dots))
    dots = [d for i, s in enumerate(rows) if not ordered(s.name) for d in _dots(s, range(5), i, largest)]
    traces.append(_bubbles("kinds, without an order", GOLD, dots))
    dots = [d for i, s in enumerate(rows) for d in _dots(s, (5,), i - 0.35, largest)]
    traces.append(_bubbles("not known", LIGHT.ink, dots))
    figure = add_row_heights(go.Figure([t for t in traces if len(t.x)]), len(rows), x=POINTS)
    names = [driver_label(wording.label(s.name)) for s in rows]
    figure.update_yaxes(tickvals=list(range(len(rows))), ticktext=names, range=[-0.6, len(rows) - 0.4])
    figure.update_layout(height=130 + 44 * len(rows))
    _at_zero(figure)
    first = swarms[0]
    finding = f"{capital(wording.label(first.name))} moves single customers by {_span(first)} points"
    reading = (
        f"A dot right of the line stands for customers whose risk that column raises, left of it for those it lowers; "
        f"the larger the dot, the more of the {customers:,} customers. {NOT_CAUSED}"
    )
    return Chart("swarm", finding, reading, figure)


def dependence_chart(name: str, rows: Sequence[Dependence], wording: Wording) -> Chart:
    """How the points of a column depend on its value, with the middle 80% of the customers."""
    import plotly.graph_objects as go

    label = capital(wording.label(name))
    told = [r for r in rows if r.value is not None]
    if told and told[0].end is not None:
        x = [(r.value + r.end) / 2 for r in told]
        band = go.Scatter(
            x=[*x, *reversed(x)],
            y=[*(r.high for r in told), *(r.low for r in reversed(told))],
            fill="toself",
            mode="lines",
            line={"width": 0, "color": BLUE},
            opacity=0.25,
            hoverinfo="skip",
            name="middle 80% of customers",
            showlegend=True,
        )
        mean = go.Scatter(
            x=x,
            y=[r.mean for r in told],
            mode="lines+markers",
            line={"color": BLUE},
            name="mean",
            showlegend=True,
            customdata=[r.customers for r in told],
            hovertemplate="%{x:.4~g}: %{y:+.1f} points, %{customdata:,} customers<extra></extra>",
        )
        figure = style_figure(go.Figure([band, mean]), x=label, y=POINTS)
        _at_zero(figure, across=True)
    else:
        figure = _by_level(told, name, wording)
    best, worst = min(told, key=lambda r: r.mean), max(told, key=lambda r: r.mean)
    high, low = range_text(wording, name, worst), range_text(wording, name, best)
    finding = f"{high}: {worst.mean:+.0f} points; {low}: {best.mean:+.0f}"
    reading = f"How far this column moves a customer's risk from a typical customer's, by its value. {NOT_CAUSED}"
    return Chart("dependence", finding, reading, figure)


def pairs_chart(pairs: Sequence[Interaction], wording: Wording) -> Chart:
    """The pairs of columns of which one changes what the other means for the risk."""
    import plotly.graph_objects as go

    shown = list(reversed(pairs))
    bars = go.Bar(
        x=[p.strength for p in shown],
        y=[driver_label(f"{wording.label(p.column)}, by {wording.label(p.other)}") for p in shown],
        orientation="h",
        marker={"color": BLUE},
        text=[f"{p.strength:.1f}" for p in shown],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )
    figure = add_row_heights(go.Figure(bars), len(shown), x=POINTS)
    first = pairs[0]
    finding = f"What {wording.label(first.column)} means depends most on {wording.label(first.other)}"
    if first.strength < LITTLE:
        finding = (
            f"Each column counts nearly by itself: together they move a risk by {first.strength:.1f} points at most"
        )
    reading = (
        "How many points, on average, the second changes what goes with a value of the first, every customer counted "
        "as if equally likely to leave."
    )
    return Chart("pairs", finding, reading, figure)


def crossed_chart(rows: Sequence[CrossEffect], pair: Interaction, wording: Wording) -> Chart:
    """What one column of a pair adds by its value, a line for each part of the other."""
    import plotly.graph_objects as go

    traces = []
    parts = list(dict.fromkeys((r.other, r.upto) for r in rows))
    numeric = all(r.end is not None for r in rows if r.value is not None)
    for part, colour in zip(parts, LIGHT.series, strict=False):
        told = [r for r in rows if (r.other, r.upto) == part and r.value is not None]
        names = [plain_label(range_text(wording, pair.column, r)) for r in told]
        x = [n if r.end is None else (r.value + r.end) / 2 for n, r in zip(names, told, strict=True)]
        traces.append(
            go.Scatter(
                x=x,
                y=[r.mean for r in told],
                mode="lines+markers" if numeric else "markers",
                marker={"color": colour, "size": 9},
                line={"color": colour},
                name=plain_label(value_text(wording, pair.other, *part)),
                showlegend=True,
            )
        )
    label = capital(wording.label(pair.column))
    figure = style_figure(go.Figure(traces), x=label, y=POINTS)
    _at_zero(figure, across=True)
    apart = _widest(rows)
    finding = (
        f"The same {wording.label(pair.column)} differs by up to {apart:.0f} points by {wording.label(pair.other)}"
    )
    return Chart("crossed", finding, f"Where colours lie apart, the two columns work together. {NOT_CAUSED}", figure)


def driver_label(text: str) -> str:
    """A label with a capital, on several lines where it is long."""
    return "<br>".join(wrap(plain_label(capital(text)), WIDE)) or " "


def range_text(wording: Wording, name: str, row: Dependence | CrossEffect) -> str:
    """The level or the range of a row in words."""
    return value_text(wording, name, row.value, row.end)


def value_text(wording: Wording, name: str, value: Any, end: float | None) -> str:
    """A level, or a range, of a column in words."""
    if end is None:
        text = f"Another {wording.label(name)}" if value == "other" else wording.says(name, value)
    elif value == end:
        text = wording.says(name, value)
    else:
        text = f"{wording.label(name)} {wording.shown(name, value)} to {wording.shown(name, end)}"
    return capital(text)


def add_row_heights(figure: Any, rows: int, *, x: str) -> Any:
    """A figure of horizontal rows in one plain style, as high as its rows need."""
    figure = style_figure(figure, x=x, y="", meta="rows")
    figure.update_layout(height=90 + ROW * max(rows, 2), margin={"l": 8, "r": 28, "t": 12, "b": 48}, bargap=0.3)
    figure.update_xaxes(
        tick0=0, dtick=tick_step(*_ends(figure)), tickangle=0
    )  # a telephone has no room for slanted numbers
    return figure.update_yaxes(automargin=True)


def tick_step(low: float, high: float) -> float:
    """The widest round step that puts at least four ticks between two ends."""
    if high <= low:
        return 1.0
    # A span a hair below a power of ten counts as that power: else its eleven ends would all be ticks.
    power = 10.0 ** np.floor(np.log10(high - low) + 1e-6)
    steps = [float(k * power) for k in (1, 0.5, 0.25, 0.2, 0.1)]
    return next(s for s in steps if np.floor(high / s + 1e-9) - np.ceil(low / s - 1e-9) + 1 >= FEWEST_TICKS)


def _ends(figure: Any) -> tuple[float, float]:
    """The lowest and the highest number along x that a figure draws; bars begin at nothing."""
    drawn = [float(v) for t in figure.data for v in (t.x if t.x is not None else ()) if not isinstance(v, str)]
    low, high = (min(drawn), max(drawn)) if drawn else (0.0, 1.0)
    bars = any(t.type != "scatter" for t in figure.data)
    return (min(low, 0.0), max(high, 0.0)) if bars else (low, high)


def _by_level(rows: Sequence[Dependence], name: str, wording: Wording) -> Any:
    import plotly.graph_objects as go

    shown = sorted(rows, key=lambda r: r.mean)
    bars = go.Bar(
        x=[r.mean for r in shown],
        y=[driver_label(range_text(wording, name, r)) for r in shown],
        orientation="h",
        marker={"color": [ORANGE if r.mean > 0 else BLUE for r in shown]},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [r.high - r.mean for r in shown],
            "arrayminus": [r.mean - r.low for r in shown],
            "color": GREY,
        },
        customdata=[r.customers for r in shown],
        hovertemplate="%{y}: %{x:+.1f} points, %{customdata:,} customers<extra></extra>",
    )
    return add_row_heights(go.Figure(bars), len(shown), x=POINTS)


def _dots(swarm: Swarm, shades: Any, place: float, largest: int) -> list[tuple[float, float, float]]:
    """The cells of some shades as dots: where, in which row, how large."""
    counts = swarm.counts[list(shades)].sum(axis=0)
    middles = (swarm.edges[:-1] + swarm.edges[1:]) / 2
    return [
        (round(float(middles[i]), 2), place, round(3 + 15 * float(np.sqrt(counts[i] / largest)), 1))
        for i in np.flatnonzero(counts)
    ]


def _bubbles(word: str, colour: str, dots: Sequence[tuple[float, float, float]]) -> Any:
    import plotly.graph_objects as go

    x, y, size = zip(*dots, strict=True) if dots else ((), (), ())
    marker = {"size": list(size), "color": colour, "opacity": 0.75, "line": {"width": 0}}
    return go.Scatter(x=list(x), y=list(y), mode="markers", marker=marker, name=word, showlegend=True, hoverinfo="x")


def _at_zero(figure: Any, *, across: bool = False) -> None:
    line = {"color": GREY, "dash": "dot", "width": 1}
    figure.add_hline(y=0, line=line) if across else figure.add_vline(x=0, line=line)


def _span(swarm: Swarm) -> str:
    used = np.flatnonzero(swarm.counts.sum(axis=0))
    return f"{swarm.edges[used[0]]:+.0f} to {swarm.edges[used[-1] + 1]:+.0f}"


def _widest(rows: Sequence[CrossEffect]) -> float:
    """The largest difference between lines at the same value, where one is drawn."""
    found: dict[Any, list[float]] = {}
    for r in (r for r in rows if r.value is not None):
        found.setdefault((r.value, r.end), []).append(r.mean)
    return max((max(means) - min(means) for means in found.values()), default=0.0)


# Group figures: who leaves by level, by segment and by time as a customer, and what makes two groups differ.


SHADE = 0.16
STEPS = 60  # points of a curve that are drawn
BAR, LINE, LABEL_WIDTH = 16, 17, 50  # pixels of a segment's bar and of a line of its words, and letters on that line
ABOVE = {"showarrow": False, "align": "left", "xanchor": "left", "yanchor": "bottom", "xshift": -3}


def rates_chart(rates: Sequence[LeavingRate], label: str) -> Chart:
    """How many leave, or are expected to, for every level or range, beside the whole list."""
    import plotly.graph_objects as go

    known = any(r.share is not None for r in rates)
    shown, customers = list(reversed(rates)), sum(r.customers for r in rates)
    at = [(r.share if known else r.expected) or 0.0 for r in shown]
    overall = sum(p * r.customers for p, r in zip(at, shown, strict=True)) / max(customers, 1)
    error = {
        "type": "data",
        "symmetric": False,
        "array": [(r.high or 0.0) - p for p, r in zip(at, shown, strict=True)],
        "arrayminus": [p - (r.low or 0.0) for p, r in zip(at, shown, strict=True)],
        "color": GREY,
    }
    bars = go.Bar(
        x=at,
        y=[driver_label(f"{r.text} ({r.customers:,})") for r in shown],
        orientation="h",
        marker={"color": [ORANGE if p > overall else BLUE for p in at]},
        error_x=error if known else None,
        text=[f"{p:.0%}" for p in at],
        **DIRECT,
        hoverinfo="skip",
    )
    figure = add_row_heights(go.Figure(bars), len(shown), x="Share that left" if known else "Likely to leave")
    figure.update_xaxes(tickformat=".0%", rangemode="tozero")
    figure.add_vline(x=overall, line={"color": GREY, "dash": "dash"})
    most = max(zip(at, shown, strict=True), key=lambda pair: pair[0])
    verb = "left" if known else "are expected to leave"
    finding = f"{most[1].text}: {most[0]:.0%} {verb}, against {overall:.0%} of all"
    interval = "the thin line its 95% interval" if known else "this list does not say who left"
    reading = (
        f"A bar is the share by {label.lower()}, customers in brackets, {interval}; the dashed line is the whole list."
    )
    return Chart("rates", finding, reading, figure)


def segments_chart(segments: Sequence[Segment], among: str = "") -> Chart:
    """The segments of a list, the likeliest to leave on top, with how large they are and what risk they hold.

    among   whose segments they are, in words
    """
    import plotly.graph_objects as go

    shown = list(reversed(segments))
    said = [_segment_text(s) for s in shown]
    pitch = BAR + LINE * (0.5 + max(text.count("<br>") + 1 for text in said))
    bars = go.Bar(
        x=[s.probability for s in shown],
        y=list(range(len(shown))),
        width=BAR / pitch,
        orientation="h",
        marker={"color": [ORANGE if s is segments[0] else BLUE for s in shown]},
        hoverinfo="skip",
    )
    figure = _labels_over_bars(add_row_heights(go.Figure(bars), len(shown), x="Likely to leave"), said, pitch)
    figure.update_xaxes(tickformat=".0%", rangemode="tozero")
    first = segments[0]
    share = f"{first.share_of_risk:.0%} of all expected leavers"
    finding = f"{first.text}: {first.probability:.0%} likely, {first.customers:,} customers, {share}"
    whose = f" Among {among}." if among else ""
    reading = (
        f"Found by cutting the list where the scores differ most; every customer is in exactly one segment.{whose}"
    )
    return Chart("segments", finding, reading, figure)


def _labels_over_bars(figure: Any, texts: Sequence[str], pitch: float) -> Any:
    """Every sentence over its bar, not beside it: a telephone has no room for one next to the other."""
    bare = {"showticklabels": False, "showgrid": False, "zeroline": False, "automargin": False, "title": None}
    figure.update_layout(height=70 + pitch * len(texts))
    figure.update_yaxes(range=[-BAR / pitch, len(texts) - 0.2], **bare)
    for place, text in enumerate(texts):
        figure.add_annotation(x=0, y=place + BAR / pitch / 2, text=text, **ABOVE)
    return figure


def _segment_text(segment: Segment) -> str:
    share = f"{segment.share_of_risk:.0%} of all expected leavers"
    share = f"{segment.probability:.0%} · {segment.customers:,} customers · {share}"
    return "<br>".join([*wrap(plain_label(capital(segment.text)), LABEL_WIDTH), f"<b>{share}</b>"])


def contrast_chart(found: Contrast, first: str, second: str) -> Chart:
    """Which drivers make one group riskier than another, in points that add up to the whole difference."""
    import plotly.graph_objects as go

    shown = list(reversed([p for p in found.parts if p.difference][:10]))
    at, low, high = ([round(getattr(p, end), 2) for p in shown] for end in ("difference", "low", "high"))
    colours = [GREY if not p.clear else ORANGE if p.difference > 0 else BLUE for p in shown]
    bars = go.Bar(
        x=at,
        y=[driver_label(p.label) for p in shown],
        orientation="h",
        marker={"color": colours},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [h - a for h, a in zip(high, at, strict=True)],
            "arrayminus": [a - w for w, a in zip(low, at, strict=True)],
            "color": LIGHT.ink,
            "thickness": 1.2,
        },
        hovertemplate="%{y}: %{x:+.1f} points<extra></extra>",
    )
    figure = add_row_heights(go.Figure(bars), len(shown), x="Points of risk")
    figure.add_vline(x=0, line={"color": GREY, "dash": "dot"})
    one, two = found.probability
    finding = f"{first}: {one:.0%} likely to leave; {second}: {two:.0%}"
    clear = [p for p in found.parts if p.clear]
    if clear and not found.own:
        finding += f". {capital(clear[0].label)} makes most of the difference"
    elif clear and found.own:
        finding += f". Beside {found.own.label} itself, {clear[0].label} makes most of the difference"
    reading = (
        f"{found.customers[0]:,} customers beside {found.customers[1]:,}. A bar is what the group's own values of that "
        f"driver add, with its 95% interval; {_adds_up_text(found)}; grey is within chance. Associated, not caused."
    )
    return Chart("contrast", finding, reading, figure)


def _adds_up_text(found: Contrast) -> str:
    if not found.own:
        return "all drivers together make the difference"
    return f"with the {found.own.difference:+.1f} points of {found.own.label}, all together make the difference"


def staying_chart(curves: Mapping[str, StayCurve], unit: str) -> Chart:
    """How many are still customers after so many months or days, with intervals, a line for every group."""
    import plotly.graph_objects as go

    traces, ends = [], {}
    for (name, curve), colour in zip(curves.items(), LIGHT.series, strict=False):
        x = np.unique(np.concatenate([[0.0], np.linspace(0, curve.longest, STEPS)]))
        low, high = curve.interval_at(x)
        band: dict[str, Any] = {"x": [*x, *x[::-1]], "y": [*high.round(4), *low[::-1].round(4)], "fill": "toself"}
        band |= {"mode": "lines", "line": {"width": 0, "color": colour}, "opacity": SHADE, "showlegend": False}
        traces.append(go.Scatter(**band, hoverinfo="skip"))
        share = curve.at(x).round(4)
        hover = "%{x:.0f} " + unit + ": %{y:.0%}<extra>" + plain_label(name) + "</extra>"
        line = {"color": colour, "shape": "hv"}
        named = f"{plain_label(name)} ({curve.customers:,})"
        traces.append(
            go.Scatter(x=x, y=share, mode="lines", line=line, name=named, showlegend=True, hovertemplate=hover)
        )
        ends[name] = curve
    figure = style_figure(go.Figure(traces), x=f"{capital(unit)} as a customer", y="Share still a customer")
    figure.update_yaxes(tickformat=".0%", range=[0, 1.02])
    reading = (
        "Read up from a time to see how many stay that long; the band is the 95% interval (Kaplan–Meier, Greenwood). "
        "Customers still here count as staying at least as long as they have."
    )
    return Chart("staying", _staying_text(ends, unit), reading, figure)


def _staying_text(curves: Mapping[str, StayCurve], unit: str) -> str:
    """The finding: after a year, or half-way where nobody has been here so long, how many of each group are left."""
    time = {"months": 12.0, "days": 365.0}[unit]
    longest = min(c.longest for c in curves.values())
    time = time if longest >= time else float(round(longest / 2)) or longest
    shares = {name: float(c.at(time)) for name, c in curves.items()}
    best, worst = max(shares, key=shares.__getitem__), min(shares, key=shares.__getitem__)
    if best == worst:
        return f"After {time:.0f} {unit}, {shares[best]:.0%} are still customers"
    return f"After {time:.0f} {unit}, {shares[best]:.0%} are still here ({best}), against {shares[worst]:.0%} ({worst})"
