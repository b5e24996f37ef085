"""One customer: how likely to leave, what goes with it, what if something changed, and what could be offered."""

from typing import Any

import streamlit as st

from app import state, widgets
from app.customers import around, asking, changing, why
from app.strings import say

PARTS = ("whatif", "reach", "peers", "history")


def choose() -> tuple[Any, Any]:
    """The scored list, where there is one, and the customer to look at, from it or typed in."""
    ways = ["list", "form"]
    way = st.segmented_control(
        say("customer.way"),
        ways,
        default="list" if state.in_hand() else "form",
        required=True,
        format_func=lambda w: say(f"customer.way_{w}"),
        key="customer way",
        label_visibility="collapsed",
    )
    if way == "form":
        found = asking.type_in()
        return None if found is None else state.ranked_by(found.model), found
    if not widgets.need_list():
        return None, None
    widgets.list_banner()
    with widgets.working(say("customer.working")):
        ranked = state.ranked()
    return ranked, asking.pick(ranked)


def parts(ranked: Any, found: Any) -> None:
    """What if, offers, look-alikes, history; a part is reckoned when it is opened."""
    key = found.explanation.key
    tabs = st.tabs([say(f"customer.tab_{p}") for p in PARTS], key="customer part", on_change="rerun")
    draws = (
        lambda: changing.what_if(found),
        lambda: changing.within_reach(found),
        lambda: around.peers(ranked, found, key),
        lambda: around.history(found, key),
    )
    for tab, draw_part in zip(tabs, draws, strict=True):
        if tab.open:
            with tab:
                draw_part()


def draw() -> None:
    """The whole screen."""
    widgets.heading(say("customer.title"), say("customer.lead"))
    ranked, found = choose()
    if found is None:
        return
    why.score(found)
    why.reasons(found)
    parts(ranked, found)


widgets.screen(draw)
