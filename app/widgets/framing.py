"""What frames a screen: its heading and sections, and the states it can be in: empty, busy, done, refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import streamlit as st

from app import state
from app.navigation import TAKES
from app.strings import plain, say
from churn.errors import ChurnError, MissingColumns, NoModelFits, NoModelYet, UnsureColumns

NOTICE_ICONS = {"warning": "warning", "set_aside": "content_cut", "repaired": "healing", "info": "info"}


def heading(title: str, lead: str = "") -> None:
    """The top of a screen: what it is for, in a line."""
    st.title(title, anchor=False)
    if lead:
        st.markdown(lead)


def section(title: str, lead: str = "") -> None:
    """A part of a screen, with a quiet line on what it tells."""
    st.header(title, anchor=False)
    if lead:
        st.caption(lead)


def card(icon: str, title: str, text: str) -> None:
    """One thing worth knowing, in a box of its own."""
    with st.container(border=True, height="stretch"):
        st.markdown(f"### :material/{icon}: {title}", anchors=False)
        st.markdown(text)


def empty(text: str, *, icon: str = "inbox", go: str = "") -> Any:
    """Nothing to show yet: why, and the screen that changes it; answers the box, for another way on."""
    box = st.container(border=True, horizontal_alignment="center", gap="small")
    with box:
        st.markdown(f":material/{icon}: {text}", text_alignment="center")
        if go:
            go_to(go)
    return box


def go_to(screen: str, label: str = "", *, icon: str | None = "arrow_forward", **address: str) -> None:
    """A link to a screen, where this person may use it; `address` are the words after the question mark."""
    if state.may(TAKES[screen]):
        shown = f":material/{icon}:" if icon else None
        file = f"screens/{screen}.py"
        st.page_link(file, label=label or say(f"screens.{screen}"), icon=shown, query_params=address or None)


def go_on(screen: str) -> None:
    """The one step that this screen leads to, where this person may take it."""
    if state.may(TAKES[screen]) and st.button(
        say(f"screens.{screen}"), icon=":material/arrow_forward:", type="primary", key=f"go on to {screen}"
    ):
        st.switch_page(f"screens/{screen}.py", query_params=state.address())


def done(text: str, title: str | None = None) -> None:
    """Something went well; say what to do next in the text."""
    st.success(text, icon=":material/check_circle:", title=title)


def working(text: str) -> AbstractContextManager[None]:
    """What is going on while the person waits, with how long it has taken."""
    return st.spinner(text, show_time=True)


def assumed(text: str, *, set_on: str = "plan") -> None:
    """A figure rests on an assumption: which, and the screen where it is set (empty: this one)."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(say("assumed.word"), icon=":material/tune:", color="gray")
        st.caption(text, width="content")
        if set_on:
            go_to(set_on, say("assumed.where", screen=say(f"screens.{set_on}")), icon=None)


@contextmanager
def polite_errors() -> Iterator[None]:
    """Show a refusal as what it is: one sentence and what to do next."""
    try:
        yield
    except (NoModelFits, NoModelYet) as problem:
        no_model(problem)
    except ChurnError as problem:
        show_refusal(problem)


def no_model(problem: ChurnError) -> None:
    """No model for the list in hand: one sentence, and the way to learn from this very list."""
    words = say("list.no_model") if isinstance(problem, NoModelYet) else say("list.no_fit", why=problem.message)
    with empty(words, icon="model_training"):
        go_to("training", say("list.learn"), open="learn")


def show_refusal(problem: ChurnError) -> None:
    """A refusal on screen, its words shown as text."""
    # What to do about a model or a column is told for the command line; here there are screens for it.
    own = {
        MissingColumns: "score.name_columns",
        UnsureColumns: "score.name_columns",
    }.get(type(problem), "")
    st.error(
        f"{plain(problem.message)} {say(own) if own else plain(problem.fix)}",
        icon=":material/error:",
        title=say("error.title"),
    )


def screen(draw: Callable[[], None]) -> None:
    """Draw a screen; a refusal inside it never takes the page away."""
    with polite_errors():
        draw()


def notices(items: Iterable[Any]) -> None:
    """What a person should know, the warnings first, one line each."""
    order = list(NOTICE_ICONS)
    for notice in sorted(items, key=lambda n: order.index(n.kind)):
        st.markdown(f":material/{NOTICE_ICONS[notice.kind]}: {plain(notice.text)}")
