"""How a campaign leaves the house: kept in the book, as a file to download, and pushed where the operator allows."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state, widgets
from app.strings import plain, say
from churn.workspace.delivery import outline_push, places_to_push

KINDS = (".csv", ".xlsx", ".parquet")


def export(planned: Any) -> None:
    """Keep the campaign in the book and make its file; what was made can be downloaded as often as wanted."""
    if not state.may("export"):
        widgets.empty(say("campaign.may_not_export"), icon="lock")
        return
    campaign = planned.campaign
    st.markdown(say("campaign.export_text"))
    left, right = st.columns([3, 1])
    columns = left.multiselect(say("campaign.columns"), list(campaign.table.columns), default=list(campaign.columns))
    kind = right.selectbox(say("campaign.kind"), KINDS)
    if st.button(say("campaign.export", name=plain(campaign.title)), type="primary", icon=":material/outbox:"):
        with widgets.polite_errors(), widgets.working(say("campaign.exporting")):
            made = state.workspace().campaigns.export_bytes(planned, kind, columns or None)
            state.keep_latest(state.workspace().campaigns.export_bytes, key_of(planned), (made, kind))
    made = state.found_latest(state.workspace().campaigns.export_bytes, key_of(planned))
    if made is None:
        return
    (kept, content), ending = made
    widgets.done(say("campaign.exported", name=campaign.title))
    widgets.download(say("campaign.download"), f"{campaign.name}{ending}", content)
    push(kept, columns or None)


def key_of(planned: Any) -> tuple[Any, ...]:
    """What tells one plan from another."""
    model = planned.basis.ranked.model
    scored = (planned.basis.ranked.reading.fingerprint, model.name, model.version)
    return (planned.basis.order, planned.basis.playbook, scored)


def push(kept: Any, columns: Any) -> None:
    """Send the same rows to the operator's CRM: first what would be sent, then the sending."""
    workspace, places = state.workspace(), places_to_push()
    widgets.section(say("campaign.push_title"))
    if not places:
        st.caption(say("campaign.push_none"))
        return
    if not state.may("push"):
        st.caption(say("campaign.may_not_push"))
        return
    st.markdown(say("campaign.push_text"))
    where = st.selectbox(say("campaign.push_where"), list(places))
    dry, send = st.columns(2)
    if dry.button(say("campaign.push_dry"), icon=":material/visibility:"):
        state.remember("outlined", (key_of(kept), where, outline_push(kept, places[where], columns)))
    known, place, outline = state.recall("outlined", (None, None, None))
    shown = (known, place) == (key_of(kept), where)
    sending = send.button(say("campaign.push_send"), icon=":material/send:", disabled=not shown)
    if shown:
        st.info(plain(outline.words), icon=":material/visibility:")
        st.json(outline.first, expanded=False)
    if sending:
        with widgets.working(say("campaign.push_sending")):
            told = workspace.campaigns.push(kept, places[where], columns)
        widgets.done(plain(told.words))
