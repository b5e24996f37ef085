"""Start here: a tour to show Holdfast with, sample businesses to try it on, its words, and where numbers come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app import session, tour, widgets
from app.demo import DEMOS, Demo, missing_demos
from app.session import workspace
from app.words import say

if TYPE_CHECKING:
    from churn.profiles import Profile

WORDS = ("probability", "tier", "reasons", "value_at_risk", "action", "expected_gain", "holdout", "lift")
STEPS = (
    ("list", "upload_file", "score"),
    ("reasons", "person_search", "customer"),
    ("campaign", "campaign", "plan"),
)
NUMBERS = (("probability", "training"), ("value", "score"), ("gain", "plan"), ("lift", "results"))


def steps() -> None:
    """The three steps from list to campaign, each with its screen."""
    widgets.section(say("start.steps_title"))
    for column, (name, icon, screen) in zip(st.columns(len(STEPS)), STEPS, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"### :material/{icon}: {say(f'start.step_{name}')}", anchors=False)
            st.markdown(say(f"start.step_{name}_text"))
            widgets.go_to(screen)


def bring() -> None:
    """The first thing here: a place to drop a list, for whoever may score one."""
    if session.may("score"):
        widgets.section(say("start.bring_title"), say("start.bring_lead"))
        widgets.choose_list(then="score")


def shown_in_minutes() -> None:
    """The guided tour."""
    widgets.section(say("tour.title"), say("tour.lead"))
    tour.plan()


def demos() -> None:
    """The sample businesses, each marked as synthetic, and how far their demo models are."""
    waiting = {demo.name for demo in missing_demos(workspace())}
    businesses = {profile.name: profile for profile in workspace().profiles()}
    for row in (DEMOS[:3], DEMOS[3:]):
        for column, demo in zip(st.columns(3), row, strict=True):
            with column.container(border=True, height="stretch"):
                business(demo, businesses[demo.profile], ready=demo.name not in waiting)


def business(demo: Demo, profile: Profile, *, ready: bool) -> None:
    """One sample business: what it is, and the list to try."""
    st.markdown(f"### {say(f'start.demo_{demo.key}')} :gray-badge[{say('start.synthetic')}]", anchors=False)
    st.markdown(profile.about)
    if not ready:
        st.caption(f":material/hourglass_top: {say('start.waiting')}")
    elif demo.score:
        widgets.go_to("overview", say("start.open"), sample=demo.score)
    else:
        widgets.go_to("score", say("start.from_logs"), logs=demo.profile)


def samples() -> None:
    """The sample businesses to look around with."""
    widgets.section(say("start.samples_title"), say("start.samples_lead"))
    waiting = missing_demos(workspace())
    if waiting:
        st.caption(say("start.waiting_all"))
    # Only while models are still being made is there anything to look for again.
    st.fragment(demos, run_every="3s" if waiting else None)()


def glossary() -> None:
    """The fixed words."""
    widgets.section(say("start.glossary_title"))
    for word in WORDS:
        st.markdown(f"**{say(f'glossary.{word}')}** — {say(f'glossary.{word}_text')}")


def numbers() -> None:
    """Where the numbers come from, each with the screen where that can be seen or set; and the doors for programs."""
    widgets.section(say("start.numbers_title"))
    st.markdown(say("start.numbers_text"))
    for name, screen in NUMBERS:
        st.markdown(f"**{say(f'start.number_{name}')}** — {say(f'start.number_{name}_text')}")
        widgets.go_to(screen)
    widgets.section(say("start.api_title"))
    st.markdown(say("start.api_text"))


def draw() -> None:
    """The whole screen."""
    widgets.heading(say("start.title"), say("start.lead"))
    bring()
    steps()
    shown_in_minutes()
    samples()
    with st.expander(say("start.more_title"), icon=":material/menu_book:"):
        left, right = st.columns(2, gap="large")
        with left:
            glossary()
        with right:
            numbers()


widgets.screen(draw)
