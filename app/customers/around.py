"""Around a customer: similar customers of the list who stayed, and what the score book remembers."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state, widgets
from app.strings import say
from churn.workspace.customers import similar_stayers

ICONS = {"scored": "monitoring", "treat": "campaign", "holdout": "block", "left": "logout", "stayed": "check_circle"}


def peers(ranked: Any, found: Any, key: str | None) -> None:
    """The most similar customers who stayed; without known outcomes, who are predicted to stay."""
    if ranked is None:
        widgets.empty(say("customer.peers_no_list"), icon="group", go="score")
        return
    asked = state.exploring(ranked)
    near = similar_stayers(asked, found, key)
    if not near:
        widgets.empty(say("customer.peers_none"), icon="group")
        return
    st.markdown(say("customer.peers_stayed" if near[0].stayed else "customer.peers_predicted"))
    table = {
        "key": [p.key for p in near],
        "probability": widgets.tenths(p.probability for p in near),
        "differs": [p.differs for p in near],
    }
    widgets.table(
        table,
        alt=say("customer.peers_title"),
        long_words=True,
        columns={
            "key": widgets.text_column(say("customer.pick")),
            "probability": st.column_config.ProgressColumn(
                say("customer.probability"), min_value=0, max_value=1, format="percent"
            ),
            "differs": widgets.text_column(say("customer.differs"), long=True),
        },
    )
    st.caption(say("customer.peers_text"))


def history(found: Any, key: str | None) -> None:
    """Scores, campaigns and outcomes of this key, the latest first."""
    if key is None:
        widgets.empty(say("customer.history_typed"), icon="history")
        return
    known = state.workspace().customers.history(found.model, key)
    if not known:
        widgets.empty(say("customer.history_none"), icon="history", go="plan")
        return
    for one in known:
        words = say(f"customer.history_{one.what}", where=one.where, action=one.action or say("customer.no_action"))
        risk = "" if one.probability is None else say("customer.history_risk", probability=one.probability)
        st.markdown(f":material/{ICONS[one.what]}: **{one.date}** {words} {risk}")
    st.caption(say("customer.history_text"))
