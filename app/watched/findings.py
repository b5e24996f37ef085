"""What one watched list says: the advice, the figures, faults of the data, what moved, and what the model is worth."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import widgets
from app.strings import plain, say
from churn.reports.monitoring_charts import drift_charts
from churn.workspace.monitoring_views import in_short

ICONS = {"keep": "check_circle", "watch": "visibility", "retrain": "model_training", "unjudged": "help"}
COLOURS = {"keep": "green", "watch": "orange", "retrain": "red", "unjudged": "gray"}


def advice(record: Any) -> None:
    """What to do, first of all, with its reason in money; a list too short for a verdict is not called sound."""
    told = record.verdict if record.report["advice"]["judged"] or record.verdict != "keep" else "unjudged"
    with st.container(border=True):
        st.badge(
            say(f"monitoring.{told}"),
            icon=f":material/{ICONS[told]}:",
            color=COLOURS[told],
        )
        st.markdown(plain(record.why))


def figures(record: Any) -> None:
    """The list in a few figures, each beside what it was when the model learnt."""
    found = in_short(record)
    columns = widgets.row(5)
    widgets.count(columns[0], say("monitoring.customers"), found.customers)
    learnt = {"delta_color": "off", "delta_arrow": "off"}
    was = say("monitoring.learnt", value=widgets.amounts().share(found.learnt_rate, 1))
    widgets.share(columns[1], say("monitoring.rate"), found.rate, delta=was, **learnt)
    was = say("monitoring.learnt", value=widgets.amounts(found.currency).money(found.learnt_profit, short=True))
    told = say("monitoring.profit_help")
    widgets.money(columns[2], say("monitoring.profit"), found.profit, found.currency, delta=was, help=told, **learnt)
    columns[3].metric(
        say("monitoring.moved"),
        say("monitoring.of", some=found.moved, all=found.columns) if found.columns else say("monitoring.none_judged"),
        border=True,
        height="stretch",
        help=say("monitoring.moved_help"),
    )
    widgets.count(columns[4], say("monitoring.faults"), found.faults, help=say("monitoring.faults_help"))


def data_quality(record: Any) -> None:
    """Faults of the data itself, apart from drift."""
    widgets.section(say("monitoring.quality_title"), say("monitoring.quality_text"))
    alarms = record.report["alarms"]
    if not alarms:
        widgets.done(say("monitoring.no_fault"))
    for alarm in alarms:
        st.warning(plain(alarm["text"]), icon=":material/warning:")
    others = [n for n in in_short(record).noticed if n.text not in {a["text"] for a in alarms}]
    if others:
        with st.expander(say("monitoring.noticed"), icon=":material/info:"):
            widgets.notices(others)


def pictures(record: Any) -> None:
    """What moved, how the scores are spread, and what the model is worth here."""
    widgets.section(say("monitoring.moved_title"), say("monitoring.moved_text"))
    widgets.charts(drift_charts(record.report))
    with st.expander(say("monitoring.every_column"), icon=":material/table_rows:"):
        columns(record.report["details"])


def columns(details: list[dict[str, Any]]) -> None:
    """Every measure of every column."""
    named = ("label", "moved", "size", "low", "high", "ks", "js", "tv", "weight", "why")
    table = {name: [column[name] for column in details] for name in named}
    number, share = (st.column_config.NumberColumn(format=f) for f in ("%.3f", "percent"))
    config: dict[str, Any] = dict.fromkeys(("size", "low", "high", "ks", "js", "tv"), number) | {"weight": share}
    config["moved"] = st.column_config.CheckboxColumn()
    config["why"] = st.column_config.TextColumn(width="large")
    shown = {name: {**dict(config.get(name) or {}), "label": say(f"monitoring.col_{name}")} for name in named}
    widgets.table(table, shown, alt=say("monitoring.every_column"))


def realised(record: Any) -> None:
    """What became of customers who were scored; where nothing is known yet, how to make it known."""
    widgets.section(say("monitoring.realised_title"), say("monitoring.realised_text"))
    told = record.report["estimate"].get("realised") or record.realised
    if told:
        st.markdown(plain(told["why"]))
        st.caption(say("monitoring.realised_on", customers=told["customers"], leavers=told["leavers"]))
    else:
        widgets.empty(say("monitoring.no_outcomes"), icon="fact_check")
