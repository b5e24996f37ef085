"""Customer figures: from the typical customer to this one, step by step, as a picture that adds up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from churn.learning.versions.model import Model
from churn.scoring.explaining import Explanation
from churn.scoring.wording import Wording, capital
from churn.showing.figures.charts import Chart
from churn.showing.figures.driver_figures import label_of, rowed
from churn.showing.figures.palette import BLUE, GREY, ORANGE

MOST = 9  # steps drawn; smaller ones go together
TYPICAL, OTHERS, PROTECTED = "A typical customer", "Everything else", "Protected traits, never a reason"
Step = tuple[str, float]  # what is added, in log-odds
READING = (
    "Read from the top: each bar starts where the one above ends, so that together they lead from the typical risk to "
    "this customer's, the most telling first. In another order the same step would be larger or smaller: that is why "
    "the sentences, which take each reason away from the finished score, name other points."
)


def waterfall_chart(told: Explanation, model: Model) -> Chart:
    """From the typical customer to this one by business group."""
    steps = [(r.label, r.log_odds) for r in sorted(told.groups, key=lambda r: -abs(r.log_odds))]
    hidden = sum(r.log_odds for r in told.protected if r not in told.groups)
    steps += [(PROTECTED, hidden)] if hidden else []
    return _waterfall("waterfall", _finding(told), steps, told.base, model)


def columns_chart(told: Explanation, model: Model, wording: Wording, group: str) -> Chart:
    """The same within one business group, column by column, after everything else was counted."""
    chosen = next(r for r in told.groups if r.group == group)
    steps = [(wording.label(name), added) for name, added in sorted(chosen.columns.items(), key=lambda c: -abs(c[1]))]
    before = told.base + sum(told.contributions.values()) - chosen.log_odds
    finding = f"{capital(chosen.label)}: {chosen.points:+.0f} points in all"
    return _waterfall("group", finding, steps, before, model, first=f"Without {chosen.label.lower()}")


def _waterfall(
    name: str, finding: str, steps: Sequence[Step], base: float, model: Model, *, first: str = TYPICAL
) -> Chart:
    import plotly.graph_objects as go

    kept = _gathered(steps)
    margins = np.cumsum([base, *(added for _, added in kept)])
    ends = 100.0 * model.calibration.probability(margins)
    moved = np.diff(ends)
    names = [label_of(t) for t in (first, *(t for t, _ in kept), "This customer")]
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            y=names,
            x=[float(ends[0]), *moved.round(2).tolist(), float(ends[-1])],
            measure=["absolute", *["relative"] * len(kept), "total"],
            text=[f"{ends[0]:.0f}%", *(_step(m) for m in moved), f"{ends[-1]:.0f}%"],
            textposition="outside",
            cliponaxis=False,
            increasing={"marker": {"color": ORANGE}},
            decreasing={"marker": {"color": BLUE}},
            totals={"marker": {"color": GREY}},
            connector={"line": {"color": GREY, "width": 1, "dash": "dot"}},
            hoverinfo="skip",
        )
    )
    figure = rowed(figure, len(names), x="Likely to leave, of 100")
    room = max(float(ends.max()) * 0.12, 2.0)
    figure.update_xaxes(range=[0.0, min(108.0, float(ends.max()) + room)])
    figure.update_yaxes(autorange="reversed")
    return Chart(name, finding, READING, figure)


def _step(points: float) -> str:
    return f"{points:+.1f}" if abs(points) >= 0.05 else "0"


def _gathered(steps: Sequence[Step]) -> list[Step]:
    """The largest steps, and the sum of the rest; steps of nothing are left out."""
    some = [s for s in steps if s[1]]
    rest = sum(added for _, added in some[MOST:])
    return [*some[:MOST], *([(OTHERS, rest)] if rest else [])]


def _finding(told: Explanation) -> str:
    raising, lowering = told.raising, told.lowering
    if not raising and not lowering:
        return "Nothing known about this customer stands out"
    if not raising:
        return f"Nothing known raises the risk; {lowering[0].label.lower()} lowers it most"
    below = f", {lowering[0].label.lower()} lowers it most" if lowering else ""
    return f"{capital(raising[0].label)} raises this customer's risk most{below}"
