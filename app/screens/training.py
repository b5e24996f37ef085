"""Training: learn from a list in which it is known who left, look at the report, decide which version is live."""

from typing import Any

import streamlit as st

from app import from_events, state, widgets
from app.parts.questions import ask
from app.strings import say
from app.training import running
from app.training.versions import versions
from app.training.what_to_learn import how, kept_out, roles
from app.training.who_left import labelled
from churn.errors import ChurnError

VIEWS = ("learn", "models")


def view(trained: str) -> str:
    """Which half of the screen is open: learning from a list, or the models there are."""
    to_learn = (
        state.may("train") and not trained and (state.in_hand() is not None or not state.workspace().models.list())
    )
    opened = state.asked_view()  # by a link, which says what it leads to
    usual = opened if opened in VIEWS else "learn" if to_learn else "models"
    shown = VIEWS if state.may("train") else VIEWS[1:]
    return st.segmented_control(
        say("training.view"),
        shown,
        default=usual,
        required=True,
        format_func=lambda word: say(f"training.view_{word}"),
        label_visibility="collapsed",
        # A finished training opens its own report, whatever was open before it.
        **({"key": f"view of {trained or opened}"} if trained or opened else {"key": "view", "bind": "query-params"}),
    )


def bring() -> bool:
    """The list to learn from; another one can be brought at any time."""
    with st.container():
        if state.in_hand() is None:
            widgets.section(say("training.bring"), say("training.bring_text"))
        else:
            widgets.list_banner()
    widgets.bring_list()
    from_events.offer(from_events.TRAIN)
    return state.in_hand() is not None


def learn() -> None:
    """From a list to a model, one question after the other."""
    if not bring():
        return
    try:
        with widgets.working(say("score.reading")):
            reading: Any = state.reading()
    except ChurnError as problem:
        ask(problem)
        return
    said = labelled(reading)
    if said is None:
        return
    labels, told, dropped = said
    if not labels.enough:
        return
    named = {"outcome": labels.column, "positive": told, "drop_class": tuple(dropped)}
    asked = {**named, **roles(reading, labels.column)}
    drop = kept_out(reading, asked)
    chosen = {**asked, "drop": drop, **how(labels.known)}
    if st.button(say("training.start"), type="primary", icon=":material/model_training:"):
        running.start(chosen)


def draw() -> None:
    """The whole screen."""
    widgets.heading(say("training.title"), say("training.lead"))
    running.keep_fields()
    job = running.followed()
    if job is not None and job.state == "running":
        return
    trained = job.answer.get("model", "") if job else ""
    if view(trained) == "learn":
        learn()
    else:
        versions(trained)


widgets.screen(draw)
