"""The offers: the playbook as a table of numbers and as text, what is assumed and what was learnt marked."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state, widgets
from app.strings import say
from churn.money.playbook import playbook_from_text
from churn.workspace.campaigns import playbook_rows, playbook_with
from churn.workspace.playbooks import editable_text

ENDS = ("low", "mid", "high")


def offers(force: Any) -> Any:
    """The playbook to plan with; what cannot be right is named, and the last one that was right counts."""
    if not state.may("playbook"):
        return force.playbook
    how = say(f"campaign.how_{force.how.replace(' ', '_')}")
    title = say("campaign.playbook", how=how, version=force.version)
    with st.expander(title, icon=":material/menu_book:"):
        numbers, text = st.tabs([say("campaign.as_numbers"), say("campaign.as_text")])
        playbook = force.playbook
        with text, widgets.polite_errors():
            playbook = as_text(force)
        with numbers, widgets.polite_errors():
            playbook = as_numbers(force, playbook)
        if playbook != force.playbook:
            keep(force, playbook)
    return playbook


def as_numbers(force: Any, playbook: Any) -> Any:
    """One row for every estimate of every action."""
    show = st.column_config
    rows = [{**row, "what": say(f"campaign.estimate_{row['estimate']}")} for row in playbook_rows(playbook)]
    numbers = {end: show.NumberColumn(say(f"campaign.{end}"), min_value=0.0, format="%.4g") for end in ENDS}
    st.markdown(say("campaign.playbook_text"))
    edited = st.data_editor(
        rows,
        hide_index=True,
        disabled=["title", "segment", "what", "said"],
        column_order=["title", "segment", "what", *ENDS, "said"],
        column_config={
            "title": widgets.text_column(say("campaign.action"), width="medium"),
            "segment": widgets.text_column(say("campaign.segment")),
            "what": widgets.text_column(say("campaign.estimate")),
            **numbers,
            "said": widgets.text_column(say("campaign.said")),
        },
        key=f"playbook {force.business} {force.version} {hash(editable_text(playbook))}",
    )
    return playbook_with(playbook, edited)


def as_text(force: Any) -> Any:
    """Everything the playbook says, rules and channels as well, as TOML."""
    st.markdown(say("campaign.text_text"))
    before = editable_text(force.playbook)
    told = st.text_area(
        say("campaign.as_text"),
        before,
        height=340,
        key=f"playbook text {force.business} {force.version}",
        label_visibility="collapsed",
    )
    return force.playbook if told == before else playbook_from_text(told, "The playbook")


def keep(force: Any, playbook: Any) -> None:
    """Make the edited numbers the ones that count, for all plans."""
    st.caption(say("campaign.trying_out"))
    if st.button(say("campaign.keep_playbook"), icon=":material/save:"):
        state.workspace().playbooks.set(force.model or force.profile, playbook, say("campaign.by_hand"))
        st.rerun()
