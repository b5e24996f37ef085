"""Start here: what Holdfast does, sample businesses to try it with, and the words it uses."""

from typing import Any

import streamlit as st

from app import widgets
from app.demo_models import DEMOS, Demo, missing_demos
from app.state import desk
from app.strings import say

WORDS = ("probability", "tier", "reasons", "value_at_risk", "action", "expected_gain", "holdout", "lift")
STEPS = (("list", "upload_file"), ("reasons", "person_search"), ("campaign", "campaign"))


def steps() -> None:
    """The three steps from list to campaign."""
    widgets.section(say("start.steps_title"))
    for column, (name, icon) in zip(st.columns(len(STEPS)), STEPS, strict=True):
        with column:
            widgets.card(icon, say(f"start.step_{name}"), say(f"start.step_{name}_text"))


def demos() -> None:
    """The sample businesses, each marked as synthetic, and how far their demo models are."""
    waiting = {demo.name for demo in missing_demos(desk())}
    businesses = {profile.name: profile for profile in desk().profiles()}
    for row in (DEMOS[:3], DEMOS[3:]):
        for column, demo in zip(st.columns(3), row, strict=True):
            with column.container(border=True, height="stretch"):
                business(demo, businesses[demo.profile], ready=demo.name not in waiting)


def business(demo: Demo, profile: Any, *, ready: bool) -> None:
    """One sample business: what it is, and the list to try."""
    st.markdown(f"##### {say(f'start.demo_{demo.name}')}")
    st.markdown(profile.about)
    st.badge(say("start.synthetic"), color="gray")
    if not ready:
        st.caption(say("start.waiting"))
    elif demo.score:
        address = {"sample": demo.score}
        st.page_link("screens/score.py", label=say("start.open"), icon=":material/arrow_forward:", query_params=address)
    else:
        st.caption(say("start.from_logs", command="python -m churn summarise --help"))


def samples() -> None:
    """The sample businesses to look around with."""
    st.subheader(say("start.samples_title"), anchor=False)
    st.markdown(say("start.samples_lead"))
    # Only while models are still being made is there anything to look for again.
    st.fragment(demos, run_every="3s" if missing_demos(desk()) else None)()


def glossary() -> None:
    """The fixed words and where the numbers come from."""
    left, right = st.columns(2)
    with left:
        st.subheader(say("start.glossary_title"), anchor=False)
        for word in WORDS:
            st.markdown(f"**{say(f'glossary.{word}')}** — {say(f'glossary.{word}_text')}")
    with right:
        st.subheader(say("start.numbers_title"), anchor=False)
        st.markdown(say("start.numbers_text"))
        st.subheader(say("start.api_title"), anchor=False)
        st.markdown(say("start.api_text"))


def draw() -> None:
    """The whole screen."""
    widgets.heading(say("start.title"), say("start.lead"))
    steps()
    samples()
    glossary()


widgets.screen(draw)
