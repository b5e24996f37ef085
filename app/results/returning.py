"""Outcomes come back: a file, and which of its columns are which where that is not plain."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state, widgets
from app.strings import say


def bring(one: Any) -> None:
    """Take the outcomes of a campaign and measure it with them."""
    if not state.may("measure"):
        st.caption(say("results.may_not"))
        return
    turn = state.recall("results turn", 0)
    uploaded = st.file_uploader(say("results.drop"), key=f"outcomes {turn}", help=say("results.drop_help"))
    with st.expander(say("results.columns"), icon=":material/view_column:"):
        left, middle, right = st.columns(3)
        key = left.text_input(say("results.key"), placeholder=one.record.keyed)
        outcome = middle.text_input(say("results.outcome"))
        positive = right.text_input(say("results.positive"), help=say("results.positive_help"))
    if uploaded is None:
        return
    said = {"filename": uploaded.name, "key": key, "outcome": outcome, "positive": [positive] if positive else []}
    if st.button(say("results.measure"), type="primary", icon=":material/straighten:"):
        with widgets.working(say("results.measuring")):
            words = {word: told for word, told in said.items() if told}
            state.desk().measure(uploaded.getvalue(), one.record.campaign, **words)
        state.free_upload(uploaded)
        state.remember("results turn", turn + 1)
        state.remember("measured", one.record.campaign)
        st.rerun()


def just_measured(one: Any) -> None:
    """Say once that the outcomes have been taken in."""
    if state.recall("measured") == one.record.campaign:
        state.remember("measured", None)
        widgets.done(say("results.measured", campaign=one.record.campaign))
