"""What was reckoned from the list in hand: kept in the session's drawer for as long as nothing it rests on changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import streamlit as st

from app.state.seats import Seats
from app.state.session import desk, drawer, held, in_hand
from churn.errors import ChurnError

T = TypeVar("T")
SEATS = Seats()
LARGE = 20 << 20  # bytes of a list beyond which it would keep a seat from everybody for long: it goes beside them
LIST_LATER = 1.0  # seconds by which a list being read, which says so, lets clicks go first


def kept(what: str, reckon: Callable[[], T], *, later: float = 0.0) -> T:
    """Something reckoned from the list in hand, once for as long as the list and what was said stay the same."""
    return drawer().kept_or(f"{what}:{held().digest}", lambda: _reckoned(reckon, later))


def of_ranked(what: str, ranked: Any, reckon: Callable[[], T]) -> T:
    """Something reckoned from the scores of the list in hand, once for each version that scored it."""
    return kept(f"{what} of {ranked.model.name} {ranked.model.version}", reckon)


def latest(what: str, key: Any, reckon: Callable[[], T]) -> T:
    """Something reckoned from the list in hand, kept until it is asked for with another key."""
    place = drawer().kept
    if place.get(what, (None,))[0] != key:
        place[what] = (key, _reckoned(reckon))
    return place[what][1]


def keep_latest(what: str, key: Any, value: Any) -> None:
    """Keep something that was made from the list in hand, under the key it was made with."""
    drawer().kept[what] = (key, value)


def found_latest(what: str, key: Any) -> Any:
    """What was kept with this key; None where nothing was, or with another key."""
    known, value = drawer().kept.get(what, (None, None))
    return value if known == key else None


def _reckoned(reckon: Callable[[], T], later: float = 0.0) -> T:
    """What it comes to, reckoned when it is this session's turn."""
    now = drawer().held
    if now is not None and len(now.content) > LARGE:
        return reckon()
    with SEATS.seat(later=later):
        return reckon()


def reading() -> Any:
    """What is understood of the list in hand."""
    return kept("reading", lambda: desk().check(held().content, **held().words), later=LIST_LATER)


def model_names() -> list[str]:
    """The models on the shelf."""
    return [card["name"] for card in desk().shelf()]


def choose_model(name: str | None) -> None:
    """Score with this model from now on; None: with the one whose columns the list has."""
    st.session_state["model"] = name
    if name:
        st.query_params["model"] = name
    elif "model" in st.query_params:
        del st.query_params["model"]


def asked_model() -> str | None:
    """The model chosen in the sidebar or named in the address; None where the list decides."""
    named = st.query_params.get("model")
    if named and named != st.session_state.get("model") and named in model_names():
        st.session_state["model"] = named
    return st.session_state.get("model")


def chosen_model() -> str:
    """The model for the list in hand: the one chosen, else the one whose columns the list has."""
    asked = asked_model()
    if asked:
        return asked
    return kept("fitting", lambda: desk().model_for(held().content, **held().words).name)


def ranked() -> Any:
    """The list in hand, scored by the live version of the chosen model."""
    model = desk().model(chosen_model())
    named = f"{model.name}@{model.version}"
    return kept(f"ranked {named}", lambda: desk().score(held().content, model=named, **held().words), later=LIST_LATER)


def ranked_by(model: Any) -> Any:
    """The list in hand as this model scored it; None where there is no list or another model scores it."""
    if in_hand() is None:
        return None
    with suppress(ChurnError):
        found = ranked()
        if (found.model.name, found.model.version) == (model.name, model.version):
            return found
    return None


def likely_model(live: Sequence[str]) -> str:
    """The model a person most likely means: the one chosen or the one of the list in hand, else the first."""
    with suppress(ChurnError):
        likely = asked_model() or (chosen_model() if in_hand() else None)
        if likely in live:
            return str(likely)
    return live[0]


def exploring(found: Any) -> Any:
    """The scored list, ready to be asked what moves it; what was reckoned once stays."""
    return of_ranked("exploring", found, lambda: desk().exploring(found))


def explained(found: Any, key: str) -> Any:
    """One customer of the scored list with everything that can be said about the score."""
    model = found.model
    what = f"explained {key} {model.name} {model.version}"
    return kept(what, lambda: desk().explain_in(found, key))


def planned(ranked: Any, words: dict[str, Any], playbook: Any) -> Any:
    """The campaign for the scored list under the choices made on screen; only the latest is kept."""
    asked = {word: value for word, value in words.items() if word != "rested"}
    key = (held().digest, ranked.model.version, repr(words), playbook)

    def reckon() -> Any:
        return desk().plan(ranked, desk().order(**asked), playbook=playbook, rested=words["rested"])

    return latest("planned", key, reckon)
