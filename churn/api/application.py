"""The API as one application: its routes, its offline documentation, and one shape for every refusal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from churn import __version__
from churn.api.counted.request_log import RequestLog
from churn.api.counted.traffic import Traffic
from churn.api.described import describe_live_models
from churn.api.guard.allowances import Rates
from churn.api.guard.doorkeeping import Doorkeeper
from churn.api.guard.known_hosts import KnownHosts
from churn.api.guard.limits import BodyLimit
from churn.api.guard.patience import Patience
from churn.api.guard.refusals import refusal, refuse_in_one_shape
from churn.api.guard.response_headers import ResponseHeaders
from churn.api.routes import (
    campaign_routes,
    customer_routes,
    drift_routes,
    explain_routes,
    health_routes,
    metrics_routes,
    model_routes,
    predict_routes,
)
from churn.api.routes.metrics_routes import standing_gauges
from churn.desk.access.entrance import entrance_from
from churn.desk.counter import Desk

Lifespan = Callable[[Any], AbstractAsyncContextManager[Any]]

__all__ = ["make_api", "refusal"]

ROUTES = (
    health_routes.router,
    predict_routes.router,
    explain_routes.router,
    customer_routes.router,
    model_routes.router,
    campaign_routes.router,
    drift_routes.router,
    metrics_routes.router,
)


def make_api(desk: Desk | None = None, *, lifespan: Lifespan | None = None) -> FastAPI:
    """The application over one desk; the dashboard passes its own `lifespan` to be begun and ended with."""
    desk = desk or Desk()
    api = FastAPIOffline(
        title="Holdfast",
        version=__version__,
        description="A customer list goes in, a retention campaign comes out.",
        redoc_url=None,
        static_url="/docs-assets",
        lifespan=recording_while(desk, lifespan),
    )
    api.state.desk, api.state.traffic, api.state.allowed = desk, Traffic(), allowed_methods
    api.state.traffic.gauges.append(lambda: standing_gauges(desk))
    api.state.traffic.gauges.append(lambda: drift_routes.drift_gauges(desk))
    for router in ROUTES:
        api.include_router(router)
    describe_live_models(api)
    refuse_in_one_shape(api)
    _hardened(api, desk)
    return api


def recording_while(desk: Desk, inner: Lifespan | None) -> Lifespan:
    """A lifespan in which scores are carried into the book; what is left at the end is carried before it ends."""

    @asynccontextmanager
    async def lifespan(api: Any) -> AsyncIterator[Any]:
        desk.recorder.begin()
        async with AsyncExitStack() as stack:
            yield await stack.enter_async_context(inner(api)) if inner else None
        await run_in_threadpool(desk.recorder.close)

    return lifespan


def _hardened(api: FastAPI, desk: Desk) -> None:
    """What a request goes through before a route sees it; the last one added is the first it meets."""
    prefixes, entrance = own_prefixes(), entrance_from()
    api.add_middleware(BodyLimit, prefixes=prefixes)
    api.add_middleware(Patience, prefixes=prefixes)
    api.add_middleware(Rates, rate=entrance.rate)
    api.add_middleware(Doorkeeper, prefixes=prefixes, desk=desk, entrance=entrance)
    api.add_middleware(KnownHosts, hosts=entrance.hosts)
    api.add_middleware(RequestLog, prefixes=prefixes, traffic=api.state.traffic)
    api.add_middleware(ResponseHeaders)


def allowed_methods(path: str) -> str:
    """The methods that an address of the API takes, as an answer to a wrong one names them."""
    routes = [route for router in ROUTES for route in router.routes if isinstance(route, Route)]
    return ", ".join(sorted({m for r in routes if r.path_regex.match(path) for m in r.methods or ()}))


def own_prefixes() -> frozenset[str]:
    """The first part of every path that is the API's own; whatever else is mounted beside it is left alone."""
    paths = [route.path for router in ROUTES for route in router.routes if hasattr(route, "path")]
    return frozenset(path.split("/")[1] for path in (*paths, "/docs", "/docs-assets", "/openapi.json"))
