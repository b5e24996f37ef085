"""One session: who uses it, the lists it holds with their lifetime, and what the browser is told.

Rows of a list live in the session that brought them and nowhere else. An address carries a number that opens a list for
the browser that brought it and for nobody else; it is gone with the last session of that browser.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
import time
import tomllib
import weakref
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.auth_util import get_secrets_auth_section
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app.demo import SAMPLES
from app.words import ENGLISH, languages, speak
from churn import Workspace
from churn.errors import ChurnError, RequestRefused, Unavailable
from churn.intake.sources import CachedSource
from churn.workspace.access import ANYBODY, COOKIE, SIGN_INS, is_here, one_name
from churn.workspace.lists import release_memory

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from churn.store.businesses import StoredList
    from churn.workspace.access import Principal

VISIT_COOKIE = "holdfast_visit"
BYTES = 32
SETTINGS = "/_stcore/host-config"  # asked for by every page of the dashboard before it connects
_SOUND = re.compile(r"[A-Za-z0-9_-]{43}")


class BrowserCookie:
    """Gives a browser that has no cookie yet one with the first page it asks for."""

    def __init__(self, inner: ASGIApp) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as before, with a cookie where one is due."""
        headers = Headers(scope=scope) if scope["type"] == "http" else None
        if headers is None or not is_due(scope["method"], scope["path"], headers):
            await self.inner(scope, receive, send)
            return
        secure = "https" in (scope.get("scheme"), headers.get("x-forwarded-proto"))

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("Set-Cookie", cookie(token_urlsafe(BYTES), secure=secure))
            await send(message)

        await self.inner(scope, receive, with_cookie)


def is_due(method: str, path: str, headers: Headers) -> bool:
    """Whether this request is to be answered with a new cookie.

    Only a page, or the settings that it asks for: one request of each visit, so that two numbers never race. A link on
    another site comes without the cookie even where there is one; then the settings, asked for from here, tell.
    """
    if method != "GET" or is_sound(number_in(headers.get("cookie", ""))):
        return False
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return False
    return path.endswith(SETTINGS) or "text/html" in headers.get("accept", "")


def number_in(cookies: str) -> str:
    """The number in the cookies of a request; empty where there is none."""
    try:
        found = SimpleCookie(cookies).get(VISIT_COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def is_sound(number: str) -> bool:
    """Whether it is a number as given out here."""
    return bool(_SOUND.fullmatch(number))


def cookie(number: str, *, secure: bool) -> str:
    """The cookie as it is set: for this site alone, out of reach of scripts, gone with the browser."""
    return f"{VISIT_COOKIE}={number}; Path=/; HttpOnly; SameSite=Strict" + ("; Secure" if secure else "")


T = TypeVar("T")
MOST_KEPT = 24
MOST_OFFERED = 40  # lists of the home that a person can choose from
GROWTH = 8  # bytes in memory for a byte of the file, once it is read, typed and scored (measured on CSV lists)
MOST_MEGABYTES = 2048
SOON = 1.0  # seconds after which what a drawer held is out of memory


@dataclass(frozen=True)
class ListInHand:
    """The list a session works with: its bytes, its name, and what the person said about it."""

    name: str
    content: bytes
    sample: bool = False
    made_up: bool = False  # of a sample, or made from sample logs
    said: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """The same for the same bytes and the same words about them, whatever the file is called."""
        words = hashlib.sha256(self.content)
        words.update(repr(sorted(self.said.items())).encode())
        return words.hexdigest()

    @cached_property
    def fingerprint(self) -> str:
        """The same for the same bytes, as a kept list is found by."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def suffix(self) -> str:
        """The ending of the file's name, which some kinds of file are told by."""
        return "".join(Path(self.name).suffixes[-2:])[-12:]

    @property
    def words(self) -> dict[str, Any]:
        """What the workspace is told beside the bytes."""
        return {"filename": self.name, **self.said}


@dataclass(eq=False)
class KeptList:
    """One list of a visitor, by its number, with what was computed from it, the latest last."""

    held: ListInHand
    number: str = field(default_factory=lambda: uuid4().hex[:12])
    kept: OrderedDict[Any, Any] = field(default_factory=OrderedDict)
    used: float = field(default_factory=time.monotonic)

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        return GROWTH * len(self.held.content)

    def kept_or(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What is kept under that key, else computed now; what was not asked for the longest makes room."""
        if key in self.kept:
            found: T = self.kept[key]
        else:
            found = self.kept[key] = compute()
        with _TIDYING:  # two tabs of one visitor may be here at once
            if key in self.kept:
                self.kept.move_to_end(key)
            while len(self.kept) > MOST_KEPT:
                self.kept.popitem(last=False)
        return found


@dataclass(eq=False)
class Drawer:
    """One visitor's lists, the latest brought last, and the latest of what is computed without being kept for each."""

    cleared: Callable[[], None] | None = None
    lists: OrderedDict[str, KeptList] = field(default_factory=OrderedDict)
    latest: dict[Any, tuple[Any, Any]] = field(default_factory=dict)
    let_go: dict[str, str] = field(default_factory=dict)

    def put(self, held: ListInHand) -> KeptList:
        """Add a list; the same file brought again takes the place of the one before, a sample that of any sample."""
        for number, known in list(self.lists.items()):
            again = (known.held.name, known.held.content) == (held.name, held.content)
            if known.held.sample == held.sample and (held.sample or again):
                self.drop(number)
        number = held.fingerprint[:12]  # of its bytes, so that an address still finds it once it is kept in the home
        added = KeptList(held, uuid4().hex[:12] if number in self.lists else number)
        self.lists[added.number] = added
        return added

    def own(self) -> list[KeptList]:
        """The visitor's own lists, the latest brought first; samples are none of them."""
        return [known for known in reversed(self.lists.values()) if not known.held.sample]

    def drop(self, number: str, *, for_others: bool = False) -> None:
        """Let a list go with everything computed from it; `for_others` says that its room was needed."""
        dropped = self.lists.pop(number, None)
        if dropped is not None and for_others:
            self.let_go[number] = dropped.held.name
        self.latest = {}
        if self.cleared is not None:
            self.cleared()


class Chest:
    """All drawers of the server, and how much they may hold together."""

    def __init__(self, most: int | None = None) -> None:
        self.most = most if most is not None else megabytes_allowed() << 20
        self._drawers: weakref.WeakSet[Drawer] = weakref.WeakSet()
        self._owned: weakref.WeakValueDictionary[str, Drawer] = weakref.WeakValueDictionary()
        self._lock = threading.Lock()

    def drawer(self, owner: str = "", emptied: Callable[[], None] | None = None) -> Drawer:
        """The drawer of that visitor, a new one where nobody is known or none is there; gone with their last session.

        emptied  called once what it held is out of memory
        """
        with self._lock:
            known = self._owned.get(owner) if owner else None
            if known is not None:
                return known
            made = Drawer(cleared=emptied)
            if emptied is not None:
                weakref.finalize(made, _soon, emptied).atexit = False
            self._drawers.add(made)
            if owner:
                self._owned[owner] = made
            return made

    def used(self, used: KeptList) -> None:
        """Note that a list is worked with; others, the one unused the longest first, go until everything fits."""
        used.used = time.monotonic()
        with self._lock:
            every = [(drawer, known) for drawer in self._drawers for known in drawer.lists.values()]
            total = sum(known.size for _, known in every)
            for drawer, known in sorted(every, key=lambda pair: pair[1].used):
                if total <= self.most:
                    break
                if known is not used:
                    total -= known.size
                    drawer.drop(known.number, for_others=True)


_TIDYING = threading.Lock()


def _soon(call: Callable[[], None]) -> None:
    """A drawer that goes still holds its things at that moment; a second later they are gone."""
    timer = threading.Timer(SOON, call)
    timer.daemon = True
    timer.start()


def megabytes_allowed() -> int:
    """How much memory the lists of all sessions may take together."""
    told = os.environ.get("CHURN_SESSIONS_MB", "")
    return int(told) if told.isdigit() else MOST_MEGABYTES


LOOPBACK = "127.0.0.1"


def who_visits(workspace: Workspace) -> Any:
    """The person at this screen; refused where people have to sign in and nobody has, or a stranger has."""
    entrance, peer = workspace.access.settings, st.context.ip_address or LOOPBACK
    named = one_name(st.context.headers.get_all(entrance.proxy_header)) if entrance.proxy_header else None
    if person := entrance.behind_proxy(peer, named):
        return person
    here = is_here(peer, [name.lower() for name in st.context.headers])
    if known := SIGN_INS.who(st.context.cookies.get(COOKIE, ""), workspace.access.key_store, here=here):
        return known
    if address := signed_in_address():
        return workspace.access.signed_in(address)
    return workspace.access.signed_in("") if provider_is_set() else workspace.access.anonymous(here=here)


def sign_out() -> None:
    """Sign out a browser that has signed in with a key."""
    SIGN_INS.end(st.context.cookies.get(COOKIE, ""))


def browser() -> str:
    """The unguessable number by which this browser is known again; empty where it has none."""
    number = str(st.context.cookies.get(VISIT_COOKIE) or "")
    return number if is_sound(number) else ""


def has_signed_in() -> bool:
    """Whether a provider has sent somebody here, let in or not."""
    return bool(st.user.get("is_logged_in", False))


def signed_in_address() -> str:
    """The address the provider vouches for; empty while nobody signed in, or where it is not verified."""
    if not has_signed_in() or st.user.get("email_verified", True) is False:
        return ""
    return str(st.user.get("email") or "")


def provider_is_set() -> bool:
    """Whether the operator has set a provider to sign in with."""
    return bool(get_secrets_auth_section() or provider_secrets())


def provider_secrets() -> dict[str, Any]:
    """What CHURN_SIGN_IN says of the provider, where no file can: the text of a `secrets.toml`."""
    try:
        return tomllib.loads(os.environ.get("CHURN_SIGN_IN", ""))
    except tomllib.TOMLDecodeError as problem:
        raise RequestRefused("CHURN_SIGN_IN is no TOML.", "Set it to the text of a secrets.toml.") from problem


def is_open_to_the_network(who: Principal) -> bool:
    """Whether somebody from another machine is in without having signed in."""
    return bool(who == ANYBODY)


def language() -> str:
    """The language this session reads: chosen, else the operator's, else English."""
    chosen = st.session_state.get("language") if get_script_run_ctx(suppress_warning=True) else None
    return chosen or os.environ.get("CHURN_LANGUAGE") or ENGLISH


def locale() -> str:
    """How this reader's browser writes numbers."""
    return st.context.locale or "en-US"


def choose_language(chosen: str) -> None:
    """Read the screens in another language from now on."""
    if chosen in languages():
        st.session_state["language"] = chosen


speak(language)


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
    """The counter every screen asks, working for whoever uses it."""
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
    elif number and number not in drawer().lists and "list" not in st.session_state and number in kept_lists():
        take_kept(kept_lists()[number])  # of before a restart, or brought by a colleague
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


def take(name: str, content: bytes, *, made_up: bool = False, options: Mapping[str, object] | None = None) -> str:
    """Take an uploaded list in hand, beside those brought before; its number.

    options  what was said about it when it was brought
    """
    held = ListInHand(name, CachedSource(content), made_up=made_up, said=dict(options or {}))
    number = drawer().put(held).number
    hold(number)
    return number


def kept_lists() -> dict[str, StoredList]:
    """The lists that stay in the home and are not in this session already, by number, the latest day first."""
    if not may("score"):
        return {}
    there = {known.held.fingerprint for known in drawer().lists.values()}
    every = (kept for business in workspace().businesses.all() for kept in business.lists.all())
    latest = sorted(every, key=lambda kept: (kept.day, kept.brought), reverse=True)
    return {kept.list[:12]: kept for kept in latest[:MOST_OFFERED] if kept.list not in there}


def take_kept(kept: StoredList) -> None:
    """Take a list that stays in the home in hand, read as when it was brought."""
    content = workspace().business(kept.business).lists.content(kept.list)
    take(kept.name, content, options=kept.options)


def keep_in_home(held: ListInHand, business: str, customers: int) -> None:
    """Keep a list that was scored with its business, unless the business keeps none; made-up customers are not kept."""
    if held.sample or held.made_up or not may("score"):
        return
    one = workspace().business(business)
    if one.settings.keeps_lists:
        with suppress(Unavailable):  # a full disk is no reason not to show the scores
            one.lists.keep(held.content, held.name, customers=customers, options=held.said)


def hold(number: str) -> None:
    """Take one of the visitor's own lists in hand."""
    put_down()
    st.session_state["list"] = number
    st.query_params["list"] = number


def take_sample(name: str) -> None:
    """Take one of the shipped samples in hand, and note it in the address."""
    if st.query_params.get("sample") != name:  # an address that names it may name a customer of it as well
        put_down()
    content = CachedSource((SAMPLES / name).read_bytes())
    st.session_state["list"] = drawer().put(ListInHand(name, content, sample=True, made_up=True)).number
    st.query_params["sample"] = name
    st.query_params.pop("list", None)


def put_down() -> None:
    """Have no list in hand; those that were brought stay."""
    st.session_state["list"] = ""
    st.session_state.pop("customer", None)
    for name in ("sample", "customer", "list"):
        st.query_params.pop(name, None)


def keep_weeks(numbers: Sequence[str]) -> None:
    """Score and keep lists that were brought together with the one in hand, where a business answers them."""
    for known in (drawer().lists[number] for number in numbers):
        with suppress(ChurnError):  # what is open about it is asked once it is in hand
            found = workspace().lists.score(known.held.content, **known.held.words)
            workspace().lists.keep_summary(found)
            keep_in_home(known.held, found.model.name, found.reading.rows)


def forget() -> None:
    """Forget the list in hand, here and in the home, and all computed from it; the latest of the others comes up."""
    if (now := at_hand()) and not now.held.sample:
        for one in workspace().businesses.all():
            if any(kept.list == now.held.fingerprint for kept in one.lists.all()):
                one.lists.remove(now.held.fingerprint)
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


def tell(**options: object) -> None:
    """Add to what was said about the list: a mapping, how to read dates, which sheet."""
    list_in_hand().held = replace(held(), said={**held().said, **options})


def in_hand_said() -> dict[str, Any]:
    """What was said about the list so far."""
    return held().said


def confirm_mapping(headings: Iterable[str], mapping: dict[str, str]) -> None:
    """Use the matches a person confirmed, and remember them for lists with the same headings."""
    workspace().lists.remember_mapping(headings, mapping)
    tell(mapping={**in_hand_said().get("mapping", {}), **mapping})


def remember(name: str, value: object) -> None:
    """Keep a small thing for this session, such as the customer that was opened."""
    st.session_state[f"small {name}"] = value


def recall(name: str, default: object = None) -> Any:
    """What was kept under that name."""
    return st.session_state.get(f"small {name}", default)


def free_upload(uploaded: UploadedFile) -> None:
    """Let the server forget the bytes of an upload that was taken in hand; they would stay until the session ends."""
    with suppress(Exception):  # not a public part of Streamlit: where it changes, memory is freed later instead
        from streamlit.runtime.scriptrunner import get_script_run_ctx

        context: Any = get_script_run_ctx()
        context.uploaded_file_mgr.remove_file(context.session_id, uploaded.file_id)


def fields(beginning: str) -> dict[str, Any]:
    """What stands in the fields of the screen whose names begin so."""
    return {str(name): value for name, value in st.session_state.items() if str(name).startswith(beginning)}


def set_fields(values: dict[str, object]) -> None:
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


def begin_with(values: dict[str, object]) -> None:
    """What fields hold before anybody has touched them."""
    for name, value in values.items():
        st.session_state.setdefault(name, value)


def copy_field(moved: str, other: str) -> None:
    """Set one field to what another one says: two ways to say the same number."""
    st.session_state[other] = st.session_state[moved]
