"""Overview: what this list says as a whole, what changed since the last one, and the next step; a brief of it."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import cache, session, widgets
from app.words import plain, say
from churn.errors import ChurnError
from churn.reports.overview_charts import timeline_chart
from churn.workspace.timeline import as_columns

if TYPE_CHECKING:
    from churn.campaigns.plan import Campaign
    from churn.workspace.list_history import Overview
    from churn.workspace.lists import ScoredCustomers
    from churn.workspace.timeline import ListMoves


def suggested(ranked: ScoredCustomers) -> Any:
    """The campaign that is suggested for the list, the one the Campaign screen opens with; None where none can be."""
    with suppress(ChurnError):
        playbook = session.workspace().playbooks.for_model(ranked.model).playbook
        return cache.latest(session.workspace().campaigns.suggest, playbook, ranked, playbook).campaign
    return None


def in_short(found: Overview, campaign: Campaign | None) -> None:
    """The list in a few figures."""
    columns, written = widgets.row(4 if found.value_at_risk is not None else 3), widgets.amounts(found.currency)
    widgets.count(columns[0], say("overview.customers"), found.customers)
    told, chance = say("overview.leavers_help"), widgets.between(found.low, found.high, written.number)
    widgets.count(columns[1], say("overview.leavers"), found.leavers, help=told, **chance)
    if found.value_at_risk is not None:
        told = say("overview.at_risk_help")
        widgets.money(
            columns[2],
            say("overview.at_risk"),
            found.value_at_risk,
            found.currency,
            help=told,
            **widgets.beneath(found.over),
        )
    gain, treated = (campaign.expected_gain["mid"], campaign.treated) if campaign else (None, 0)
    told, people = say("overview.gain_help"), say("overview.suggested", customers=written.number(treated))
    widgets.money(columns[-1], say("overview.gain"), gain, found.currency, help=told, **widgets.beneath(people))


def step(ranked: ScoredCustomers, campaign: Campaign | None) -> None:
    """The one thing worth doing next."""
    found = session.workspace().lists.next_step(ranked, session.locale(), campaign)
    with st.container(border=True, height="stretch"):
        st.markdown(f"### :material/moving: {plain(found.title)}", anchors=False)
        st.markdown(plain(found.why))
        widgets.go_on(found.screen)


def changes(ranked: ScoredCustomers) -> None:
    """What changed since the list before."""
    change = session.workspace().lists.since_last(ranked, session.locale())
    with st.container(border=True, height="stretch"):
        st.markdown(f"### :material/history: {say('overview.changes_title')}", anchors=False)
        if change is None:
            st.markdown(say("overview.first_list"))
            return
        for sentence in change.sentences:
            st.markdown(f"- {plain(sentence)}")
        st.caption(say("overview.before", source=change.before.source, date=change.before.scored[:10]))


def moves_since(ranked: ScoredCustomers) -> ListMoves | None:
    """Whose risk rose and fell since the list before of the same business."""
    return session.workspace().business(ranked.model.name).lists.moves(ranked)


def week_by_week(ranked: ScoredCustomers) -> None:
    """The lists of the business one after the other, and whose risk rose since the list before and why."""
    one = session.workspace().business(ranked.model.name)
    points = one.timeline(ranked.reading.fingerprint)
    if len(points) < 2:
        return
    moves = cache.latest(moves_since, repr(one.lists.all()), ranked)
    left, right = st.columns([2, 3])
    with left:
        widgets.chart(timeline_chart(points), set_on="")
    if moves is None:
        return
    with right.container(border=True, height="stretch"):
        st.markdown(f"### {say('overview.moves_title', day=moves.day)}", anchors=False)
        st.markdown(plain(moves.sentence))
        if moves.rose:
            table = as_columns(moves.rose)
            table["before"], table["now"] = widgets.tenths(table["before"]), widgets.tenths(table["now"])
            config = {
                "key": widgets.text_column(say("score.customer"), pinned=True),
                "before": st.column_config.NumberColumn(say("overview.then"), format="percent"),
                "now": st.column_config.NumberColumn(say("overview.now"), format="percent"),
                "points": st.column_config.NumberColumn(say("overview.points"), format="%+.0f"),
                "why": widgets.text_column(say("overview.why"), long=True),
            }
            widgets.table(table, config, alt=say("overview.moves_title", day=moves.day), long_words=True)
        st.caption(say("overview.moves_how"))


def groups(ranked: ScoredCustomers) -> None:
    """Groups of customers that are alike, the likeliest to leave first."""
    found = cache.kept(session.workspace().lists.segments, ranked)
    if not found:
        return
    widgets.section(say("overview.groups_title"), say("overview.groups_text"))
    show = st.column_config
    table = {
        "text": [one.text for one in found],
        "probability": widgets.tenths(one.probability for one in found),
        "customers": [one.customers for one in found],
        "share": widgets.tenths(one.share_of_risk for one in found),
    }
    config = {
        "text": widgets.text_column(say("overview.group"), long=True),
        "customers": show.NumberColumn(say("overview.customers"), format="localized"),
        "probability": show.ProgressColumn(say("overview.likely"), min_value=0, max_value=1, format="percent"),
        "share": show.NumberColumn(say("overview.share"), format="percent"),
    }
    widgets.table(table, config, alt=say("overview.groups_title"), long_words=True)


def brief(ranked: ScoredCustomers, campaign: Campaign | None) -> None:
    """The page for a meeting, made when it is asked for."""
    page, told = (
        partial(session.workspace().lists.brief, ranked, session.locale(), campaign),
        say("overview.brief_help"),
    )
    widgets.download(say("overview.brief"), "retention-brief.html", page, icon="print", help=told)


def draw() -> None:
    """The whole screen."""
    widgets.heading(say("overview.title"), say("overview.lead"))
    if not widgets.need_list():
        return
    widgets.list_banner()
    with widgets.working(say("overview.working")):
        ranked = cache.ranked()
        cache.kept(session.workspace().lists.keep_summary, ranked)
        found = cache.kept(session.workspace().lists.overview, ranked)
        charts = cache.kept(session.workspace().lists.overview_charts, ranked)
    campaign = suggested(ranked)
    brief(ranked, campaign)
    widgets.notices(n for n in ranked.scored.notices if n.kind == "set_aside")  # who has left already
    in_short(found, campaign)
    left, right = st.columns(2)
    with left:
        step(ranked, campaign)
    with right:
        changes(ranked)
    week_by_week(ranked)
    widgets.charts(charts)
    groups(ranked)
    widgets.assumed(plain(session.workspace().playbooks.for_model(ranked.model).playbook.evidence))
    st.caption(say("score.by_model", name=ranked.model.name, version=ranked.model.version))


widgets.screen(draw)
