"""The dashboard and the API in one process: API routes first, the dashboard for everything else.

Served as `api` by `python -m app` (uvicorn, one worker). A wrong method, and an address that is neither the API's nor a
page of the dashboard, is answered in JSON, never with the dashboard's page.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from fastapi import FastAPI
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.guards import SignInGuard
from app.navigation import SCREENS
from app.session import BrowserCookie, provider_secrets
from churn.api.app import make_api, own_prefixes
from churn.api.refusals import refusal

MAIN = Path(__file__).parent / "main.py"
PAGES = frozenset(name for entries in SCREENS.values() for name, _ in entries)
# The first part of the addresses that Streamlit and its guard answer by themselves.
STREAMLITS = frozenset(
    ("_stcore", "media", "component", "static", "app", "auth", "oauth2callback", "~", "sign-in", "sign-out")
)


class DashboardElsewhere:
    """Hands on to the dashboard what is not the API's business."""

    def __init__(self, dashboard: ASGIApp, api: FastAPI) -> None:
        self.dashboard = dashboard
        self.prefixes = own_prefixes()
        self.allowed = api.state.allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer wrong API calls in JSON and let everything else through."""
        wrong = self._wrong_call(scope["path"]) if scope["type"] == "http" else None
        await (wrong or self.dashboard)(scope, receive, send)

    def _wrong_call(self, path: str) -> Response | None:
        allowed = self.allowed(path) or ("GET" if path in ("/docs", "/openapi.json") else "")
        if allowed:
            return refusal(405, "Method Not Allowed.", "See /docs for the methods.", Allow=allowed)
        if path.split("/")[1] in self.prefixes or not is_of_the_dashboard(path):
            return refusal(404, "Not Found.", "See /docs for the addresses.")
        return None


def is_of_the_dashboard(path: str) -> bool:
    """Whether an address is a page, a file with an ending, or Streamlit's own, below a page as well."""
    parts = path.strip("/").split("/")
    if parts[0] in PAGES:
        parts = parts[1:] or [""]
    return parts in ([""], ["index.html"]) or parts[0] in STREAMLITS or ("." in parts[-1] and len(parts) <= 2)


dashboard = st.App(MAIN, secrets=provider_secrets())
api = make_api(lifespan=dashboard.lifespan())
api.mount("/", BrowserCookie(DashboardElsewhere(SignInGuard(dashboard, api.state.workspace), api)))
