"""Customer figures: from the typical customer to this one, step by step, as a picture that adds up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from churn.reports.charts import BLUE, GREY, ORANGE, Chart
from churn.reports.driver_charts import add_row_heights, driver_label, tick_step
from churn.scoring.reasons import LEAST_POINTS, Explanation
from churn.scoring.wording import Wording, capital

MOST = 9  # steps drawn; smaller ones go together
TYPICAL, OTHERS, PROTECTED = "A typical customer", "Everything else", "Protected traits, never a reason"
WaterfallStep = tuple[str, float]  # what it is, and how many points it adds

READING = (
    "Read from the top: each bar starts where the one above ends, first what raises the risk, then what lowers it. "
    "They are the points of the sentences, and together they lead from a typical customer's risk to this one's."
)

BEYOND = " On the way the bars pass 100 or 0, and others take that back; a risk is only where they begin and end."


def waterfall_chart(explanation: Explanation) -> Chart:
    """From the typical customer to this one by business group, in the order of the sentences."""
    steps = [(r.label, r.points) for r in explanation.groups]
    hidden = sum(r.points for r in explanation.protected if r not in explanation.groups)
    last = [(PROTECTED, hidden)] if hidden else []
    return _waterfall(
        "waterfall", _finding(explanation), [*_ordered_steps(steps), *last], 100 * explanation.typical, explanation
    )


def columns_chart(explanation: Explanation, wording: Wording, group: str) -> Chart:
    """The same within one business group, column by column, after everything else was counted."""
    chosen = next(r for r in explanation.groups if r.group == group)
    steps = _ordered_steps([(wording.label(name), points) for name, points in chosen.column_points.items()])
    finding = f"{capital(chosen.label)}: {chosen.points:+.0f} points in all"
    before = 100 * explanation.probability - chosen.points
    return _waterfall("group", finding, steps, before, explanation, first=f"All but {chosen.label.lower()}")


def _waterfall(
    name: str,
    finding: str,
    steps: Sequence[WaterfallStep],
    start: float,
    explanation: Explanation,
    *,
    first: str = TYPICAL,
) -> Chart:
    import plotly.graph_objects as go

    moved = np.array([points for _, points in steps])
    ends = np.cumsum([start, *moved])
    names = [driver_label(t) for t in (first, *(t for t, _ in steps), "This customer")]
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            y=names,
            x=[float(start), *moved.round(2).tolist(), 100 * explanation.probability],
            measure=["absolute", *["relative"] * len(steps), "total"],
            text=[f"{start:.1f}%", *(_step(m) for m in moved), f"{100 * explanation.probability:.1f}%"],
            textposition="outside",
            cliponaxis=False,
            increasing={"marker": {"color": ORANGE}},
            decreasing={"marker": {"color": BLUE}},
            totals={"marker": {"color": GREY}},
            connector={"line": {"color": GREY, "width": 1, "dash": "dot"}},
            hovertemplate="%{y}: %{x:.1f}<extra></extra>",
        )
    )
    figure = add_row_heights(figure, len(names), x="Likely to leave, of 100")
    low, high = min(0.0, float(ends.min())), float(ends.max())
    room = max((high - low) * 0.12, 2.0)
    # What is written left of a bar that lowers the risk to nearly nothing needs room, too.
    left = room if low or (ends[1:] < room).any() else 0.0
    figure.update_xaxes(range=[low - left, high + room], dtick=tick_step(low, high))
    if beyond := low < 0 or high > 100:
        # No risk lies outside 0 and 100: the scale ends there, the bars go on.
        figure.update_xaxes(tickmode="array", tickvals=[0, 20, 40, 60, 80, 100])
    figure.update_yaxes(autorange="reversed")
    return Chart(name, finding, READING + (BEYOND if beyond else ""), figure)


def _step(points: float) -> str:
    """A bar's points: whole as its sentence says them; to a tenth where it is too small for a sentence."""
    if abs(points) >= LEAST_POINTS:
        return f"{round(points):+d}".replace("-", "−")
    return f"{points:+.1f}".replace("-", "−") if abs(points) >= 0.05 else "0"


def _ordered_steps(steps: Sequence[WaterfallStep]) -> list[WaterfallStep]:
    """The largest steps, raising ones first, and the sum of the rest; steps of nothing are left out."""
    by_size = sorted((s for s in steps if s[1]), key=lambda s: -abs(s[1]))
    kept = sorted(by_size[:MOST], key=lambda s: (s[1] < 0, -abs(s[1])))
    rest = sum(points for _, points in by_size[MOST:])
    return [*kept, *([(OTHERS, rest)] if rest else [])]


def _finding(explanation: Explanation) -> str:
    raising, lowering = explanation.raising, explanation.lowering
    if not raising and not lowering:
        return "Nothing known about this customer stands out"
    if not raising:
        return f"Nothing known raises this customer's risk; it is lowered most by {_fit_label(lowering[0].label)}"
    below = f", lowered most by {_fit_label(lowering[0].label)}" if lowering else ""
    return f"This customer's risk is raised most by {_fit_label(raising[0].label)}{below}"


def _fit_label(label: str) -> str:
    """A label within a sentence; a raw name such as "IsActive" stays as it is."""
    return label.lower() if label == label.capitalize() else label
