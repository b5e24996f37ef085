"""List after list: what was expected and what came of it; and the challenger that scores in the shadow."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import widgets
from app.strings import plain, say
from app.widgets.tiers import TIERS
from churn.workspace.monitoring_views import history_charts, history_rows

SHARES = ("expected_rate", "realised_rate", "expected_auc", "realised_auc")


def list_after_list(records: Any) -> None:
    """The history in pictures and as a table."""
    widgets.section(say("monitoring.history_title"), say("monitoring.history_text"))
    if not records:
        widgets.empty(say("monitoring.no_history"), icon="history")
        return
    widgets.charts(history_charts(records))
    rows = history_rows(records)
    named = ("at", "source", "version", "customers", "verdict", *SHARES, "profit", "score_psi", "moved", "faults")
    table = {name: [getattr(row, name) for row in rows] for name in named}
    table["verdict"] = [say(f"monitoring.{verdict}") for verdict in table["verdict"]]
    formats = dict.fromkeys(SHARES, "percent") | {"score_psi": "%.3f", "customers": "localized"}
    config: dict[str, Any] = {
        name: st.column_config.NumberColumn(say(f"monitoring.row_{name}"), format=formats.get(name)) for name in named
    }
    for name in ("source", "version", "verdict"):
        config[name] = widgets.text_column(say(f"monitoring.row_{name}"))
    config["at"] = st.column_config.DatetimeColumn(say("monitoring.row_at"), format="localized")
    currency = str(records[-1].report["currency"])
    config["profit"] = widgets.money_column(say("monitoring.row_profit"), currency)
    widgets.table(table, config, alt=say("monitoring.history_title"))


def shadow(record: Any) -> None:
    """How far the challenger agrees with the champion, and, once outcomes are known, who was right."""
    widgets.section(say("monitoring.shadow_title"), say("monitoring.shadow_text"))
    told = record.shadow
    if not told:
        widgets.empty(say("monitoring.no_shadow"), icon="compare_arrows", go="training")
        return
    accord = told["accord"]
    st.markdown(say("monitoring.challenger", name=told["challenger"]) + " " + plain(accord["why"]))
    places = st.columns(3)
    for place, name in zip(places, ("same_tier", "same_prediction", "top"), strict=True):
        widgets.share(place, say(f"monitoring.{name}"), accord[name], help=say(f"monitoring.{name}_help"))
    moves = {say("monitoring.champion_tier"): [say(f"tiers.{tier}") for tier in TIERS]}
    for tier in TIERS:
        moves[say("monitoring.challenger_tier", tier=say(f"tiers.{tier}"))] = [accord["moves"][t][tier] for t in TIERS]
    widgets.table(moves, alt=say("monitoring.shadow_title"))
    right(told)


def right(told: Any) -> None:
    """Who was right about customers whose outcomes are known; nobody while chance alone could decide it."""
    duel = told.get("duel")
    if duel:
        st.markdown(say(f"monitoring.duel_{duel['verdict']}", customers=duel["customers"]))
    else:
        st.markdown(say("monitoring.no_duel"))
    arms = told.get("arms")
    if arms:
        st.markdown(plain(arms["why"]))
