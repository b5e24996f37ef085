"""One line of JSON for each request: who asked for what, how long it took, how it ended; never a customer.

The route stands for the address, since an address may hold a key. What goes wrong inside is logged by the place in our
code and the kind of error, not by its words, which may repeat what was sent.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
import traceback
from datetime import UTC, datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from churn.api.counted.traffic import Traffic
from churn.api.guard.limits import is_under
from churn.api.guard.refusals import a_bug
from churn.errors import RequestRefused

LOG = logging.getLogger("holdfast.requests")
FAULTS = logging.getLogger("holdfast.faults")


class RequestLog:
    """Logs and counts each request of the API, and answers for whatever nobody else caught."""

    def __init__(self, app: ASGIApp, prefixes: frozenset[str], traffic: Traffic) -> None:
        self.app = app
        self.prefixes = prefixes
        self.traffic = traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through and note how it went."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception as problem:
            FAULTS.error("fault", extra={"said": fault_of(problem, scope)})
            if status:  # half an answer is out: it can only be cut off
                raise ConnectionAbortedError("an answer was cut off") from None
            await a_bug(scope)(scope, receive, sending)
        if is_under(scope, self.prefixes):
            self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "") or "other"
        self.traffic.answered(scope["method"], route, status, seconds)
        if LOG.isEnabledFor(logging.INFO):
            who = scope.get("state", {}).get("who")
            said = {
                "id": scope.get("x-request-id"),
                "method": scope["method"],
                "route": route,
                "status": status,
                "ms": round(seconds * 1000, 1),
                "who": who.name if who else None,
            }
            LOG.log(logging.WARNING if status >= 500 else logging.INFO, "request", extra={"said": said})


class JsonLines(logging.Formatter):
    """A log record as one line of JSON; of an exception only its kind and places are told."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"at": at, "level": record.levelname.lower(), "log": record.name}
        line |= {"event": record.getMessage(), **getattr(record, "said", {})}
        if record.exc_info and record.exc_info[1] is not None:
            # The words of a record with an exception are the server's own; those of the exception may be a customer's.
            line |= {"event": record.getMessage().splitlines()[0], **places_of(record.exc_info[1])}
        return json.dumps(line, ensure_ascii=False, default=str)


def log_as_json() -> None:
    """Write logs of the server to stderr, one JSON object a line.

    CHURN_LOG=requests logs every request, CHURN_LOG=faults only what went wrong; a terminal is spared the former.
    """
    asked = os.environ.get("CHURN_LOG") or ("faults" if sys.stderr.isatty() else "requests")
    if asked not in ("requests", "faults"):
        raise RequestRefused(f"CHURN_LOG is {asked!r}, which is not known.", "Set it to requests or to faults.")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name, level in (("holdfast", logging.INFO if asked == "requests" else logging.WARNING), ("uvicorn", 30)):
        log = logging.getLogger(name)
        log.handlers, log.propagate = [handler], False
        log.setLevel(level)


def fault_of(problem: BaseException, scope: Scope) -> dict[str, Any]:
    """What is told of a fault of ours."""
    return {"id": scope.get("x-request-id"), "route": getattr(scope.get("route"), "path", None), **places_of(problem)}


def places_of(problem: BaseException) -> dict[str, Any]:
    """The kind of an error and where it happened, without its words."""
    frames = traceback.extract_tb(problem.__traceback__)[-12:]
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": type(problem).__name__, "at_code": places}
