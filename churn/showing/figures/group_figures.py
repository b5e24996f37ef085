"""Group figures: who leaves by level, by segment and by time as a customer, and what makes two groups differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

import numpy as np

from churn.money.lifetime import StayCurve
from churn.scoring.contrasting import Contrast
from churn.scoring.rates import Rate
from churn.scoring.segmenting import Segment
from churn.scoring.wording import capital
from churn.showing.figures.charts import Chart, plain_label, styled
from churn.showing.figures.driver_figures import DIRECT, label_of, rowed
from churn.showing.figures.palette import BLUE, GREY, LIGHT, ORANGE

SHADE = 0.16
STEPS = 60  # points of a curve that are drawn
BAR, LINE, WIDE = 16, 17, 50  # pixels of a segment's bar and of a line of its words, and letters on that line
ABOVE = {"showarrow": False, "align": "left", "xanchor": "left", "yanchor": "bottom", "xshift": -3}


def rates_chart(rates: Sequence[Rate], label: str) -> Chart:
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
        y=[label_of(f"{r.text} ({r.customers:,})") for r in shown],
        orientation="h",
        marker={"color": [ORANGE if p > overall else BLUE for p in at]},
        error_x=error if known else None,
        text=[f"{p:.0%}" for p in at],
        **DIRECT,
        hoverinfo="skip",
    )
    figure = rowed(go.Figure(bars), len(shown), x="Share that left" if known else "Likely to leave")
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


def segments_chart(segments: Sequence[Segment]) -> Chart:
    """The segments of a list, the likeliest to leave on top, with how large they are and what risk they hold."""
    import plotly.graph_objects as go

    shown = list(reversed(segments))
    said = [_segment_said(s) for s in shown]
    pitch = BAR + LINE * (0.5 + max(text.count("<br>") + 1 for text in said))
    bars = go.Bar(
        x=[s.probability for s in shown],
        y=list(range(len(shown))),
        width=BAR / pitch,
        orientation="h",
        marker={"color": [ORANGE if s is segments[0] else BLUE for s in shown]},
        hoverinfo="skip",
    )
    figure = _told_over_bars(rowed(go.Figure(bars), len(shown), x="Likely to leave"), said, pitch)
    figure.update_xaxes(tickformat=".0%", rangemode="tozero")
    first = segments[0]
    share = f"{first.share_of_risk:.0%} of the risk"
    finding = f"{first.text}: {first.probability:.0%} likely, {first.customers:,} customers, {share}"
    reading = "Found by cutting the list where the scores differ most; every customer is in exactly one segment."
    return Chart("segments", finding, reading, figure)


def _told_over_bars(figure: Any, said: Sequence[str], pitch: float) -> Any:
    """Every sentence over its bar, not beside it: a telephone has no room for one next to the other."""
    bare = {"showticklabels": False, "showgrid": False, "zeroline": False, "automargin": False, "title": None}
    figure.update_layout(height=70 + pitch * len(said))
    figure.update_yaxes(range=[-BAR / pitch, len(said) - 0.2], **bare)
    for place, text in enumerate(said):
        figure.add_annotation(x=0, y=place + BAR / pitch / 2, text=text, **ABOVE)
    return figure


def _segment_said(segment: Segment) -> str:
    share = f"{segment.probability:.0%} · {segment.customers:,} customers · {segment.share_of_risk:.0%} of the risk"
    return "<br>".join([*wrap(plain_label(capital(segment.text)), WIDE), f"<b>{share}</b>"])


def contrast_chart(found: Contrast, first: str, second: str) -> Chart:
    """Which drivers make one group riskier than another, in points that add up to the whole difference."""
    import plotly.graph_objects as go

    shown = list(reversed([p for p in found.parts if p.difference][:10]))
    at, low, high = ([round(getattr(p, end), 2) for p in shown] for end in ("difference", "low", "high"))
    colours = [GREY if not p.clear else ORANGE if p.difference > 0 else BLUE for p in shown]
    bars = go.Bar(
        x=at,
        y=[label_of(p.label) for p in shown],
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
    figure = rowed(go.Figure(bars), len(shown), x="Points of risk")
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
        f"driver add, with its 95% interval; {_adding_up(found)}; grey is within chance. Associated, not caused."
    )
    return Chart("contrast", finding, reading, figure)


def _adding_up(found: Contrast) -> str:
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
    figure = styled(go.Figure(traces), x=f"{capital(unit)} as a customer", y="Share still a customer")
    figure.update_yaxes(tickformat=".0%", range=[0, 1.02])
    reading = (
        "Read up from a time to see how many stay that long; the band is the 95% interval (Kaplan–Meier, Greenwood). "
        "Customers still here count as staying at least as long as they have."
    )
    return Chart("staying", _stays(ends, unit), reading, figure)


def _stays(curves: Mapping[str, StayCurve], unit: str) -> str:
    """The finding: after a year, or half-way where nobody has been here so long, how many of each group are left."""
    time = {"months": 12.0, "days": 365.0}[unit]
    longest = min(c.longest for c in curves.values())
    time = time if longest >= time else float(round(longest / 2)) or longest
    shares = {name: float(c.at(time)) for name, c in curves.items()}
    best, worst = max(shares, key=shares.__getitem__), min(shares, key=shares.__getitem__)
    if best == worst:
        return f"After {time:.0f} {unit}, {shares[best]:.0%} are still customers"
    return f"After {time:.0f} {unit}, {shares[best]:.0%} are still here ({best}), against {shares[worst]:.0%} ({worst})"
