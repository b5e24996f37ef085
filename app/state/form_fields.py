"""Fields of a screen taken down and set again, as a saved segment does."""

from __future__ import annotations

from typing import Any

import streamlit as st


def fields(beginning: str) -> dict[str, Any]:
    """What stands in the fields of the screen whose names begin so."""
    return {name: value for name, value in st.session_state.items() if str(name).startswith(beginning)}


def set_fields(values: dict[str, Any]) -> None:
    """Set these fields when the screen is drawn again; fields are set before they are drawn, never after."""
    st.session_state["set next"] = values


def keep_fields(*beginnings: str) -> None:
    """Keep what stands in the fields whose names begin so, though they are not drawn this time."""
    for name in [str(n) for n in st.session_state]:
        if name.startswith(beginnings):
            st.session_state[name] = st.session_state[name]


def set_waiting_fields() -> None:
    """Set what was asked to be set before the fields of the screen are drawn."""
    st.session_state.update(st.session_state.pop("set next", {}))


def begin_with(values: dict[str, Any]) -> None:
    """What fields hold before anybody has touched them."""
    for name, value in values.items():
        st.session_state.setdefault(name, value)


def copy_field(moved: str, other: str) -> None:
    """Set one field to what another one says: two ways to say the same number."""
    st.session_state[other] = st.session_state[moved]
