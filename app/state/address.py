"""The address: what a reload or a link needs stands after the question mark; a click on another page would drop it."""

from __future__ import annotations

import streamlit as st

from app.state.reckoned import asked_model
from app.state.session import in_hand, list_number


def opened_customer() -> str | None:
    """The key of the customer to show."""
    named = st.query_params.get("customer")
    if named:
        st.session_state["customer"] = named
    return st.session_state.get("customer")


def open_customer(key: str) -> None:
    """Note which customer to open; the address carries the key, so that a reload finds it again."""
    st.session_state["customer"] = key
    st.query_params["customer"] = key


def turn_to_customer(key: str) -> None:
    """Turn to that customer; the address is complete at once, so that one press of Back leads here again."""
    st.switch_page("screens/customer.py", query_params={**address(), "customer": key})


def asked_logs() -> str:
    """The business whose event logs a link leads to."""
    return st.query_params.get("logs", "")


def asked_view() -> str:
    """The half of a screen a link leads to."""
    return st.query_params.get("open", "")


def asked_campaign() -> str:
    """The campaign a link leads to."""
    return st.query_params.get("campaign", "")


def tour_step() -> int | None:
    """The step of the guided tour this session is at; a link or a reload brings it in the address."""
    named = st.query_params.get("tour", "")
    if named.isdigit():
        st.session_state["tour"] = int(named)
    return st.session_state.get("tour")


def begin_tour(number: int) -> None:
    """Be at that step of the tour, with the model left to each step's list."""
    st.session_state["tour"] = number
    st.session_state.pop("model", None)


def end_tour() -> None:
    """Leave the tour; the list stays in hand."""
    st.session_state.pop("tour", None)
    if "tour" in st.query_params:
        del st.query_params["tour"]


def follow(number: str) -> None:
    """Note the job this session waits for; the address carries it."""
    st.query_params["job"] = number


def followed() -> str | None:
    """The number of the job this session waits for."""
    return st.query_params.get("job")


def address() -> dict[str, str]:
    """What a reload or a link needs: the sample or the number of the list, the model, the customer, the step."""
    now = in_hand()
    words = {
        "sample": now.name if now and now.sample else None,
        "list": list_number(),
        "model": asked_model(),
        "customer": opened_customer(),
        "tour": st.session_state.get("tour"),
    }
    return {name: str(value) for name, value in words.items() if value}


def carry_address() -> None:
    """Keep in the address what a reload needs; a click on a page drops it."""
    for name, value in address().items():
        if st.query_params.get(name) != value:
            st.query_params[name] = value
