"""Choosing a customer: one of the list by key, or one typed in by a form that the model's own columns make."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state, widgets
from app.strings import plain, say
from churn.workspace.customers import customer_from_form
from churn.workspace.list_history import list_keys


def pick(ranked: Any) -> Any:
    """One customer of the list: the one opened before, or one found by key; None while nobody is chosen."""
    keys = list_keys(ranked)
    opened = state.opened_customer()
    place = keys.index(opened) if opened in keys else None
    chosen = st.selectbox(say("customer.pick"), keys, index=place, placeholder=say("customer.pick_hint"))
    if chosen is None:
        widgets.empty(say("customer.none"), icon="person_search")
        return None
    if chosen != opened:
        state.open_customer(chosen)
    return state.explained(ranked, chosen)


def type_in() -> Any:
    """A customer typed in, for any model and without any list; None until the form is sent."""
    model = choose_model()
    if model is None:
        return None
    fields = state.workspace().customers.form(model)
    with st.form("typed", border=True):
        st.markdown(say("customer.form_text"))
        values = fill_in(fields)
        day = st.date_input(say("customer.as_of")) if any(f.kind == "date" for f in fields) else None
        if st.form_submit_button(say("customer.form_send"), type="primary", icon=":material/calculate:"):
            state.remember("typed", (model.name, values, day))
    name, values, day = state.recall("typed", (None, {}, None))
    if name != model.name:
        return None
    workspace = state.workspace()
    return workspace.customers.explain_values(model, customer_from_form(model, values), as_of=day)


def choose_model() -> Any:
    """The live model to ask; where there are several, the person chooses."""
    workspace = state.workspace()
    live = [card["name"] for card in workspace.models.list() if card["live"]]
    if not live:
        widgets.empty(say("customer.no_model"), icon="model_training", go="training")
        return None
    first = state.likely_model(live)
    name = st.selectbox(say("customer.model"), live, index=live.index(first)) if len(live) > 1 else live[0]
    return workspace.models.get(name)


def fill_in(fields: Any) -> dict[str, Any]:
    """Every field of the form, three in a row, in the order of the business."""
    values = {}
    for start in range(0, len(fields), 3):
        for place, one in zip(st.columns(3), fields[start : start + 3], strict=False):
            with place:
                values[one.name] = ask(one, one.typical, f"typed {one.name}")
    return values


def ask(field: Any, now: Any, key: str) -> Any:
    """One column as the field that suits it; what comes back is the value, None where nothing is known."""
    label = plain(field.label)
    if field.options:
        known = list(field.options)
        place = known.index(now) if now in known else None
        return st.selectbox(
            label,
            known,
            index=place,
            format_func=field.options.__getitem__,
            key=key,
            placeholder=say("customer.unknown"),
        )
    if field.kind == "date":
        return st.date_input(label, value=now, key=key)
    return number(field, label, now, key)


def number(field: Any, label: str, now: float | None, key: str) -> float | None:
    """A number in the steps of its unit; a value that the list has already is never refused."""
    whole = field.step is not None
    kind = int if whole else float
    low = None if field.low is None or (now is not None and now < field.low) else kind(field.low)
    value = st.number_input(
        label,
        value=None if now is None else kind(now),
        min_value=low,
        step=1 if whole else None,
        key=key,
        placeholder=say("customer.unknown"),
        help=say("customer.learnt_unit", unit=field.unit) if field.unit in ("days", "months", "share") else None,
    )
    return None if value is None else float(value)
