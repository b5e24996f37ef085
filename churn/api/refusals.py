"""Every refusal in one shape: what is wrong and what to do next, with the status a program understands."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import Scope

from churn.errors import (
    ChurnError,
    Damaged,
    ListRefused,
    MissingColumns,
    NotAllowed,
    NotFound,
    NotSignedIn,
    OpenQuestion,
    RequestRefused,
    Unavailable,
    UnsureColumns,
)


class TooLarge(RequestRefused):
    """More was sent in one request than is read in one."""


class TooSlow(RequestRefused):
    """The request did not arrive in time."""


STATUS: dict[type[ChurnError], int] = {
    ListRefused: 422,
    RequestRefused: 422,
    TooLarge: 413,
    TooSlow: 408,
    NotSignedIn: 401,
    NotAllowed: 403,
    NotFound: 404,
    Damaged: 503,
    Unavailable: 503,
}

WORDS = ("sheet", "map", "dates", "duplicates", "profile", "model", "as_of")  # what the address of a request may say


def refusal(status: int, message: str, fix: str = "", **headers: str) -> JSONResponse:
    """A refusal as it is answered."""
    return JSONResponse({"error": message, "fix": fix}, status_code=status, headers=headers)


def answer_to(problem: ChurnError) -> JSONResponse:
    """What a problem is answered with; a program that sent no key is told how one is sent."""
    status = next((STATUS[kind] for kind in type(problem).__mro__ if kind in STATUS), 422)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    told = {"error": problem.message, "fix": with_words(problem), **_to_act_on(problem)}
    return JSONResponse(told, status_code=status, headers=headers)


def with_words(problem: ChurnError) -> str:
    """What to do next, with the words of the address that do it in brackets; what HTTP cannot be told is not named."""
    known = [option for option in problem.options if option.partition("=")[0] in WORDS]
    if not known:
        return problem.fix
    between = " and " if isinstance(problem, UnsureColumns) else " or "
    return f"{problem.fix.removesuffix('.')} ({between.join(f'?{option}' for option in known)})."


def _to_act_on(problem: ChurnError) -> dict[str, Any]:
    """What a program needs to answer an open question of a file, or to send a sound one."""
    if isinstance(problem, UnsureColumns):
        return {"asks": problem.asks, "matches": [m.as_json() for m in problem.matches]}
    if isinstance(problem, OpenQuestion):
        return {"asks": problem.asks, "choices": list(problem.choices)}
    return {"template": problem.template} if isinstance(problem, MissingColumns) else {}


def refuse_in_one_shape(api: FastAPI) -> None:
    """Answer everything that goes wrong in an application as a refusal, a bug of ours included."""
    api.add_exception_handler(ChurnError, _refused)
    api.add_exception_handler(RequestValidationError, _wrong_words)
    api.add_exception_handler(HTTPException, _wrong_address)
    api.add_exception_handler(Exception, _a_bug)


def _refused(request: Request, problem: Exception) -> JSONResponse:
    if not isinstance(problem, ChurnError):
        raise problem
    return answer_to(problem)


def _wrong_words(request: Request, problem: Exception) -> JSONResponse:
    """Name the field and what is wrong with it, without repeating what was sent."""
    if not isinstance(problem, RequestValidationError):
        raise problem
    found = problem.errors()[:5]
    missing = [_name_of(e) for e in found if e["type"] == "missing"]
    add = f"Add {' and '.join(f'{name}=…' for name in missing)} to the address, or see" if missing else "See"
    return refusal(422, " ".join(_fault_of(e) for e in found), f"{add} /docs for the fields.")


def _name_of(fault: Any) -> str:
    """What the client calls the field: the address or the body it stands in is plain."""
    names = [str(part) for part in fault["loc"] if part not in ("query", "body", "path")]
    return ".".join(names) or "The body"


def _fault_of(fault: Any) -> str:
    """What is wrong with one field, in a sentence."""
    name, kind, said = _name_of(fault), fault["type"], fault["msg"]
    if kind == "missing":
        return f"{name} is not said."
    if kind == "extra_forbidden":
        return f"{name} is no field of this request."
    if kind.endswith(("_parsing", "_type")):
        what = {"float": "a number", "int": "a whole number", "bool": "true or false", "date": "a day like 2026-01-31"}
        return f"{name} is not {what.get(kind.partition('_')[0], 'what is asked for')}."
    return f"{name} cannot be taken: {said[:1].lower()}{said[1:]}."


def _wrong_address(request: Request, problem: Exception) -> JSONResponse:
    if not isinstance(problem, HTTPException):
        raise problem
    fix = {404: "See /docs for the addresses.", 405: "See /docs for the methods."}.get(problem.status_code, "")
    headers = dict(problem.headers or {})
    if problem.status_code == 405 and (allowed := request.app.state.allowed(request.scope["path"])):
        # A router names only the methods of the first route of that address.
        headers["Allow"] = allowed
    return refusal(problem.status_code, f"{problem.detail}.", fix, **headers)


def a_bug(scope: Scope) -> JSONResponse:
    """Say that it is our fault and nothing of what happened inside; the server's own log has the rest."""
    named = {"x-request-id": str(scope.get("x-request-id", "unknown"))}
    return refusal(500, "This is a fault of ours, not of your request.", "Report it with the x-request-id.", **named)


def _a_bug(request: Request, problem: Exception) -> JSONResponse:
    return a_bug(request.scope)
