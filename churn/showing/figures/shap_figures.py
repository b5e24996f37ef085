"""SHAP figures: how each column moves the scores of the customers a model was learnt from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from churn.learning.encoded.encoding import Field
from churn.learning.versions.model import Model
from churn.scoring.reasons import points_of_columns
from churn.scoring.wording import capital
from churn.showing.figures.charts import Chart, styled
from churn.showing.figures.palette import BLUE, GREY, ORANGE

COLUMNS = 10
DOTS = 160  # customers per column in the summary: enough to see the shape, few enough for a small page
DEPENDENCE = 4
BINS = 12
STEPS = 7
_LOW, _HIGH = np.array([21, 88, 176]), np.array([184, 66, 15])  # blue and orange of the palette


def shap_charts(model: Model, said: Callable[[str], str] = str) -> list[Chart]:
    """The summary of all strong columns, and the course of the few strongest; `said` names a column in words."""
    rows = model.reference.rows
    moved = points_of_columns(model, model.explainer.contributions(rows))
    order = np.argsort(-np.abs(moved).mean(axis=0), kind="stable")
    strong = [int(i) for i in order if np.abs(moved[:, i]).max() > 0]
    if not strong:
        return []
    courses = [dependence(model, moved, i, said) for i in strong[:DEPENDENCE]]
    return [summary(model, moved, strong[:COLUMNS], said), *courses]


def summary(model: Model, moved: np.ndarray, strong: list[int], said: Callable[[str], str] = str) -> Chart:
    """A dot per customer and column: how many points it moves the score, coloured by its value from low to high."""
    import plotly.graph_objects as go

    picked = np.unique(np.linspace(0, len(moved) - 1, min(DOTS, len(moved))).round().astype(int))
    names = [said(model.encoder.names[i]) for i in reversed(strong)]
    traces = []
    for row, i in enumerate(reversed(strong)):
        x = moved[picked, i]
        y = row + _piled(x)
        colours = _colours(model.reference.rows[picked, i])
        marker = {"color": colours, "size": 5, "opacity": 0.8}
        traces.append(go.Scatter(x=x.round(2).tolist(), y=y.round(3).tolist(), mode="markers", marker=marker))
    figure = styled(go.Figure(traces), x="Points of risk", y="", meta="rows")
    figure.update_yaxes(tickvals=list(range(len(names))), ticktext=names)
    reading = (
        "One dot per customer; blue for low values, orange for high ones, grey for missing. Associated, not caused."
    )
    return Chart(
        "shap-summary", f"{names[-1]} and {names[-2] if len(names) > 1 else 'nothing else'} tell most", reading, figure
    )


def dependence(model: Model, moved: np.ndarray, place: int, said: Callable[[str], str] = str) -> Chart:
    """How the score moves along one column."""
    field = model.encoder.fields[place]
    numbers = model.reference.rows[:, place]
    known = ~np.isnan(numbers)
    if field.levels or field.form == "flag":
        figure = _by_level(model, field, numbers[known], moved[known, place])
    else:
        figure = _by_number(numbers[known], moved[known, place])
    name = said(field.name)
    axis = f"Days since {name}" if field.form == "age" else name
    figure = styled(figure, x=axis, y="Points added to the risk")
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
    y = [100 * float(moved[place == k].mean()) for k in used]
    low = [float(m - 100 * np.quantile(moved[place == k], 0.1)) for k, m in zip(used, y, strict=True)]
    high = [float(100 * np.quantile(moved[place == k], 0.9) - m) for k, m in zip(used, y, strict=True)]
    error = {"type": "data", "array": [max(h, 0) for h in high], "arrayminus": [max(w, 0) for w in low]}
    marker = {"color": BLUE, "size": 7}
    return go.Figure(go.Scatter(x=x, y=y, mode="lines+markers", line={"color": BLUE}, marker=marker, error_y=error))


def _by_level(model: Model, field: Field, codes: np.ndarray, moved: np.ndarray) -> Any:
    import plotly.graph_objects as go

    used = [float(c) for c in np.unique(codes)][:BINS]
    means = [100 * float(moved[codes == c].mean()) for c in used]
    names = [_level_name(model, field, c) for c in used]
    colours = [ORANGE if m > 0 else BLUE for m in means]
    return go.Figure(go.Bar(x=names, y=means, marker={"color": colours}))


def _level_name(model: Model, field: Field, code: float) -> str:
    shown = model.encoder.shown(field.name, code)
    return {True: "yes", False: "no", None: "other"}.get(shown, str(shown))


def _piled(x: np.ndarray) -> np.ndarray:
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
