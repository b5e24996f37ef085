"""A list becomes a campaign, outcomes become lift, and the playbook that both go by."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from churn.api.middleware import workspace_of
from churn.api.requests import AboutFile, SentFile, list_sent, playbook_sent
from churn.api.score_routes import LIMITS, NAMED, BusinessAsked, ModelAsked, within_limits
from churn.campaigns.export import campaign_records, campaign_table
from churn.campaigns.limits import parse_order
from churn.workspace.delivery import outline_push
from churn.workspace.results import rate_json
from churn.workspace.workspace import Workspace

router = APIRouter(tags=["campaigns"])
ORDER = ("budget", "capacity", "at_least", "at_most", "holdout", "seed", "scenario", "name")
LONGEST = 300
A_NAME = r"^[a-z0-9][a-z0-9._-]{0,63}$"


class Ordered(AboutFile):
    """What is asked of a campaign, in the words of the command line."""

    model: Annotated[str | None, Query(pattern=NAMED)] = None
    business: BusinessAsked = None
    budget: float | None = None
    capacity: list[str] = Field(default_factory=list, description="`CHANNEL=N`, repeatable")
    at_least: list[str] = Field(default_factory=list, description="`COL=VALUE:N`, repeatable")
    at_most: list[str] = Field(default_factory=list, description="`COL=VALUE:N`, repeatable")
    holdout: float = 0.1
    seed: int = 0
    scenario: Literal["low", "mid", "high"] = "mid"
    name: Annotated[str, Query(max_length=LONGEST, description="what the campaign is called, in any words")] = ""
    rested: bool = False
    columns: list[str] = Field(default_factory=list, description="only these columns in `rows`, repeatable")
    keep: Annotated[bool, Query(description="false tries it out: nothing is kept, so it cannot be measured")] = True
    push: Annotated[str | None, Query(description="send it to this address, which the operator has named")] = None
    dry_run: Annotated[
        bool, Query(description="send nothing and keep nothing; with `push`, say what would be sent")
    ] = False


class OutcomeQuery(AboutFile):
    """Which campaign outcomes are of, and what their columns are called where that is not plain."""

    campaign: Annotated[str, Query(min_length=1, max_length=LONGEST, description="its name or its id")]
    key: str | None = None
    outcome: str | None = None
    positive: list[str] = Field(default_factory=list, description="the words that mean the customer left, repeatable")


class CampaignAnswer(BaseModel):
    """A campaign as the command line tells it, with the rows of its file; `push` where it was sent or would be."""

    campaign: str
    title: str
    customers: int
    treated: int
    holdout: int
    spent: float
    expected_gain: dict[str, float]
    bound: float
    prices: list[dict[str, Any]]
    detectable: dict[str, Any]
    notices: list[dict[str, Any]]
    kept: bool
    rows: list[dict[str, Any]]
    push: dict[str, Any] | None


class MeasuredLift(BaseModel):
    """What a campaign changed (0.04 is 4 points fewer leavers), and what the playbook has learnt from it."""

    campaign: str
    lift: float | None
    low: float | None
    high: float | None
    verdict: str
    saved: dict[str, float] | None
    by: list[dict[str, Any]]
    notices: list[dict[str, Any]]
    arms: dict[str, dict[str, float]] | None
    kept: dict[str, float] | None
    spent: float | None
    learnt: list[dict[str, Any]]
    version: int


class PlaybookInForce(BaseModel):
    """The offers that count for a business: as a mapping, and as the TOML text to edit."""

    profile: str
    model: str
    version: int
    how: str
    why: str
    made: str
    playbook: dict[str, Any]
    text: str


@router.post("/campaign", response_model=CampaignAnswer)
async def campaign(request: Request, query: Annotated[Ordered, Query()]) -> JSONResponse:
    """Plan a campaign for a list (a JSON list or a file), keep it in the database, and say who gets what."""
    sent = await list_sent(request)
    return JSONResponse(await run_in_threadpool(_planned, workspace_of(request), sent, query))


@router.post("/outcomes", response_model=MeasuredLift)
async def outcomes(request: Request, query: Annotated[OutcomeQuery, Query()]) -> JSONResponse:
    """Measure a campaign by the outcomes of its customers (a JSON list or a file); its playbook learns from it."""
    sent = await list_sent(request)
    return JSONResponse(await run_in_threadpool(_measured, workspace_of(request), sent, query))


@router.get("/playbook", response_model=PlaybookInForce)
def playbook(
    request: Request, model: ModelAsked, profile: Annotated[str, Query(pattern=A_NAME)] = "general"
) -> JSONResponse:
    """Show the offers in force for a model's business, or by default for a ready-made one, and where they come from."""
    workspace = workspace_of(request)
    return JSONResponse(workspace.playbooks.get(workspace.models.get(model).name if model else profile).as_json())


@router.put("/playbook", response_model=PlaybookInForce)
async def set_playbook(
    request: Request,
    model: ModelAsked,
    profile: Annotated[str, Query(pattern=A_NAME)] = "general",
    why: Annotated[str, Query(max_length=500)] = "Set by a program.",
) -> JSONResponse:
    """Set the offers of a model's business, or the default of a ready-made one; every earlier version is kept.

    Send the mapping that GET shows, or TOML text.
    """
    read = await playbook_sent(request)
    workspace = workspace_of(request)

    def put() -> dict[str, Any]:
        return workspace.playbooks.set(workspace.models.get(model).name if model else profile, read, why).as_json()

    return JSONResponse(await run_in_threadpool(put))


def _planned(workspace: Workspace, sent: SentFile, query: Ordered) -> dict[str, Any]:
    words = query.model_dump(include=set(ORDER))
    scoring = partial(
        workspace.lists.score, sent.content, model=query.model or query.business, limits=LIMITS, **query.options(sent)
    )
    ranked = within_limits(scoring)
    planned = workspace.campaigns.plan(ranked, parse_order(**words), rested=query.rested)
    columns, push = query.columns or None, None
    if query.push is not None:
        push = outline_push(planned, query.push, columns).as_json()  # refused before anything is kept
    keep = query.keep and not query.dry_run
    if keep:
        planned = workspace.campaigns.export(planned, BytesIO(), columns)
    if query.push is not None and not query.dry_run:
        push = workspace.campaigns.push(planned, query.push, columns).as_json()
    rows = campaign_records(campaign_table(planned.campaign, columns))
    return {**planned.as_json(), "kept": keep, "rows": rows, "push": push}


def _measured(workspace: Workspace, sent: SentFile, query: OutcomeQuery) -> dict[str, Any]:
    said = {"key": query.key, "outcome": query.outcome, "positive": query.positive or None, **query.options(sent)}
    found = within_limits(partial(workspace.campaigns.measure, sent.content, query.campaign, limits=LIMITS, **said))
    return {**found.as_json(), "learnt": [rate_json(rate) for rate in found.learnt], "version": found.version}
