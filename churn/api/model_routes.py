"""Which models there are, and what a model wants to know of a customer."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel

from churn.api.middleware import workspace_of
from churn.api.score_routes import ModelAsked
from churn.training.model import Model

router = APIRouter(tags=["models"])


class ModelCard(BaseModel):
    """A model's versions, which one is live, and how it came to that.

    `demo`: it learnt from made-up customers, and answers by itself for the sample lists alone.
    """

    name: str
    title: str
    demo: bool = False
    live: str | None
    versions: list[str]
    history: list[dict[str, Any]]


class ModelsAnswer(BaseModel):
    """The registry."""

    models: list[ModelCard]


class ListLayout(BaseModel):
    """One column a customer may have: its name, kind, the levels learnt, and other names it is known by."""

    name: str
    kind: str
    role: str
    levels: list[str]
    unit: str
    meaning: str
    synonyms: list[str]


class WantedColumns(BaseModel):
    """What a model reads of a customer."""

    model: str
    version: str
    columns: list[ListLayout]


@router.get("/models")
def models(request: Request) -> ModelsAnswer:
    """Show the models kept, which version of each is live, and since when."""
    return ModelsAnswer(models=[ModelCard(**card) for card in workspace_of(request).models.list()])


@router.get("/schema")
def schema(request: Request, model: ModelAsked) -> WantedColumns:
    """Show the columns a model reads; without `?model=` those of the only live model."""
    found = workspace_of(request).online.scorer((), model=model).model
    return WantedColumns(model=found.name, version=found.version, columns=wanted_columns(found))


def wanted_columns(model: Model) -> list[ListLayout]:
    """The columns of a customer that are read, in the order of the list the model learnt from."""
    learnt = {f.name: f for f in model.encoder.fields}
    return [
        ListLayout(
            name=c.name,
            kind=c.kind,
            role=c.role,
            levels=list(learnt[c.name].levels if c.name in learnt else c.levels),
            unit=c.unit,
            meaning=c.meaning,
            synonyms=list(c.synonyms),
        )
        for c in model.schema.columns
        if c.name in learnt or c.role in ("key", "date")
    ]
