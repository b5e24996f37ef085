"""Why: the score with how sure it is, the way from the typical customer to this one, and the reasons in sentences."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state, widgets
from app.strings import plain, say
from churn.money.amounts import over
from churn.workspace.customers import waterfall
from churn.workspace.list_history import certainty_sentences


def score(found: Any) -> None:
    """The score with all that is known about how sure it is."""
    told = found.explanation
    left, middle, rank, right = widgets.row(4)
    between = say("customer.between", low=told.likely[0], high=told.likely[1]) if told.likely else None
    widgets.share(left, say("customer.probability"), told.probability, help=between)
    with middle.container(border=True, height="stretch", gap="small"):
        st.markdown(f":small[{say('customer.tier')}]")
        with st.container(horizontal=True, gap="small"):
            widgets.tier_badge(told.tier)
            if told.cannot_tell:
                st.badge(say("customer.cannot_tell"), icon=":material/help:", color="gray")
    riskier = say("customer.percentile", percentile=told.percentile)
    rank.metric(say("customer.riskier"), riskier, border=True, height="stretch", help=say("customer.riskier_help"))
    if told.value_at_risk is not None:
        time = widgets.beneath(over(told.value_horizon, assumed=told.value_assumed))
        widgets.money(right, say("customer.value_at_risk"), told.value_at_risk, told.currency, **time)
    for sentence in certainty_sentences(told):
        st.markdown(f":material/monitoring: {plain(sentence)}")
    widgets.notices(told.notices)


def reasons(found: Any) -> None:
    """The way to this customer's score, step by step, and the same in sentences."""
    widgets.section(say("customer.why_title"), say("customer.associated"))
    left, right = st.columns([3, 2])
    with left:
        widgets.chart(waterfall(found))
        within(found)
    with right:
        told = found.explanation
        for title, some in (("customer.raising", told.raising), ("customer.lowering", told.lowering)):
            with st.container(border=True):
                st.markdown(f"### {say(title)}", anchors=False)
                for reason in some:
                    st.markdown(f"- {plain(reason.text)}")
                if not some:
                    st.markdown(say("customer.nothing"))
        st.caption(say("customer.points_from", typical=told.typical, probability=told.probability))


def within(found: Any) -> None:
    """One group column by column, when it is asked for."""
    groups = {r.group: r.label for r in found.explanation.groups if len(r.columns) > 1}
    if not groups:
        return
    words = {"format_func": lambda g: plain(groups[g]), "wrap": True}
    chosen = st.pills(say("customer.within"), list(groups), key="within", **words)
    if chosen in groups:
        widgets.chart(state.workspace().customers.group_chart(found, chosen))
