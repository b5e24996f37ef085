"""The list in hand on screen: bringing one, saying which it is, and where to bring one when there is none."""

from __future__ import annotations

import streamlit as st

from app import state
from app.demo_models import DEMOS
from app.strings import plain, say
from app.widgets.framing import empty


def choose_list() -> None:
    """Bring a file or pick a sample; what was in hand before is let go, and both fields are empty again."""
    turn = state.recall("turn", 0)
    left, right = st.columns([3, 2])
    uploaded = left.file_uploader(say("list.drop"), key=f"upload {turn}", help=say("list.kinds"))
    chosen = right.selectbox(
        say("list.sample"), state.sample_files(), index=None, key=f"sample {turn}", placeholder=say("list.pick")
    )
    if uploaded is None and chosen is None:
        return
    if uploaded is not None:
        state.take(uploaded.name, uploaded.getvalue())
        state.free_upload(uploaded)
    else:
        state.take_sample(chosen)
    state.remember("turn", turn + 1)
    st.rerun()


def list_banner() -> None:
    """Which list the screen speaks of, and that a sample is made up."""
    held = state.in_hand()
    if held is not None:
        kind = say("list.synthetic") if held.sample else ""
        st.caption(f":material/description: {plain(held.name)} {kind}")


def need_list() -> bool:
    """Whether there is a list in hand; if not, say where to bring one."""
    if state.in_hand() is not None:
        return True
    with empty(say("list.none"), icon="upload_file", go="score"):
        a_sample()
    return False


def a_sample() -> None:
    """A sample to look around with, one click away, where its model is there."""
    known = set(state.model_names()) if state.may("score") else set()
    ready = [demo.score for demo in DEMOS if demo.score and demo.name in known]
    chosen = st.pills(say("list.try"), ready, format_func=plain, key="sample to try") if ready else None
    if chosen:
        state.take_sample(chosen)
        st.rerun()
