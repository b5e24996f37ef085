"""Campaign: a budget and the offers become who gets what, with what it should bring and what it can prove."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app import cache, session, widgets
from app.words import plain, say
from churn.money.amounts import SIGNS
from churn.money.playbook import parse_playbook
from churn.scoring.wording import capital
from churn.workspace.campaigns import (
    above,
    action_totals,
    assumptions_chart,
    budget_chart,
    limits_from_rows,
    playbook_rows,
    playbook_with,
    policy_comparison,
    price_sentences,
    segment_choices,
)
from churn.workspace.delivery import outline_push, places_to_push
from churn.workspace.playbooks import editable_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.delta_generator import DeltaGenerator

    from churn.money.playbook import Playbook
    from churn.money.policies import Policy
    from churn.workspace.campaigns import PlannedCampaign, Scale
    from churn.workspace.lists import ScoredCustomers
    from churn.workspace.playbooks import ActivePlaybook

ENDS = ("low", "mid", "high")


def limits(scale: Scale, playbook: Playbook, currency: str) -> dict[str, Any]:
    """Budget, holdout and capacities; a slider at its end sets no limit."""
    money, typed, held = st.columns([3, 1, 1], vertical_alignment="bottom")
    chosen = budget(scale, currency, (money, typed))
    holdout = held.slider(say("campaign.holdout"), 0, 50, 10, format="%d%%", help=say("campaign.holdout_help"))
    capacity = rooms(scale, playbook)
    return {"budget": chosen if chosen < scale.budget else None, "holdout_percent": holdout, "capacity": capacity}


def budget(scale: Scale, currency: str, places: tuple[DeltaGenerator, DeltaGenerator]) -> float:
    """The budget, slid or typed: each follows the other."""
    sign = f" ({SIGNS.get(currency, currency)})" if currency else ""
    most, slid = max(scale.budget, scale.step), f"budget {scale.budget:g} {scale.opening:g}"
    typed = f"{slid} typed"
    session.begin_with({slid: min(most, scale.opening), typed: min(most, scale.opening)})
    label, written = say("campaign.budget") + sign, widgets.amounts(currency)
    chosen = places[0].slider(
        label,
        0.0,
        most,
        step=scale.step,
        format="localized",
        help=say("campaign.budget_help"),
        key=slid,
        on_change=session.copy_field,
        args=(slid, typed),
    )
    return float(
        places[1].number_input(
            say(
                "campaign.budget_typed",
                money=written.money(chosen, 0 if scale.step >= 1 else 2),
            ),
            0.0,
            most,
            step=scale.step,
            format="%.0f" if scale.step >= 1 else "%.2f",
            key=typed,
            on_change=session.copy_field,
            args=(typed, slid),
        )
    )


def rooms(scale: Scale, playbook: Playbook) -> dict[str, int | None]:
    """How many customers each channel may reach."""
    found: dict[str, int | None] = {}
    shown = [channel for channel in playbook.channels if scale.channels[channel] > 0]
    for column, channel in zip(st.columns(max(1, len(shown))), shown, strict=False):
        most = scale.channels[channel]
        own = min(playbook.capacity.get(channel, most), most)
        told = column.slider(
            say("campaign.capacity", channel=channel),
            0,
            most,
            own,
            format="localized",
            help=say("campaign.capacity_help"),
            key=f"room {channel} {most} {own}",
        )
        found[channel] = told if told != own else None
    return found


def more(ranked: ScoredCustomers) -> dict[str, Any]:
    """The choices that most campaigns do not need."""
    with st.expander(say("campaign.more"), icon=":material/tune:"):
        words = segments(ranked)
        left, middle, right = st.columns(3)
        name = left.text_input(say("campaign.name"), max_chars=200, help=say("campaign.name_help"))
        scenario = middle.selectbox(
            say("campaign.scenario"), ENDS, index=1, format_func=lambda end: say(f"campaign.{end}")
        )
        seed = right.number_input(say("campaign.seed"), value=0, step=1, help=say("campaign.seed_help"))
        rested = st.toggle(say("campaign.rested"), help=say("campaign.rested_help"))
    return {**words, "name": name.strip(), "scenario": scenario, "seed": seed, "rested": rested}


def segments(ranked: ScoredCustomers) -> dict[str, Any]:
    """Limits for segments: at least so many, at most so many."""
    choices = cache.kept(segment_choices, ranked)
    if not choices:
        return {"at_least": {}, "at_most": {}}
    show = st.column_config
    numbers: dict[str, Any] = {"min_value": 0, "step": 1, "format": "localized"}
    st.markdown(say("campaign.limits_text"))
    empty: dict[str, Any] = {"segment": [None], "least": [None], "most": [None]}
    edited = st.data_editor(
        empty,
        num_rows="dynamic",
        hide_index=True,
        column_config={
            "segment": show.SelectboxColumn(
                say("campaign.limits_segment"), options=[c.words for c in choices], width="large"
            ),
            "least": show.NumberColumn(say("campaign.limits_least"), **numbers),
            "most": show.NumberColumn(say("campaign.limits_most"), **numbers),
        },
        key="segment limits",
    )
    return limits_from_rows(rows_of(edited), choices)


def rows_of(edited: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Edited columns as rows."""
    return [dict(zip(edited, row, strict=True)) for row in zip(*edited.values(), strict=True)]


ENDS = ("low", "mid", "high")


def offers(force: ActivePlaybook) -> Any:
    """The playbook to plan with; what cannot be right is named, and the last one that was right counts."""
    if not session.may("playbook"):
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


def as_numbers(force: ActivePlaybook, playbook: Playbook) -> Any:
    """One row for every estimate of every action."""
    show = st.column_config
    rows = [
        {**row, "what": say(f"campaign.estimate_{row['estimate']}"), "whom": row["segment"].replace('"', "")}
        for row in playbook_rows(playbook)
    ]
    numbers = {end: show.NumberColumn(say(f"campaign.{end}"), min_value=0.0, format="%.4g") for end in ENDS}
    st.markdown(say("campaign.playbook_text"))
    edited = st.data_editor(
        rows,
        hide_index=True,
        disabled=["title", "whom", "what", "said"],
        column_order=["title", "whom", "what", *ENDS, "said"],
        column_config={
            "title": widgets.text_column(say("campaign.action"), width="medium"),
            "whom": widgets.text_column(say("campaign.segment")),
            "what": widgets.text_column(say("campaign.estimate")),
            **numbers,
            "said": widgets.text_column(say("campaign.said"), width="medium"),
        },
        key=f"playbook {force.business} {force.version} {hash(editable_text(playbook))}",
    )
    return playbook_with(playbook, edited)


def as_text(force: ActivePlaybook) -> Any:
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
    return force.playbook if told == before else parse_playbook(told, "The playbook")


def keep(force: ActivePlaybook, playbook: Playbook) -> None:
    """Make the edited numbers the ones that count, for all plans."""
    st.caption(say("campaign.trying_out"))
    if st.button(say("campaign.keep_playbook"), icon=":material/save:"):
        session.workspace().playbooks.set(force.model or force.profile, playbook, say("campaign.by_hand"))
        cache.forget_computed()
        st.rerun()


ENDS = ("low", "mid", "high")
OFFER = 260  # pixels: the words of an offer
ORDER = ("action", "reason_1", "cost", "gain_mid", "probability", "tier", "gain_low", "gain_high", "break_even")


def in_short(planned: PlannedCampaign) -> None:
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


def power(planned: PlannedCampaign) -> None:
    """What the holdout can prove, before anything leaves."""
    show = st.warning if planned.weak else st.info
    words = plain(planned.campaign.detectable.words)
    show(words, icon=":material/science:", title=say("campaign.power_title"))


def told(planned: PlannedCampaign) -> None:
    """What to know of the plan; what was noticed in the list is folded away, as its own screen has told it."""
    widgets.notices(planned.beside)
    about_list = planned.basis.ranked.notices
    if about_list:
        with st.expander(say("campaign.of_list", count=len(about_list)), icon=":material/fact_check:"):
            widgets.notices(about_list)


def gain(planned: PlannedCampaign) -> None:
    """Gain by budget, what one more of each limit is worth, and what the plan does with each action."""
    amounts = widgets.amounts(planned.basis.currency)
    words = price_sentences(planned, amounts)
    left, right = st.columns([3, 2]) if words else (st.container(), st.container())
    with left:
        key = (planned.basis.order, planned.basis.playbook, planned.as_json())
        chart = cache.latest(budget_chart, key, planned, amounts)
        widgets.chart(chart, set_on="")
    with right:
        prices(words)
    actions(planned)


def prices(words: Sequence[str]) -> None:
    """What one more of each limit would bring, in words; a line where no limit holds the plan back."""
    if not words:
        st.markdown(f":material/check: {say('campaign.prices_none')}")
        return
    with st.container(border=True, height="stretch"):
        st.markdown(f"### {say('campaign.prices_title')}", anchors=False)
        for said in words:
            st.markdown(f"- {plain(said)}")
        st.caption(say("campaign.prices_text"))


def actions(planned: PlannedCampaign) -> None:
    """What the campaign does with each action."""
    widgets.section(say("campaign.actions_title"))
    totals, currency = action_totals(planned), planned.basis.currency
    names = ("action", "channel", "treated", "held", "cost", *ENDS)
    table = {name: [getattr(total, name) for total in totals] for name in names}
    table["channel"] = [capital(channel) for channel in table["channel"]]
    config = {
        "action": widgets.text_column(say("campaign.action"), long=True),
        "channel": widgets.text_column(say("campaign.channel")),
        **{n: st.column_config.NumberColumn(say(f"campaign.{n}"), format="localized") for n in ("treated", "held")},
        "cost": widgets.money_column(say("campaign.cost"), currency),
        **{end: widgets.money_column(say(f"campaign.gain_{end}"), currency) for end in ENDS},
    }
    widgets.table(table, config, alt=say("campaign.actions_title"), long_words=True)


def customers(planned: PlannedCampaign) -> None:
    """Who gets what and why."""
    arm = st.segmented_control(
        say("campaign.arm"),
        ("treat", "holdout"),
        default="treat",
        required=True,
        format_func=lambda a: say(f"campaign.arm_{a}"),
    )
    found = session.workspace().campaigns.customers(planned, arm=arm)
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


ENDS = ("low", "mid", "high")


def ways(planned: PlannedCampaign) -> None:
    """Treat all, above .50, top by risk: what they bring, whom they reach, whom they contact for nothing."""
    amounts = widgets.amounts(planned.basis.currency)
    policies, charts = cache.latest(policy_comparison, planned.basis.playbook, planned, amounts)
    threshold(planned)
    table(policies, planned.basis.currency)
    widgets.charts(charts, set_on="")


def threshold(planned: PlannedCampaign) -> None:
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


def table(policies: Sequence[Policy], currency: str) -> None:
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


def assumptions(planned: PlannedCampaign) -> None:
    """Which assumptions the gain hangs on, the widest on top."""
    amounts = widgets.amounts(planned.basis.currency)
    key = (planned.basis.playbook, planned.as_json())
    chart = cache.latest(assumptions_chart, key, planned, amounts)
    if chart is None:
        widgets.empty(say("campaign.assumptions_none"), icon="tune")
        return
    widgets.chart(chart, set_on="")


KINDS = (".csv", ".xlsx", ".parquet")


def export(planned: PlannedCampaign) -> None:
    """Keep the campaign in the database and make its file; what was made can be downloaded as often as wanted."""
    if not session.may("export"):
        widgets.empty(say("campaign.may_not_export"), icon="lock")
        return
    campaign = planned.campaign
    st.markdown(say("campaign.export_text"))
    left, right = st.columns([3, 1])
    columns = left.multiselect(say("campaign.columns"), list(campaign.table.columns), default=list(campaign.columns))
    kind = right.selectbox(say("campaign.kind"), KINDS)
    if st.button(say("campaign.export", name=plain(campaign.title)), type="primary", icon=":material/outbox:"):
        with widgets.polite_errors(), widgets.working(say("campaign.exporting")):
            made = session.workspace().campaigns.export_bytes(planned, kind, columns or None)
            cache.keep_latest(session.workspace().campaigns.export_bytes, key_of(planned), (made, kind))
    made = cache.found_latest(session.workspace().campaigns.export_bytes, key_of(planned))
    if made is None:
        return
    (kept, content), ending = made
    widgets.done(say("campaign.exported", name=campaign.title))
    widgets.download(say("campaign.download"), f"{campaign.name}{ending}", content)
    push(kept, columns or None)


def key_of(planned: PlannedCampaign) -> tuple[Any, ...]:
    """What tells one plan from another."""
    model = planned.basis.ranked.model
    scored = (planned.basis.ranked.reading.fingerprint, model.name, model.version)
    return (planned.basis.order, planned.basis.playbook, scored)


def push(kept: PlannedCampaign, columns: Sequence[str] | None) -> None:
    """Send the same rows to the operator's CRM: first what would be sent, then the sending."""
    workspace, places = session.workspace(), places_to_push()
    widgets.section(say("campaign.push_title"))
    if not places:
        st.caption(say("campaign.push_none"))
        return
    if not session.may("push"):
        st.caption(say("campaign.may_not_push"))
        return
    st.markdown(say("campaign.push_text"))
    where = st.selectbox(say("campaign.push_where"), list(places))
    dry, send = st.columns(2)
    if dry.button(say("campaign.push_dry"), icon=":material/visibility:"):
        session.remember("outlined", (key_of(kept), where, outline_push(kept, places[where], columns)))
    known, place, outline = session.recall("outlined", (None, None, None))
    shown = (known, place) == (key_of(kept), where)
    sending = send.button(say("campaign.push_send"), icon=":material/send:", disabled=not shown)
    if shown:
        st.info(plain(outline.words), icon=":material/visibility:")
        st.json(outline.first, expanded=False)
    if sending:
        with widgets.working(say("campaign.push_sending")):
            told = workspace.campaigns.push(kept, places[where], columns)
        widgets.done(plain(told.words))


PARTS = ("gain", "who", "ways", "hangs", "export")


def parts(planned: PlannedCampaign) -> None:
    """Gain and limits, who gets what, other ways, assumptions, export; a part is computed when it is opened."""
    tabs = st.tabs([say(f"campaign.tab_{part}") for part in PARTS], key="campaign part", on_change="rerun")
    draws = (gain, customers, ways, assumptions, export)
    for tab, draw_part in zip(tabs, draws, strict=True):
        if tab.open:
            with tab, widgets.polite_errors():
                draw_part(planned)


def draw() -> None:
    """The whole screen."""
    widgets.heading(say("campaign.title"), say("campaign.lead"))
    if not widgets.need_list():
        return
    widgets.list_banner()
    with widgets.working(say("campaign.working")):
        ranked = cache.ranked()
    force = session.workspace().playbooks.for_model(ranked.model)
    wishes = st.container()
    playbook = offers(force)
    with widgets.working(say("campaign.planning")):
        scale = cache.latest(session.workspace().campaigns.scale, playbook, ranked, playbook)
    with wishes:
        words = limits(scale, playbook, session.workspace().lists.overview(ranked).currency)
    words |= more(ranked)
    with widgets.working(say("campaign.planning")):
        planned = cache.planned(ranked, words, playbook)
    in_short(planned)
    power(planned)
    told(planned)
    parts(planned)


widgets.screen(draw)
