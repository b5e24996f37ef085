"""Small repeated pieces of screen: a heading, a polite error, a card, notices, tiers, the list in hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from app import state
from app.strings import plain, say
from churn.errors import ChurnError

TIER_ICONS = {"High": "priority_high", "Medium": "drag_handle", "Low": "keyboard_arrow_down"}
TIER_COLOURS = {"High": "red", "Medium": "orange", "Low": "green"}
NOTICE_ICONS = {"warning": "warning", "set_aside": "content_cut", "repaired": "healing", "info": "info"}


def heading(title: str, lead: str = "") -> None:
    """The top of a screen: what it is for, in a line."""
    st.title(title, anchor=False)
    if lead:
        st.markdown(lead)


def card(icon: str, title: str, text: str) -> None:
    """One thing worth knowing, in a box of its own."""
    with st.container(border=True, height="stretch"):
        st.markdown(f"##### :material/{icon}: {title}")
        st.markdown(text)


@contextmanager
def polite_errors() -> Iterator[None]:
    """Show a refusal as what it is: one sentence and what to do next."""
    try:
        yield
    except ChurnError as problem:
        show_refusal(problem)


def show_refusal(problem: ChurnError) -> None:
    """A refusal on screen, its words shown as text."""
    st.error(f"{plain(problem.message)} {plain(problem.fix)}", icon=":material/error:", title=say("error.title"))


def screen(draw: Callable[[], None]) -> None:
    """Draw a screen; a refusal inside it never takes the page away."""
    with polite_errors():
        draw()


def notices(items: Iterable[Any]) -> None:
    """What a person should know, the warnings first, one line each."""
    order = list(NOTICE_ICONS)
    for notice in sorted(items, key=lambda n: order.index(n.kind)):
        st.markdown(f":material/{NOTICE_ICONS[notice.kind]}: {plain(notice.text)}")


def chart(made: Any) -> None:
    """A picture with its finding above and how to read it below."""
    with st.container(border=True):
        st.markdown(f"**{plain(made.finding)}**")
        # Exports have their own style; on screen the theme's fonts and colours apply.
        made.figure.update_layout(template=None, legend={"orientation": "h", "y": 1.12, "x": 0})
        st.plotly_chart(made.figure, theme="streamlit", key=f"chart {made.name}", config={"displayModeBar": False})
        st.caption(plain(made.reading))


def tier_badge(tier: str) -> None:
    """A tier told by word, icon and colour."""
    st.badge(say(f"tiers.{tier}"), icon=f":material/{TIER_ICONS[tier]}:", color=TIER_COLOURS[tier])


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
    st.info(say("list.none"), icon=":material/upload_file:")
    st.page_link("screens/score.py", label=say("screens.score"), icon=":material/upload_file:")
    return False
