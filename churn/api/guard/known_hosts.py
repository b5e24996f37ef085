"""Under which names this server answers, and to pages of which origin: none but its own.

A page from elsewhere could otherwise let a visitor's browser ask here in the visitor's place: under a made-up name that
points to this machine (so other names are refused), or across origins (so those are refused, and no header allows it).
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from churn.api.guard.refusals import refusal

POLICY_VIOLATION = 1008  # what a socket is closed with that may not be opened
_HOST = "This server does not answer under the name of this request."
_ORIGIN = "A page of another origin may not ask here."


class KnownHosts:
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
