"""The list in hand on screen: bringing one, saying which it is, and where to bring one when there is none."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state
from app.demo_models import DEMOS
from app.strings import plain, say
from app.widgets.framing import empty


def choose_list(*, then: str = "") -> None:
    """Bring files or pick a sample; each file is kept, and the last one comes into hand.

    then  the screen to go on to with what was taken in hand (empty: this one)
    """
    turn, taken = state.recall("turn", 0), state.recall("taken files", frozenset())
    left, right = st.columns([3, 2])
    # The field stays the same one: a file on its way to a field that is drawn anew would be lost.
    uploaded = left.file_uploader(say("list.drop"), key="upload", help=say("list.kinds"), accept_multiple_files=True)
    chosen = right.selectbox(
        say("list.sample"), state.sample_files(), index=None, key=f"sample {turn}", placeholder=say("list.pick")
    )
    fresh = [file for file in uploaded if file.file_id not in taken]
    if not fresh and chosen is None:
        return
    for file in fresh:
        state.take(file.name, file.getvalue())
        state.free_upload(file)
    state.remember("taken files", taken | {file.file_id for file in fresh})
    if not fresh:
        state.take_sample(chosen)
        state.remember("turn", turn + 1)
    if then:
        st.switch_page(f"screens/{then}.py", query_params=state.address())
    st.rerun()


def bring_list() -> None:
    """Where lists are brought, always in the same place: open while there is none, folded away beside the one in hand.

    A file that is still on its way when another one arrives finds its field where it was.
    """
    held = state.in_hand()
    label = say("list.bring" if held is None else "list.change")
    with st.expander(label, icon=":material/upload_file:", expanded=held is None):
        choose_list()
        if held is not None and not held.sample:
            label = say("list.forget", name=held.name)
            st.button(label, icon=":material/delete:", on_click=state.forget, help=say("list.forget_help"))


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
    with no_list(go="score"):
        a_sample()
    return False


def no_list(*, go: str = "") -> Any:
    """There is no list in hand: where one is brought, or that the one there was had to make room."""
    gone = state.was_let_go()
    return empty(say("list.let_go", name=gone) if gone else say("list.none"), icon="upload_file", go=go)


def a_sample() -> None:
    """A sample to look around with, one click away, where its model is there."""
    known = set(state.model_names()) if state.may("score") else set()
    ready = [demo.score for demo in DEMOS if demo.score and demo.name in known]
    chosen = st.pills(say("list.try"), ready, format_func=plain, key="sample to try") if ready else None
    if chosen:
        state.take_sample(chosen)
        st.rerun()
