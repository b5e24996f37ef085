"""Campaign: a budget and the offers become who gets what, with what it should bring and what it can prove."""

from typing import Any

import streamlit as st

from app import state, widgets
from app.campaigns import coming, comparing, leaving, offering, wishing
from app.strings import say

PARTS = ("gain", "who", "ways", "hangs", "export")


def parts(planned: Any) -> None:
    """Gain and limits, who gets what, other ways, assumptions, export; a part is reckoned when it is opened."""
    tabs = st.tabs([say(f"campaign.tab_{part}") for part in PARTS], key="campaign part", on_change="rerun")
    draws = (coming.gain, coming.customers, comparing.ways, comparing.assumptions, leaving.export)
    for tab, draw_part in zip(tabs, draws, strict=True):
        if tab.open:
            with tab, widgets.polite_errors():
                draw_part(planned)


def draw() -> None:
    """The whole screen."""
    widgets.heading(say("campaign.title"), say("campaign.lead"))
    if not widgets.need_list():
        return
    widgets.list_banner()
    with widgets.working(say("campaign.working")):
        ranked = state.ranked()
    force = state.workspace().playbooks.for_model(ranked.model)
    wishes = st.container()
    playbook = offering.offers(force)
    with widgets.working(say("campaign.planning")):
        scale = state.latest(state.workspace().campaigns.scale, playbook, ranked, playbook)
    with wishes:
        words = wishing.limits(scale, playbook, state.workspace().lists.overview(ranked).currency)
    words |= wishing.more(ranked)
    with widgets.working(say("campaign.planning")):
        planned = state.planned(ranked, words, playbook)
    coming.in_short(planned)
    coming.power(planned)
    coming.told(planned)
    parts(planned)


widgets.screen(draw)
