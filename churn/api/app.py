"""The API as one application: its routes, its offline documentation, and one shape for every refusal."""

from __future__ import annotations

import errno
import gc
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from churn import __version__
from churn.api import (
    business_routes,
    campaign_routes,
    customer_routes,
    explain_routes,
    health_routes,
    metrics_routes,
    model_routes,
)
from churn.api import monitoring_routes as drift_routes
from churn.api import score_routes as predict_routes
from churn.api.metrics import RequestLogMiddleware, Traffic, log_as_json
from churn.api.metrics_routes import standing_gauges
from churn.api.middleware import (
    AuthMiddleware,
    BodyLimitMiddleware,
    HeadersMiddleware,
    HostMiddleware,
    RateLimitMiddleware,
    TimeoutMiddleware,
)
from churn.api.openapi import describe_live_models
from churn.api.refusals import refusal, refuse_in_one_shape
from churn.errors import RequestRefused, Unavailable
from churn.workspace.access import auth_settings
from churn.workspace.workspace import Workspace

Lifespan = Callable[[Any], AbstractAsyncContextManager[Any]]
__all__ = ["make_api", "refusal"]

ROUTES = (
    health_routes.router,
    predict_routes.router,
    explain_routes.router,
    customer_routes.router,
    model_routes.router,
    business_routes.router,
    campaign_routes.router,
    drift_routes.router,
    metrics_routes.router,
)


def make_api(workspace: Workspace | None = None, *, lifespan: Lifespan | None = None) -> FastAPI:
    """The application over one workspace; the dashboard passes its own `lifespan` to be begun and ended with."""
    workspace = workspace or Workspace()
    api = FastAPIOffline(
        title="Holdfast",
        version=__version__,
        description="A customer list goes in, a retention campaign comes out.",
        redoc_url=None,
        static_url="/docs-assets",
        lifespan=recording_while(workspace, lifespan),
    )
    api.state.workspace, api.state.traffic, api.state.allowed = workspace, Traffic(), allowed_methods
    api.state.traffic.gauges.append(lambda: standing_gauges(workspace))
    api.state.traffic.gauges.append(lambda: drift_routes.drift_gauges(workspace))
    for router in ROUTES:
        api.include_router(router)
    describe_live_models(api)
    refuse_in_one_shape(api)
    _hardened(api, workspace)
    return api


def recording_while(workspace: Workspace, inner: Lifespan | None) -> Lifespan:
    """A lifespan in which scores are carried into the database; what is left at the end is carried before it ends."""

    @asynccontextmanager
    async def lifespan(api: Any) -> AsyncIterator[Any]:
        workspace.recorder.begin()
        async with AsyncExitStack() as stack:
            yield await stack.enter_async_context(inner(api)) if inner else None
        await run_in_threadpool(workspace.recorder.close)

    return lifespan


def _hardened(api: FastAPI, workspace: Workspace) -> None:
    """What a request goes through before a route sees it; the last one added is the first it meets."""
    prefixes, entrance = own_prefixes(), auth_settings()
    api.add_middleware(BodyLimitMiddleware, prefixes=prefixes)
    api.add_middleware(TimeoutMiddleware, prefixes=prefixes)
    api.add_middleware(RateLimitMiddleware, rate=entrance.rate)
    api.add_middleware(AuthMiddleware, prefixes=prefixes, workspace=workspace, entrance=entrance)
    api.add_middleware(HostMiddleware, hosts=entrance.hosts)
    api.add_middleware(RequestLogMiddleware, prefixes=prefixes, traffic=api.state.traffic)
    api.add_middleware(HeadersMiddleware)


def allowed_methods(path: str) -> str:
    """The methods that an address of the API takes, as an answer to a wrong one names them."""
    routes = [route for router in ROUTES for route in router.routes if isinstance(route, Route)]
    return ", ".join(sorted({m for r in routes if r.path_regex.match(path) for m in r.methods or ()}))


def own_prefixes() -> frozenset[str]:
    """The first part of every path that is the API's own; whatever else is mounted beside it is left alone."""
    paths = [route.path for router in ROUTES for route in router.routes if hasattr(route, "path")]
    return frozenset(path.split("/")[1] for path in (*paths, "/docs", "/docs-assets", "/openapi.json"))


# One process, one worker: an upload lives in the worker that took it, so a second one would lose it.


class AnnouncingServer(uvicorn.Server):
    """A server that says where it is once it answers, not before."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, then say so."""
        await super().startup(sockets)
        if self.started:
            # What is loaded stays until the end: looking for rubbish in it again and again takes a fifth of a batch.
            gc.freeze()
            self.on_ready()


def serve_until_stopped(
    application: Any, host: str, port: int, *, says: str, on_ready: Callable[[str], None] | None = None
) -> None:
    """Serve one application on a free port until it is stopped; `says` is printed with the address."""
    refuse_busy_port(host, port)
    os.umask(0o077)  # what a server writes is for the account it runs under: customers' rows, keys, uploaded lists
    log_as_json()
    address = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"

    def announce() -> None:
        print(says.format(address=address), flush=True)
        if on_ready:
            on_ready(address)

    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whose word counts is the operator's setting, see workspace/access.py
        timeout_graceful_shutdown=10,
        ws_max_size=64 * 1024 * 1024,
    )
    # Ctrl-C is how a person stops a server: it has shut down in order by then, so there is nothing to report.
    with suppress(KeyboardInterrupt):
        AnnouncingServer(config, announce).run()


def refuse_busy_port(host: str, port: int) -> None:
    """Refuse in one sentence when the port is taken, out of range or not ours to take."""
    if not 1 <= port <= 65535:
        raise RequestRefused(f"{port} is not a port.", "Choose one from 1 to 65535, for example 8501.")
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if sys.platform != "win32":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            raise Unavailable(
                f"Port {port} is already in use.", f"Choose another, for example {port + 1}."
            ) from problem
        raise Unavailable(f"{host}:{port} cannot be listened on: {problem.strerror}.", "Choose another.") from problem
