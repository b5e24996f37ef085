"""Other ways to choose from the same list, a threshold in people and money, and what the plan hangs on."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state, widgets
from app.strings import say
from churn.workspace.campaigns import above, assumptions_chart, policy_comparison

ENDS = ("low", "mid", "high")


def ways(planned: Any) -> None:
    """Treat all, above .50, top by risk: what they bring, whom they reach, whom they contact for nothing."""
    amounts = widgets.amounts(planned.basis.currency)
    policies, charts = state.latest(policy_comparison, planned.basis.playbook, planned, amounts)
    threshold(planned)
    table(policies, planned.basis.currency)
    widgets.charts(charts, set_on="")


def threshold(planned: Any) -> None:
    """A threshold in people and money: leavers caught, stayers contacted for nothing."""
    widgets.section(say("campaign.threshold_title"), say("campaign.threshold_text"))
    percent = st.slider(say("campaign.threshold"), 0, 100, 50, format="%d%%")
    found, currency = above(planned, percent / 100), planned.basis.currency
    contacted, caught, idle, gain = widgets.row(4)
    widgets.count(contacted, say("campaign.contacted"), found.treated)
    widgets.count(caught, say("campaign.caught"), found.leavers, help=say("campaign.caught_help"))
    widgets.count(idle, say("campaign.idle"), found.stayers, help=say("campaign.idle_help"))
    told = say("campaign.gain_help")
    reach = widgets.reach(found.low, found.high, currency)
    widgets.money(gain, say("campaign.gain"), found.mid, currency, help=told, **reach)


def table(policies: Any, currency: str) -> None:
    """Every way with its people and its money."""
    widgets.section(say("campaign.ways_title"), say("campaign.ways_text"))
    names = ("name", "treated", "leavers", "stayers", *ENDS)
    rows = {name: [getattr(policy, name) for policy in policies] for name in names}
    rows["name"] = [name[:1].upper() + name[1:] for name in rows["name"]]
    people = {"treated": "contacted", "leavers": "caught", "stayers": "idle"}
    rows |= {name: [round(many) for many in rows[name]] for name in people}
    config = {
        "name": widgets.text_column(say("campaign.way"), width="medium"),
        **{n: st.column_config.NumberColumn(say(f"campaign.{word}"), format="localized") for n, word in people.items()},
        **{end: widgets.money_column(say(f"campaign.gain_{end}"), currency) for end in ENDS},
    }
    widgets.table(rows, config, alt=say("campaign.ways_title"))


def assumptions(planned: Any) -> None:
    """Which assumptions the gain hangs on, the widest on top."""
    amounts = widgets.amounts(planned.basis.currency)
    key = (planned.basis.playbook, planned.as_json())
    chart = state.latest(assumptions_chart, key, planned, amounts)
    if chart is None:
        widgets.empty(say("campaign.assumptions_none"), icon="tune")
        return
    widgets.chart(chart, set_on="")
