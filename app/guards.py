"""What stands in front of the dashboard, however it was started: whose page asks, and who is signed in.

Where no provider signs people in, a stranger gets the page `/sign-in` and nothing else: no screen, socket or upload.
With a provider the screens themselves show how to sign in, and let in nobody before.
"""

from __future__ import annotations

import html
import sys
from collections.abc import Callable
from urllib.parse import parse_qs, quote, urlsplit

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.session import BrowserCookie, provider_is_set
from app.words import say
from churn import Workspace
from churn.api.middleware import (
    POLICY_VIOLATION,
    Allowance,
    HostMiddleware,
    header_names,
    look_up_keys,
    named_by_proxy,
    peer_of,
    too_often,
)
from churn.api.refusals import answer_to
from churn.errors import ChurnError, NotAllowed, NotSignedIn
from churn.workspace.access import COOKIE, LASTS, SIGN_INS, auth_settings, is_here

PAGE = "/sign-in"
ANYONE = frozenset({"/_stcore/health"})
LONG = 4096  # bytes of a form that holds a key
STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:12vh auto;padding:0 1rem;color:#0c1420}"
    "input,button{font:inherit;width:100%;box-sizing:border-box;padding:.6rem;margin:.3rem 0 1rem;border-radius:.6rem}"
    "input{border:1px solid #565f6e}button{border:0;background:#1558b0;color:#fff}"
    "@media(prefers-color-scheme:dark){body{background:#0f141b;color:#e6e9ee}}"
)


def guards(workspace: Callable[[], Workspace] = Workspace) -> list[Middleware]:
    """The guards a request meets before the dashboard, the first one first."""
    return [
        Middleware(HostMiddleware, hosts=auth_settings().hosts),
        Middleware(BrowserCookie),
        Middleware(SignInGuard, workspace=workspace()),
    ]


def refuse_open_start(host: str) -> None:
    """End a start of `streamlit run` that would serve others who could not sign in, with the reason."""
    try:
        Workspace().access.refuse_without_sign_in(host, has_provider=provider_is_set())
    except ChurnError as problem:
        sys.exit(str(problem))


class SignInGuard:
    """Lets in who is at this machine, signed in or named by a proxy; others are shown how to sign in."""

    def __init__(self, app: ASGIApp, workspace: Workspace) -> None:
        self.app = app
        self.workspace = workspace
        self.wrong = Allowance(rate=1.0, burst=20.0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at who comes before the dashboard sees anything of it."""
        if scope["type"] not in ("http", "websocket") or scope["path"] in ANYONE:
            await self.app(scope, receive, send)
            return
        problem = await self._problem(scope)
        if scope["type"] == "http" and scope["path"] == PAGE:
            await (await self._sign_in(Request(scope, receive), problem))(scope, receive, send)
        elif problem is None or (provider_is_set() and not scope["path"].startswith("/_stcore/metrics")):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        else:
            await _refusal(scope, problem)(scope, receive, send)

    async def _problem(self, scope: Scope) -> ChurnError | None:
        """Why this one is not let in; None where they are."""
        entrance, peer = self.workspace.access.settings, peer_of(scope)
        try:
            await look_up_keys(self.workspace.access.key_store)
            if entrance.behind_proxy(peer, named_by_proxy(scope, entrance)):
                return None
            here = is_here(peer, header_names(scope))
            if SIGN_INS.who(_cookie(scope), self.workspace.access.key_store, here=here) is None:
                self.workspace.access.anonymous(here=here)
        except ChurnError as problem:
            return problem
        return None

    async def _sign_in(self, request: Request, problem: ChurnError | None) -> Response:
        """The page, or what comes of the key that was entered or of the address that was printed."""
        words = {name: values[-1] for name, values in parse_qs(str(request.url.query)).items()}
        if request.method == "POST":
            words |= await _form(request)
        word, after = words.get("token") or words.get("key", ""), words.get("next", "")
        if not word:
            return page(problem, after)
        scope = request.scope
        try:
            mine, _ = SIGN_INS.begin(
                word, self.workspace.access.key_store, here=is_here(peer_of(scope), header_names(scope))
            )
        except NotSignedIn as wrong:
            wait = self.wrong.wait_of(peer_of(scope))
            return too_often(wait) if wait else page(wrong, after, 401)
        answer = RedirectResponse(_own_path(after), 303)
        secure = "https" in (request.url.scheme, request.headers.get("x-forwarded-proto", ""))
        answer.set_cookie(COOKIE, mine, max_age=LASTS, httponly=True, samesite="lax", secure=secure)
        return answer


def page(problem: ChurnError | None, after: str, status: int = 200) -> HTMLResponse:
    """A form that takes a key, with the reason above it."""
    told = f"<p>{html.escape(problem.message)} {html.escape(problem.fix)}</p>" if problem else ""
    title, label, button = (html.escape(say(f"sign_in.{name}")) for name in ("title", "key", "with_key"))
    form = (
        f'<form method="post" action="{PAGE}"><label for="key">{label}</label>'
        '<input id="key" name="key" type="password" autocomplete="current-password" required autofocus>'
        f'<input name="next" type="hidden" value="{html.escape(_own_path(after))}">'
        f"<button>{button}</button></form><p>{html.escape(say('sign_in.here'))}</p>"
    )
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    text = f'<!doctype html><html lang="en"><head>{head}<style>{STYLE}</style></head>'
    content = f"{text}<body><main><h1>{title}</h1>{told}{form}</main></body></html>"
    # Without any referrer a browser would send the form as from no page at all, which is refused.
    return HTMLResponse(content, status, headers={"cache-control": "no-store", "referrer-policy": "same-origin"})


def _refusal(scope: Scope, problem: ChurnError) -> Response:
    """A person is sent to the page that signs in; a program is told in JSON."""
    accepts = dict(scope["headers"]).get(b"accept", b"")
    if scope["method"] != "GET" or b"text/html" not in accepts or not isinstance(problem, NotSignedIn | NotAllowed):
        return answer_to(problem)
    query = f"?{scope['query_string'].decode('latin-1')}" if scope.get("query_string") else ""
    return RedirectResponse(f"{PAGE}?next={quote(scope['path'] + query, safe='/')}", 303)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a short form; a long one holds no key."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONG:
            return {}
    return {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _own_path(path: str) -> str:
    """A place on this server to go on to; anything that could lead elsewhere is the first screen."""
    parts = urlsplit(path.replace("\\", "/"))
    sound = path.startswith("/") and not (parts.scheme or parts.netloc) and path.isprintable() and "//" not in path
    return path if sound else "/"


def _cookie(scope: Scope) -> str:
    """The word of this browser, where it has one."""
    return Request({**scope, "type": "http"}).cookies.get(COOKIE, "")
