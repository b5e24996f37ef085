"""What was understood of a list: figures, what was repaired, the lines set aside, what each column means."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from app import state, widgets
from app.strings import plain, say
from churn.workspace.files import clean_csv, set_aside_csv

SHOWN = 3  # warnings that are read without opening anything
KIND_WIDE = 110  # pixels: a word
KINDS = ("warning", "set_aside", "repaired", "info")


def understood(reading: Any) -> None:
    """In a line how the list was read; opened, all that was repaired, set aside or ignored, and the columns."""
    warnings = [n for n in reading.notices if n.kind == "warning"]
    widgets.notices(warnings[:SHOWN])
    with st.expander(told(reading, warnings), icon=":material/fact_check:"):
        in_figures(reading)
        parts = {"repaired": repairs, "set_aside": set_aside, "columns": columns}
        shown = [p for p in parts if p != "set_aside" or reading.set_aside]
        for tab, part in zip(st.tabs([say(f"score.{p}_title") for p in shown]), shown, strict=True):
            with tab:
                parts[part](reading)
    said()


def told(reading: Any, warnings: list[Any]) -> str:
    """How the list was read, with how much was repaired, left out, or wants a look."""
    rows, title = widgets.amounts().number(reading.rows), state.workspace().business_title(reading.profile)
    counted = {
        "repaired": sum(n.kind == "repaired" for n in reading.notices),
        "aside": len(reading.set_aside),
        "warned": len(warnings),
    }
    line = say("score.understood", rows=rows, business=title)
    return line + "".join(say(f"score.told_{what}", count=count) for what, count in counted.items() if count)


def in_figures(reading: Any) -> None:
    """The reading in four figures."""
    rows, aside, repaired, business = widgets.row(4)
    widgets.count(rows, say("score.rows"), reading.rows)
    widgets.count(aside, say("score.set_aside"), len(reading.set_aside))
    widgets.count(repaired, say("score.repaired"), sum(n.kind == "repaired" for n in reading.notices))
    # A metric would cut a longer name off.
    with business.container(border=True, height="stretch", gap="small"):
        st.markdown(f":small[{say('score.business')}]")
        st.markdown(f"**{plain(state.workspace().business_title(reading.profile))}**")


def repairs(reading: Any) -> None:
    """Every repair and remark that does not stand above, and the rows as they were read to take home."""
    above = [n for n in reading.notices if n.kind == "warning"][:SHOWN]
    rest = sorted((n for n in reading.notices if n not in above), key=lambda n: KINDS.index(n.kind))
    if rest:
        found = {
            say("score.what"): [say(f"score.what_{n.kind}") for n in rest],
            say("score.told_sentence"): [n.text for n in rest],
        }
        words = {
            say("score.what"): widgets.text_column(say("score.what"), width=KIND_WIDE),
            say("score.told_sentence"): widgets.text_column(say("score.told_sentence"), width="large"),
        }
        widgets.table(found, words, alt=say("score.repaired_title"), long_words=True)
    else:
        st.markdown(say("score.nothing_to_tell"))
    clean, told = partial(clean_csv, reading), say("score.download_clean_help")
    widgets.download(say("score.download_clean"), "as-read.csv", clean, help=told)


def set_aside(reading: Any) -> None:
    """The lines left out, to look at and to take home."""
    st.markdown(say("score.set_aside_text"))
    found = {
        say("score.line"): [s.line for s in reading.set_aside],
        say("score.why"): [s.why for s in reading.set_aside],
        say("score.held"): [" · ".join(s.cells) for s in reading.set_aside],
    }
    widgets.table(found, alt=say("score.set_aside_title"), lazy=len(reading.set_aside) > 1_000)
    left = partial(set_aside_csv, reading)
    widgets.download(say("score.download_set_aside"), "set-aside.csv", left)


def columns(reading: Any) -> None:
    """What each column was taken for, in words."""
    theirs = {m.ours: m.theirs for m in reading.matches}
    used = [c for c in reading.schema.columns if c.role != "ignored"]
    found = {
        say("score.theirs"): [theirs.get(c.name, c.name) for c in used],
        say("score.meaning"): [c.meaning or c.name for c in used],
        say("score.kind"): [say(f"kinds.{c.kind}") for c in used],
        say("score.role"): [say(f"column_roles.{c.role}") for c in used],
    }
    widgets.table(found, alt=say("score.columns_title"))
    ignored = [c.name for c in reading.schema.columns if c.role == "ignored"]
    if ignored:
        st.caption(say("score.ignored", columns=", ".join(ignored[:20]), count=len(ignored)))


def said() -> None:
    """What a person has said about the file, and a way to take it back."""
    words = {k: v for k, v in state.in_hand_said().items() if v}
    if words and st.button(say("score.take_back"), icon=":material/undo:", help=say("score.take_back_help")):
        state.tell(**{word: {} if word == "mapping" else None for word in words})
        st.rerun()
