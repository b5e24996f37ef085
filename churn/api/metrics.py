"""What follows a score: it is counted, and kept for the database, without the caller waiting for either."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
import traceback
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from fastapi import Request
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from churn.api.middleware import is_under, workspace_of
from churn.api.refusals import a_bug
from churn.errors import RequestRefused
from churn.workspace.prediction import PredictionBatch, ScoredCustomer
from churn.workspace.recorder import Kept

RECORD = "x-record"  # says `delayed` or `lost` where the score is not in the database as usual
SOURCE = "api"


async def headers_after(request: Request, scored: ScoredCustomer | PredictionBatch) -> dict[str, str]:
    """Count and keep scores; the headers that say where keeping them is delayed."""
    recorder, many = workspace_of(request).recorder, isinstance(scored, PredictionBatch)
    # Opening the files, or writing many rows, is no work for the loop that answers everybody.
    at_once = recorder.ready and not many
    keep = recorder.keep_scores
    kept: Kept = keep(scored, SOURCE) if at_once else await run_in_threadpool(keep, scored, SOURCE)
    tiers, probabilities = (scored.tier, scored.probability) if many else ((scored.tier,), (scored.probability,))
    request.app.state.traffic.scored(scored.model, tiers, probabilities)
    return {} if kept == "kept" else {RECORD: kept}


# What the API counts of itself, for Prometheus: requests, errors, time taken, customers scored, their tiers.
#
# Nothing here names a customer; the labels are routes, models and tiers, so that there are only so many of them.


TIME: tuple[float, ...] = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
Gauges = Callable[[], Iterable[Any]]


class Traffic(Collector):
    """The counts of one server; every server has its own, so that two in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "holdfast_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "holdfast_request_seconds",
            "Seconds from a request to its answer.",
            ("route",),
            buckets=TIME,
            registry=self.registry,
        )
        self.lock = threading.Lock()
        self.tiers: Tally[tuple[str, str]] = Tally()
        self.probability: Tally[str] = Tally()
        self.gauges: list[Gauges] = []
        self.registry.register(self)
        ProcessCollector(registry=self.registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(route).observe(seconds)

    def scored(self, model: str, tiers: Iterable[str], probabilities: Iterable[float]) -> None:
        """Count the customers that one answer scored."""
        with self.lock:
            for tier, count in Tally(tiers).items():
                self.tiers[model, tier] += count
            self.probability[model] += sum(probabilities)  # type: ignore[assignment]

    def page(self) -> bytes:
        """Everything counted so far, in the text format of Prometheus."""
        return generate_latest(self.registry)

    def describe(self) -> Iterator[Any]:
        """Nothing to tell before it is asked for."""
        return iter(())

    def collect(self) -> Iterator[Any]:
        """The counts of customers, and what is asked for only when somebody looks."""
        with self.lock:
            tiers, probability = dict(self.tiers), dict(self.probability)
        by_tier = CounterMetricFamily("holdfast_customers_scored", "Customers scored.", labels=("model", "tier"))
        for (model, tier), count in tiers.items():
            by_tier.add_metric((model, tier), count)
        total = CounterMetricFamily(
            "holdfast_score_sum",
            "Sum of the probabilities given; over the customers scored it is their mean.",
            labels=("model",),
        )
        mean = GaugeMetricFamily("holdfast_score_mean", "Mean probability since the start.", labels=("model",))
        for model, added in probability.items():
            total.add_metric((model,), added)
            mean.add_metric((model,), added / max(1, sum(n for (m, _), n in tiers.items() if m == model)))
        yield from (by_tier, total, mean)
        for gauges in self.gauges:
            yield from gauges()


# One line of JSON for each request: who asked for what, how long it took, how it ended; never a customer.
#
# The route stands for the address, since an address may hold a key. What goes wrong inside is logged by the place
# in our code and the kind of error, not by its words, which may repeat what was sent.


LOG = logging.getLogger("holdfast.requests")
FAULTS = logging.getLogger("holdfast.faults")


class RequestLogMiddleware:
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
