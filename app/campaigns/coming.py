"""What comes of a plan: in short, what it can prove, what more of each limit is worth, who gets what and why."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state, widgets
from app.strings import plain, say

ENDS = ("low", "mid", "high")


def in_short(planned: Any) -> None:
    """The plan in a few numbers, cautious, expected and hopeful side by side."""
    campaign, currency = planned.campaign, planned.basis.currency
    treated, held, cost, *gains = widgets.row(6)
    widgets.count(treated, say("campaign.treated"), campaign.treated)
    widgets.count(held, say("campaign.held"), campaign.held)
    reserved = say("campaign.cost_help", reserved=widgets.amounts(currency).money(campaign.reserved))
    widgets.money(cost, say("campaign.cost"), campaign.spent, currency, help=reserved)
    for column, end in zip(gains, ENDS, strict=True):
        told = say("campaign.gain_help")
        widgets.money(column, say(f"campaign.gain_{end}"), campaign.expected_gain[end], currency, help=told)
    st.markdown(f":material/verified: {plain(campaign.proof)}")


def power(planned: Any) -> None:
    """What the holdout can prove, before anything leaves."""
    show = st.warning if planned.weak else st.info
    words = plain(planned.campaign.detectable.words)
    show(words, icon=":material/science:", title=say("campaign.power_title"))


def told(planned: Any) -> None:
    """What to know of the plan; what was noticed in the list is folded away, as its own screen has told it."""
    widgets.notices(planned.beside)
    about_list = planned.basis.ranked.notices
    if about_list:
        with st.expander(say("campaign.of_list", count=len(about_list)), icon=":material/fact_check:"):
            widgets.notices(about_list)


def gain(planned: Any) -> None:
    """Gain by budget, what one more of each limit is worth, and what the plan does with each action."""
    left, right = st.columns([3, 2])
    amounts = widgets.amounts(planned.basis.currency)
    with left:
        key = (planned.basis.order, planned.basis.playbook, planned.as_json())
        chart = state.latest("budget chart", key, lambda: state.desk().budget_chart(planned, amounts))
        widgets.chart(chart, set_on="")
    with right:
        prices(planned, amounts)
    actions(planned)


def prices(planned: Any, amounts: Any) -> None:
    """What one more of each limit would bring, in words."""
    with st.container(border=True, height="stretch"):
        st.markdown(f"### {say('campaign.prices_title')}", anchors=False)
        words = state.desk().price_words(planned, amounts)
        for said in words:
            st.markdown(f"- {plain(said)}")
        st.caption(say("campaign.prices_text" if words else "campaign.prices_none"))


def actions(planned: Any) -> None:
    """What the campaign does with each action."""
    widgets.section(say("campaign.actions_title"))
    totals, currency = state.desk().action_totals(planned), planned.basis.currency
    names = ("action", "channel", "treated", "held", "cost", *ENDS)
    table = {name: [getattr(total, name) for total in totals] for name in names}
    config = {
        "action": widgets.text_column(say("campaign.action"), width="large"),
        "channel": widgets.text_column(say("campaign.channel")),
        **{n: st.column_config.NumberColumn(say(f"campaign.{n}"), format="localized") for n in ("treated", "held")},
        "cost": widgets.money_column(say("campaign.cost"), currency),
        **{end: widgets.money_column(say(f"campaign.gain_{end}"), currency) for end in ENDS},
    }
    st.dataframe(table, hide_index=True, column_config=config, alt=say("campaign.actions_title"))


def customers(planned: Any) -> None:
    """Who gets what and why."""
    arm = st.segmented_control(
        say("campaign.arm"),
        ("treat", "holdout"),
        default="treat",
        required=True,
        format_func=lambda a: say(f"campaign.arm_{a}"),
    )
    found = state.desk().chosen_customers(planned, arm=arm)
    show, currency = st.column_config, planned.basis.currency
    config = {
        found.columns[0]: widgets.text_column(say("score.customer"), pinned=True),
        "action": widgets.text_column(say("campaign.action"), width="medium"),
        "channel": widgets.text_column(say("campaign.channel")),
        "cost": widgets.money_column(say("campaign.cost"), currency),
        **{f"gain_{end}": widgets.money_column(say(f"campaign.gain_{end}"), currency) for end in ENDS},
        "probability": show.ProgressColumn(say("score.probability"), min_value=0, max_value=1, format="percent"),
        "break_even": show.NumberColumn(
            say("campaign.break_even"), format="percent", help=say("campaign.break_even_help")
        ),
        "tier": widgets.text_column(say("score.tier")),
        "reason_1": widgets.text_column(say("score.reason_1"), width="large"),
        "reason_2": widgets.text_column(say("score.reason_2"), width="large"),
    }
    shares = {name: widgets.tenths(found[name]) for name in ("probability", "break_even")}
    found = found.assign(**shares)
    st.dataframe(found, hide_index=True, column_config=config, alt=say("campaign.who_title"))
    st.caption(say("campaign.who_text", shown=len(found)))
