"""Is it up, and which model answers."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel

from churn.api.middleware import workspace_of
from churn.errors import Unavailable

router = APIRouter(tags=["operation"])


class Health(BaseModel):
    """Whether the API is up and which model it would score with."""

    status: str
    model_loaded: bool
    features_count: int
    model: str | None
    version: str | None


class Ready(BaseModel):
    """Which model would score."""

    ready: bool
    model: str
    version: str


@router.get("/health")
def health(request: Request) -> Health:
    """Answer as soon as requests can be served; `model_loaded` says whether scoring can."""
    return Health(status="ok", **workspace_of(request).models.health())


@router.get("/ready")
def ready(request: Request) -> Ready:
    """Answer 200 once a model can score, 503 until then, so that a balancer sends nobody here too early."""
    found = workspace_of(request).models.health()
    if not found["model_loaded"]:
        raise Unavailable("No model is live, so nothing can be scored.", "Train one, or promote one that is kept.")
    if (ring := workspace_of(request).access.key_store).rows is None:
        ring.look_up()  # without having known the keys once, nobody can be let in
    return Ready(ready=True, model=found["model"], version=found["version"])
