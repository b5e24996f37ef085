"""One session: who sits there, the workspace that works for them, and the list in hand with its lifetime."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import streamlit as st

from app.demo_models import SAMPLES
from app.state.drawers import Chest, Drawer, KeptList, ListInHand
from app.state.visitor import browser, who_visits
from churn import Workspace
from churn.intake.sources import Reread
from churn.workspace.lists import release_memory


@st.cache_resource(show_spinner=False)  # a spinner needs a screen, and warming up has none
def shared_workspace() -> Workspace:
    """The workspace of the whole process: its open models are shared, it works for nobody on screen."""
    return Workspace()


@st.cache_resource
def chest() -> Chest:
    """All sessions' drawers."""
    return Chest()


def meet() -> None:
    """Look who sits in front of this screen, once each time it is drawn; a refusal where nobody known does."""
    st.session_state.pop("who", None)
    st.session_state["who"] = who_visits(shared_workspace())


def who() -> Any:
    """Who sits in front of this screen; a refusal where that has to be known and is not."""
    if "who" not in st.session_state:
        meet()
    return st.session_state["who"]


def may(act: str) -> bool:
    """Whether who sits in front of this screen may do that; screens leave out what is denied."""
    return workspace().user.may(act)


def workspace() -> Workspace:
    """The counter every screen asks, working for whoever sits in front of it."""
    visitor = who()
    known, theirs = st.session_state.get("workspace", (None, None))
    shared = shared_workspace()
    if known != (visitor, id(shared)):
        theirs = shared.as_user(visitor)
        st.session_state["workspace"] = ((visitor, id(shared)), theirs)
    return theirs


def drawer() -> Drawer:
    """The lists of this visitor; a reload and another tab of the same browser find the same ones."""
    if "drawer" not in st.session_state:
        st.session_state["drawer"] = chest().drawer(owner(), emptied=release_memory)
    return st.session_state["drawer"]


def owner() -> str:
    """Whose lists they are: this browser's, for as long as the same person sits there; empty where it is not known."""
    return f"{browser()} {who().by} {who().name}" if browser() else ""


def at_hand() -> KeptList | None:
    """The list in hand with what was computed from it, if there is one; the address is not looked at."""
    return drawer().lists.get(st.session_state.get("list", ""))


def list_in_hand() -> KeptList:
    """The same, where there has to be one."""
    found = at_hand()
    assert found is not None, "ask need_list first"
    return found


def held() -> ListInHand:
    """The list in hand, where there has to be one."""
    return list_in_hand().held


def in_hand() -> ListInHand | None:
    """The list of this session: as the address names it, else the one taken before, else the visitor's latest."""
    sample, number = st.query_params.get("sample"), st.query_params.get("list")
    now = at_hand()
    if sample in sample_files() and (now is None or not now.held.sample or now.held.name != sample):
        take_sample(str(sample))
    elif number in drawer().lists and number != st.session_state.get("list"):
        st.session_state["list"] = number
    elif "list" not in st.session_state and sample is None and drawer().own():
        hold(drawer().own()[0].number)
    found = at_hand()
    if found is not None:
        chest().used(found)
    return found.held if found else None


def list_number() -> str | None:
    """The number of the list in hand, by which the address names it to this visitor alone; a sample has none."""
    now = in_hand()
    return None if now is None or now.sample else str(st.session_state["list"])


def own_lists() -> dict[str, str]:
    """The visitor's own lists by number with their names, the latest brought first."""
    return {known.number: known.held.name for known in drawer().own()}


def was_let_go() -> str:
    """The name of this session's list where it had to make room for others; empty where none had to."""
    return drawer().let_go.get(st.session_state.get("list", ""), "")


def take(name: str, content: bytes) -> None:
    """Take an uploaded list in hand; those brought before are kept beside it."""
    hold(drawer().put(ListInHand(name, Reread(content))).number)


def hold(number: str) -> None:
    """Take one of the visitor's own lists in hand."""
    put_down()
    st.session_state["list"] = number
    st.query_params["list"] = number


def take_sample(name: str) -> None:
    """Take one of the shipped samples in hand, and note it in the address."""
    if st.query_params.get("sample") != name:  # an address that names it may name a customer of it as well
        put_down()
    content = Reread((SAMPLES / name).read_bytes())
    st.session_state["list"] = drawer().put(ListInHand(name, content, sample=True)).number
    st.query_params["sample"] = name
    st.query_params.pop("list", None)


def put_down() -> None:
    """Have no list in hand; those that were brought stay."""
    st.session_state["list"] = ""
    st.session_state.pop("customer", None)
    for name in ("sample", "customer", "list"):
        st.query_params.pop(name, None)


def forget() -> None:
    """Forget the list in hand and everything computed from it; the latest of the others comes into hand."""
    drawer().drop(st.session_state.get("list", ""))
    others = drawer().own()
    put_down()
    if others:
        hold(others[0].number)


def sample_bytes(name: str) -> tuple[str, bytes]:
    """A shipped list by its name, to be taken in hand beside the list."""
    return name, (SAMPLES / name).read_bytes()


def sample_files() -> tuple[str, ...]:
    """The shipped lists that can be scored or learnt from as they are."""
    return tuple(sorted(p.name for p in SAMPLES.glob("*.csv") if not p.name.startswith("music")))


def tell(**said: Any) -> None:
    """Add to what was said about the list: a mapping, how to read dates, which sheet."""
    list_in_hand().held = replace(held(), said={**held().said, **said})


def in_hand_said() -> dict[str, Any]:
    """What was said about the list so far."""
    return held().said


def confirm_mapping(headings: Any, mapping: dict[str, str]) -> None:
    """Use the matches a person confirmed, and remember them for lists with the same headings."""
    workspace().lists.remember_mapping(headings, mapping)
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
