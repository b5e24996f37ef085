"""Uplift on screen: an experiment is brought, its columns are named, and it says whom a contact helps or harms."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state, widgets
from app.strings import plain, say
from churn.workspace.list_history import count_words
from churn.workspace.results import low_cardinality_columns, uplift_charts

SAMPLE = "offer_experiment.csv"


def experiment() -> None:
    """From the file to the verdict."""
    st.markdown(say("results.experiment_text"))
    if not state.may("measure"):
        st.caption(say("results.may_not"))
        return
    held = bring()
    if held is None:
        return
    name, content = held
    named, away = st.columns([3, 1], vertical_alignment="center")
    named.caption(f":material/description: {plain(name)}")
    away.button(say("results.put_away"), icon=":material/close:", on_click=put_away)
    with widgets.working(say("results.reading")):
        reading = state.latest(state.workspace().lists.check, held, content, filename=name)
    asked = columns(reading)
    if asked is None:
        return
    if st.button(say("results.experiment_go"), type="primary", icon=":material/science:"):
        with widgets.working(say("results.experimenting")):
            found = state.workspace().campaigns.uplift(content, asked, filename=name)
        state.keep_latest(state.workspace().campaigns.uplift, (held, repr(asked)), found)
    found = state.found_latest(state.workspace().campaigns.uplift, (held, repr(asked)))
    if found is not None:
        answer(found)


def bring() -> tuple[str, bytes] | None:
    """The experiment in hand: an uploaded list, or the sample."""
    turn = state.recall("experiment turn", 0)
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    uploaded = left.file_uploader(
        say("results.experiment_drop"), key=f"experiment {turn}", help=say("results.experiment_help")
    )
    if right.button(say("results.experiment_sample"), icon=":material/science:"):
        state.remember("experiment list", state.sample_bytes(SAMPLE))
    if uploaded is not None:
        state.remember("experiment list", (uploaded.name, uploaded.getvalue()))
        state.free_upload(uploaded)
        state.remember("experiment turn", turn + 1)
        st.rerun()
    return state.recall("experiment list")


def put_away() -> None:
    """Give back the memory of an experiment: its bytes, how they were read, and the answer."""
    state.remember("experiment list", None)
    for what in (state.workspace().lists.check, state.workspace().campaigns.uplift):
        state.keep_latest(what, None, None)


def columns(reading: Any) -> dict[str, Any] | None:
    """Which column says who was treated, which what came of it, and which words mean what."""
    names = low_cardinality_columns(reading)
    first, second, third = st.columns(3)
    treatment = first.selectbox(say("results.treatment"), names, index=None, placeholder=say("results.choose"))
    outcome = second.selectbox(
        say("results.experiment_outcome"),
        [n for n in names if n != treatment],
        index=None,
        placeholder=say("results.choose"),
    )
    if treatment is None or outcome is None:
        return None
    arms, ends = list(count_words(reading, treatment)), list(count_words(reading, outcome))
    control = first.selectbox(say("results.control"), arms, index=likely(arms))
    others = [arm for arm in arms if arm != control]
    arm = third.selectbox(say("results.arm"), others) if len(others) > 1 else (others or [""])[0]
    # Never guessed: the wrong word would turn who is helped and who is harmed around.
    good = second.selectbox(
        say("results.good"), ends, index=None, placeholder=say("results.choose_word"), help=say("results.good_help")
    )
    if good is None:
        return None
    return {"treatment": treatment, "outcome": outcome, "control": control, "arm": arm, "good": [good]}


def likely(arms: list[str]) -> int:
    """The word that most likely means no treatment."""
    known = ("none", "control", "no", "0", "false", "holdout")
    return next((n for n, arm in enumerate(arms) if arm.strip().lower() in known or "no " in arm.lower()), 0)


def answer(found: Any) -> None:
    """The verdict, the Qini with its interval, the tenths, and who is better left alone."""
    uplift = found.uplift
    show = st.success if uplift.usable else st.info
    show(plain(uplift.verdict), icon=":material/science:" if uplift.usable else ":material/help:")
    effect, qini, targets, sleeping = widgets.row(4)
    size = uplift.effect
    widgets.points(effect, say("results.effect"), size.size, size.low, size.high)
    qini.metric(
        say("results.qini"),
        f"{uplift.qini.value:.3f}",
        border=True,
        height="stretch",
        help=say("results.qini_help"),
        **between(uplift.qini.low, uplift.qini.high),
    )
    widgets.count(targets, say("results.targets"), int(uplift.targets.sum()), help=say("results.targets_help"))
    widgets.count(sleeping, say("results.sleeping"), int(uplift.sleeping.sum()), help=say("results.sleeping_help"))
    widgets.notices(found.notices)
    widgets.charts(uplift_charts(found), set_on="")
    widgets.download(say("results.ranked"), "ranked_by_uplift.csv", found.as_csv)


def between(low: float, high: float) -> dict[str, Any]:
    """The interval beneath a figure."""
    return widgets.beneath(say("results.between", low=low, high=high))
