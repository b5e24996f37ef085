"""Small repeated pieces of screen: a heading with its lead, a polite error, a badge, a card."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from app.strings import plain, say
from churn.errors import ChurnError


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
