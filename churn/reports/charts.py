"""A Chart: a figure with the finding it shows, how to read it, and what it assumes, in one plain style."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from churn.money.amounts import Amounts

PlotlyDict = dict[str, Any]  # a figure of Plotly's, or a part of one, as plain data


@dataclass(frozen=True)
class Chart:
    """A figure with what it says: its finding as the title, and a sentence on how to read it.

    assumes   what the figure takes for granted, in a sentence; the screen marks it and leads to where it is set
    """

    name: str
    finding: str
    reading: str
    figure: Any
    assumes: str = ""

    @property
    def alt(self) -> str:
        """The figure in words, for who does not see it."""
        return " ".join(part for part in (f"{self.finding.rstrip('.')}.", self.reading, self.assumes) if part)


def style_figure(figure: Any, *, x: str, y: str, **layout: Any) -> Any:
    """The figure in one plain style, its axes named."""
    figure.for_each_trace(lambda trace: trace.update(name=_capital(trace.name)) if trace.name else None)
    # No template: screen and page draw in styles of their own, and copying one costs more than the rest of a figure.
    figure.update_layout(
        margin={"l": 64, "r": 16, "t": 12, "b": 48},
        height=360,
        showlegend=any(t.showlegend for t in figure.data),
        xaxis_title=x,
        yaxis_title=y,
        **layout,
    )
    return figure


def _capital(name: str) -> str:
    """A name as the legend shows it, with a capital first letter."""
    return name[:1].upper() + name[1:]


def line(x: Sequence[Any], y: Sequence[Any], name: str, colour: str, **style: Any) -> Any:
    """One named line."""
    import plotly.graph_objects as go

    dash = style.pop("dash", None)
    return go.Scatter(
        x=list(x), y=list(y), name=name, mode="lines", line={"color": colour, "dash": dash}, showlegend=True, **style
    )


def plain_label(text: str) -> str:
    """A label as text: Plotly would read tags and formulas in it."""
    return text.replace("<", "‹").replace(">", "›").replace("$", "&#36;")


CENTS_BELOW = 10  # where a money axis spans less than this, its marks need cents to differ


def format_money_axis(figure: Any, amounts: Amounts, *axes: str) -> Any:
    """The figure with whole amounts and the currency on these axes, on the side where this reader writes it.

    Small amounts get their cents, and none is shortened: with a prefix of units, $0.50 would stand there as "$500m".
    """
    before, after = amounts.money(0, 0).split("0")
    for axis in axes:
        amount = [float(v) for t in figure.data for v in (t[axis] if t[axis] is not None else ()) if v is not None]
        low, high = min(amount, default=0.0), max(amount, default=0.0)
        written = ",.2f" if high - low < CENTS_BELOW else ",.0f"
        exact = ",.2f" if max(-low, high) < 1000 else ",.0f"
        words = {"tickprefix": before, "ticksuffix": after, "tickformat": written, "hoverformat": exact}
        figure.update_layout({f"{axis}axis": {**words, "automargin": True}})
    return figure


# The palette: a few colours that every eye tells apart, on paper and on a dark screen; figures take them here.


@dataclass(frozen=True)
class Palette:
    """One set of colours by what they stand for.

    blue    what is spoken of: this model, this campaign, what lowers a risk
    orange  what raises a risk, what is worse, tier High
    gold    in between, tier Medium
    teal    what is gained or kept, tier Low
    violet  a second group to compare with
    grey    what is only there to compare with: chance, a random list
    """

    paper: str
    ink: str
    blue: str
    orange: str
    teal: str
    gold: str
    violet: str
    grey: str

    @property
    def series(self) -> tuple[str, ...]:
        """The colours of several lines or groups, in the order they are taken."""
        return (self.blue, self.orange, self.teal, self.gold, self.violet, self.grey)


LIGHT = Palette("#ffffff", "#0c1420", "#1558b0", "#b8420f", "#149a80", "#b38600", "#c154c1", "#565f6e")
DARK = Palette("#0f141b", "#e6e9ee", "#5a9cf8", "#ee8a50", "#2fd4b0", "#f5cc4e", "#dda6ee", "#8490a0")

BLUE, ORANGE, GREEN, GOLD, PINK, GREY = (
    LIGHT.blue,
    LIGHT.orange,
    LIGHT.teal,
    LIGHT.gold,
    LIGHT.violet,
    LIGHT.grey,
)

TIER_COLOURS = {"High": ORANGE, "Medium": GOLD, "Low": GREEN}


def recolour(figure: Any, colours: Mapping[str, str]) -> dict[str, Any]:
    """The same figure as plain data with colours exchanged, wherever they stand, and in no template's style."""
    plain = figure.to_plotly_json()
    layout = {name: value for name, value in plain["layout"].items() if name != "template"}
    return {
        "data": _exchange_colours(plain["data"], colours),
        "layout": {**_exchange_colours(layout, colours), "template": {}},
    }


def _exchange_colours(part: Any, colours: Mapping[str, str]) -> Any:
    """Every colour that has another in its place; numbers are left as they are."""
    if isinstance(part, str):
        return colours.get(part, part)
    if isinstance(part, dict):
        return {name: _exchange_colours(value, colours) for name, value in part.items()}
    if isinstance(part, list | tuple) and part and isinstance(part[0], str | dict | list | tuple):
        return type(part)(_exchange_colours(value, colours) for value in part)
    return part


# Drawing: a figure as a small picture (SVG) for pages that must open, print and be read without any script.


WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 30, 48
ROW, BAR = 26, 18  # pixels of a row of bars, and of a bar
WIDEST_LABEL = 26  # letters of a category that are shown beside its bar


@dataclass(frozen=True)
class Axis:
    """One side of a picture: the span of numbers or the categories it shows, and where they lie in pixels."""

    low: float
    high: float
    start: float
    end: float
    title: str = ""
    percent: bool = False
    categories: tuple[str, ...] = ()
    around: tuple[str, str] = ("", "")  # what stands before and after each number, such as a currency
    digits: int | None = None

    def at(self, value: Any) -> float:
        """The pixel of a number or a category."""
        number = self.categories.index(str(value)) if self.categories and isinstance(value, str) else float(value)
        return self.start + (number - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self) -> list[tuple[float, str]]:
        """Where marks stand, with their words."""
        if self.categories:
            return [(self.at(c), _shorten(c)) for c in self.categories]
        step = _round_step((self.high - self.low) / 5)
        first = np.ceil(self.low / step - 1e-9) * step
        values = np.arange(first, self.high + step * 1e-6, step)
        rounded = [0.0 if abs(v) < step * 1e-6 else float(v) for v in values]
        before, after = self.around
        words = [_tick_text(v, step, self.percent) if self.digits is None else f"{v:,.{self.digits}f}" for v in rounded]
        return [(self.at(v), f"{before}{said}{after}") for v, said in zip(rounded, words, strict=True)]


def render_svg(figure: Any, *, label: str) -> str:
    """The figure as SVG text; `label` is what a screen reader says."""
    plain = figure.to_plotly_json()
    traces, layout = [t for t in plain["data"] if t.get("visible", True) is True], plain["layout"]
    lying = any(t["type"] == "bar" and t.get("orientation") == "h" for t in traces) or layout.get("meta") == "rows"
    bars = [t for t in traces if t["type"] == "bar"] if layout.get("barmode") == "group" else []
    pitch = ROW + BAR * max(len(bars) - 1, 0)
    height = HEIGHT if not lying else max(HEIGHT // 2, TOP + BOTTOM + pitch * _rows(traces, layout))
    left = 190 if lying else LEFT
    x = _axis(traces, layout.get("xaxis", {}), "x", (left, WIDTH - RIGHT))
    y = _axis(traces, layout.get("yaxis", {}), "y", (height - BOTTOM, TOP))
    # Bars of one row stand beside each other, the first one lowest, as Plotly sets them.
    lanes = {id(t): ((len(bars) - 1) / 2 - k) * BAR for k, t in enumerate(bars)} if lying else {}
    drawn = "".join(_trace(t, x, y, lanes.get(id(t), 0.0)) for t in traces)
    body = _frame(x, y) + drawn + _legend(traces, left)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label, quote=True)}" '
        f'xmlns="http://www.w3.org/2000/svg" font-size="12">{body}</svg>'
    )


def _rows(traces: list[dict[str, Any]], layout: dict[str, Any]) -> int:
    ticks = layout.get("yaxis", {}).get("ticktext")
    return len(ticks) if ticks is not None else max(len(t["y"]) for t in traces)


def _axis(traces: list[dict[str, Any]], words: dict[str, Any], side: str, span: tuple[float, float]) -> Axis:
    title = words.get("title", {}).get("text", "")
    percent = str(words.get("tickformat", "")).endswith("%")
    names = words.get("ticktext")
    values = [v for t in traces for v in _values(t, side)]
    if names is None and values and all(isinstance(v, str) for v in values):
        names = list(dict.fromkeys(values))
    if names is not None:
        return Axis(-0.6, len(names) - 0.4, *span, title, False, tuple(str(n) for n in names))
    numbers = [float(v) for v in values if v is not None and np.isfinite(float(v))] or [0.0, 1.0]
    low, high = words.get("range") or (min(numbers), max(numbers))
    room = 0.0 if words.get("range") else 0.04 * ((high - low) or 1.0)
    around = str(words.get("tickprefix") or ""), str(words.get("ticksuffix") or "")
    digits = {",.2f": 2, ",.0f": 0}.get(str(words.get("tickformat", "")))
    return Axis(low - room, high + room, *span, title, percent, around=around, digits=digits)


def _values(trace: dict[str, Any], side: str) -> list[Any]:
    values = list(trace.get(side, []))
    error = trace.get(f"error_{side}") or {}
    if "array" in error:
        values += [v + e for v, e in zip(trace[side], error["array"], strict=True)]
        values += [v - e for v, e in zip(trace[side], error["arrayminus"], strict=True)]
    lying = trace.get("orientation") == "h"
    if trace["type"] == "bar" and (side == "x") == lying:
        values.append(0.0)
    return values


def _trace(trace: dict[str, Any], x: Axis, y: Axis, lane: float = 0.0) -> str:
    kind = trace["type"]
    if kind == "bar":
        return _bars(trace, x, y, lane) + _labels_beside(trace, x, y, lane)
    if kind == "heatmap":
        return _fields(trace, x, y)
    points = [(x.at(a), y.at(b)) for a, b in zip(trace["x"], trace["y"], strict=True)]
    mode = trace.get("mode", "lines")
    line = _line(trace, points) if "lines" in mode else ""
    return _errors(trace, x, y) + line + (_markers(trace, points) if "markers" in mode else "")


def _line(trace: dict[str, Any], points: list[tuple[float, float]]) -> str:
    style = trace.get("line", {})
    dash = ' stroke-dasharray="5 4"' if style.get("dash") else ""
    path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
    return f'<polyline points="{path}" fill="none" stroke="{style.get("color", "#555")}" stroke-width="2"{dash}/>'


def _markers(trace: dict[str, Any], points: list[tuple[float, float]]) -> str:
    style = trace.get("marker", {})
    colours = style.get("color", "#555")
    each = colours if not isinstance(colours, str) else [colours] * len(points)
    size = style.get("size", 7) / 2
    return "".join(
        f'<circle cx="{a:.1f}" cy="{b:.1f}" r="{size:g}" fill="{c}" fill-opacity="{style.get("opacity", 1)}"/>'
        for (a, b), c in zip(points, each, strict=True)
    )


def _errors(trace: dict[str, Any], x: Axis, y: Axis) -> str:
    drawn = []
    for side in ("x", "y"):
        error = trace.get(f"error_{side}") or {}
        for a, b, up, down in zip(
            trace["x"], trace["y"], error.get("array", []), error.get("arrayminus", []), strict=False
        ):
            if side == "y":
                ends = (x.at(a), y.at(b - down), x.at(a), y.at(b + up))
            else:
                ends = (x.at(a - down), y.at(b), x.at(a + up), y.at(b))
            drawn.append('<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke="#888"/>'.format(*ends))
    return "".join(drawn)


def _bars(trace: dict[str, Any], x: Axis, y: Axis, lane: float) -> str:
    colour = trace.get("marker", {}).get("color", "#555")
    each = colour if not isinstance(colour, str) else [colour] * len(trace["x"])
    drawn = []
    for a, b, c in zip(trace["x"], trace["y"], each, strict=True):
        if trace.get("orientation") == "h":
            start, end = sorted((x.at(0), x.at(a)))
            drawn.append(_box(start, y.at(b) + lane - BAR / 2, end - start, BAR, c))
        else:
            wide = abs(x.end - x.start) / (x.high - x.low) * 0.7
            top, bottom = sorted((y.at(0), y.at(b)))
            drawn.append(_box(x.at(a) - wide / 2, top, wide, bottom - top, c))
    return "".join(drawn)


def _labels_beside(trace: dict[str, Any], x: Axis, y: Axis, lane: float) -> str:
    """The words of lying bars, where they are to stand beside them."""
    if trace.get("orientation") != "h" or trace.get("textposition") != "outside":
        return ""
    ends = ((x.at(a) + 5, y.at(b) + lane + 4) for a, b in zip(trace["x"], trace["y"], strict=True))
    words = zip(ends, trace.get("text", ()), strict=False)
    return "".join(f'<text x="{a:.1f}" y="{b:.1f}" font-size="11">{escape(str(said))}</text>' for (a, b), said in words)


def _fields(trace: dict[str, Any], x: Axis, y: Axis) -> str:
    largest = max(max(row) for row in trace["z"]) or 1
    wide, tall = abs(x.at(1) - x.at(0)), abs(y.at(1) - y.at(0))
    drawn = []
    for j, row in enumerate(trace["z"]):
        for i, value in enumerate(row):
            a, b = x.at(i), y.at(j)
            share = 0.1 + 0.5 * value / largest
            drawn.append(_box(a - wide / 2, b - tall / 2, wide, tall, BLUE, share))
            words = escape(str(trace["text"][j][i]))
            drawn.append(f'<text x="{a:.1f}" y="{b + 5:.1f}" text-anchor="middle" font-size="15">{words}</text>')
    return "".join(drawn)


def _box(x: float, y: float, wide: float, tall: float, colour: str, share: float = 1.0) -> str:
    size = f'x="{x:.1f}" y="{y:.1f}" width="{max(wide, 0.5):.1f}" height="{max(tall, 0.5):.1f}"'
    return f'<rect {size} fill="{colour}" fill-opacity="{share:.2f}"/>'


def _frame(x: Axis, y: Axis) -> str:
    bottom, top, drawn = y.start, y.end, []
    for at, words in x.ticks():
        drawn.append(f'<line x1="{at:.1f}" y1="{bottom}" x2="{at:.1f}" y2="{top}" stroke="#e4e4e4"/>')
        drawn.append(f'<text x="{at:.1f}" y="{bottom + 16}" text-anchor="middle" fill="#444">{escape(words)}</text>')
    for at, words in y.ticks():
        drawn.append(f'<line x1="{x.start}" y1="{at:.1f}" x2="{x.end}" y2="{at:.1f}" stroke="#e4e4e4"/>')
        drawn.append(f'<text x="{x.start - 6}" y="{at + 4:.1f}" text-anchor="end" fill="#444">{escape(words)}</text>')
    middle = (x.start + x.end) / 2
    drawn.append(f'<text x="{middle:.0f}" y="{bottom + 38}" text-anchor="middle">{escape(x.title)}</text>')
    turned = f'transform="translate(14 {(top + bottom) / 2:.0f}) rotate(-90)"'
    drawn.append(f'<text {turned} text-anchor="middle">{escape(y.title)}</text>')
    return "".join(drawn)


def _legend(traces: list[dict[str, Any]], left: float) -> str:
    """The names of the traces in one row above the picture, where they cover nothing."""
    drawn, x = [], left
    for trace in (t for t in traces if t.get("showlegend") and t.get("name")):
        colour = trace.get("line", {}).get("color") or trace.get("marker", {}).get("color", "#555")
        drawn.append(_box(x, 6, 14, 8, colour if isinstance(colour, str) else "#555"))
        drawn.append(f'<text x="{x + 20:.0f}" y="14">{escape(str(trace["name"]))}</text>')
        x += 40 + 6.5 * len(str(trace["name"]))
    return "".join(drawn)


def _round_step(step: float) -> float:
    """The step rounded to 1, 2 or 5 times a power of ten."""
    size = 10.0 ** np.floor(np.log10(step)) if step > 0 else 1.0
    return float(size * min((1, 2, 5, 10), key=lambda m: abs(m * size - step)))


def _tick_text(value: float, step: float, percent: bool) -> str:
    if percent:
        return f"{value:.0%}" if step >= 0.01 else f"{value:.1%}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{round(value, 6):g}"


def _shorten(words: str) -> str:
    return words if len(words) <= WIDEST_LABEL else words[: WIDEST_LABEL - 1] + "…"
