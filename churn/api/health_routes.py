"""Is it up, and which model answers."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel

router = APIRouter(tags=["operation"])


class Health(BaseModel):
    """Whether the API is up and which model it would score with."""

    status: str
    model_loaded: bool
    features_count: int
    model: str | None
    version: str | None


@router.get("/health")
def health(request: Request) -> Health:
    """Answer as soon as requests can be served; `model_loaded` says whether scoring can."""
    return Health(status="ok", **request.app.state.desk.health())
