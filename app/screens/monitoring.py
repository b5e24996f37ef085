"""Monitoring: has a list, or the model, moved; what it costs; and whether to retrain."""

from functools import partial
from typing import Any

import streamlit as st

from app import jobs, state, widgets
from app.demo_models import DEMOS, Demo
from app.strings import plain, say
from app.watched import findings, history
from churn.workspace.monitoring_views import report_bytes


def list_to_watch() -> Any:
    """The list in hand held against its model, only looked at; without one a sample whose model is there."""
    held = state.in_hand() if state.may("score") else None
    if held is not None:
        widgets.list_banner()
        model = state.workspace().models.get(state.chosen_model())
        named = f"{model.name}@{model.version}"
        with widgets.working(say("monitoring.working")):
            return state.kept(look_at_list, held, named, turns())
    known = set(state.model_names())
    demo = next((d for d in DEMOS if d.score and d.name in known), None)
    if demo is None:
        return None
    st.caption(say("monitoring.sample", name=demo.score))
    version = state.workspace().models.get(demo.name).version
    with widgets.working(say("monitoring.working")):
        return state.latest(look_at_sample, (demo.name, version), demo)


def look_at_list(held: Any, model: str, turns: int) -> Any:
    """A look at the list in hand that keeps nothing; it is another one once a list was kept (`turns`)."""
    return state.workspace().monitor.check(held.content, model=model, keep=False, **held.words)


def look_at_sample(demo: Demo) -> Any:
    """The same of the sample of a demo business."""
    return state.workspace().monitor.check(state.SAMPLES / demo.score, model=demo.name, keep=False)


def turns() -> int:
    """How often this session has kept a list: what is known of the past changes with it."""
    return state.recall("watched turns", 0)


def acts(found: Any) -> None:
    """Keep the list in the history, retrain on it, or take the report home."""
    row, held = st.container(horizontal=True), state.in_hand()
    if held is not None and state.may("score"):
        keep_list(row, held, found.record)
    if held is not None and state.may("train"):
        retrain(row, held, found)
    take_home(row, found)


def keep_list(row: Any, held: Any, record: Any) -> None:
    """Write the list into the history, where it counts for the next one."""
    if row.button(say("monitoring.keep_it"), icon=":material/history:", help=say("monitoring.keep_help")):
        state.workspace().monitor.check(held.content, model=f"{record.model}@{record.version}", **held.words)
        state.remember("watched turns", turns() + 1)
        st.rerun()


def retrain(row: Any, held: Any, found: Any) -> None:
    """Learn from the list in a process of its own; the gate decides what goes live."""
    pressed = row.button(
        say("monitoring.retrain_now"),
        icon=":material/model_training:",
        type="primary" if found.record.verdict == "retrain" else "secondary",
        help=say("monitoring.retrain_help" if found.says_who_left else "monitoring.retrain_needs"),
        disabled=not found.says_who_left,
    )
    if pressed:
        words = jobs.retrain_words(held.said, found.record.model)
        sent = {"asked_by": state.who(), "filename": held.name}
        state.follow(jobs.start_job(state.workspace().home, words, held.content, held.suffix, **sent).number)
        st.rerun()


def take_home(row: Any, found: Any) -> None:
    """The report as a page that prints well, and for programs."""
    page, words = state.workspace().monitor.page, report_bytes
    with row:
        widgets.download(say("monitoring.page"), "drift.html", partial(page, found))
        widgets.download(say("monitoring.json"), "drift_report.json", partial(words, found))


@st.fragment(run_every="1s")
def running(number: str) -> None:
    """How far the retrain is; it can be stopped."""
    job = jobs.find_job(state.workspace().home, number)
    now = job.progress() if job else None
    if now is None or now.state != "running":
        st.rerun()
        return
    st.progress(now.done, text=plain(now.text) or say("training.starting"))
    if st.button(say("training.cancel"), icon=":material/stop_circle:"):
        job.cancel()
        st.rerun()


def followed() -> None:
    """What became of the retrain that was started here."""
    number = state.followed()
    job = jobs.find_job(state.workspace().home, number) if number else None
    if job is None:
        return
    now = job.progress()
    if now.state == "running":
        running(number)
    elif now.state == "done" and "trained" in now.answer:
        word = "promoted" if now.answer["promoted"] else "not_promoted"
        widgets.done(plain(now.answer["why"]), title=say(f"monitoring.{word}"))
    elif now.state == "refused":
        st.error(plain(now.text) or say("error.unexpected"), title=say("error.title"))


def past_list(records: Any) -> Any:
    """An earlier list to look at again, or None for the one above."""
    if not records:
        return None
    newest = records[::-1]
    place = st.selectbox(
        say("monitoring.show"),
        range(len(newest)),
        index=None,
        placeholder=say("monitoring.show_this"),
        format_func=lambda i: say("monitoring.past", day=newest[i].at[:10], source=newest[i].source),
    )
    return None if place is None else newest[place]


def draw() -> None:
    """The whole screen."""
    widgets.heading(say("monitoring.title"), say("monitoring.lead"))
    with widgets.polite_errors():
        followed()
    found = list_to_watch()
    names = state.model_names()
    if found is None and not names:
        widgets.empty(say("monitoring.nothing"), icon="monitor_heart", go="training")
        return
    records = state.workspace().monitor.history(found.record.model if found else state.likely_model(names))
    if found is not None:
        acts(found)
    record = past_list(records) or (found.record if found else None)
    if record is None:
        widgets.empty(say("monitoring.no_list"), icon="upload_file", go="score")
        return
    findings.advice(record)
    findings.figures(record)
    findings.pictures(record)
    findings.data_quality(record)
    findings.realised(record)
    history.shadow(record)
    history.list_after_list(records)


widgets.screen(draw)
