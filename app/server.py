"""The dashboard and the API in one process: API routes first, the dashboard for everything else.

Served as `api` by `python -m app` (uvicorn, one worker). A wrong method or an unknown path under one of the
API's own prefixes is answered in JSON, never with the dashboard's page.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from fastapi import FastAPI
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from churn.api.application import make_api, refusal

MAIN = Path(__file__).parent / "main.py"


class DashboardElsewhere:
    """Hands on to the dashboard what is not the API's business."""

    def __init__(self, dashboard: ASGIApp, api: FastAPI) -> None:
        self.dashboard = dashboard
        paths = {"/openapi.json": {"get"}, "/docs": {"get"}, **api.openapi()["paths"]}
        self.methods = [(compile_path(path)[0], sorted(m.upper() for m in paths[path])) for path in paths]
        self.prefixes = {path.split("/")[1] for path in paths}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer wrong API calls in JSON and let everything else through."""
        wrong = self._wrong_call(scope["path"]) if scope["type"] == "http" else None
        await (wrong or self.dashboard)(scope, receive, send)

    def _wrong_call(self, path: str) -> Response | None:
        allowed = [method for pattern, methods in self.methods if pattern.match(path) for method in methods]
        if allowed:
            return refusal(405, "Method Not Allowed.", "See /docs for the methods.", Allow=", ".join(allowed))
        if path.split("/")[1] in self.prefixes:
            return refusal(404, "Not Found.", "See /docs for the addresses.")
        return None


dashboard = st.App(MAIN)
api = make_api(lifespan=dashboard.lifespan())
api.mount("/", DashboardElsewhere(dashboard, api))
