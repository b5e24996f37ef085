"""Results: outcomes come back, and it is measured what a campaign changed and what the playbook learns from it."""

from typing import Any

import streamlit as st

from app import state, widgets
from app.results import campaigns, experimenting, lifting, returning
from app.strings import say
from churn.workspace.results import notices_of

PARTS = ("campaigns", "experiments")


def outcomes(one: Any) -> None:
    """What came back of a campaign; a file that cannot be right leaves all else as it is."""
    with widgets.polite_errors():
        returning.bring(one)


def measured() -> None:
    """Campaigns of the book: their state, their outcomes, their lift."""
    kept = state.workspace().campaigns.list()
    if not kept:
        widgets.empty(say("results.none"), icon="campaign", go="plan")
        return
    one = campaigns.pick(kept)
    if one.measured is None:
        widgets.empty(say("results.not_yet"), icon="hourglass_empty")
        outcomes(one)
        return
    returning.just_measured(one)
    with st.expander(say("results.again"), icon=":material/update:"):
        outcomes(one)
    one = state.workspace().campaigns.in_words(one)
    lift = one.measured.lift
    lifting.verdict(lift, one.currency)
    lifting.money(one)
    widgets.notices(notices_of(lift))
    lifting.parts(lift)
    lifting.learnt(one.measured.learnt)


def draw() -> None:
    """The whole screen."""
    widgets.heading(say("results.title"), say("results.lead"))
    tabs = st.tabs([say(f"results.tab_{part}") for part in PARTS], key="results part", on_change="rerun")
    for tab, draw_part in zip(tabs, (measured, experimenting.experiment), strict=True):
        if tab.open:
            with tab, widgets.polite_errors():
                draw_part()


widgets.screen(draw)
