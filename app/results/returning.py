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
    if uploaded is None:
        return
    said = questions(one, uploaded)
    if said is None:
        return
    if st.button(say("results.measure"), type="primary", icon=":material/straighten:"):
        with widgets.working(say("results.measuring")):
            state.workspace().campaigns.measure(uploaded.getvalue(), one.record.campaign, **said)
        state.free_upload(uploaded)
        state.remember("results turn", turn + 1)
        state.remember("measured", one.record.campaign)
        st.rerun()


def questions(one: Any, uploaded: Any) -> dict[str, Any] | None:
    """What the file leaves open, asked with the file's own headings and words; None until it is answered."""
    content, campaign = uploaded.getvalue(), one.record.campaign
    said: dict[str, Any] = {"filename": uploaded.name}

    def left_open() -> Any:
        key = (campaign, uploaded.file_id, repr(said))
        return state.latest(state.workspace().campaigns.outcome_questions, key, content, campaign, **said)

    found = left_open()
    for role, plain in (("key", found.key), ("outcome", found.outcome)):
        if not plain:
            label = say(f"results.{role}")
            said[role] = st.selectbox(label, found.headings, index=None, placeholder=say("results.choose"))
    if None in said.values():
        return None
    words = left_open().words
    if words:
        said["positive"] = st.multiselect(say("results.positive"), words, placeholder=say("results.choose_word"))
        if not said["positive"]:
            return None
    return said


def just_measured(one: Any) -> None:
    """Say once that the outcomes have been taken in."""
    if state.recall("measured") == one.record.campaign:
        state.remember("measured", None)
        widgets.done(say("results.measured", campaign=one.title))
