"""What the dashboard remembers: the only file that touches session state and caches.

Rows of a customer list live in the session that brought them and nowhere else; what is shared between sessions (the
desk with its open models) holds no rows. A sample's name and the model travel in the address, so that a reload or a
link finds them again; an uploaded list does not, and is gone with its session.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

from app.demo_models import SAMPLES
from churn import Desk

T = TypeVar("T")


@dataclass(frozen=True)
class ListInHand:
    """The list a session works with: its bytes, its name, and what the person said about it."""

    name: str
    content: bytes
    sample: bool = False
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The same for the same bytes and the same words about them, whatever the file is called."""
        words = hashlib.sha256(self.content)
        words.update(repr(sorted(self.said.items())).encode())
        return words.hexdigest()

    @property
    def suffix(self) -> str:
        """The ending of the file's name, which some kinds of file are told by."""
        return "".join(Path(self.name).suffixes[-2:])[-12:]

    @property
    def words(self) -> dict[str, Any]:
        """What the desk is told beside the bytes."""
        return {"filename": self.name, **self.said}


@st.cache_resource
def desk() -> Desk:
    """The counter every screen asks, one for the whole process."""
    return Desk()


def in_hand() -> ListInHand | None:
    """The list of this session; a sample named in the address is taken in hand first."""
    held = st.session_state.get("list")
    named = st.query_params.get("sample")
    if named and (held is None or held.name != named) and named in sample_files():
        take_sample(named)
    return st.session_state.get("list")


def take(name: str, content: bytes) -> None:
    """Take an uploaded list in hand; the one before, and all that was reckoned from it, is let go."""
    let_go()
    st.session_state["list"] = ListInHand(name, content)


def take_sample(name: str) -> None:
    """Take one of the shipped samples in hand, and note it in the address."""
    if st.query_params.get("sample") != name:  # an address that names it may name a customer of it as well
        let_go()
    st.session_state["list"] = ListInHand(name, (SAMPLES / name).read_bytes(), sample=True)
    st.query_params["sample"] = name


def tell(**said: Any) -> None:
    """Add to what was said about the list: a mapping, how to read dates, which sheet."""
    held = st.session_state["list"]
    st.session_state["list"] = replace(held, said={**held.said, **said})


def confirm_mapping(headings: Any, mapping: dict[str, str]) -> None:
    """Use the matches a person confirmed, and remember them for lists with the same headings."""
    desk().remember_mapping(headings, mapping)
    tell(mapping={**in_hand_said().get("mapping", {}), **mapping})


def in_hand_said() -> dict[str, Any]:
    """What was said about the list so far."""
    return st.session_state["list"].said


def open_customer(key: str) -> None:
    """Note which customer to open; the address carries the key, so that a reload finds it again."""
    st.session_state["customer"] = key
    st.query_params["customer"] = key


def opened_customer() -> str | None:
    """The key of the customer to show."""
    return st.query_params.get("customer") or st.session_state.get("customer")


def let_go() -> None:
    """Forget the list and everything reckoned from it."""
    for name in ("list", "kept", "customer"):
        st.session_state.pop(name, None)
    for name in ("sample", "customer"):
        if name in st.query_params:
            del st.query_params[name]


def sample_files() -> tuple[str, ...]:
    """The shipped lists that can be scored or learnt from as they are."""
    return tuple(sorted(p.name for p in SAMPLES.glob("*.csv") if not p.name.startswith("music")))


def kept(what: str, reckon: Callable[[], T]) -> T:
    """Something reckoned from the list in hand, once for as long as the list and what was said stay the same."""
    held = st.session_state["list"]
    place = st.session_state.setdefault("kept", {})
    key = f"{what}:{held.digest}"
    if key not in place:
        for old in [k for k in place if k.startswith(f"{what}:")]:
            del place[old]
        place[key] = reckon()
    return place[key]


def reading() -> Any:
    """What is understood of the list in hand."""
    held = st.session_state["list"]
    return kept("reading", lambda: desk().check(held.content, **held.words))


def chosen_model() -> str:
    """The model for the list in hand: the one chosen in the sidebar, else the one whose columns the list has."""
    asked = st.query_params.get("model")
    known = [card["name"] for card in desk().shelf()]
    if asked in known:
        return asked
    held = st.session_state["list"]
    return kept("fitting", lambda: desk().model_for(held.content, **held.words).name)


def ranked() -> Any:
    """The list in hand, scored by the live version of the chosen model."""
    held = st.session_state["list"]
    model = desk().model(chosen_model())
    what = f"ranked {model.name} {model.version}"
    return kept(what, lambda: desk().score(held.content, model=f"{model.name}@{model.version}", **held.words))


def explained(found: Any, key: str) -> Any:
    """One customer of the scored list with everything that can be said about the score."""
    model = found.model
    what = f"explained {key} {model.name} {model.version}"
    return kept(what, lambda: desk().explain_in(found, key))


def latest(what: str, key: Any, reckon: Callable[[], T]) -> T:
    """Something reckoned from the list in hand, kept until it is asked for with another key."""
    place = st.session_state.setdefault("kept", {})
    if place.get(what, (None,))[0] != key:
        place[what] = (key, reckon())
    return place[what][1]


def planned(ranked: Any, words: dict[str, Any], playbook: Any) -> Any:
    """The campaign for the scored list under the choices made on screen; only the latest is kept."""
    asked = {word: value for word, value in words.items() if word != "rested"}
    key = (st.session_state["list"].digest, ranked.model.version, repr(words), playbook)

    def reckon() -> Any:
        return desk().plan(ranked, desk().order(**asked), playbook=playbook, rested=words["rested"])

    return latest("planned", key, reckon)


def follow(number: str) -> None:
    """Note the job this session waits for; the address carries it."""
    st.query_params["job"] = number


def followed() -> str | None:
    """The number of the job this session waits for."""
    return st.query_params.get("job")


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
