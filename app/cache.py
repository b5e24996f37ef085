"""What was computed from the list in hand, kept while nothing it rests on changes; compute slots; the address."""

from __future__ import annotations

import heapq
import itertools
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import streamlit as st

from app import session
from app.demo import DEMOS, SAMPLES
from app.session import ListInHand, at_hand, drawer, held, in_hand, list_in_hand, list_number, workspace
from churn.errors import ChurnError
from churn.workspace.access import THIS_MACHINE
from churn.workspace.campaigns import order_from_choices
from churn.workspace.parts import Part

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from churn.money.playbook import Playbook
    from churn.training.model import Model
    from churn.workspace.campaigns import KeptCampaign
    from churn.workspace.lists import ScoredCustomers

AT_ONCE = 2  # while one is in compiled code, the other one has the interpreter


class Seats:
    """Some seats, and those who wait for one in the order of when they are due."""

    def __init__(self, count: int = AT_ONCE) -> None:
        self._free = count
        self._waiting: list[tuple[float, int]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._mine = threading.local()

    @contextmanager
    def seat(self, *, later: float = 0.0) -> Iterator[None]:
        """A seat for as long as something is computed; what is computed within it needs no second one.

        later  seconds by which it lets those go first who come after it
        """
        if getattr(self._mine, "seated", False):
            yield
            return
        self._wait(later)
        self._mine.seated = True
        try:
            yield
        finally:
            self._mine.seated = False
            self._leave()

    def _wait(self, later: float) -> None:
        ticket = (time.monotonic() + later, next(self._numbers))
        with self._changed:
            heapq.heappush(self._waiting, ticket)
            self._changed.wait_for(lambda: self._free > 0 and self._waiting[0] == ticket)
            heapq.heappop(self._waiting)
            self._free -= 1
            self._changed.notify_all()  # there may be a seat for the next one, too

    def _leave(self) -> None:
        with self._changed:
            self._free += 1
            self._changed.notify_all()


T = TypeVar("T")
SEATS = Seats()
LARGE = 20 << 20  # bytes of a list beyond which it would keep a seat from everybody for long: it goes beside them
LIST_LATER = 1.0  # seconds by which a list being read, which says so, lets clicks go first
WORDS = (str, int, float, bool, type(None))


def kept(compute: Callable[..., T], subject: object, *words: object, later: float = 0.0) -> T:
    """What `compute(subject, *words)` gives, once for each list in hand and each version that scored it.

    The key is the function itself, the list with what was said of it, the version of the model that `subject` rests on,
    and the words: no two things can be kept under one key.
    """
    odd = next((word for word in _flat(words) if not isinstance(word, WORDS)), None)
    if odd is not None:
        raise TypeError(f"Only plain words can tell two computations apart, not {type(odd).__name__}.")
    key = (_name_of(compute), held().digest, _basis_of(subject), words)
    return list_in_hand().kept_or(key, lambda: _computed(lambda: compute(subject, *words), later))


def latest(compute: Callable[..., T], key: object, /, *args: object, **more: Any) -> T:
    """What `compute(*args, **more)` gives, kept until it is asked for with another key, list or model."""
    place, full = drawer().latest, _full_key(key, args)
    known, found = place.get(_name_of(compute), (None, None))
    if known != full:
        found = _computed(lambda: compute(*args, **more))
        place[_name_of(compute)] = (full, found)
    return cast(T, found)


def keep_latest(compute: Callable[..., object], key: object, value: object) -> None:
    """Keep what that function once gave, under the key it was made with."""
    drawer().latest[_name_of(compute)] = (_full_key(key, ()), value)


def found_latest(compute: Callable[..., object], key: object) -> Any:
    """What that function gave and was kept with this key; None where nothing was, or with another key."""
    known, value = drawer().latest.get(_name_of(compute), (None, None))
    return value if known == _full_key(key, ()) else None


def forget_computed() -> None:
    """Forget what was computed of this visitor's lists: the offers it rests on have changed."""
    for known in drawer().lists.values():
        known.kept.clear()
    drawer().latest.clear()


def _name_of(compute: Callable[..., object]) -> str:
    """What tells a function from every other one; one made on the spot has nothing that does."""
    name, owner = getattr(compute, "__qualname__", "<"), getattr(compute, "__self__", None)
    if "<" in name or not (owner is None or isinstance(owner, Part)):
        raise TypeError("What is kept is named by its function: give one of a module or of the workspace, no lambda.")
    return f"{compute.__module__}.{name}"


def _full_key(key: object, args: Sequence[object]) -> Any:
    now = at_hand()
    return (now.held.digest if now else None, _basis_of(args[0]) if args else None, key)


def _basis_of(subject: object) -> tuple[str, str] | None:
    """The model and version that something rests on: a model, a scored list, what explores it, a plan made of it."""
    for part in ("basis", "ranked", "model"):
        subject = getattr(subject, part, subject)
    name, version = getattr(subject, "name", None), getattr(subject, "version", None)
    return (str(name), str(version)) if version is not None else None


def _flat(words: Sequence[object]) -> Iterator[Any]:
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
    return workspace().models.for_list(now.content, made_up=now.made_up, **now.words).name


def _score(now: ListInHand, named: str) -> Any:
    found = workspace().lists.score(now.content, model=named, **now.words)
    session.keep_in_home(now, found.model.name, found.reading.rows)
    return found


def model_names() -> list[str]:
    """The models kept."""
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


def ranked_by(model: Model) -> Any:
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


def likely_campaign(kept: Iterable[KeptCampaign]) -> str:
    """The latest campaign of the business whose list is in hand, else the latest of all."""
    model = likely_model([one.record.model for one in kept])
    return str(next(one.record.campaign for one in kept if one.record.model == model))


def exploring(found: ScoredCustomers) -> Any:
    """The scored list, ready to be asked what moves it; what was computed once stays."""
    return kept(workspace().lists.explore, found)


def explained(found: ScoredCustomers, key: str) -> Any:
    """One customer of the scored list with everything that can be said about the score."""
    return kept(workspace().customers.explain_in, found, key)


def planned(ranked: ScoredCustomers, words: dict[str, Any], playbook: Playbook) -> Any:
    """The campaign for the scored list under the choices made on screen; only the latest is kept."""
    return latest(_plan, (repr(words), playbook), ranked, words, playbook)


def _plan(ranked: ScoredCustomers, words: dict[str, Any], playbook: Playbook) -> Any:
    asked = {word: value for word, value in words.items() if word != "rested"}
    return workspace().campaigns.plan(ranked, order_from_choices(**asked), playbook=playbook, rested=words["rested"])


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
    """Keep in the address what a reload needs, said at once; a click on a page drops it."""
    lacking = {name: value for name, value in address().items() if st.query_params.get(name) != value}
    if lacking:
        st.query_params.update(lacking)


class OwnFolder:
    """A folder that is removed when nobody holds it any more."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="logs-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


@dataclass(frozen=True)
class LogsInHand:
    """The logs a session works with: whose recipe, where each table's files lie, and whether they are a sample."""

    profile: str
    tables: Mapping[str, str]
    sample: bool = False
    folder: OwnFolder | None = field(
        default=None, repr=False, compare=False
    )  # kept open: the files go when the session goes

    @property
    def asked(self) -> tuple[dict[str, str], str]:
        """What the workspace is asked with."""
        return dict(self.tables), self.profile


def logs(profile: str) -> LogsInHand | None:
    """The logs in hand, if they are of this business."""
    held = st.session_state.get("logs")
    return held if held and held.profile == profile else None


def bring(profile: str, uploads: Mapping[str, Sequence[UploadedFile]]) -> None:
    """Lay uploaded files down for the engine, each table in a folder of its own; the server's copy is let go."""
    folder = OwnFolder()
    tables = {}
    for table, files in uploads.items():
        place = folder.path / table
        place.mkdir()
        for number, file in enumerate(files):
            (place / f"{number:05} {Path(file.name).name}").write_bytes(file.getbuffer())
            session.free_upload(file)
        tables[table] = str(place)
    _hold(LogsInHand(profile, tables, folder=folder))


def point_to(profile: str, places: Mapping[str, str]) -> None:
    """Use files where they lie: a file, a folder or a pattern for each table."""
    _hold(LogsInHand(profile, dict(places)))


def take_sample(profile: str) -> None:
    """Take the shipped sample logs of a business."""
    _hold(LogsInHand(profile, sample_logs()[profile], sample=True))


def sample_logs() -> dict[str, dict[str, str]]:
    """The shipped logs, by the business whose recipe reads them."""
    return {d.profile: {t: str(SAMPLES / f) for t, f in d.logs.items()} for d in DEMOS if d.logs}


def on_this_machine() -> bool:
    """Whether the person sits at the machine that runs Holdfast; only then may files be named by their place."""
    return bool(session.who() == THIS_MACHINE)


def let_go() -> None:
    """Forget the logs and what was computed from them."""
    for name in ("logs", "outlook", "made from logs", "filling"):
        st.session_state.pop(name, None)


def outlook(held: LogsInHand) -> Any:
    """What the logs cover, computed once; the slider then asks nothing of the engine."""
    known, seen = st.session_state.get("outlook", (None, None))
    if known != held:
        seen = session.workspace().logs.outlook(*held.asked)
        st.session_state["outlook"] = (held, seen)
    return seen


def make_list(held: LogsInHand, request: dict[str, Any]) -> None:
    """Make the customer table and take it in hand."""
    made = session.workspace().logs.make_list(*held.asked, **request)
    session.take(made.name, made.content, made_up=held.sample)
    st.session_state["made from logs"] = made.summary


def made() -> Any:
    """What is known of the list made from logs, while it is the one in hand."""
    held, found = session.in_hand(), st.session_state.get("made from logs")
    return found if found and held and held.name.endswith(f"-{found.as_of}.parquet") else None


def filling(held: LogsInHand, request: dict[str, Any]) -> Any:
    """What filling silent days in did when it was tried with these dates; None while it was not."""
    known, found = st.session_state.get("filling", (None, None))
    return found if known == (held, request) else None


def try_filling(held: LogsInHand, request: dict[str, Any]) -> None:
    """Try it, and keep the answer."""
    st.session_state["filling"] = ((held, request), session.workspace().logs.try_filling(*held.asked, **request))


def _hold(held: LogsInHand) -> None:
    let_go()
    st.session_state["logs"] = held
