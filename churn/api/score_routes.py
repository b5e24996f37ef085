"""Who may leave: one customer at a time, or many at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import chain
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, BeforeValidator
from starlette.concurrency import run_in_threadpool

from churn.api.metrics import headers_after
from churn.api.middleware import MOST_CELLS, MOST_ROWS, too_many_cells, too_many_rows, workspace_of
from churn.api.requests import AboutFile, FileSaid, SentFile, batch_answer, customer_sent, customers_sent, file_sent
from churn.errors import ListRefused
from churn.intake.sources import Limits
from churn.workspace.prediction import KEY, PredictionBatch, ScoredCustomer, only_key
from churn.workspace.workspace import Workspace

Read = TypeVar("Read")
router = APIRouter(tags=["scoring"])
NAMED = r"^[a-z0-9][a-z0-9._-]{0,63}(@[a-z0-9][a-z0-9._-]{0,63})?$"

BusinessAsked = Annotated[
    str | None, Query(max_length=80, description="the business whose model answers, by its name or in its own words")
]


def model_asked(
    model: Annotated[
        str | None, Query(pattern=NAMED, description="`NAME` or `NAME@VERSION`; else the live model that fits")
    ] = None,
    business: BusinessAsked = None,
) -> str | None:
    """The model that is to answer: the one named, else that of the business named."""
    return model or business


ModelAsked = Annotated[str | None, Depends(model_asked)]


def _a_day(text: object) -> object:
    """A day as people write it here; a bare number would be taken for seconds since 1970."""
    if isinstance(text, str) and not _DAY.fullmatch(text):
        raise ValueError("write the day as 2026-01-31")
    return text


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

DayAsked = Annotated[
    date | None,
    BeforeValidator(_a_day),
    Query(description="the day ages count back from, where the customers have no date column (2026-01-31)"),
]

LIMITS = Limits(bytes=64 << 20, rows=MOST_ROWS, cells=MOST_CELLS)  # a small file can unpack into a very large one


class Prediction(BaseModel):
    """One customer's score, in the words that clients of known systems expect."""

    churn_probability: float
    retention_probability: float
    prediction: bool
    status: str
    risk_level: str
    reasons: list[str]
    action: str | None
    expected_gain: float | None
    model: str
    ignored: list[str]
    missing: list[str]
    value_at_risk: float | None
    value_horizon: str
    value_assumed: bool
    currency: str
    notices: list[dict[str, Any]]


class KeyedPrediction(Prediction):
    """The same with the customer's key, or the row number where there is none."""

    key: str | None


class Predictions(BaseModel):
    """Many customers in the order they were sent, with what was left out of a file."""

    model: str
    rows: int
    predictions: list[KeyedPrediction]
    set_aside: list[dict[str, Any]]
    notices: list[dict[str, Any]]
    columns: list[dict[str, Any]] = []


class Understood(BaseModel):
    """What was understood of a file, the same that `check --json` says."""

    rows: int
    set_aside: list[dict[str, Any]]
    columns: list[dict[str, Any]]
    profile: str
    matches: list[dict[str, Any]]
    broken: list[dict[str, Any]]
    notices: list[dict[str, Any]]


@router.post("/predict", response_model=Prediction)
async def predict(request: Request, model: ModelAsked, as_of: DayAsked = None) -> JSONResponse:
    """Score one customer, a flat object under the list's own column names; what is not sent counts as unknown.

    `{"key": …}` alone scores from the features last recorded of that customer.
    """
    fields = await customer_sent(request)
    workspace = workspace_of(request)
    if only_key(fields):
        one = await run_in_threadpool(workspace.online.score_by_key, fields[KEY], model=model, as_of=as_of)
        return JSONResponse(predicted(one))
    found = workspace.online.cached_scorer(tuple(fields), model=model)
    if found is None:
        found = await run_in_threadpool(workspace.online.scorer, tuple(fields), model=model)
    one = found.single(fields, as_of=as_of)
    return JSONResponse(predicted(one), headers=await headers_after(request, one))


@router.post("/predict/batch", response_model=Predictions)
async def predict_many(request: Request, about: FileSaid, model: ModelAsked, as_of: DayAsked = None) -> Response:
    """Score a list of such objects, or an uploaded file (CSV, workbook or Parquet); a file may leave questions open."""
    sent, workspace = await customers_sent(request), workspace_of(request)
    if isinstance(sent, SentFile):
        scored = await run_in_threadpool(_file_scored, workspace, sent, about, (model, as_of))
    else:
        scored = await run_in_threadpool(_list_scored, workspace, sent, model, as_of)
    headers = await headers_after(request, scored.customers)
    content = await run_in_threadpool(batch_answer, scored.customers, scored.told)
    return Response(memoryview(content), media_type="application/json", headers=headers)


@dataclass(frozen=True)
class Batch:
    """Many customers scored, and what was left out of a file."""

    customers: PredictionBatch
    told: dict[str, Any] = field(default_factory=dict)


@router.post("/check", response_model=Understood)
async def check(request: Request, about: FileSaid) -> JSONResponse:
    """Say what is understood of an uploaded file, without scoring it: columns, repairs, lines set aside."""
    sent, workspace = await file_sent(request), workspace_of(request)
    reading = partial(workspace.lists.check, sent.content, limits=LIMITS, **about.options(sent))
    return JSONResponse((await run_in_threadpool(within_limits, reading)).as_json())


def predicted(one: ScoredCustomer) -> dict[str, Any]:
    """A score in the words of this answer."""
    return {
        "churn_probability": one.probability,
        "retention_probability": 1.0 - one.probability,
        "prediction": one.leaves,
        "status": one.status,
        "risk_level": one.tier,
        "reasons": list(one.reasons),
        "action": one.action,
        "expected_gain": one.expected_gain,
        "model": one.model,
        "ignored": list(one.ignored),
        "missing": list(one.missing),
        "value_at_risk": one.value_at_risk,
        "value_horizon": one.value_horizon,
        "value_assumed": one.value_assumed,
        "currency": one.currency,
        "notices": [n.as_json() for n in one.notices],
    }


def _list_scored(workspace: Workspace, customers: list[dict[str, Any]], model: str | None, as_of: date | None) -> Batch:
    names = tuple(dict.fromkeys(chain.from_iterable(customers)))
    counterpart = workspace.online.scorer(names, model=model)
    scored = counterpart.many(customers, as_of=as_of)
    return Batch(scored, {"notices": [n.as_json() for n in scored.of_all]})


def _file_scored(
    workspace: Workspace, sent: SentFile, about: AboutFile, asked: tuple[str | None, date | None]
) -> Batch:
    model, as_of = asked
    words = about.options(sent)
    # Whoever sends a list gets an answer for each customer in it, those who left already as well.
    scoring = partial(workspace.lists.score, sent.content, model=model, everybody=True)
    ranked = within_limits(partial(scoring, limits=LIMITS, as_of=as_of, **words))
    found = ranked.model
    counterpart = workspace.online.scorer((), model=f"{found.name}@{found.version}")
    read = ranked.reading.as_json()
    told = {"set_aside": read["set_aside"], "columns": read["columns"]}
    scored = counterpart.of_scored(ranked.scored.table, ranked.reading.table, matrix=ranked.matrix)
    return Batch(scored, {**told, "notices": [n.as_json() for n in ranked.notices]})


def within_limits(read: Callable[[], Read]) -> Read:
    """What came of reading a file; one of too many rows is refused like any request that brings too much."""
    try:
        return read()
    except ListRefused as problem:
        if f"more than {MOST_ROWS:,} rows" in problem.message:
            raise too_many_rows() from problem
        if f"more than {MOST_CELLS:,} cells" in problem.message:
            raise too_many_cells() from problem
        raise
