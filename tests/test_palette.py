"""The palette is told apart by every eye, stands out from its paper, and is the one the theme uses."""

import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

from churn.reports.charts import BLUE, DARK, LIGHT, recolour

THEME = tomllib.loads((Path(__file__).parents[1] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
# How an eye without red, green or blue cones sees linear colours (Machado and others 2009, whole loss).
EYES = {
    "usual": [1, 0, 0, 0, 1, 0, 0, 0, 1],
    "no red": [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
    "no green": [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
    "no blue": [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour):
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(light):
    x, y, z = np.cbrt(XYZ @ np.clip(light, 0.001, 1) / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one, other):
    low, high = sorted(float(linear(c) @ XYZ[1]) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_eye_tells_the_colours_apart(palette, eye):
    seen = [lab(np.reshape(EYES[eye], (3, 3)) @ linear(colour)) for colour in palette.series]
    assert min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)) > 9


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_stand_out_from_the_paper_and_text_is_readable(palette):
    assert min(contrast(colour, palette.paper) for colour in palette.series) > 3
    assert contrast(palette.ink, palette.paper) > 7


@pytest.mark.parametrize(("mode", "palette"), [("light", LIGHT), ("dark", DARK)])
def test_the_theme_uses_the_palette(mode, palette):
    theme = THEME[mode]
    assert tuple(theme["chartCategoricalColors"]) == palette.series
    assert (theme["backgroundColor"], theme["textColor"]) == (palette.paper, palette.ink)
    tiers = theme["redColor"], theme["orangeColor"], theme["greenColor"]
    assert tiers == (palette.orange, palette.gold, palette.teal)


def test_badges_of_the_theme_are_readable():
    pairs = [(m, c) for m in ("light", "dark") for c in ("red", "orange", "green", "gray", "blue")]
    low = [(m, c) for m, c in pairs if contrast(THEME[m][f"{c}TextColor"], THEME[m][f"{c}BackgroundColor"]) < 4.5]
    assert low == []


def test_colours_of_a_figure_are_exchanged_wherever_they_stand():
    figure = go.Figure(go.Bar(x=[1, 2], y=["a", "b"], marker={"color": [BLUE, LIGHT.orange]}))
    figure.add_vline(x=0, line={"color": LIGHT.grey})
    dark = go.Figure(recolour(figure, dict(zip(LIGHT.series, DARK.series, strict=True))))
    assert tuple(dark.data[0].marker.color) == (DARK.blue, DARK.orange)
    assert (dark.layout.shapes[0].line.color, figure.layout.shapes[0].line.color) == (DARK.grey, LIGHT.grey)
    assert list(dark.data[0].x) == [1, 2]


def test_on_screen_every_colour_of_the_palette_is_the_themes():
    from app.widgets import THEMED

    series = {colour: f"#{place:06d}" for place, colour in enumerate(LIGHT.series, start=1)}
    assert series.items() <= THEMED.items() and {LIGHT.paper, LIGHT.ink} <= set(THEMED)
