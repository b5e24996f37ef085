"""Why one customer may leave, and what the score would be if something changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from churn.api.middleware import workspace_of
from churn.api.requests import change_sent, customer_sent
from churn.api.score_routes import DayAsked, ModelAsked
from churn.workspace.customers import comparison_json, explained_json
from churn.workspace.workspace import Workspace

router = APIRouter(tags=["scoring"])
Asked = tuple[str | None, date | None]  # the model, and the day ages count back from


class ScoreState(BaseModel):
    """One score explained: base and contributions are log-odds and add up to the score.

    The points of all groups, and of protected traits that are never named, add up to the probability less `typical`.
    """

    key: str | None
    probability: float
    tier: str
    prediction: str
    percentile: float
    value_at_risk: float | None
    value_horizon: str
    value_assumed: bool
    currency: str
    reasons: list[str]
    contributions: dict[str, float]
    groups: list[dict[str, Any]]
    base: float
    typical: float
    likely: list[float] | None
    cannot_tell: bool
    alike: dict[str, Any] | None
    notices: list[dict[str, Any]]


class ExplainedCustomer(ScoreState):
    """The same with the nearest changes that would lower the risk, and what was not read or not known."""

    changes: list[dict[str, Any]]
    model: str
    ignored: list[str]
    missing: list[str]


class ComparedCustomer(BaseModel):
    """A customer before and after some columns change; the points of the steps add up to `points`."""

    before: ScoreState
    after: ScoreState
    points: float
    changes: dict[str, list[Any]]
    steps: list[dict[str, Any]]
    notices: list[dict[str, Any]]
    model: str


@router.post("/explain", response_model=ExplainedCustomer)
async def explain(request: Request, model: ModelAsked, as_of: DayAsked = None) -> JSONResponse:
    """Say why one customer may leave: reasons, contributions in log-odds, and the nearest feasible changes."""
    fields = await customer_sent(request)
    return JSONResponse(await run_in_threadpool(_explained, workspace_of(request), fields, (model, as_of)))


@router.post("/whatif", response_model=ComparedCustomer)
async def what_if(request: Request, model: ModelAsked, as_of: DayAsked = None) -> JSONResponse:
    """Say what the score would be if something changed: `customer` as for /predict, `changes` with new values."""
    customer, changes = await change_sent(request)
    return JSONResponse(await run_in_threadpool(_compared, workspace_of(request), (customer, changes), (model, as_of)))


def _explained(workspace: Workspace, fields: dict[str, Any], asked: Asked) -> dict[str, Any]:
    model, as_of = asked
    counterpart = workspace.online.scorer(tuple(fields), model=model)
    given = counterpart.reader.given(fields)
    told = explained_json(workspace.customers.explain_values(counterpart.model, given.customer, as_of=as_of))
    return {**told, "model": counterpart.name, "ignored": list(given.ignored), "missing": list(given.missing)}


def _compared(workspace: Workspace, sent: tuple[dict[str, Any], dict[str, Any]], asked: Asked) -> dict[str, Any]:
    (customer, changes), (model, as_of) = sent, asked
    counterpart = workspace.online.scorer(tuple(customer), model=model)
    given = counterpart.reader.given(customer)
    found = workspace.customers.compare(
        counterpart.model, given.customer, counterpart.reader.renamed(changes), as_of=as_of
    )
    return {**comparison_json(found), "model": counterpart.name}
