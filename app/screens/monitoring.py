"""Monitoring: has a list, or the model, moved; what it costs; and whether to retrain."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from app import cache, jobs, session, widgets
from app.demo import DEMOS, SAMPLES, Demo
from app.widgets import TIERS
from app.words import plain, say
from churn.reports.monitoring_charts import drift_charts
from churn.workspace.monitoring_views import history_charts, history_rows, in_short, report_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamlit.delta_generator import DeltaGenerator

    from app.session import ListInHand
    from churn.store.monitoring import WatchRecord
    from churn.workspace.monitoring import WatchedList

ICONS = {"keep": "check_circle", "watch": "visibility", "retrain": "model_training", "unjudged": "help"}
COLOURS: dict[str, Literal["green", "orange", "red", "gray"]] = {
    "keep": "green",
    "watch": "orange",
    "retrain": "red",
    "unjudged": "gray",
}


def advice(record: WatchRecord) -> None:
    """What to do, first of all, with its reason in money; a list too short for a verdict is not called sound."""
    told = record.verdict if record.report["advice"]["judged"] or record.verdict != "keep" else "unjudged"
    with st.container(border=True):
        st.badge(
            say(f"monitoring.{told}"),
            icon=f":material/{ICONS[told]}:",
            color=COLOURS[told],
        )
        st.markdown(plain(record.why))


def figures(record: WatchRecord) -> None:
    """The list in a few figures, each beside what it was when the model learnt."""
    found = in_short(record)
    columns = widgets.row(5)
    widgets.count(columns[0], say("monitoring.customers"), found.customers, help=say("monitoring.customers_help"))
    was = say("monitoring.learnt", value=widgets.amounts().share(found.learnt_rate, 1))
    widgets.share(columns[1], say("monitoring.rate"), found.rate, **widgets.beneath(was))
    was = say("monitoring.learnt", value=widgets.amounts(found.currency).money(found.learnt_profit, short=True))
    told = say("monitoring.profit_help")
    widgets.money(columns[2], say("monitoring.profit"), found.profit, found.currency, help=told, **widgets.beneath(was))
    columns[3].metric(
        say("monitoring.moved"),
        say("monitoring.of", some=found.moved, all=found.columns) if found.columns else say("monitoring.none_judged"),
        border=True,
        height="stretch",
        help=say("monitoring.moved_help"),
    )
    widgets.count(columns[4], say("monitoring.faults"), found.faults, help=say("monitoring.faults_help"))


def data_quality(record: WatchRecord) -> None:
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


def pictures(record: WatchRecord) -> None:
    """What moved, how the scores are spread, and what the model is worth here."""
    widgets.section(say("monitoring.moved_title"), say("monitoring.moved_text"))
    widgets.charts(drift_charts(record.report))
    with st.expander(say("monitoring.every_column"), icon=":material/table_rows:"):
        columns(record.report["details"])


def columns(details: Sequence[Mapping[str, object]]) -> None:
    """Every measure of every column."""
    named = ("label", "moved", "size", "low", "high", "ks", "js", "tv", "weight", "why")
    table = {name: [column[name] for column in details] for name in named}
    number, share = (st.column_config.NumberColumn(format=f) for f in ("%.3f", "percent"))
    config: dict[str, Any] = dict.fromkeys(("size", "low", "high", "ks", "js", "tv"), number) | {"weight": share}
    config["moved"] = st.column_config.CheckboxColumn()
    config["why"] = st.column_config.TextColumn(width="large")
    shown = {name: {**dict(config.get(name) or {}), "label": say(f"monitoring.col_{name}")} for name in named}
    widgets.table(table, shown, alt=say("monitoring.every_column"))


def realised(record: WatchRecord) -> None:
    """What became of customers who were scored; where nothing is known yet, how to make it known."""
    widgets.section(say("monitoring.realised_title"), say("monitoring.realised_text"))
    told = record.report["estimate"].get("realised") or record.realised
    if told:
        st.markdown(plain(told["why"]))
        st.caption(say("monitoring.realised_on", customers=told["customers"], leavers=told["leavers"]))
    else:
        widgets.empty(say("monitoring.no_outcomes"), icon="fact_check")


SHARES = ("expected_rate", "realised_rate", "expected_auc", "realised_auc")


def list_after_list(records: Sequence[WatchRecord]) -> None:
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


def shadow(record: WatchRecord) -> None:
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


def right(report: Mapping[str, Any]) -> None:
    """Who was right about customers whose outcomes are known; nobody while chance alone could decide it."""
    duel = report.get("duel")
    if duel:
        st.markdown(say(f"monitoring.duel_{duel['verdict']}", customers=duel["customers"]))
    else:
        st.markdown(say("monitoring.no_duel"))
    arms = report.get("arms")
    if arms:
        st.markdown(plain(arms["why"]))


def list_to_watch() -> Any:
    """The list in hand held against its model, only looked at; without one a sample whose model is there."""
    held = session.in_hand() if session.may("score") else None
    if held is not None:
        widgets.list_banner()
        model = session.workspace().models.get(cache.chosen_model())
        named = f"{model.name}@{model.version}"
        with widgets.working(say("monitoring.working")):
            return cache.kept(look_at_list, held, named, turns())
    known = set(cache.model_names())
    demo = next((d for d in DEMOS if d.score and d.name in known), None)
    if demo is None:
        return None
    st.caption(say("monitoring.sample", name=demo.score))
    version = session.workspace().models.get(demo.name).version
    with widgets.working(say("monitoring.working")):
        return cache.latest(look_at_sample, (demo.name, version), demo)


def look_at_list(held: ListInHand, model: str, turns: int) -> Any:
    """A look at the list in hand that keeps nothing; it is another one once a list was kept (`turns`)."""
    return session.workspace().monitor.check(held.content, model=model, keep=False, **held.words)


def look_at_sample(demo: Demo) -> Any:
    """The same of the sample of a demo business."""
    return session.workspace().monitor.check(SAMPLES / demo.score, model=demo.name, keep=False)


def turns() -> int:
    """How often this session has kept a list: what is known of the past changes with it."""
    return session.recall("watched turns", 0)


def acts(found: WatchedList) -> None:
    """Keep the list in the history, retrain on it, or take the report home."""
    row, held = st.container(horizontal=True), session.in_hand()
    if held is not None and session.may("score"):
        keep_list(row, held, found.record)
    if held is not None and session.may("train"):
        retrain(row, held, found)
    take_home(row, found)


def keep_list(row: DeltaGenerator, held: ListInHand, record: WatchRecord) -> None:
    """Write the list into the history, where it counts for the next one."""
    if row.button(say("monitoring.keep_it"), icon=":material/history:", help=say("monitoring.keep_help")):
        session.workspace().monitor.check(held.content, model=f"{record.model}@{record.version}", **held.words)
        session.remember("watched turns", turns() + 1)
        st.rerun()


def retrain(row: DeltaGenerator, held: ListInHand, found: WatchedList) -> None:
    """Learn from the list in a process of its own; the gate decides what goes live."""
    pressed = row.button(
        say("monitoring.retrain_now"),
        icon=":material/model_training:",
        type="primary" if found.record.verdict == "retrain" else "secondary",
        help=say("monitoring.retrain_help" if found.says_who_left else "monitoring.retrain_needs"),
        disabled=not found.says_who_left,
    )
    if pressed:
        words = jobs.retrain_words(held.said, found.record.model)
        sent = {"asked_by": session.who(), "filename": held.name}
        cache.follow(jobs.start_job(session.workspace().home, words, held.content, held.suffix, **sent).number)
        st.rerun()


def take_home(row: DeltaGenerator, found: WatchedList) -> None:
    """The report as a page that prints well, and for programs."""
    page, words = session.workspace().monitor.page, report_bytes
    with row:
        widgets.download(say("monitoring.page"), "drift.html", partial(page, found))
        widgets.download(say("monitoring.json"), "drift_report.json", partial(words, found))


@st.fragment(run_every="1s")
def running(number: str) -> None:
    """How far the retrain is; it can be stopped."""
    job = jobs.find_job(session.workspace().home, number)
    now = job.progress() if job else None
    if job is None or now is None or now.state != "running":
        st.rerun()
        return
    st.progress(now.done, text=plain(now.text) or say("training.starting"))
    if st.button(say("training.cancel"), icon=":material/stop_circle:"):
        job.cancel()
        st.rerun()


def followed() -> None:
    """What became of the retrain that was started here."""
    number = cache.followed()
    job = jobs.find_job(session.workspace().home, number) if number else None
    if job is None or number is None:
        return
    now = job.progress()
    if now.state == "running":
        running(number)
    elif now.state == "done" and "trained" in now.answer:
        word = "promoted" if now.answer["promoted"] else "not_promoted"
        widgets.done(plain(now.answer["why"]), title=say(f"monitoring.{word}"))
    elif now.state == "refused":
        st.error(plain(now.text) or say("error.unexpected"), title=say("error.title"))


def past_list(records: Sequence[WatchRecord]) -> Any:
    """An earlier list to look at again, or None for the one above."""
    if not records:
        return None
    newest = records[::-1]
    place = st.selectbox(
        say("monitoring.show"),
        range(len(newest)),
        index=None,
        placeholder=say("monitoring.show_this"),
        format_func=lambda i: say("monitoring.past", day=newest[i].at[:10], source=newest[i].source),
    )
    return None if place is None else newest[place]


def draw() -> None:
    """The whole screen."""
    widgets.heading(say("monitoring.title"), say("monitoring.lead"))
    with widgets.polite_errors():
        followed()
    found = list_to_watch()
    names = cache.model_names()
    if found is None and not names:
        widgets.empty(say("monitoring.nothing"), icon="monitor_heart", go="training")
        return
    records = session.workspace().monitor.history(found.record.model if found else cache.likely_model(names))
    if found is not None:
        acts(found)
    record = past_list(records) or (found.record if found else None)
    if record is None:
        widgets.empty(say("monitoring.no_list"), icon="upload_file", go="score")
        return
    advice(record)
    figures(record)
    pictures(record)
    data_quality(record)
    realised(record)
    shadow(record)
    list_after_list(records)


widgets.screen(draw)
