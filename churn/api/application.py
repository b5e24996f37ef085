"""The API as one application: its routes, its offline documentation, and one shape for every refusal."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException

from churn import __version__
from churn.api import health_routes
from churn.desk.counter import Desk
from churn.errors import ChurnError, Damaged, ListRefused, NotFound, RequestRefused, Unavailable

STATUS: dict[type[ChurnError], int] = {
    ListRefused: 422,
    RequestRefused: 422,
    NotFound: 404,
    Damaged: 503,
    Unavailable: 503,
}
ROUTES = (health_routes.router,)


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
    api.add_exception_handler(ChurnError, _refused)
    api.add_exception_handler(RequestValidationError, _wrong_words)
    api.add_exception_handler(HTTPException, _wrong_address)
    return api


def refusal(status: int, message: str, fix: str = "", **headers: str) -> JSONResponse:
    """Every refusal in the same shape: what is wrong, and what to do next."""
    return JSONResponse({"error": message, "fix": fix}, status_code=status, headers=headers)


def _refused(request: Request, problem: Exception) -> JSONResponse:
    if not isinstance(problem, ChurnError):
        raise problem
    return refusal(STATUS.get(type(problem), 422), problem.message, problem.fix)


def _wrong_words(request: Request, problem: Exception) -> JSONResponse:
    """Name the field and what is wrong with it, without repeating what was sent."""
    if not isinstance(problem, RequestValidationError):
        raise problem
    faults = [f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in problem.errors()[:5]]
    return refusal(422, f"The request does not fit: {'; '.join(faults)}.", "See /docs for the fields.")


def _wrong_address(request: Request, problem: Exception) -> JSONResponse:
    if not isinstance(problem, HTTPException):
        raise problem
    fix = {404: "See /docs for the addresses.", 405: "See /docs for the methods."}.get(problem.status_code, "")
    return refusal(problem.status_code, f"{problem.detail}.", fix, **dict(problem.headers or {}))
