"""Models and their versions: which is live, the report of each, putting one live, going back, and the history."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from app import state, widgets
from app.strings import say
from app.training.report import report


def versions(trained: str) -> None:
    """The models there are; one version of one of them in full, first of the one just trained."""
    cards = {card["name"]: card for card in state.workspace().models.list()}
    if not cards:
        widgets.empty(say("training.no_model"), icon="model_training")
        return
    left, right = st.columns(2)
    names = list(cards)
    likely = trained or state.likely_model(names)
    name = left.selectbox(
        say("training.model"),
        names,
        index=names.index(likely) if likely in names else 0,
        format_func=lambda n: cards[n]["title"],
        key=f"model {likely}",
    )
    card = cards[name]
    newest = card["versions"][::-1]
    version = right.selectbox(
        say("training.version"),
        newest,
        index=newest.index(card["live"]) if card["live"] in newest else 0,
        format_func=lambda v: say("training.live", version=v) if v == card["live"] else v,
        key=f"version {name} {card['live']}",
    )
    acts(card, version)
    with widgets.polite_errors():
        report(state.workspace().models.get(f"{name}@{version}"))
    history(card)


def acts(card: dict[str, Any], version: str) -> None:
    """What can be done with the version: take its card along, put it live, go back to the one before."""
    name, live = card["name"], version == card["live"]
    with st.container(horizontal=True, vertical_alignment="center"):
        card_page = partial(state.workspace().models.card, name, version)
        widgets.download(say("training.card"), f"{name}-{version}-card.html", card_page, icon="description")
        if state.may("promote") and not live:
            with st.popover(say("training.promote"), icon=":material/publish:"):
                why = reason(f"promote {name} {version}", say("training.promote_text", version=version))
                if why is not None:
                    state.workspace().models.promote(name, version, why)
                    st.rerun()
        if state.may("rollback") and len(card["history"]) > 1:
            with st.popover(say("training.rollback"), icon=":material/undo:"):
                why = reason(f"rollback {name} {card['live']}", say("training.rollback_text", version=card["live"]))
                if why is not None:
                    state.workspace().models.rollback(name, why=why)
                    st.rerun()
        st.badge(
            say("training.is_live") if live else say("training.is_kept"),
            icon=":material/radio_button_checked:" if live else ":material/inventory_2:",
            color="green" if live else "gray",
        )


def reason(key: str, text: str) -> str | None:
    """Why, in the person's own words; nothing happens without one."""
    with st.form(f"form {key}", border=False):
        st.markdown(text)
        why = st.text_input(say("training.why"), key=f"why {key}", max_chars=200)
        asked = st.form_submit_button(say("training.do_it"), type="primary")
    if asked and not why.strip():
        st.warning(say("training.why_needed"), icon=":material/edit:")
    return why.strip() if asked and why.strip() else None


def history(card: dict[str, Any]) -> None:
    """Which version was live since when, and why."""
    if not card["history"]:
        return
    widgets.section(say("training.history"), say("training.history_text"))
    newest = card["history"][::-1]
    widgets.table(
        {
            "since": [entry["since"][:16].replace("T", " ") for entry in newest],
            "version": [entry["version"] for entry in newest],
            "act": [say(f"acts.{entry['act'].replace(' ', '_')}") for entry in newest],
            "why": [plain_text(entry["why"]) for entry in newest],
        },
        alt=say("training.history"),
        long_words=True,
        columns={
            "since": widgets.text_column(say("training.since")),
            "version": widgets.text_column(say("training.version")),
            "act": widgets.text_column(say("training.act")),
            "why": widgets.text_column(say("training.why"), long=True),
        },
    )


def plain_text(text: str) -> str:
    """Text on one line."""
    return " ".join(text.split())
