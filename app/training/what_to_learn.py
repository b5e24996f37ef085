"""What to learn from: the roles of columns, what may know the outcome already, and how to train."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state, widgets
from app.strings import plain, say
from app.training.who_left import heading_of
from churn.workspace.models import find_leaks

ROLES = {"key": ("text", "number", "category"), "value": ("number",), "date": ("date",)}
LONGEST = 60  # signs of a heading in a sentence
WAYS = ("money", "f1", "recall", "list")


def roles(reading: Any, outcome: str) -> dict[str, str | None]:
    """Which column names the customer, which is the money, which says when a row was true."""
    widgets.section(say("training.roles"), say("training.roles_text"))
    chosen: dict[str, str | None] = {}
    for place, (role, kinds) in zip(st.columns(3), ROLES.items(), strict=True):
        known = getattr(reading.schema, role)
        names = [c.name for c in reading.schema.columns if c.kind in kinds and c.name != outcome]
        named = place.selectbox(
            say(f"training.{role}"),
            names,
            index=names.index(known.name) if known and known.name in names else None,
            format_func=lambda name: heading_of(reading, name),
            placeholder=say("training.none"),
            help=say(f"training.{role}_help"),
            key=f"{role} {state.held().digest}",
        )
        chosen[role] = None if known and named == known.name else named
    return chosen


def kept_out(reading: Any, asked: dict[str, Any]) -> list[str]:
    """Columns not to learn from: those a person takes out, and suspects by choice; sure leaks go by themselves."""
    with widgets.working(say("training.looking")):
        found = state.latest(find_leaks, repr(sorted(asked.items())), reading, **asked)
    sure, doubtful = [leak for leak in found if leak.hard], [leak for leak in found if not leak.hard]
    widgets.section(say("training.leaks"), say("training.leaks_text"))
    if not found:
        st.caption(f":material/verified: {say('training.no_leaks')}")
    for leak in sure:
        st.markdown(f":material/block: **{plain(shortened(heading_of(reading, leak.column)))}** · {plain(leak.why)}")
    dropped = [leak.column for leak in doubtful if suspect(reading, leak) == "drop"]
    names = [c.name for c in reading.schema.columns if c.name not in {leak.column for leak in found}]
    more = st.multiselect(
        say("training.drop"),
        names,
        format_func=lambda name: heading_of(reading, name),
        placeholder=say("training.none"),
        help=say("training.drop_help"),
        key=f"drop {state.held().digest}",
    )
    return [*dropped, *more]


def shortened(name: str) -> str:
    """A very long heading, cut in the middle where names differ least."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 15]} … {name[-12:]}"


def suspect(reading: Any, leak: Any) -> str:
    """One column that may know the outcome: learn from it, or leave it out."""
    with st.container(border=True):
        text, choice = st.columns([3, 1], vertical_alignment="center")
        text.markdown(f":material/help: **{plain(shortened(heading_of(reading, leak.column)))}** · {plain(leak.why)}")
        return choice.segmented_control(
            say("training.suspect"),
            ["keep", "drop"],
            default="keep",
            required=True,
            format_func=lambda word: say(f"training.suspect_{word}"),
            label_visibility="collapsed",
            key=f"suspect {leak.column} {state.held().digest}",
        )


def how(known: Any) -> dict[str, Any]:
    """How to train, which most lists can leave as it is."""
    with st.expander(say("training.more"), icon=":material/tune:"):
        left, right = st.columns(2)
        name = left.text_input(say("training.name"), help=say("training.name_help"), key="model name").strip()
        quick = right.toggle(say("training.quick"), help=say("training.quick_help"), key="quick")
        way = left.selectbox(
            say("training.threshold"),
            WAYS,
            format_func=lambda word: say(f"ways.choose_{word}"),
            help=say("training.threshold_help"),
            key="threshold way",
        )
        return {"name": name, "quick": quick, "threshold": threshold(right, way, known)}


def threshold(place: Any, way: str, known: Any) -> str | None:
    """The words for how the threshold is chosen, with the number that belongs to it."""
    if way == "recall":
        share = place.slider(say("training.recall"), 50, 99, 80, format="%d%%", key="recall wanted")
        return f"recall 0.{share:02d}"
    if way == "list":
        length = place.number_input(say("training.length"), 1, known.customers, min(500, known.customers), key="length")
        return f"list {length}"
    return None if way == "money" else way
