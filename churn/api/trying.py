"""A customer to try for each live model, and what is answered: examples that can be sent as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from churn.api.routes.model_routes import Wanted, wanted_columns
from churn.api.routes.predict_routes import predicted
from churn.desk.counter import Desk
from churn.desk.single.singles import Counterpart
from churn.errors import ChurnError
from churn.learning.versions.model import Model

TYPES = {"number": ["number", "string", "null"], "flag": ["boolean", "string", "number", "null"]}
ANY = ["string", "number", "boolean", "null"]
_TRIED: dict[str, Any] = {"number": 12.5, "flag": True, "date": "2026-01-31"}


@dataclass(frozen=True)
class Tried:
    """One live model's customer: the columns it reads, an example of them, and what that example is answered."""

    model: str
    columns: Mapping[str, Any]
    customer: Mapping[str, Any]
    answer: Mapping[str, Any]

    @property
    def shape(self) -> dict[str, Any]:
        """The customer as a schema of OpenAPI."""
        return {
            "type": "object",
            "description": f"One customer as {self.model} reads them; other names are listed in `ignored`.",
            "properties": dict(self.columns),
            "additionalProperties": {"type": ANY},
            "minProperties": 1,
            "example": dict(self.customer),
        }


def tried_customers(desk: Desk) -> tuple[Tried, ...]:
    """For every live model that opens, a customer to try."""
    names = [card["name"] for card in desk.shelf() if card["live"]]
    return tuple(tried for name in names if (tried := _tried_of(desk, name)))


def _tried_of(desk: Desk, name: str) -> Tried | None:
    try:
        found = desk.counterpart((), model=name)
        middles = _middles(found.model)
        columns = wanted_columns(found.model)
        customer = {c.name: _value(c, middles) for c in columns}
        return Tried(name, {c.name: _property(c, customer[c.name]) for c in columns}, customer, _said(found, customer))
    except ChurnError:
        return None


def _said(found: Counterpart, customer: Mapping[str, Any]) -> dict[str, Any]:
    return predicted(found.single(customer))


def _middles(model: Model) -> dict[str, float]:
    """The middle value of each number in the list that was learnt from, so that an example looks like a customer."""
    middles = zip(model.encoder.fields, model.reference.quantiles[:, 50], strict=True)
    return {f.name: round(float(middle), 2) for f, middle in middles if f.form == "number" and middle == middle}


def _property(column: Wanted, value: Any) -> dict[str, Any]:
    said = {"description": column.meaning} if column.meaning else {}
    return {"type": TYPES.get(column.kind, ANY), "examples": [value], **said}


def _value(column: Wanted, middles: Mapping[str, float]) -> Any:
    """A value to try: a level that was learnt, a middle value, or something of the kind."""
    if column.levels:
        return column.levels[0]
    if column.kind == "number":
        return middles.get(column.name, _TRIED["number"])
    return _TRIED.get(column.kind, "A-1001")
