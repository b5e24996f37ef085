"""Every campaign of the book with its state, and the one to look at."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state, widgets
from app.strings import say


def pick(kept: Any) -> Any:
    """Every campaign with its state in a table, and the one that was chosen."""
    titles = {one.record.campaign: one.title for one in kept}
    names = list(titles)
    with st.expander(say("results.all", count=len(names)), icon=":material/list:"):
        table(kept)
    asked = state.asked_campaign()
    place = names.index(asked) if asked in names else 0
    chosen = st.selectbox(say("results.campaign"), names, index=place, format_func=lambda name: titles[name])
    one = kept[names.index(chosen)]
    record, told = one.record, one.record.summary
    words = {"made": day(record.made), "source": record.source, "model": record.model}
    people = {"treated": told["treated"], "held": told["holdout"], "version": record.version}
    st.caption(say("results.planned", **words, **people))
    return one


def table(kept: Any) -> None:
    """When each left, how large it was, what it should bring, and what came of it."""
    many = st.column_config.NumberColumn
    rows = {
        "campaign": [one.title for one in kept],
        "made": [day(one.record.made) for one in kept],
        "treated": [one.record.summary["treated"] for one in kept],
        "held": [one.record.summary["holdout"] for one in kept],
        "gain": [one.record.summary["expected_gain"]["mid"] for one in kept],
        "state": [state_of(one) for one in kept],
    }
    currencies = {one.currency for one in kept}
    config = {
        "campaign": widgets.text_column(say("results.campaign"), pinned=True),
        "made": widgets.text_column(say("results.made")),
        "treated": many(say("results.part_treated"), format="localized"),
        "held": many(say("results.part_held"), format="localized"),
        "gain": widgets.money_column(say("results.expected"), currencies.pop() if len(currencies) == 1 else ""),
        "state": widgets.text_column(say("results.state"), long=True),
    }
    widgets.table(rows, config, alt=say("results.all", count=len(kept)), long_words=True)


def state_of(one: Any) -> str:
    """Waiting for outcomes, or what was measured."""
    if one.measured is None:
        return say("results.waiting")
    return str(one.measured.lift["verdict"])


def day(moment: str) -> str:
    """A moment of the book as a person reads it."""
    return moment[:16].replace("T", " ")
