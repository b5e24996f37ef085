"""Groups of the list: segments, two groups compared, how long each stays, and how protected groups fare."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state, widgets
from app.exploring.drivers_view import pick_column
from app.strings import say
from churn.workspace.exploring import contrast_chart, segment_chart, staying_chart

TIER, REST = "tier", ""


def segments(asked: Any) -> None:
    """Groups that are alike, the likeliest to leave first, with their share of the risk."""
    widgets.chart(state.kept(segment_chart, asked))
    found = asked.segments
    table: dict[str, list[Any]] = {
        "segment": [s.text for s in found],
        "probability": widgets.tenths(s.probability for s in found),
        "customers": [s.customers for s in found],
        "share": widgets.tenths(s.share_of_risk for s in found),
    }
    if asked.left is not None:
        table["left"] = widgets.tenths(s.left for s in found)
    widgets.table(
        table,
        alt=say("drivers.segments_alt"),
        long_words=True,
        columns={
            "segment": widgets.text_column(say("drivers.segment"), long=True),
            "customers": st.column_config.NumberColumn(say("drivers.customers"), format="localized"),
            "probability": st.column_config.NumberColumn(say("drivers.probability"), format="percent"),
            "share": st.column_config.NumberColumn(say("drivers.share_of_risk"), format="percent"),
            "left": st.column_config.NumberColumn(say("drivers.left"), format="percent"),
        },
    )


def compared(asked: Any) -> None:
    """Any two groups: which drivers make the difference."""
    columns, first, second = st.columns(3)
    names = [TIER, *asked.of_list()]
    name = columns.selectbox(
        say("drivers.by"), names, format_func=lambda n: say("drivers.tier") if n == TIER else asked.label(n), key="by"
    )
    groups = asked.choices(name)
    one = first.selectbox(say("drivers.first"), groups, key=f"first {name}")
    others = [REST, *(g for g in groups if g != one)]
    two = second.selectbox(
        say("drivers.second"), others, format_func=lambda g: g or say("drivers.rest"), key=f"second {name} {one}"
    )
    words = name, one, two or None
    widgets.chart(state.kept(contrast_chart, asked, *words))


def staying(asked: Any) -> None:
    """How many stay how long, for everybody or by the levels of a column."""
    lasting = asked.lasting
    if asked.left is None:
        widgets.empty(say("drivers.no_outcomes"), icon="timeline", go="score")
        return
    if not lasting:
        widgets.empty(say("drivers.no_time"), icon="timeline")
        return
    left, right = st.columns(2)
    with left:
        name = st.selectbox(say("drivers.time"), list(lasting), format_func=asked.label, key="time column")
    with right:
        by = pick_column(asked, "drivers.split", "split column", index=None, placeholder=say("drivers.everybody"))
    made = state.kept(staying_chart, asked, name, by)
    widgets.chart(made)


def fairness(asked: Any) -> None:
    """How protected groups fare under this model."""
    st.markdown(say("drivers.fairness_text"))
    made = state.kept(state.workspace().models.fairness_chart, asked.ranked.model)
    if made is None:
        widgets.empty(say("drivers.no_protected"), icon="balance", go="training")
        return
    widgets.chart(made)
