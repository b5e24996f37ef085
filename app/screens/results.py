"""Results: outcomes come back, and it is measured what a campaign changed and what the playbook learns from it."""

from typing import Any

import streamlit as st

from app import state, widgets
from app.strings import plain, say

ENDS = ("low", "mid", "high")


def pick(kept: Any) -> Any:
    """The campaign to look at."""
    names = [one.record.campaign for one in kept]
    chosen = st.selectbox(say("results.campaign"), names)
    return kept[names.index(chosen)]


def planned(one: Any) -> None:
    """What was planned, as it left."""
    record, told = one.record, one.record.summary
    st.caption(
        say(
            "results.planned",
            made=record.made[:16].replace("T", " "),
            source=record.source,
            treated=told["treated"],
            held=told["holdout"],
            model=record.model,
            version=record.version,
        )
    )


def bring(one: Any) -> None:
    """The outcomes: a file, and which of its columns are which where that is not plain."""
    turn = state.recall("results turn", 0)
    uploaded = st.file_uploader(say("results.drop"), key=f"outcomes {turn}", help=say("results.drop_help"))
    with st.expander(say("results.columns"), icon=":material/view_column:"):
        left, middle, right = st.columns(3)
        key = left.text_input(say("results.key"), placeholder=one.record.keyed)
        outcome = middle.text_input(say("results.outcome"))
        positive = right.text_input(say("results.positive"), help=say("results.positive_help"))
    if uploaded is None:
        return
    said = {"filename": uploaded.name, "key": key, "outcome": outcome, "positive": [positive] if positive else []}
    if st.button(say("results.measure"), type="primary", icon=":material/straighten:"):
        state.desk().measure(uploaded.getvalue(), one.record.campaign, **{k: v for k, v in said.items() if v})
        state.free_upload(uploaded)
        state.remember("results turn", turn + 1)
        st.rerun()


def verdict(lift: Any) -> None:
    """What the campaign changed, in words and with its interval; nothing is claimed that chance could have done."""
    if lift["lift"] is None:
        st.warning(plain(lift["verdict"]), icon=":material/block:")
        return
    icons = {True: ":material/trending_up:", False: ":material/help:"}
    st.info(plain(lift["verdict"]), icon=icons[lift["low"] > 0])
    columns = st.columns(6)
    for column, name in zip(columns, ("low", "lift", "high"), strict=False):
        column.metric(
            say(f"results.lift_{name}"), lift[name], format="percent", border=True, help=say("results.lift_help")
        )
    for column, end in zip(columns[3:], ENDS, strict=True):
        if lift["saved"] is not None:
            column.metric(
                say(f"results.saved_{end}"),
                lift["saved"][end],
                format="compact",
                border=True,
                help=say("results.saved_help"),
            )


def parts(lift: Any) -> None:
    """The lift per action, tier and segment, each with its interval and its own verdict."""
    chart = state.desk().lift_chart(lift)
    if chart is not None:
        widgets.chart(chart)
    if not lift["by"]:
        return
    names = ("by", "name", "treated", "held", "lift", "low", "high", "verdict")
    table = {say(f"results.part_{name}"): [part[name] for part in lift["by"]] for name in names}
    percent = st.column_config.NumberColumn(format="percent")
    config = {say(f"results.part_{name}"): percent for name in ("lift", "low", "high")}
    st.dataframe(table, hide_index=True, column_config=config, alt=say("results.parts_alt"))


def learnt(rates: Any) -> None:
    """What was learnt beside what was assumed, with the weight of the evidence."""
    if not rates:
        return
    st.subheader(say("results.learnt_title"), anchor=False)
    st.markdown(say("results.learnt_text"))
    table = {
        say("results.action"): [rate["action"] for rate in rates],
        say("results.tier"): [rate["tier"] for rate in rates],
        say("results.rate"): [say(f"results.{rate['rate']}") for rate in rates],
        say("results.assumed"): [rate["assumed"]["mid"] for rate in rates],
        **{say(f"results.learnt_{end}"): [rate["learnt"][end] for rate in rates] for end in ENDS},
        say("results.weight"): [rate["weight"] for rate in rates],
        say("results.customers"): [rate["learnt"]["customers"] for rate in rates],
    }
    shares = ("assumed", *(f"learnt_{end}" for end in ENDS), "weight")
    config = {say(f"results.{name}"): st.column_config.NumberColumn(format="percent") for name in shares}
    st.dataframe(table, hide_index=True, column_config=config, alt=say("results.learnt_title"))


def draw() -> None:
    """The whole screen."""
    widgets.heading(say("results.title"), say("results.lead"))
    kept = state.desk().campaigns()
    if not kept:
        st.info(say("results.none"), icon=":material/campaign:")
        st.page_link("screens/plan.py", label=say("screens.plan"), icon=":material/campaign:")
        return
    one = pick(kept)
    planned(one)
    with widgets.polite_errors():
        bring(one)
    if one.measured is None:
        st.info(say("results.not_yet"), icon=":material/hourglass_empty:")
        return
    lift = one.measured.lift
    verdict(lift)
    widgets.notices(state.desk().told(lift))
    parts(lift)
    learnt(one.measured.learnt)


widgets.screen(draw)
