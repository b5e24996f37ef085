"""Who left: the column that says so, its words with their counts, and whether there are enough to learn from."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state, widgets
from app.strings import plain, say
from churn.workspace.models import guess_outcome, outcome_candidates, read_labels

SHOWN_WORDS = 12


def labelled(reading: Any) -> Any:
    """The choices about who left, made on screen; None while no column is chosen."""
    widgets.section(say("training.who"), say("training.who_text"))
    column = which_column(reading)
    if column is None:
        return None
    found = state.kept(read_labels, reading, column)
    left, right = st.columns([2, 3])
    with left:
        widgets.table(
            {"word": list(found.words)[:SHOWN_WORDS], "customers": list(found.words.values())[:SHOWN_WORDS]},
            alt=say("training.words_alt"),
            columns={
                "word": widgets.text_column(say("training.word")),
                "customers": st.column_config.NumberColumn(say("training.customers"), format="localized"),
            },
        )
    with right:
        leaving = st.multiselect(
            say("training.positive"),
            list(found.words),
            default=list(found.leaving),
            help=say("training.positive_help"),
            key=f"leaving {column}",
        )
        others = [word for word in found.words if word not in leaving]
        dropped = other_words(column, others) if len(others) > 1 else []
    told = tuple(leaving) if leaving != list(found.leaving) else ()
    settled = state.latest(read_labels, (column, told, tuple(dropped)), reading, column, told, dropped)
    counted(settled)
    return settled, told, dropped


def which_column(reading: Any) -> str | None:
    """The column that says who left; preselected where that is plain."""
    names = state.kept(outcome_candidates, reading)
    guess = state.kept(guess_outcome, reading)
    if not names:
        widgets.empty(say("training.no_outcome"), icon="help")
        return None
    return st.selectbox(
        say("training.outcome"),
        names,
        index=names.index(guess) if guess in names else None,
        format_func=lambda name: heading_of(reading, name),
        placeholder=say("training.outcome_hint"),
        help=say("training.outcome_help"),
        key=f"outcome {state.held().digest}",
    )


def other_words(column: str, others: list[str]) -> list[str]:
    """Words that mean neither: those customers can be left out instead of counting as staying."""
    return st.multiselect(
        say("training.drop_class"), others, help=say("training.drop_class_help"), key=f"left out {column}"
    )


def counted(found: Any) -> None:
    """How many left and stayed, against the least that can be learnt from."""
    if found.known is None:
        st.warning(plain(found.why), icon=":material/help:", title=say("training.not_settled"))
        return
    columns = widgets.row(4)
    widgets.count(columns[0], say("training.known"), found.known.customers)
    widgets.count(columns[1], say("training.left"), found.known.left)
    widgets.count(columns[2], say("training.stayed"), found.known.stayed)
    widgets.count(columns[3], say("training.unknown"), found.unknown, help=say("training.unknown_help"))
    if found.enough:
        st.caption(f":material/check_circle: {say('training.enough')}")
    else:
        st.warning(plain(found.why), icon=":material/group_off:", title=say("training.too_few"))


def heading_of(reading: Any, name: str) -> str:
    """The column as the file itself calls it."""
    return next((m.theirs for m in reading.matches if m.ours == name), name)
