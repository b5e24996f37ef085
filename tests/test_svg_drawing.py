"""A figure becomes a picture in which every number is where it belongs."""

import re
from xml.etree import ElementTree

import plotly.graph_objects as go
import pytest

from churn.reports.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Axis, line, render_svg, style_figure

DRAWN = "{http://www.w3.org/2000/svg}"


def parsed(figure):
    return ElementTree.fromstring(render_svg(figure, label="a 'label' <b>"))


def test_a_line_runs_from_corner_to_corner():
    figure = style_figure(go.Figure(line([0, 1], [0, 1], "this", "#123456")), x="x", y="y")
    figure.update_xaxes(range=[0, 1]).update_yaxes(range=[0, 1])
    path = parsed(figure).find(f"{DRAWN}polyline").get("points")
    assert path == f"{LEFT:.1f},{HEIGHT - BOTTOM:.1f} {WIDTH - RIGHT:.1f},{TOP:.1f}"


def test_bars_are_as_long_as_their_numbers():
    figure = style_figure(go.Figure(go.Bar(x=[1.0, 3.0], y=["a", "b"], orientation="h")), x="x", y="")
    boxes = [float(b.get("width")) for b in parsed(figure).findall(f"{DRAWN}rect")]
    assert boxes[1] / boxes[0] == pytest.approx(3, rel=0.01)


def test_words_from_a_list_never_become_markup():
    figure = style_figure(go.Figure(go.Bar(x=[1.0], y=['<img src="x">'], orientation="h")), x="</svg>", y="")
    assert "<img" not in render_svg(figure, label="x") and parsed(figure).find(f"{DRAWN}img") is None


def test_marks_are_round_numbers_in_the_units_of_the_axis():
    assert [words for _, words in Axis(-0.04, 1.04, 0, 100, percent=True).ticks()] == [
        "0%",
        "20%",
        "40%",
        "60%",
        "80%",
        "100%",
    ]
    assert [words for _, words in Axis(0, 5200, 0, 100).ticks()] == ["0", "1,000", "2,000", "3,000", "4,000", "5,000"]


def test_a_table_of_counts_shows_each_count():
    heat = go.Heatmap(z=[[1, 2], [3, 4]], x=["a", "b"], y=["c", "d"], text=[["1", "2"], ["3", "4,000"]])
    assert re.findall(r'font-size="15">([^<]+)<', render_svg(style_figure(go.Figure(heat), x="", y=""), label="x")) == [
        "1",
        "2",
        "3",
        "4,000",
    ]


def test_the_label_is_read_out_as_it_is():
    assert (
        parsed(style_figure(go.Figure(line([0, 1], [0, 0], "n", "#000")), x="", y="")).get("aria-label")
        == "a 'label' <b>"
    )


def test_bars_of_one_row_stand_beside_each_other_with_their_words():
    made = {"orientation": "h", "textposition": "outside"}
    bars = [go.Bar(x=[1.0], y=["a"], text=["one"], **made), go.Bar(x=[3.0], y=["a"], text=["three"], **made)]
    drawn = parsed(style_figure(go.Figure(bars), x="x", y="", barmode="group"))
    low, high = (float(b.get("y")) for b in drawn.findall(f"{DRAWN}rect"))
    assert low - high == 18
    assert {"one", "three"} <= {t.text for t in drawn.findall(f"{DRAWN}text")}
