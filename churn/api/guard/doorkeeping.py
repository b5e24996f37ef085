"""Who asks over HTTP, before anything is read of what was sent: a key, a person a proxy has signed in, or this machine.

Without any key the API is open to this machine alone; the first key closes it to everybody who sends none.
`/health` and `/ready` answer anybody, so that a balancer needs no key.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from fastapi import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from churn.api.guard.allowances import Allowance, too_often
from churn.api.guard.limits import is_under
from churn.api.guard.refusals import answer_to
from churn.desk.access.entrance import Entrance, one_name
from churn.desk.access.key_rings import KeyRing
from churn.desk.access.sign_ins import is_here
from churn.desk.access.who import Who
from churn.desk.counter import Desk
from churn.errors import ChurnError, NotSignedIn

OPEN = frozenset({"/health", "/ready"})
LOOKING = frozenset({"GET", "HEAD"})
PATIENCE = 1.0  # seconds a request waits for the book when the keys are looked up again
_HOW = "Send an API key as X-API-Key, or as Authorization: Bearer."


class Doorkeeper:
    """Lets in who may, each with a desk of their own in `request.state.desk`; others are told what is missing."""

    def __init__(self, app: ASGIApp, prefixes: frozenset[str], desk: Desk, entrance: Entrance) -> None:
        self.app = app
        self.prefixes = prefixes
        self.desk = desk
        self.entrance = entrance
        self.desks: dict[Who, Desk] = {}
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
        scope.setdefault("state", {}).update(who=who, desk=self._desk_of(who))
        await self.app(scope, receive, send)

    def _answer(self, problem: ChurnError, scope: Scope) -> Response:
        """What a problem is answered with; who keeps sending wrong keys is told to wait."""
        if isinstance(problem, NotSignedIn):
            wait = self.wrong.wait_of(self.entrance.caller(peer_of(scope), forwarded_for(scope)))
            if wait:
                return too_often(wait)
        return answer_to(problem)

    async def _who(self, scope: Scope) -> Who:
        headers = dict(scope["headers"])
        await look_up_keys(self.desk.key_ring)
        if key := key_sent(headers):
            return self.desk.key_holder(key)
        peer = peer_of(scope)
        if person := self.entrance.behind_proxy(peer, named_by_proxy(scope, self.entrance)):
            return person
        here, empty = is_here(peer, header_names(scope)), self.desk.key_ring.empty
        if self.entrance.open or (here and empty):
            return self.entrance.nobody(here=here)
        if empty:
            raise NotSignedIn("Only this machine may ask as long as there is no key.", "Make one: `keys add NAME`.")
        raise NotSignedIn("This takes an API key.", _HOW)

    def _desk_of(self, who: Who) -> Desk:
        if who not in self.desks:
            if len(self.desks) > 1000:
                self.desks.clear()
            self.desks[who] = self.desk.working_for(who)
        return self.desks[who]


async def look_up_keys(ring: KeyRing) -> None:
    """Look the keys up again when that is due; a book that is slow to answer delays nobody for long."""
    if ring.due:
        looking = asyncio.get_running_loop().run_in_executor(None, ring.look_up)
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(looking), None if ring.rows is None else PATIENCE)


def named_by_proxy(scope: Scope, entrance: Entrance) -> str:
    """Whom the proxy's header names; two of them are refused, since one may be the caller's own."""
    wanted = entrance.proxy_header.encode()
    return one_name([value.decode("latin-1") for name, value in scope["headers"] if wanted and name == wanted])


def header_names(scope: Scope) -> frozenset[str]:
    """The names of a request's headers, in small letters."""
    return frozenset(name.decode("latin-1").lower() for name, _ in scope["headers"])


def desk_of(request: Request) -> Desk:
    """The desk that works for whoever sent this request; every route asks this one."""
    return getattr(request.state, "desk", None) or request.app.state.desk


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
