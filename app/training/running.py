"""The job that learns: started apart from the screen, followed by its number, stopped on request, told when done."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import streamlit as st

from app import jobs, state, widgets
from app.state import form_fields
from app.strings import plain, say


def start(chosen: dict[str, Any]) -> None:
    """Train in a process of its own; its number goes into the address, so that a reload finds it again."""
    held = state.held()
    words = jobs.train_words(held.said, chosen)
    sent = {"asked_by": state.who(), "filename": held.name}
    job = jobs.start_job(state.workspace().home, words, held.content, held.suffix, **sent)
    state.follow(job.number)
    st.rerun()


@st.fragment(run_every="1s")
def watch(number: str) -> None:
    """How far the training is; it can be stopped."""
    job = jobs.find_job(state.workspace().home, number)
    now = job.progress() if job else None
    if job is None or now is None or now.state != "running":
        st.rerun()
        return
    with st.container(border=True):
        st.markdown(f"### :material/model_training: {say('training.running')}", anchors=False)
        st.progress(now.done, text=plain(now.text) or say("training.starting"))
        st.caption(say("training.running_text"))
        if st.button(say("training.cancel"), icon=":material/stop_circle:"):
            job.cancel()
            st.rerun()


FIELDS = ("model name", "quick", "threshold way", "recall wanted", "length")
OF_COLUMNS = ("outcome ", "leaving ", "left out ", "key ", "value ", "date ", "drop ", "suspect ")


def keep_fields() -> None:
    """Keep what was filled in while the form is not on screen: after a refusal nothing has to be said again."""
    form_fields.keep_fields(*FIELDS, *OF_COLUMNS)


def followed() -> Any:
    """The training that was started: its progress, or what became of it; None where none was."""
    number = state.followed()
    job = jobs.find_job(state.workspace().home, number) if number else None
    if number is None or job is None:
        return None
    now = job.progress()
    if now.state == "running":
        watch(number)
    elif now.state == "done":
        finished(now.answer)
    elif now.state == "refused":
        st.error(plain(now.text) or say("error.unexpected"), icon=":material/error:", title=say("error.title"))
    else:
        st.info(say("training.cancelled"), icon=":material/stop_circle:")
    return now


def finished(answer: dict[str, Any]) -> None:
    """What was learnt, whether it went live and why, and what to know about the list."""
    outcome = say("training.went_live" if answer["promoted"] else "training.kept_beside")
    title = say("training.done", model=answer["model"], version=answer["version"])
    widgets.done(f"{outcome} {plain(answer['why'])}", title=title)
    told = [n for n in answer["notices"] if n["kind"] in ("warning", "set_aside")]
    if told:
        with st.expander(say("training.told", count=len(told)), icon=":material/info:"):
            widgets.notices(SimpleNamespace(**notice) for notice in told)
    # The list in hand is the one learnt from: what comes next is a list of today's customers.
    st.caption(say("training.todays_list"))
    if state.may("score") and st.button(say("training.score_now"), icon=":material/arrow_forward:"):
        state.let_go()
        state.choose_model(answer["model"])
        st.switch_page("screens/score.py")
