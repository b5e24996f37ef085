"""Campaign: a budget and the offers become who gets what, with what it should bring and what it can prove."""

from typing import Any

import streamlit as st

from app import state, widgets
from app.strings import plain, say

ENDS = ("low", "mid", "high")
KINDS = (".csv", ".xlsx", ".parquet")
MIME = {".csv": "text/csv", ".xlsx": "application/vnd.ms-excel", ".parquet": "application/octet-stream"}


def limits(playbook: Any) -> dict[str, Any]:
    """Budget, capacities and holdout as inputs."""
    columns = st.columns(2 + len(playbook.channels))
    budget = columns[0].number_input(
        say("campaign.budget"), min_value=0.0, value=None, step=500.0, help=say("campaign.budget_help")
    )
    holdout = columns[1].slider(say("campaign.holdout"), 0, 50, 10, format="%d %%", help=say("campaign.holdout_help"))
    capacity = {}
    for column, channel in zip(columns[2:], playbook.channels, strict=True):
        capacity[channel] = column.number_input(
            say("campaign.capacity", channel=channel),
            min_value=0,
            value=playbook.capacity.get(channel),
            help=say("campaign.capacity_help"),
        )
    return {"budget": budget, "holdout_percent": holdout, "capacity": capacity}


def more() -> dict[str, Any]:
    """The choices that most campaigns do not need."""
    with st.expander(say("campaign.more"), icon=":material/tune:"):
        left, middle, right = st.columns(3)
        name = left.text_input(say("campaign.name"), help=say("campaign.name_help"))
        scenario = middle.selectbox(
            say("campaign.scenario"), ENDS, index=1, format_func=lambda end: say(f"campaign.{end}")
        )
        seed = right.number_input(say("campaign.seed"), value=0, step=1, help=say("campaign.seed_help"))
        rested = st.toggle(say("campaign.rested"), help=say("campaign.rested_help"))
    return {"name": name, "scenario": scenario, "seed": seed, "rested": rested}


def offers(force: Any) -> Any:
    """The playbook to look at and to edit; what was changed by hand is assumed, what was measured says so."""
    rows = state.desk().playbook_rows(force.playbook)
    rows = [{**row, "what": say(f"campaign.estimate_{row['estimate']}")} for row in rows]
    show = st.column_config
    numbers = {end: show.NumberColumn(say(f"campaign.{end}"), min_value=0.0, format="%.4g") for end in ENDS}
    with st.expander(say("campaign.playbook", how=force.how, version=force.version), icon=":material/menu_book:"):
        st.markdown(say("campaign.playbook_text"))
        edited = st.data_editor(
            rows,
            hide_index=True,
            disabled=["title", "segment", "what", "said"],
            column_order=["title", "segment", "what", *ENDS, "said"],
            column_config={
                "title": show.TextColumn(say("campaign.action"), width="medium"),
                "segment": show.TextColumn(say("campaign.segment")),
                "what": show.TextColumn(say("campaign.estimate")),
                **numbers,
                "said": show.TextColumn(say("campaign.said")),
            },
            key=f"playbook {force.profile} {force.version}",
        )
        playbook = state.desk().playbook_with(force.playbook, edited)
        if playbook != force.playbook and st.button(say("campaign.keep_playbook"), icon=":material/save:"):
            state.desk().set_playbook(force.profile, playbook, say("campaign.by_hand"))
            st.rerun()
    return playbook


def in_short(campaign: Any) -> None:
    """The plan in a few numbers, cautious, expected and hopeful side by side."""
    treated, held, cost, *gains = st.columns(6)
    treated.metric(say("campaign.treated"), campaign.treated, format="localized", border=True)
    held.metric(say("campaign.held"), campaign.held, format="localized", border=True)
    cost.metric(
        say("campaign.cost"),
        campaign.spent,
        format="compact",
        border=True,
        help=say("campaign.cost_help", reserved=campaign.reserved),
    )
    for column, end in zip(gains, ENDS, strict=True):
        column.metric(
            say(f"campaign.gain_{end}"),
            campaign.expected_gain[end],
            format="compact",
            border=True,
            help=say("campaign.gain_help"),
        )
    st.markdown(f":material/verified: {plain(campaign.proof)}")


def power(planned: Any) -> None:
    """What the holdout can prove, before anything leaves."""
    st.subheader(say("campaign.power_title"), anchor=False)
    show = st.warning if planned.weak else st.info
    show(plain(planned.campaign.detectable.words), icon=":material/science:")


def prices(campaign: Any) -> None:
    """What one more of each limit would bring, in words."""
    if campaign.prices:
        st.subheader(say("campaign.prices_title"), anchor=False)
    for price in campaign.prices:
        st.markdown(f"- {plain(price.words)}")


def actions(planned: Any) -> None:
    """What the campaign does with each action."""
    st.subheader(say("campaign.actions_title"), anchor=False)
    totals = state.desk().action_totals(planned)
    names = ("action", "channel", "treated", "held", "cost")
    table = {say(f"campaign.{name}"): [getattr(total, name) for total in totals] for name in names}
    table |= {say(f"campaign.gain_{end}"): [getattr(total, end) for total in totals] for end in ENDS}
    shown = (say("campaign.cost"), *(say(f"campaign.gain_{end}") for end in ENDS))
    money = {name: st.column_config.NumberColumn(format="localized") for name in shown}
    st.dataframe(table, hide_index=True, column_config=money, alt=say("campaign.actions_title"))


def pictures(planned: Any) -> None:
    """Gain by budget, what the plan hangs on, and other ways to choose."""
    key = (planned.basis.order, planned.basis.playbook, planned.as_json())
    charts = state.latest("campaign charts", key, lambda: state.desk().campaign_charts(planned))
    for chart in charts:
        widgets.chart(chart)


def customers(planned: Any) -> None:
    """Who gets what and why."""
    st.subheader(say("campaign.who_title"), anchor=False)
    arm = st.segmented_control(
        say("campaign.arm"), ("treat", "holdout"), default="treat", format_func=lambda a: say(f"campaign.arm_{a}")
    )
    found = state.desk().chosen_customers(planned, arm=arm or "treat")
    show = st.column_config
    config = {
        found.columns[0]: show.TextColumn(say("score.customer"), pinned=True),
        "action": show.TextColumn(say("campaign.action"), width="medium"),
        "channel": show.TextColumn(say("campaign.channel")),
        "cost": show.NumberColumn(say("campaign.cost"), format="localized"),
        **{f"gain_{end}": show.NumberColumn(say(f"campaign.gain_{end}"), format="localized") for end in ENDS},
        "probability": show.ProgressColumn(say("score.probability"), min_value=0, max_value=1, format="percent"),
        "break_even": show.NumberColumn(
            say("campaign.break_even"), format="percent", help=say("campaign.break_even_help")
        ),
        "tier": show.TextColumn(say("score.tier")),
        "reason_1": show.TextColumn(say("score.reason_1"), width="large"),
        "reason_2": show.TextColumn(say("score.reason_2"), width="large"),
    }
    st.dataframe(found, hide_index=True, column_config=config, alt=say("campaign.who_title"))
    st.caption(say("campaign.who_text", shown=len(found)))


def export(planned: Any) -> None:
    """Keep the campaign in the book and make its file; a file that was made can be downloaded as often as wanted."""
    campaign = planned.campaign
    st.subheader(say("campaign.export_title"), anchor=False)
    st.markdown(say("campaign.export_text"))
    left, right = st.columns([3, 1])
    columns = left.multiselect(say("campaign.columns"), list(campaign.table.columns), default=list(campaign.columns))
    kind = right.selectbox(say("campaign.kind"), KINDS)
    if st.button(say("campaign.export", name=campaign.name), type="primary", icon=":material/outbox:"):
        with widgets.polite_errors():
            content = state.desk().exported(planned, kind, columns or None)
            state.remember("exported", (planned.as_json(), kind, content))
    told, made, content = state.recall("exported", ({}, "", b""))
    if told == planned.as_json():
        st.success(say("campaign.exported", name=campaign.name), icon=":material/inventory:")
        st.download_button(
            say("campaign.download"),
            data=content,
            file_name=f"{campaign.name}{made}",
            mime=MIME[made],
            on_click="ignore",
            icon=":material/download:",
        )


def draw() -> None:
    """The whole screen."""
    widgets.heading(say("campaign.title"), say("campaign.lead"))
    if not widgets.need_list():
        return
    widgets.list_banner()
    ranked = state.ranked()
    force = state.desk().playbook_for(ranked.model)
    words = {**limits(force.playbook), **more()}
    playbook = offers(force)
    planned = state.planned(ranked, words, playbook)
    in_short(planned.campaign)
    widgets.notices(planned.beside)
    left, right = st.columns(2)
    with left:
        power(planned)
    with right:
        prices(planned.campaign)
    actions(planned)
    pictures(planned)
    customers(planned)
    export(planned)


widgets.screen(draw)
