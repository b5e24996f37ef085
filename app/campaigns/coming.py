"""What comes of a plan: in short, what it can prove, what more of each limit is worth, who gets what and why."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state, widgets
from app.strings import plain, say
from churn.workspace.campaigns import action_totals, budget_chart, price_sentences

ENDS = ("low", "mid", "high")
OFFER = 260  # pixels: the words of an offer
ORDER = ("action", "reason_1", "cost", "gain_mid", "probability", "tier", "gain_low", "gain_high", "break_even")


def in_short(planned: Any) -> None:
    """The plan in a few numbers, cautious, expected and hopeful side by side."""
    campaign, currency = planned.campaign, planned.basis.currency
    treated, held, cost, gain = widgets.row(4)
    widgets.count(treated, say("campaign.treated"), campaign.treated)
    widgets.count(held, say("campaign.held"), campaign.held)
    reserved = say("campaign.cost_help", reserved=widgets.amounts(currency).money(campaign.reserved))
    widgets.money(cost, say("campaign.cost"), campaign.spent, currency, help=reserved)
    low, mid, high = (campaign.expected_gain[end] for end in ENDS)
    told = say("campaign.gain_help")
    widgets.money(gain, say("campaign.gain"), mid, currency, help=told, **widgets.reach(low, high, currency))
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
    amounts = widgets.amounts(planned.basis.currency)
    words = price_sentences(planned, amounts)
    left, right = st.columns([3, 2]) if words else (st.container(), st.container())
    with left:
        key = (planned.basis.order, planned.basis.playbook, planned.as_json())
        chart = state.latest(budget_chart, key, planned, amounts)
        widgets.chart(chart, set_on="")
    with right:
        prices(words)
    actions(planned)


def prices(words: Any) -> None:
    """What one more of each limit would bring, in words; a line where no limit holds the plan back."""
    if not words:
        st.markdown(f":material/check: {say('campaign.prices_none')}")
        return
    with st.container(border=True, height="stretch"):
        st.markdown(f"### {say('campaign.prices_title')}", anchors=False)
        for said in words:
            st.markdown(f"- {plain(said)}")
        st.caption(say("campaign.prices_text"))


def actions(planned: Any) -> None:
    """What the campaign does with each action."""
    widgets.section(say("campaign.actions_title"))
    totals, currency = action_totals(planned), planned.basis.currency
    names = ("action", "channel", "treated", "held", "cost", *ENDS)
    table = {name: [getattr(total, name) for total in totals] for name in names}
    config = {
        "action": widgets.text_column(say("campaign.action"), long=True),
        "channel": widgets.text_column(say("campaign.channel")),
        **{n: st.column_config.NumberColumn(say(f"campaign.{n}"), format="localized") for n in ("treated", "held")},
        "cost": widgets.money_column(say("campaign.cost"), currency),
        **{end: widgets.money_column(say(f"campaign.gain_{end}"), currency) for end in ENDS},
    }
    widgets.table(table, config, alt=say("campaign.actions_title"), long_words=True)


def customers(planned: Any) -> None:
    """Who gets what and why."""
    arm = st.segmented_control(
        say("campaign.arm"),
        ("treat", "holdout"),
        default="treat",
        required=True,
        format_func=lambda a: say(f"campaign.arm_{a}"),
    )
    found = state.workspace().campaigns.customers(planned, arm=arm)
    show, currency = st.column_config, planned.basis.currency
    config = {
        found.columns[0]: widgets.text_column(say("score.customer"), pinned=True),
        "action": widgets.text_column(say("campaign.action"), width=OFFER),
        "cost": widgets.money_column(say("campaign.cost"), currency),
        **{f"gain_{end}": widgets.money_column(say(f"campaign.gain_{end}"), currency) for end in ENDS},
        "probability": show.ProgressColumn(say("score.probability"), min_value=0, max_value=1, format="percent"),
        "break_even": show.NumberColumn(
            say("campaign.break_even"), format="percent", help=say("campaign.break_even_help")
        ),
        "tier": widgets.text_column(say("score.tier")),
        "reason_1": widgets.text_column(say("score.reason_1"), help=say("score.reason_help")),
    }
    shares = {name: widgets.tenths(found[name]) for name in ("probability", "break_even")}
    found = found.assign(**shares)
    widgets.table(found, config, alt=say("campaign.who_title"), column_order=[found.columns[0], *ORDER])
    st.caption(say("campaign.who_text", shown=len(found)))
