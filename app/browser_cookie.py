"""The cookie by which the server knows a browser again, so that a reload finds the lists that were brought.

It holds an unguessable number and nothing else, goes when the browser is closed, is never shown to a script of a page
and never sent from another site. It opens nothing by itself: who may see what is decided by who is signed in.
"""

from __future__ import annotations

import re
from http.cookies import CookieError, SimpleCookie
from secrets import token_urlsafe

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "holdfast_visit"
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
        found = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def is_sound(number: str) -> bool:
    """Whether it is a number as given out here."""
    return bool(_SOUND.fullmatch(number))


def cookie(number: str, *, secure: bool) -> str:
    """The cookie as it is set: for this site alone, out of reach of scripts, gone with the browser."""
    return f"{COOKIE}={number}; Path=/; HttpOnly; SameSite=Strict" + ("; Secure" if secure else "")
