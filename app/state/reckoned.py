"""What was reckoned from the list in hand: kept in the session's drawer for as long as nothing it rests on changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeVar, cast

import streamlit as st

from app.state.drawers import ListInHand
from app.state.seats import Seats
from app.state.session import at_hand, drawer, held, in_hand, list_in_hand, workspace
from churn.errors import ChurnError
from churn.workspace.campaigns import order_from_choices
from churn.workspace.parts import Part

T = TypeVar("T")
SEATS = Seats()
LARGE = 20 << 20  # bytes of a list beyond which it would keep a seat from everybody for long: it goes beside them
LIST_LATER = 1.0  # seconds by which a list being read, which says so, lets clicks go first
WORDS = (str, int, float, bool, type(None))


def kept(compute: Callable[..., T], subject: Any, *words: Any, later: float = 0.0) -> T:
    """What `compute(subject, *words)` gives, once for each list in hand and each version that scored it.

    The key is the function itself, the list with what was said of it, the version of the model that `subject` rests on,
    and the words: no two things can be kept under one key.
    """
    odd = next((word for word in _flat(words) if not isinstance(word, WORDS)), None)
    if odd is not None:
        raise TypeError(f"Only plain words can tell two computations apart, not {type(odd).__name__}.")
    key = (_name_of(compute), held().digest, _basis_of(subject), words)
    return list_in_hand().kept_or(key, lambda: _computed(lambda: compute(subject, *words), later))


def latest(compute: Callable[..., T], key: Any, /, *args: Any, **more: Any) -> T:
    """What `compute(*args, **more)` gives, kept until it is asked for with another key, list or model."""
    place, full = drawer().latest, _full_key(key, args)
    known, found = place.get(_name_of(compute), (None, None))
    if known != full:
        found = _computed(lambda: compute(*args, **more))
        place[_name_of(compute)] = (full, found)
    return cast(T, found)


def keep_latest(compute: Callable[..., Any], key: Any, value: Any) -> None:
    """Keep what that function once gave, under the key it was made with."""
    drawer().latest[_name_of(compute)] = (_full_key(key, ()), value)


def found_latest(compute: Callable[..., Any], key: Any) -> Any:
    """What that function gave and was kept with this key; None where nothing was, or with another key."""
    known, value = drawer().latest.get(_name_of(compute), (None, None))
    return value if known == _full_key(key, ()) else None


def _name_of(compute: Callable[..., Any]) -> str:
    """What tells a function from every other one; one made on the spot has nothing that does."""
    name, owner = getattr(compute, "__qualname__", "<"), getattr(compute, "__self__", None)
    if "<" in name or not (owner is None or isinstance(owner, Part)):
        raise TypeError("What is kept is named by its function: give one of a module or of the workspace, no lambda.")
    return f"{compute.__module__}.{name}"


def _full_key(key: Any, args: Sequence[Any]) -> Any:
    now = at_hand()
    return (now.held.digest if now else None, _basis_of(args[0]) if args else None, key)


def _basis_of(subject: Any) -> tuple[str, str] | None:
    """The model and version that something rests on: a model, a scored list, what explores it, a plan made of it."""
    for part in ("basis", "ranked", "model"):
        subject = getattr(subject, part, subject)
    name, version = getattr(subject, "name", None), getattr(subject, "version", None)
    return (str(name), str(version)) if version is not None else None


def _flat(words: Sequence[Any]) -> Iterator[Any]:
    for word in words:
        if isinstance(word, tuple):
            yield from _flat(word)
        else:
            yield word


def _computed(compute: Callable[[], T], later: float = 0.0) -> T:
    """What it comes to, computed when it is this session's turn."""
    now = at_hand()
    if now is not None and len(now.held.content) > LARGE:
        return compute()
    with SEATS.seat(later=later):
        return compute()


def reading() -> Any:
    """What is understood of the list in hand."""
    return kept(_check, held(), later=LIST_LATER)


def _check(now: ListInHand) -> Any:
    return workspace().lists.check(now.content, **now.words)


def _fitting(now: ListInHand) -> str:
    return workspace().models.for_list(now.content, **now.words).name


def _score(now: ListInHand, named: str) -> Any:
    return workspace().lists.score(now.content, model=named, **now.words)


def model_names() -> list[str]:
    """The models on the shelf."""
    return [card["name"] for card in workspace().models.list()]


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
    return kept(_fitting, held())


def ranked() -> Any:
    """The list in hand, scored by the live version of the chosen model."""
    model = workspace().models.get(chosen_model())
    return kept(_score, held(), f"{model.name}@{model.version}", later=LIST_LATER)


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
    """The scored list, ready to be asked what moves it; what was computed once stays."""
    return kept(workspace().lists.explore, found)


def explained(found: Any, key: str) -> Any:
    """One customer of the scored list with everything that can be said about the score."""
    return kept(workspace().customers.explain_in, found, key)


def planned(ranked: Any, words: dict[str, Any], playbook: Any) -> Any:
    """The campaign for the scored list under the choices made on screen; only the latest is kept."""
    return latest(_plan, (repr(words), playbook), ranked, words, playbook)


def _plan(ranked: Any, words: dict[str, Any], playbook: Any) -> Any:
    asked = {word: value for word, value in words.items() if word != "rested"}
    return workspace().campaigns.plan(ranked, order_from_choices(**asked), playbook=playbook, rested=words["rested"])
