"""What every answer of the API carries: a request id, and words that keep a browser from making more of it."""

from __future__ import annotations

import re
import uuid

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from churn.api.limits import is_under

ID = "x-request-id"
_SOUND = re.compile(r"[A-Za-z0-9._-]{1,64}")
# A page of the documentation runs scripts of its own; an answer in JSON never has to.
_JSON_ONLY = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}


class ResponseHeaders:
    """Adds them under the given first parts of a path; the dashboard's own pages stay as they are."""

    def __init__(self, app: ASGIApp, prefixes: frozenset[str]) -> None:
        self.app = app
        self.prefixes = prefixes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the caller's request id where it is harmless, else make one, and send it back."""
        if not is_under(scope, self.prefixes):
            await self.app(scope, receive, send)
            return
        name = scope[ID] = request_id(scope)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers[ID] = name
                headers["x-content-type-options"] = "nosniff"
                headers["referrer-policy"] = "no-referrer"
                if headers.get("content-type", "").startswith("application/json"):
                    headers.update(_JSON_ONLY)
            await send(message)

        await self.app(scope, receive, sending)


def request_id(scope: Scope) -> str:
    """The id the caller gave, when it is short and plain; else one of our own."""
    given = dict(scope["headers"]).get(ID.encode(), b"").decode("latin-1")
    return given if _SOUND.fullmatch(given) else uuid.uuid4().hex
