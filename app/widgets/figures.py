"""A chart in its frame: the finding as its title, the picture, how to read it, and what it assumes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import streamlit as st

from app.strings import plain
from app.widgets.framing import assumed
from app.widgets.numbers import amounts
from churn.showing.palette import for_the_dark

LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
CONFIG = {"displayModeBar": False, "scrollZoom": False}


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


def on_screen(figure: Any) -> Any:
    """A figure in the colours of the theme that is on, and with the numbers of the reader's locale."""
    shown = for_the_dark(figure) if st.context.theme.type == "dark" else figure
    # Exports have their own style; on screen the theme's fonts and colours apply.
    return shown.update_layout(template=None, legend=LEGEND, separators=amounts().separators, dragmode=False)
