"""Start here: what Holdfast does, sample businesses to try it with, and the words it uses."""

import streamlit as st

from app import widgets
from app.state import desk
from app.strings import say

WORDS = ("probability", "tier", "reasons", "value_at_risk", "action", "expected_gain", "holdout", "lift")
STEPS = (("list", "upload_file"), ("reasons", "person_search"), ("campaign", "campaign"))


def steps() -> None:
    """The three steps from list to campaign."""
    st.subheader(say("start.steps_title"), anchor=False)
    for column, (name, icon) in zip(st.columns(len(STEPS)), STEPS, strict=True):
        with column:
            widgets.card(icon, say(f"start.step_{name}"), say(f"start.step_{name}_text"))


def samples() -> None:
    """The sample businesses, each marked as synthetic."""
    st.subheader(say("start.samples_title"), anchor=False)
    st.markdown(say("start.samples_lead"))
    businesses = [p for p in desk().profiles() if p.name != "general"]
    for column, business in zip(st.columns(max(len(businesses), 1)), businesses, strict=False):
        with column:
            widgets.card("storefront", business.title, business.about)


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
