"""Businesses: how each is called and counts its money, and the lists it keeps."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict

from churn.api.middleware import workspace_of
from churn.workspace.business import Business

router = APIRouter(tags=["businesses"])


class KeptListCard(BaseModel):
    """A list that a business keeps, and the day it speaks of."""

    list: str
    name: str
    day: str
    customers: int


class BusinessCard(BaseModel):
    """A business as it counts and speaks now."""

    name: str
    title: str
    profile: str
    currency: str
    bills_per_year: float
    horizon_months: float
    margin: float
    labels: dict[str, str]
    keeps_lists: bool
    made_up: bool
    has_model: bool
    lists: list[KeptListCard]


class BusinessCards(BaseModel):
    """Every business of the home; the demo's stand last."""

    businesses: list[BusinessCard]


class NewBusiness(BaseModel):
    """What a new business is called, its currency, and the ready-made business it is like."""

    model_config = ConfigDict(extra="forbid", strict=True)
    title: str
    currency: str = ""
    profile: str = "general"


class BusinessChange(BaseModel):
    """What is to change; what is not sent stays."""

    model_config = ConfigDict(extra="forbid", strict=True)
    title: str | None = None
    currency: str | None = None
    horizon_months: float | None = None
    margin: float | None = None
    bills_per_year: float | None = None
    labels: dict[str, str] | None = None
    keeps_lists: bool | None = None


@router.get("/businesses")
def businesses(request: Request) -> BusinessCards:
    """Show every business, its settings, and the lists it keeps."""
    return BusinessCards(businesses=[_card(one) for one in workspace_of(request).businesses.all()])


@router.post("/businesses")
def add_business(request: Request, new: Annotated[NewBusiness, Body()]) -> BusinessCard:
    """Add a business; it learns from its first list with outcomes."""
    added = workspace_of(request).businesses.add(new.title, currency=new.currency, profile=new.profile)
    return _card(added)


@router.put("/businesses/{name}")
def change_business(request: Request, name: str, change: Annotated[BusinessChange, Body()]) -> BusinessCard:
    """Change the settings of a business, named by its name or in its own words."""
    one = workspace_of(request).business(name)
    one.change(**change.model_dump(exclude_none=True))
    return _card(one)


def _card(one: Business) -> BusinessCard:
    lists = [KeptListCard(list=k.list, name=k.name, day=k.day, customers=k.customers) for k in one.lists.all()]
    return BusinessCard(**one.settings.as_json(), has_model=one.has_model, lists=lists)
