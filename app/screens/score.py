"""Score a list: bring it, see what was understood, confirm what is doubtful, then who may leave and why."""

from typing import Any

import streamlit as st

from app import from_events, state, widgets
from app.parts.questions import ask, confirm_matches
from app.parts.ranked_customers import customers, in_short, take_home
from app.parts.understood import understood
from app.strings import say
from churn.errors import ChurnError, ListRefused, NoModelFits, NoModelYet


def bring() -> None:
    """Drop a file or pick a sample; with a list in hand the fields stand aside."""
    with st.container():
        widgets.list_banner()
    widgets.bring_list()
    if state.in_hand() is None:
        widgets.no_list()
    from_events.offer(from_events.SCORE)


def scored(reading: Any) -> None:
    """Scores, where a model fits the list; otherwise what is open, or where to train one."""
    try:
        with widgets.working(say("score.scoring")):
            ranked = state.ranked()
    except ListRefused as problem:
        ask(problem)
        return
    except (NoModelFits, NoModelYet) as problem:
        widgets.no_model(problem)
        return
    if not reading.doubtful:
        confirm_matches(ranked.reading.doubtful, ranked.reading.raw.column_names)
    in_short(ranked)
    if customers(ranked):
        take_home(ranked, say("score.download", rows=widgets.amounts().number(ranked.reading.rows)), primary=True)
    st.caption(say("score.by_model", name=ranked.model.name, version=ranked.model.version))


def draw() -> None:
    """The whole screen."""
    widgets.heading(say("score.title"), say("score.lead"))
    bring()
    if state.in_hand() is None:
        return
    try:
        with widgets.working(say("score.reading")):
            reading = state.reading()
    except ChurnError as problem:
        ask(problem)
        return
    understood(reading)
    confirm_matches(reading.doubtful, reading.raw.column_names)
    scored(reading)


widgets.screen(draw)
