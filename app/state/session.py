"""One session: who sits there, the desk that works for them, and the list in hand with its lifetime."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import streamlit as st

from app.demo_models import SAMPLES
from app.state.drawers import Chest, Drawer, ListInHand
from app.state.visitor import who_visits
from churn import Desk


@st.cache_resource(show_spinner=False)  # a spinner needs a screen, and warming up has none
def shared_desk() -> Desk:
    """The desk of the whole process: its open models are shared, it works for nobody on screen."""
    return Desk()


@st.cache_resource
def chest() -> Chest:
    """All sessions' drawers."""
    return Chest()


def meet() -> None:
    """Look who sits in front of this screen, once each time it is drawn; a refusal where nobody known does."""
    st.session_state.pop("who", None)
    st.session_state["who"] = who_visits(shared_desk())


def who() -> Any:
    """Who sits in front of this screen; a refusal where that has to be known and is not."""
    if "who" not in st.session_state:
        meet()
    return st.session_state["who"]


def may(act: str) -> bool:
    """Whether who sits in front of this screen may do that; screens leave out what is denied."""
    return desk().who.may(act)


def desk() -> Desk:
    """The counter every screen asks, working for whoever sits in front of it."""
    visitor = who()
    known, theirs = st.session_state.get("desk", (None, None))
    shared = shared_desk()
    if known != (visitor, id(shared)):
        theirs = shared.working_for(visitor)
        st.session_state["desk"] = ((visitor, id(shared)), theirs)
    return theirs


def drawer() -> Drawer:
    """What this session has in hand."""
    if "drawer" not in st.session_state:
        st.session_state["drawer"] = chest().drawer(emptied=shared_desk().give_back)
    return st.session_state["drawer"]


def held() -> ListInHand:
    """The list in hand, where there has to be one."""
    found = drawer().held
    assert found is not None, "ask need_list first"
    return found


def in_hand() -> ListInHand | None:
    """The list of this session; a sample named in the address is taken in hand first."""
    now = drawer().held
    named = st.query_params.get("sample")
    if named and (now is None or now.name != named) and named in sample_files():
        take_sample(named)
    chest().used(drawer())
    return drawer().held


def was_let_go() -> bool:
    """Whether this session's list had to make room for other sessions."""
    return drawer().emptied


def take(name: str, content: bytes) -> None:
    """Take an uploaded list in hand; the one before, and all that was reckoned from it, is let go."""
    let_go()
    drawer().held = ListInHand(name, shared_desk().in_hand(content))


def take_sample(name: str) -> None:
    """Take one of the shipped samples in hand, and note it in the address."""
    if st.query_params.get("sample") != name:  # an address that names it may name a customer of it as well
        let_go()
    drawer().empty()
    drawer().held = ListInHand(name, shared_desk().in_hand((SAMPLES / name).read_bytes()), sample=True)
    st.query_params["sample"] = name


def let_go() -> None:
    """Forget the list and everything reckoned from it."""
    drawer().empty()
    st.session_state.pop("customer", None)
    for name in ("sample", "customer"):
        if name in st.query_params:
            del st.query_params[name]


def sample_bytes(name: str) -> tuple[str, bytes]:
    """A shipped list by its name, to be taken in hand beside the list."""
    return name, (SAMPLES / name).read_bytes()


def sample_files() -> tuple[str, ...]:
    """The shipped lists that can be scored or learnt from as they are."""
    return tuple(sorted(p.name for p in SAMPLES.glob("*.csv") if not p.name.startswith("music")))


def tell(**said: Any) -> None:
    """Add to what was said about the list: a mapping, how to read dates, which sheet."""
    drawer().held = replace(held(), said={**held().said, **said})


def in_hand_said() -> dict[str, Any]:
    """What was said about the list so far."""
    return held().said


def confirm_mapping(headings: Any, mapping: dict[str, str]) -> None:
    """Use the matches a person confirmed, and remember them for lists with the same headings."""
    desk().remember_mapping(headings, mapping)
    tell(mapping={**in_hand_said().get("mapping", {}), **mapping})


def remember(name: str, value: Any) -> None:
    """Keep a small thing for this session, such as the customer that was opened."""
    st.session_state[f"small {name}"] = value


def recall(name: str, default: Any = None) -> Any:
    """What was kept under that name."""
    return st.session_state.get(f"small {name}", default)


def free_upload(uploaded: Any) -> None:
    """Let the server forget the bytes of an upload that was taken in hand; they would stay until the session ends."""
    with suppress(Exception):  # not a public part of Streamlit: where it changes, memory is freed later instead
        from streamlit.runtime.scriptrunner import get_script_run_ctx

        context = get_script_run_ctx()
        context.uploaded_file_mgr.remove_file(context.session_id, uploaded.file_id)
