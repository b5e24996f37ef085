"""Drivers: what moves the scores of a list, for whom, how long customers stay, and what two groups tell apart."""

import streamlit as st

from app import state, widgets
from app.exploring import drivers_view, groups_view
from app.strings import say

PARTS = {
    "matters": drivers_view.matters,
    "one": drivers_view.one,
    "segments": groups_view.segments,
    "compare": groups_view.compared,
    "staying": groups_view.staying,
    "together": drivers_view.together,
    "fairness": groups_view.fairness,
}


def draw() -> None:
    """The whole screen; a part is reckoned when it is opened."""
    widgets.heading(say("drivers.title"), say("drivers.lead"))
    if not widgets.need_list():
        return
    widgets.list_banner()
    with widgets.working(say("drivers.working")):
        asked = state.exploring(state.ranked())
    st.info(say("drivers.guard"), icon=":material/link_off:", title=say("drivers.guard_title"))
    tabs = st.tabs([say(f"drivers.tab_{p}") for p in PARTS], key="drivers part", on_change="rerun")
    for tab, draw_part in zip(tabs, PARTS.values(), strict=True):
        if tab.open:
            with tab:
                draw_part(asked)


widgets.screen(draw)
