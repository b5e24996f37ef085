"""How often one caller may ask: so many requests a second in the long run, twice as many in a burst."""

from __future__ import annotations

import asyncio
import math
import re
import time
import uuid
from collections import OrderedDict
from collections.abc import Mapping, Sequence, Sized
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from churn.api.refusals import TooLarge, TooSlow, answer_to, refusal
from churn.errors import ChurnError, NotSignedIn
from churn.workspace.access import ApiKeyStore, AuthSettings, Principal, is_here, one_name
from churn.workspace.workspace import Workspace

MOST_CALLERS = 10_000


@dataclass
class Allowance:
    """What each caller has left: `rate` comes back every second, up to `burst`."""

    rate: float
    burst: float
    left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait_of(self, caller: str) -> float:
        """Take one from a caller's allowance; the seconds until there is one again, 0 where there was one."""
        now = time.monotonic()
        had, at = self.left.pop(caller, (self.burst, now))
        has = min(self.burst, had + (now - at) * self.rate)
        self.left[caller] = (has - 1.0 if has >= 1.0 else has, now)
        if len(self.left) > MOST_CALLERS:
            self.left.popitem(last=False)
        return 0.0 if has >= 1.0 else (1.0 - has) / self.rate


class RateLimitMiddleware:
    """Refuses who asks too often, and says when to ask again; a caller is a key, a person or this machine."""

    def __init__(self, app: ASGIApp, rate: float) -> None:
        self.app = app
        self.allowance = Allowance(rate, 2.0 * rate) if rate else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count requests that somebody was let in for; what is open to all is not counted."""
        who = scope.get("state", {}).get("who")
        if self.allowance is not None and who is not None:
            wait = self.allowance.wait_of(f"{who.by} {who.name}")
            if wait:
                await too_often(wait)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def too_often(wait: float) -> JSONResponse:
    """The refusal of who asks too often."""
    seconds = max(1, math.ceil(wait))
    said = f"Too many requests: ask again in {seconds} s."
    return refusal(429, said, "Send many customers in one /predict/batch.", **{"Retry-After": str(seconds)})


# Under which names this server answers, and to pages of which origin: none but its own.
#
# A page from elsewhere could otherwise let a visitor's browser ask here in the visitor's place: under a made-up
# name that points to this machine (so other names are refused), or across origins (so those are refused, and no
# header allows it).


POLICY_VIOLATION = 1008  # what a socket is closed with that may not be opened
_HOST = "This server does not answer under the name of this request."
_ORIGIN = "A page of another origin may not ask here."


class HostMiddleware:
    """Refuses names that are not this server's, and requests that a page from elsewhere sends."""

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...]) -> None:
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at the name that a request or a socket asks for, and at where the asking page comes from."""
        answer = self._refused(scope) if scope["type"] in ("http", "websocket") else None
        if answer is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        else:
            await answer(scope, receive, send)

    def _refused(self, scope: Scope) -> Response | None:
        headers = dict(scope["headers"])
        names = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"host"]
        if len(names) > 1 or (came_by_network(scope) and not self.is_known("".join(names))):
            return refusal(400, _HOST, "Ask for it by its address, or let an operator add it to CHURN_HOSTS.")
        if not is_own(headers, "".join(names)):
            return refusal(403, _ORIGIN, "Ask from a program instead.")
        return None

    def is_known(self, sent: str) -> bool:
        """Whether a Host header names this server; an address in numbers cannot be made to point elsewhere."""
        name = host_name(sent)
        return "*" in self.hosts or name in self.hosts or _is_address(name)


def came_by_network(scope: Scope) -> bool:
    """Whether a request has a network address; one from within the process has no name to be misled by."""
    return bool(scope.get("client")) and _is_address(scope["client"][0])


def host_name(sent: str) -> str:
    """The name in a Host header without its port."""
    if sent.startswith("["):
        return sent.partition("]")[0] + "]"
    return sent.partition(":")[0]


def is_own(headers: dict[bytes, bytes], host: str) -> bool:
    """Whether a request comes from a page of this server, or from no page at all."""
    origin = headers.get(b"origin")
    if origin is not None:
        try:
            return urlsplit(origin.decode("latin-1")).netloc.lower() == host
        except ValueError:  # no address at all
            return False
    return headers.get(b"sec-fetch-site", b"none") != b"cross-site" or headers.get(b"sec-fetch-mode") == b"navigate"


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


# How much one request may bring: the body is counted as it comes in, whatever its header claims.


MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 100_000
MOST_NAMES = 2_000
MOST_CELLS = 4_000_000  # customers × names: 40 columns of the most customers there may be
MOST_OBJECTS = 4 * MOST_ROWS


class BodyLimitMiddleware:
    """Refuses larger bodies under the given first parts of a path; the dashboard's uploads are not its business."""

    def __init__(self, app: ASGIApp, prefixes: frozenset[str], most: int = MOST_BYTES) -> None:
        self.app = app
        self.prefixes = prefixes
        self.most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a body that says it is too large before it is read, and any other once it is."""
        if not is_under(scope, self.prefixes):
            await self.app(scope, receive, send)
            return
        stated = dict(scope["headers"]).get(b"content-length", b"0")
        if stated.isdigit() and int(stated) > self.most:
            problem = too_many_bytes(self.most)
            await refusal(413, problem.message, problem.fix)(scope, receive, send)
            return
        await self.app(scope, self._counted(receive), send)

    def _counted(self, receive: Receive) -> Receive:
        seen = 0

        async def counting() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.most:
                raise too_many_bytes(self.most)
            return message

        return counting


def is_under(scope: Scope, prefixes: frozenset[str]) -> bool:
    """Whether a call over HTTP goes to one of these first parts of a path."""
    return scope["type"] == "http" and scope["path"].split("/")[1:2] != [] and scope["path"].split("/")[1] in prefixes


def too_many_bytes(most: int) -> TooLarge:
    """The refusal of a body that is too large."""
    return TooLarge(f"A request holds at most {most >> 20} MB.", "Send the customers in several requests.")


def refuse_rows(customers: Sized) -> None:
    """Refuse more customers than one request may bring."""
    if len(customers) > MOST_ROWS:
        raise too_many_rows()


def refuse_wide(customers: Sequence[Mapping[str, Any]]) -> None:
    """Refuse customers whose names together would make too large a table, before one is made."""
    names: set[str] = set()
    for fields in customers:
        names.update(fields)
        if len(names) > MOST_NAMES:
            raise TooLarge(f"A request holds at most {MOST_NAMES:,} names of columns.", "Leave out what is not needed.")
    if len(names) * len(customers) > MOST_CELLS:
        raise too_many_cells()


def too_many_cells() -> TooLarge:
    """The refusal of a table that would be too large, although neither its customers nor its columns are too many."""
    said = f"A request holds at most {MOST_CELLS:,} cells, customers × columns."
    return TooLarge(said, "Send the customers in several requests, or leave out columns.")


def too_many_rows() -> TooLarge:
    """The refusal of too many customers."""
    return TooLarge(f"A request holds at most {MOST_ROWS:,} customers.", "Send them in several requests.")


# Who asks over HTTP, before anything is read of what was sent: a key, a person a proxy has signed in, or this
# machine.
#
# Without any key the API is open to this machine alone; the first key closes it to everybody who sends none.
# `/health` and `/ready` answer anybody, so that a balancer needs no key.


OPEN = frozenset({"/health", "/ready"})
LOOKING = frozenset({"GET", "HEAD"})
PATIENCE = 1.0  # seconds a request waits for the database when the keys are looked up again
_HOW = "Send an API key as X-API-Key, or as Authorization: Bearer."


class AuthMiddleware:
    """Lets in who may, each with their own `request.state.workspace`; others are told what is missing."""

    def __init__(self, app: ASGIApp, prefixes: frozenset[str], workspace: Workspace, entrance: AuthSettings) -> None:
        self.app = app
        self.prefixes = prefixes
        self.workspace = workspace
        self.entrance = entrance
        self.workspaces: dict[Principal, Workspace] = {}
        self.wrong = Allowance(rate=1.0, burst=20.0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at who asks; looking takes a reader, everything else somebody who may score."""
        if not is_under(scope, self.prefixes) or scope["path"] in OPEN:
            await self.app(scope, receive, send)
            return
        try:
            who = await self._who(scope)
            who.must("look" if scope["method"] in LOOKING else "score")
        except ChurnError as problem:
            await self._answer(problem, scope)(scope, receive, send)
            return
        scope.setdefault("state", {}).update(who=who, workspace=self._workspace_of(who))
        await self.app(scope, receive, send)

    def _answer(self, problem: ChurnError, scope: Scope) -> Response:
        """What a problem is answered with; who keeps sending wrong keys is told to wait."""
        if isinstance(problem, NotSignedIn):
            wait = self.wrong.wait_of(self.entrance.caller(peer_of(scope), forwarded_for(scope)))
            if wait:
                return too_often(wait)
        return answer_to(problem)

    async def _who(self, scope: Scope) -> Principal:
        headers = dict(scope["headers"])
        await look_up_keys(self.workspace.access.key_store)
        if key := key_sent(headers):
            return self.workspace.access.key_holder(key)
        peer = peer_of(scope)
        if person := self.entrance.behind_proxy(peer, named_by_proxy(scope, self.entrance)):
            return person
        here, empty = is_here(peer, header_names(scope)), self.workspace.access.key_store.empty
        if self.entrance.open or (here and empty):
            return self.entrance.nobody(here=here)
        if empty:
            raise NotSignedIn("Only this machine may ask as long as there is no key.", "Make one: `keys add NAME`.")
        raise NotSignedIn("This takes an API key.", _HOW)

    def _workspace_of(self, who: Principal) -> Workspace:
        if who not in self.workspaces:
            if len(self.workspaces) > 1000:
                self.workspaces.clear()
            self.workspaces[who] = self.workspace.as_user(who)
        return self.workspaces[who]


async def look_up_keys(ring: ApiKeyStore) -> None:
    """Look the keys up again when that is due; a database that is slow to answer delays nobody for long."""
    if ring.due:
        looking = asyncio.get_running_loop().run_in_executor(None, ring.look_up)
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(looking), None if ring.rows is None else PATIENCE)


def named_by_proxy(scope: Scope, entrance: AuthSettings) -> str:
    """Whom the proxy's header names; two of them are refused, since one may be the caller's own."""
    wanted = entrance.proxy_header.encode()
    return one_name([value.decode("latin-1") for name, value in scope["headers"] if wanted and name == wanted])


def header_names(scope: Scope) -> frozenset[str]:
    """The names of a request's headers, in small letters."""
    return frozenset(name.decode("latin-1").lower() for name, _ in scope["headers"])


def workspace_of(request: Request) -> Workspace:
    """The workspace that works for whoever sent this request; every route asks this one."""
    return getattr(request.state, "workspace", None) or request.app.state.workspace


def key_sent(headers: dict[bytes, bytes]) -> str:
    """The API key of a request, in either of the two usual headers; empty where there is none."""
    if b"x-api-key" in headers:
        return headers[b"x-api-key"].decode("latin-1").strip()
    kind, _, rest = headers.get(b"authorization", b"").decode("latin-1").strip().partition(" ")
    return rest.strip() if kind.lower() == "bearer" else ""


def peer_of(scope: Scope) -> str:
    """The address the connection comes from; empty within the process."""
    return scope["client"][0] if scope.get("client") else ""


def forwarded_for(scope: Scope) -> str:
    """The address that a proxy says it speaks for; the last one, which is the one it saw itself."""
    return dict(scope["headers"]).get(b"x-forwarded-for", b"").decode("latin-1").rpartition(",")[2].strip()


# How long a request may take: to be sent, and to be answered.


SENDING = 30.0  # seconds in which a body has to arrive
WORKING = 120.0  # seconds after which nobody waits for an answer any more


class TimeoutMiddleware:
    """Ends requests that arrive or are answered too slowly, so that they hold up nobody else."""

    def __init__(self, app: ASGIApp, prefixes: frozenset[str]) -> None:
        self.app = app
        self.prefixes = prefixes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give a request its time."""
        if not is_under(scope, self.prefixes):
            await self.app(scope, receive, send)
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            async with asyncio.timeout(WORKING):
                await self.app(scope, _in_time(receive), sending)
        except TimeoutError:
            if started:
                raise
            said = f"This took longer than {WORKING:.0f} s, so it was given up."
            await refusal(503, said, "Send fewer customers at once.")(scope, receive, send)


def _in_time(receive: Receive) -> Receive:
    until = asyncio.get_running_loop().time() + SENDING
    whole = False

    async def receiving() -> Message:
        nonlocal whole
        if whole:
            return await receive()
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError as problem:
            raise TooSlow(f"The request did not arrive within {SENDING:.0f} s.", "Send it again.") from problem
        whole = not message.get("more_body", False)
        return message

    return receiving


# What every answer carries: a request id, and words that keep a browser from making more of it.


ID = "x-request-id"
REFERRER = "referrer-policy"
_SOUND = re.compile(r"[A-Za-z0-9._-]{1,64}")

EVERYWHERE = {
    "x-content-type-options": "nosniff",
    REFERRER: "no-referrer",  # unless a page with a form needs one for itself
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


# An answer in JSON never has to run, load or be framed.
JSON_ONLY = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}


# A page may load what this server has and nothing from anywhere else: the dashboard compiles its charts and styles in
# the browser, so scripts and styles of its own may be inline.
PAGES = {
    "content-security-policy": "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self' ws: wss: data: blob:",
            "worker-src 'self' blob:",
            "frame-src 'self' data: blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    ),
    "x-frame-options": "SAMEORIGIN",
}


class HeadersMiddleware:
    """Adds them to every answer, the dashboard's pages included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the caller's request id where it is harmless, else make one, and send it back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        name = scope[ID] = request_id(scope)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_json = headers.get("content-type", "").startswith("application/json")
                for header, value in ((ID, name), *EVERYWHERE.items(), *(JSON_ONLY if is_json else PAGES).items()):
                    if header != REFERRER or REFERRER not in headers:
                        headers[header] = value
            await send(message)

        await self.app(scope, receive, sending)


def request_id(scope: Scope) -> str:
    """The id the caller gave, when it is short and plain; else one of our own."""
    given = dict(scope["headers"]).get(ID.encode(), b"").decode("latin-1")
    return given if _SOUND.fullmatch(given) else uuid.uuid4().hex
