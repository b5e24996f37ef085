"""The lift of a campaign: in words and with its interval, by its parts, in money, and what the playbook learnt."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import widgets
from app.strings import plain, say
from churn.reports.campaign_charts import lift_chart

ENDS = ("low", "mid", "high")


def verdict(lift: Any, currency: str) -> None:
    """What the campaign changed; nothing is claimed that chance could have done."""
    if lift["lift"] is None:
        st.warning(plain(lift["verdict"]), icon=":material/block:", title=say("results.no_claim"))
        return
    kinds = {"fewer": (st.success, "trending_up"), "more": (st.error, "trending_down"), "open": (st.info, "help")}
    kind = "fewer" if lift["low"] > 0 else "more" if lift["high"] < 0 else "open"
    show, icon = kinds[kind]
    show(plain(lift["verdict"]), icon=f":material/{icon}:", title=say(f"results.title_{kind}"))
    written = widgets.amounts(currency)
    treated, held, fewer, kept = widgets.row(4)
    for place, arm in ((treated, "treat"), (held, "holdout")):
        if lift.get("arms"):
            known = lift["arms"][arm]
            people = widgets.beneath(say("results.known", customers=written.number(known["customers"])))
            widgets.share(place, say(f"results.left_{arm}"), known["left"], **people)
    shown = say("results.points", points=points(written, lift["lift"]))
    chance = widgets.beneath(say("numbers.reach", low=points(written, lift["low"]), high=points(written, lift["high"])))
    fewer.metric(say("results.lift"), shown, border=True, height="stretch", help=say("results.lift_help"), **chance)
    if lift.get("kept"):
        low, mid, high = (written.number(lift["kept"][end]) for end in ENDS)
        reach = widgets.beneath(say("numbers.reach", low=low, high=high))
        kept.metric(say("results.kept"), mid, border=True, height="stretch", help=say("results.kept_help"), **reach)
    if lift.get("arms"):
        st.caption(say("results.adjusted"))


def money(one: Any) -> None:
    """What the campaign cost and brought, the planned beside the measured."""
    lift, currency = one.measured.lift, one.currency
    if not lift["saved"]:
        return
    planned, measured, cost = widgets.row(3)
    asked = one.record.summary
    for place, what, found in (
        (planned, "planned_gain", asked["expected_gain"]),
        (measured, "saved", lift["saved"]),
    ):
        low, mid, high = (found[end] for end in ENDS)
        told = say(f"results.{what}_help")
        widgets.money(place, say(f"results.{what}"), mid, currency, help=told, **widgets.reach(low, high, currency))
    widgets.money(cost, say("results.cost"), asked["spent"], currency, help=say("results.cost_help"))


def points(written: Any, share: float) -> str:
    """A difference of shares in points, as this reader writes numbers."""
    return str(written.number(100 * share, 1)).replace("-", "−")


def parts(lift: Any) -> None:
    """The lift per action, tier and segment, each with its interval and its own verdict."""
    chart = lift_chart(lift)
    if chart is not None:
        widgets.chart(chart, set_on="")
    if not lift["by"]:
        return
    names = ("by", "name", "treated", "held", "lift", "low", "high", "verdict")
    table = {name: [part[name] for part in lift["by"]] for name in names}
    effects, many = ("lift", "low", "high"), ("treated", "held")
    table |= {name: [None if one is None else 100 * one for one in table[name]] for name in effects}
    heads = {name: say(f"results.part_{name}") for name in names}
    config = {name: widgets.text_column(heads[name], long=name == "verdict") for name in names}
    config |= {name: st.column_config.NumberColumn(heads[name], format="localized") for name in many}
    config |= {name: widgets.points_column(heads[name]) for name in effects}
    widgets.table(table, config, alt=say("results.parts_alt"), long_words=True)


def learnt(rates: Any) -> None:
    """What was learnt beside what was assumed, with the weight of the evidence."""
    widgets.section(say("results.learnt_title"), say("results.learnt_text"))
    if not rates:
        widgets.empty(say("results.learnt_none"), icon="school")
        return
    table = {
        "action": [rate["action"] for rate in rates],
        "tier": [rate["tier"] for rate in rates],
        "rate": [say(f"results.{rate['rate']}") for rate in rates],
        "assumed": widgets.tenths(rate["assumed"]["mid"] for rate in rates),
        **{f"learnt_{end}": widgets.tenths(rate["learnt"][end] for rate in rates) for end in ENDS},
        "weight": widgets.tenths(rate["weight"] for rate in rates),
        "customers": [rate["learnt"]["customers"] for rate in rates],
    }
    wide = {"action": "medium", "rate": "medium"}
    words = {n: widgets.text_column(say(f"results.{n}"), width=wide.get(n)) for n in ("action", "tier", "rate")}
    shares = ("assumed", *(f"learnt_{end}" for end in ENDS))
    config = {
        **words,
        **{name: st.column_config.NumberColumn(say(f"results.{name}"), format="percent") for name in shares},
        "weight": st.column_config.ProgressColumn(
            say("results.weight"), min_value=0, max_value=1, format="percent", help=say("results.weight_help")
        ),
        "customers": st.column_config.NumberColumn(say("results.customers"), format="localized"),
    }
    widgets.table(table, config, alt=say("results.learnt_title"), long_words=True)
