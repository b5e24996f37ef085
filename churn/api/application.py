"""The API as one application: its routes, its offline documentation, and one shape for every refusal."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from churn import __version__
from churn.api import campaign_routes, explain_routes, health_routes, model_routes, predict_routes
from churn.api.described import describe_live_model
from churn.api.doorkeeping import Doorkeeper
from churn.api.limits import BodyLimit
from churn.api.refusals import refusal, refuse_in_one_shape
from churn.api.response_headers import ResponseHeaders
from churn.desk.counter import Desk
from churn.desk.entrance import entrance_from

__all__ = ["make_api", "refusal"]

ROUTES = (
    health_routes.router,
    predict_routes.router,
    explain_routes.router,
    model_routes.router,
    campaign_routes.router,
)


def make_api(desk: Desk | None = None, **settings: Any) -> FastAPI:
    """The application over one desk; `settings` go to FastAPI (the dashboard passes its lifespan)."""
    api = FastAPIOffline(
        title="Holdfast",
        version=__version__,
        description="A customer list goes in, a retention campaign comes out.",
        redoc_url=None,
        static_url="/docs-assets",
        **settings,
    )
    api.state.desk = desk or Desk()
    for router in ROUTES:
        api.include_router(router)
    describe_live_model(api)
    refuse_in_one_shape(api)
    prefixes, entrance = own_prefixes(), entrance_from()
    api.add_middleware(BodyLimit, prefixes=prefixes)
    api.add_middleware(Doorkeeper, prefixes=prefixes, desk=api.state.desk, entrance=entrance)
    api.add_middleware(ResponseHeaders, prefixes=prefixes)
    return api


def own_prefixes() -> frozenset[str]:
    """The first part of every path that is the API's own; whatever else is mounted beside it is left alone."""
    paths = [route.path for router in ROUTES for route in router.routes if hasattr(route, "path")]
    return frozenset(path.split("/")[1] for path in (*paths, "/docs", "/docs-assets", "/openapi.json"))
