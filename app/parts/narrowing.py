"""Narrowing a scored list: filters, search and order, and segments to come back to."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state, widgets
from app.state import form_fields
from app.strings import plain, say
from churn.workspace.list_history import ListFilter, actions_in, filter_columns, filter_values

ORDERS = ("expected_gain", "value_at_risk", "probability")
FIELDS = ("tiers", "actions", "column", "words", "least", "search", "by", "upwards")
SEGMENTS = "segments"


def narrowed(ranked: Any) -> Any:
    """Which customers a person asks for, by the fields above the table."""
    form_fields.set_waiting_fields()
    segments()
    first, second, third = st.columns([2, 2, 1.4], vertical_alignment="bottom")
    asked = {
        "tiers": tuple(widgets.tier_filter(first, say("score.tier_filter"), key=field("tiers"))),
        "search": second.text_input(say("score.search"), type="search", key=field("search")),
        "by": third.selectbox(
            say("score.order"), ORDERS, format_func=lambda o: say(f"score.order_{o}"), key=field("by")
        ),
    }
    with st.container(horizontal=True, gap="small"):
        with st.popover(say("score.more_filters"), icon=":material/filter_alt:", width="content"):
            asked |= further(ranked)
        save_segment()
    return ListFilter(**asked)


def further(ranked: Any) -> dict[str, Any]:
    """The filters that are used less often."""
    left, right = st.columns(2)
    actions = left.multiselect(
        say("score.action"),
        state.kept(actions_in, ranked),
        format_func=lambda a: a or say("score.no_action"),
        key=field("actions"),
    )
    least = right.number_input(say("score.least"), min_value=0.0, value=0.0, step=10.0, key=field("least"))
    known = state.kept(filter_columns, ranked)
    column = left.selectbox(
        say("score.column"),
        list(known),
        index=None,
        format_func=lambda c: known.get(c, c),
        placeholder=say("score.any_column"),
        key=field("column"),
    )
    words = filter_values(ranked, column) if column else ()
    chosen = right.multiselect(say("score.words"), words, disabled=not words, key=field(f"words {column}"))
    upwards = left.toggle(say("score.upwards"), key=field("upwards"))
    return {
        "actions": tuple(actions),
        "least": least,
        "column": column or "",
        "words": tuple(chosen),
        "upwards": upwards,
    }


def segments() -> None:
    """The segments saved before; choosing one sets all fields as they were."""
    saved = state.recall(SEGMENTS, {})
    if not saved:
        return
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    chosen = left.pills(say("score.segments"), list(saved), format_func=plain, key="segment")
    if chosen and state.recall("segment in force") != chosen:
        form_fields.set_fields(saved[chosen])
        state.remember("segment in force", chosen)
        st.rerun()
    if not chosen:
        state.remember("segment in force", None)
    elif right.button(say("score.forget_segment"), icon=":material/delete:"):
        state.remember(SEGMENTS, {n: s for n, s in saved.items() if n != chosen})
        st.rerun()


def save_segment() -> None:
    """Keep the filters under a name for as long as the session lasts."""
    with st.popover(say("score.save_segment"), icon=":material/bookmark_add:"), st.form("save segment", border=False):
        name = st.text_input(say("score.segment_name"), max_chars=40)
        if st.form_submit_button(say("score.save")) and name.strip():
            kept = form_fields.fields(field(""))
            state.remember(SEGMENTS, {**state.recall(SEGMENTS, {}), name.strip(): kept})
            st.rerun()


def field(name: str) -> str:
    """The name of one of these fields in the session."""
    return f"narrow {name}"
