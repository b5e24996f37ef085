"""One customer by key: the last score there is, and the features it was made from."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from churn.api.middleware import workspace_of
from churn.api.score_routes import ModelAsked

router = APIRouter(tags=["scoring"])


class LastScore(BaseModel):
    """What was last recorded of a customer: when, by which model, the score, and the features it was made from."""

    key: str
    model: str
    scored: str
    churn_probability: float
    risk_level: str
    features: dict[str, Any]


@router.get("/customers/{key:path}")
async def customer(request: Request, key: str, model: ModelAsked) -> LastScore:
    """Show the last score of a customer, by one model or by whichever scored last; 404 for a stranger."""
    seen = await run_in_threadpool(workspace_of(request).customers.recorded, key, model)
    return LastScore(
        key=seen.key,
        model=f"{seen.model}@{seen.version}",
        scored=seen.scored,
        churn_probability=seen.probability,
        risk_level=seen.tier,
        features=dict(seen.features),
    )
