"""The customers of a scored list, a page at a time, and the whole of it to take home."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from app import state, widgets
from app.parts.narrowing import narrowed
from app.strings import say
from churn.workspace.files import scored_list_file
from churn.workspace.list_history import filter_list

SIZE = 100  # customers on a page: enough to read, little to send
ORDER = ("probability", "tier", "expected_gain", "value_at_risk", "action", "reason_1", "reason_2")
OFFER, BAR = 245, 130  # pixels: the words of an offer, a probability
KINDS = (".csv", ".xlsx", ".parquet")


def in_short(ranked: Any) -> None:
    """The scored list in four numbers."""
    found = state.kept(state.workspace().lists.overview, ranked)
    money = widgets.amounts(found.currency)
    expected, risk, suggested, gain = widgets.row(4)
    told, chance = say("score.expected_help"), widgets.between(found.low, found.high, money.number)
    widgets.count(expected, say("score.expected"), found.leavers, help=told, **chance)
    if found.value_at_risk is not None:
        told, time = say("score.at_risk_help"), widgets.beneath(found.over)
        widgets.money(risk, say("score.at_risk"), found.value_at_risk, found.currency, help=told, **time)
    widgets.count(suggested, say("score.suggested"), found.suggested, help=say("score.suggested_help"))
    widgets.money(gain, say("score.gain"), found.gain, found.currency, help=say("score.gain_help"))
    widgets.assumed(say("score.gain_assumed"))


def customers(ranked: Any) -> bool:
    """The customers asked for, in the order asked for; a click on one opens it. Answers whether there are any."""
    widgets.section(say("score.ranked_title"), say("score.ranked_lead"))
    wanted = narrowed(ranked)
    found = state.latest(filter_list, wanted, ranked, wanted)
    if not found.customers:
        widgets.empty(say("score.empty"), icon="filter_alt_off")
        return False
    overview = state.kept(state.workspace().lists.overview, ranked)
    pages = -(-found.customers // SIZE)
    st.caption(summed_up(found, ranked, overview))
    place = st.container()
    number = st.pagination(pages, key=f"page {hash(wanted)}") if pages > 1 else 1
    page = state.workspace().lists.page(ranked, found, number, SIZE)
    with place:
        chosen = widgets.table(
            page.assign(probability=widgets.tenths(page["probability"])),
            columns_shown(page.columns[0], overview),
            alt=say("score.table_alt"),
            column_order=[page.columns[0], *ORDER],
            on_select="rerun",
            selection_mode=["single-row", "single-cell"],
            key=f"ranked {number} {hash(wanted)}",
        )
    clicked = [*chosen.selection.rows, *(row for row, _ in chosen.selection.get("cells", ()))]
    if clicked:
        state.turn_to_customer(str(page.iloc[clicked[0], 0]))
    if found.customers < ranked.reading.rows:
        take_home(ranked, say("score.download_these", rows=widgets.amounts().number(found.customers)), wanted)
    return True


def summed_up(found: Any, ranked: Any, overview: Any) -> str:
    """How many customers fit and what they add up to."""
    money = widgets.amounts(overview.currency)
    told = {
        "shown": money.number(found.customers),
        "all": money.number(ranked.reading.rows),
        "leavers": money.number(found.leavers),
    }
    if found.value_at_risk is None:
        return say("score.fitting", **told)
    return say("score.fitting_money", money=money.money(found.value_at_risk, short=True), over=overview.over, **told)


def columns_shown(key: str, overview: Any) -> dict[str, Any]:
    """How each column of the table is headed and shown."""
    currency, horizon = overview.currency, overview.horizon
    show = st.column_config
    return {
        key: show.TextColumn(say("score.customer"), pinned=True),
        "probability": show.ProgressColumn(
            say("score.probability"), min_value=0, max_value=1, format="percent", width=BAR
        ),
        "tier": widgets.tier_column(say("score.tier")),
        "value_at_risk": widgets.money_column(
            say("score.value_at_risk", horizon=horizon), currency, help=say("score.value_at_risk_help")
        ),
        **{n: widgets.text_column(say(f"score.{n}"), help=say("score.reason_help")) for n in ("reason_1", "reason_2")},
        "action": widgets.text_column(say("score.action"), width=OFFER),
        "expected_gain": widgets.money_column(
            say("score.expected_gain"), currency, help=say("score.expected_gain_help")
        ),
    }


def take_home(ranked: Any, label: str, wanted: Any = None, *, primary: bool = False) -> None:
    """Scored customers as a file of each kind, made only when it is asked for."""
    stem = "scored" if wanted is None else "segment"
    with st.container(horizontal=True):
        for ending in KINDS:
            first = ending == ".csv"
            widgets.download(
                label if first else say(f"score.as{ending.replace('.', '_')}"),
                f"{stem}{ending}",
                partial(scored_list_file, ranked, ending, wanted),
                icon="download" if first else "table_view",
                help=say("score.download_help") if first else None,
                type="primary" if first and primary else "secondary",
                key=f"download {stem} {ending}",
            )
