"""A chart in its frame: the finding as its title, the picture, how to read it, and what it assumes."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap
from typing import Any

import streamlit as st
from streamlit.elements.lib import streamlit_plotly_theme as slots

from app.strings import plain
from app.widgets.framing import assumed
from app.widgets.numbers import amounts
from churn.reports.charts import LIGHT, recoloured

LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
WIDEST_TITLE, WIDEST_LABEL = 24, 30  # letters
CONFIG = {"displayModeBar": False, "scrollZoom": False}
# The browser puts the theme's own colours in these places, so that a change of theme needs no new figure.
THEMED = {colour: getattr(slots, f"CATEGORY_{place}") for place, colour in enumerate(LIGHT.series)}
THEMED |= {LIGHT.paper: slots.BG_COLOR, LIGHT.ink: slots.GRAY_90}
INK = slots.GRAY_90  # the theme writes axes in a grey that is too pale to read


def chart(made: Any, *, set_on: str = "plan") -> None:
    """A picture with its finding above and how to read it below; a figure that assumes something leads to where."""
    with st.container(border=True, height="stretch"):
        st.markdown(f"### {plain(made.finding)}", anchors=False)
        st.plotly_chart(
            on_screen(made.figure),
            theme="streamlit",
            key=f"chart {made.name}",
            config=CONFIG,
            alt=made.alt,
        )
        st.caption(plain(made.reading))
        if made.assumes:
            assumed(plain(made.assumes), set_on=set_on)


def charts(made: Iterable[Any], **how: Any) -> None:
    """Charts side by side, two in a row."""
    every = list(made)
    for left in range(0, len(every), 2):
        for column, one in zip(st.columns(2), every[left : left + 2], strict=False):
            with column:
                chart(one, **how)


def on_screen(figure: Any) -> dict[str, Any]:
    """A figure in the colours of whichever theme is on, and with the numbers of the reader's locale."""
    # As plain data: each change to a figure of Plotly's own would be checked, and it is checked when it is sent.
    shown = recoloured(figure, THEMED)
    layout = shown["layout"]
    for name, axis in layout.items():
        if name.startswith(("xaxis", "yaxis")):
            inked(axis)
            (wrap_title if name.startswith("xaxis") else wrap_labels)(axis)
    layout["legend"] = {**layout.get("legend", {}), **LEGEND, "font": {"color": INK}}
    layout["font"] = {**layout.get("font", {}), "color": INK}
    layout.update(separators=amounts().separators, dragmode=False)
    return shown


def inked(axis: dict[str, Any]) -> None:
    """Words along an axis in ink that can be read."""
    title = axis.get("title", {})
    axis["tickfont"] = {**axis.get("tickfont", {}), "color": INK}
    axis["title"] = {**title, "font": {**title.get("font", {}), "color": INK}}


def wrap_labels(axis: dict[str, Any]) -> None:
    """Long labels beside a picture on several lines: they would leave no room for it."""
    if axis.get("ticktext"):
        axis["ticktext"] = [label if "<" in label else folded(label) for label in axis["ticktext"]]


def folded(label: str) -> str:
    """A label on several lines; a word, however long, stays whole."""
    return "<br>".join(wrap(label, WIDEST_LABEL, break_long_words=False)) or label


def wrap_title(axis: dict[str, Any]) -> None:
    """A long title of an axis on several lines: a phone would cut it off."""
    title = axis.get("title", {})
    if title.get("text"):
        title["text"] = "<br>".join(wrap(title["text"].replace("<br>", " "), WIDEST_TITLE))
