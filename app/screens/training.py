"""Training: learn from a list in which it is known who left, look at the report card, decide which version is live."""

from typing import Any

import streamlit as st

from app import jobs, state, widgets
from app.strings import plain, say


def outcome(reading: Any) -> dict[str, Any]:
    """Which column says who left, and which word in it means leaving; with a live count of both."""
    names = [c.name for c in reading.schema.columns if c.kind in ("flag", "category", "number")]
    known = reading.schema.outcome
    left, right = st.columns(2)
    place = names.index(known.name) if known and known.name in names else None
    chosen = left.selectbox(say("training.outcome"), names, index=place, placeholder=say("training.outcome_hint"))
    if chosen is None:
        return {}
    words = state.desk().outcome_words(reading, chosen)
    positive = list(known.positive) if known and chosen == known.name else []
    meaning = right.multiselect(
        say("training.positive"),
        list(words),
        default=[w for w in words if w in positive],
        help=say("training.positive_help"),
    )
    counts = {say("training.word"): list(words), say("training.customers"): list(words.values())}
    st.dataframe(counts, hide_index=True, alt=say("training.positive"))
    return {"outcome": chosen, "positive": meaning}


def more(reading: Any) -> dict[str, Any]:
    """The choices that most lists do not need."""
    names = [c.name for c in reading.schema.columns]
    with st.expander(say("training.more"), icon=":material/tune:"):
        drop = st.multiselect(say("training.drop"), names, help=say("training.drop_help"))
        value = st.selectbox(say("training.value"), names, index=None, help=say("training.value_help"))
        key = st.selectbox(say("training.key"), names, index=None)
        quick = st.toggle(say("training.quick"), help=say("training.quick_help"))
        name = st.text_input(say("training.name"), help=say("training.name_help"))
    return {"drop": drop, "value": value, "key": key, "quick": quick, "name": name}


def start(chosen: dict[str, Any]) -> None:
    """Train in a process of its own; its number goes into the address, so that a reload finds it again."""
    held = state.in_hand()
    job = jobs.start_job(state.desk().home, jobs.train_words(held.said, chosen), held.content, held.suffix)
    state.follow(job.number)
    st.rerun()


@st.fragment(run_every="1s")
def watch(number: str) -> None:
    """How far the training is; it can be stopped."""
    job = jobs.find_job(state.desk().home, number)
    now = job.progress() if job else None
    if now is None or now.state != "running":
        st.rerun()
        return
    st.progress(now.done, text=plain(now.text) or say("training.starting"))
    if st.button(say("training.cancel"), icon=":material/stop_circle:"):
        job.cancel()
        st.rerun()


def followed() -> bool:
    """The training that was started: its progress, or what became of it. True while it runs."""
    number = state.followed()
    job = jobs.find_job(state.desk().home, number) if number else None
    if job is None:
        return False
    now = job.progress()
    if now.state == "running":
        watch(number)
        return True
    if now.state == "done":
        st.success(say("training.done", model=now.answer["model"], version=now.answer["version"]))
        st.markdown(plain(now.answer["why"]))
        findings(now.answer)
    elif now.state == "refused":
        st.error(plain(now.text) or say("error.unexpected"), title=say("error.title"))
    else:
        st.info(say("training.cancelled"))
    return False


def findings(answer: dict[str, Any]) -> None:
    """Leaks that were found, and how the candidates did."""
    for leak in answer["leaks"]:
        st.warning(f"**{plain(leak['column'])}**: {plain(leak['why'])}", icon=":material/water_drop:")
    leaderboard(answer["leaderboard"])


def leaderboard(rows: list[dict[str, Any]]) -> None:
    """Every candidate on the same unseen customers."""
    shown = ("name", "roc_auc", "pr_auc", "logloss", "precision", "recall", "f1", "accuracy", "seconds", "milliseconds")
    table = {say(f"board.{name}"): [row.get(name) for row in rows] for name in shown}
    st.dataframe(table, hide_index=True, alt=say("training.leaderboard"))


def shelf() -> None:
    """The models there are, which version of each is live, and the way back."""
    cards = state.desk().shelf()
    if not cards:
        st.info(say("training.no_model"), icon=":material/shelves:")
        return
    st.subheader(say("training.shelf"), anchor=False)
    names = [card["name"] for card in cards]
    card = cards[names.index(st.selectbox(say("training.model"), names))]
    left, right = st.columns([3, 2])
    version = left.selectbox(
        say("training.version"),
        card["versions"][::-1],
        format_func=lambda v: say("training.live", version=v) if v == card["live"] else v,
    )
    if right.button(say("training.promote"), disabled=version == card["live"], icon=":material/publish:"):
        state.desk().promote(card["name"], version, say("training.by_hand"))
        st.rerun()
    if right.button(say("training.rollback"), disabled=len(card["history"]) < 2, icon=":material/undo:"):
        state.desk().rollback(card["name"])
        st.rerun()
    report(card["name"], version)


def report(name: str, version: str) -> None:
    """The report card of a version: one plain word, the numbers behind it, and the pictures."""
    model = state.desk().model(f"{name}@{version}")
    st.markdown(plain(model.report["summary"]))
    st.download_button(
        say("training.card"),
        data=lambda: state.desk().model_card(name, version),
        file_name=f"{name}-{version}-card.html",
        mime="text/html",
        on_click="ignore",
        icon=":material/description:",
    )
    leaderboard(model.report["leaderboard"])
    charts = state.desk().report_charts(model)
    for pair in zip(charts[::2], [*charts[1::2], None], strict=False):
        for column, chart in zip(st.columns(2), pair, strict=True):
            if chart is not None:
                with column:
                    widgets.chart(chart)


def draw() -> None:
    """The whole screen."""
    widgets.heading(say("training.title"), say("training.lead"))
    if not followed():
        widgets.choose_list()
        if state.in_hand() is not None:
            widgets.list_banner()
            reading = state.reading()
            chosen = {**outcome(reading), **more(reading)}
            if st.button(say("training.start"), type="primary", icon=":material/model_training:"):
                start(chosen)
    shelf()


widgets.screen(draw)
