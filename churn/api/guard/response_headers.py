"""What every answer carries: a request id, and words that keep a browser from making more of it."""

from __future__ import annotations

import re
import uuid

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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


class ResponseHeaders:
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
