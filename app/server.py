"""The dashboard and the API in one process: API routes first, the dashboard for everything else.

Served as `api` by `python -m app` (uvicorn, one worker). A wrong method or an unknown path under one of the
API's own prefixes is answered in JSON, never with the dashboard's page.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from fastapi import FastAPI
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.guards import SignInGuard
from app.session import BrowserCookie, provider_secrets
from churn.api.app import make_api, own_prefixes
from churn.api.refusals import refusal

MAIN = Path(__file__).parent / "main.py"


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
        if path.split("/")[1] in self.prefixes:
            return refusal(404, "Not Found.", "See /docs for the addresses.")
        return None


dashboard = st.App(MAIN, secrets=provider_secrets())
api = make_api(lifespan=dashboard.lifespan())
api.mount("/", BrowserCookie(DashboardElsewhere(SignInGuard(dashboard, api.state.workspace), api)))
