"""A customer to try for each live model, and what is answered: examples that can be sent as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from churn.api.middleware import OPEN
from churn.api.model_routes import ListLayout, wanted_columns
from churn.api.requests import FIELDS_OF_FORM
from churn.api.score_routes import predicted
from churn.errors import ChurnError
from churn.training.model import Model
from churn.workspace.scorer import OnlineScorer
from churn.workspace.workspace import Workspace

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


def tried_customers(workspace: Workspace) -> tuple[Tried, ...]:
    """For every live model that opens, a customer to try."""
    names = [card["name"] for card in workspace.models.list() if card["live"]]
    return tuple(tried for name in names if (tried := _tried_of(workspace, name)))


def _tried_of(workspace: Workspace, name: str) -> Tried | None:
    try:
        found = workspace.online.scorer((), model=name)
        middles = _middles(found.model)
        columns = wanted_columns(found.model)
        customer = {c.name: _value(c, middles) for c in columns}
        return Tried(name, {c.name: _property(c, customer[c.name]) for c in columns}, customer, _said(found, customer))
    except ChurnError:
        return None


def _said(found: OnlineScorer, customer: Mapping[str, Any]) -> dict[str, Any]:
    return predicted(found.single(customer))


def _middles(model: Model) -> dict[str, float]:
    """The middle value of each number in the list that was learnt from, so that an example looks like a customer."""
    middles = zip(model.encoder.fields, model.reference.quantiles[:, 50], strict=True)
    return {f.name: round(float(middle), 2) for f, middle in middles if f.form == "number" and middle == middle}


def _property(column: ListLayout, value: Any) -> dict[str, Any]:
    said = {"description": column.meaning} if column.meaning else {}
    return {"type": TYPES.get(column.kind, ANY), "examples": [value], **said}


def _value(column: ListLayout, middles: Mapping[str, float]) -> Any:
    """A value to try: a level that was learnt, a middle value, or something of the kind."""
    if column.levels:
        return column.levels[0]
    if column.kind == "number":
        return middles.get(column.name, _TRIED["number"])
    return _TRIED.get(column.kind, "A-1001")


# The OpenAPI document, with the columns of every live model and customers to try, so that a client knows them.


_TO_ACT_ON = {
    "asks": {"type": "string", "description": "the word that answers a question the file leaves open"},
    "choices": {"type": "array", "items": {"type": "string"}, "description": "what may be said"},
    "matches": {"type": "array", "items": {"type": "object"}, "description": "doubtful columns, to confirm with `map`"},
    "template": {"type": "string", "description": "a small CSV that has every needed column"},
}

TOLD = {
    "400": "Not a request this server answers.",
    "401": "Nobody said who they are, or the key is wrong.",
    "403": "Who asks may not do this.",
    "404": "There is no such thing.",
    "408": "It did not arrive in time.",
    "413": "Too much at once.",
    "422": "Cannot be read.",
    "429": "Too many requests.",
    "503": "Not now.",
}

KEY_ALONE = {
    "type": "object",
    "description": "Score the customer with this key from the features last recorded.",
    "properties": {"key": {"type": ["string", "integer"]}},
    "required": ["key"],
    "additionalProperties": False,
}

_BINARY = {"type": "string", "format": "binary"}
FILE = {"type": "object", "properties": {"file": _BINARY, **FIELDS_OF_FORM}, "required": ["file"]}
OFFERS = {"application/json": {"schema": {"type": "object"}}, "application/toml": {"schema": {"type": "string"}}}


def describe_live_models(api: FastAPI) -> None:
    """Let the document follow the models that are live when it is asked for."""

    def document() -> dict[str, Any]:
        words = get_openapi(
            title=api.title, version=api.version, description=api.description, routes=api.routes, tags=api.openapi_tags
        )
        return with_bodies(words, tried_customers(api.state.workspace), keyed=not api.state.workspace.key_store.empty)

    api.openapi = document  # type: ignore[method-assign]


def with_bodies(words: dict[str, Any], tried: tuple[Tried, ...], *, keyed: bool = False) -> dict[str, Any]:
    """The document with what each route reads and answers, and, where there are keys, how one is sent."""
    words.setdefault("components", {}).setdefault("schemas", {}).update(_customers(tried))
    words["components"]["schemas"]["KeyAlone"] = KEY_ALONE
    one, examples = {"$ref": "#/components/schemas/Customer"}, {t.model: {"value": dict(t.customer)} for t in tried}
    by_key = {"anyOf": [one, {"$ref": "#/components/schemas/KeyAlone"}]}
    many = {"type": "array", "items": one, "minItems": 1}
    change = {"type": "object", "required": ["customer", "changes"], "additionalProperties": False}
    change["properties"] = {"customer": one, "changes": one}
    listed = {"application/json": {"schema": many}, "multipart/form-data": {"schema": FILE}}
    for path, content in {
        "/predict": {"application/json": {"schema": by_key, "examples": examples}},
        "/predict/batch": listed,
        "/check": {"multipart/form-data": {"schema": FILE}},
        "/explain": {"application/json": {"schema": one, "examples": examples}},
        "/whatif": {"application/json": {"schema": change}},
        "/campaign": listed,
        "/outcomes": listed,
    }.items():
        words["paths"][path]["post"]["requestBody"] = {"required": True, "content": content}
    words["paths"]["/playbook"]["put"]["requestBody"] = {"required": True, "content": OFFERS}
    answered = words["paths"]["/predict"]["post"]["responses"]["200"]["content"]["application/json"]
    answered["examples"] = {t.model: {"value": dict(t.answer)} for t in tried}
    return _with_keys(_with_refusals(words)) if keyed else _with_refusals(words)


def _customers(tried: tuple[Tried, ...]) -> dict[str, Any]:
    """A customer for each live model under its name, and `Customer`: any of them, or any flat object without one."""
    named = {f"Customer-{t.model}": t.shape for t in tried}
    if len(tried) == 1:
        return {**named, "Customer": tried[0].shape}
    if tried:
        return {**named, "Customer": {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in named]}}
    flat = {"type": "object", "additionalProperties": {"type": ANY}, "minProperties": 1}
    return {"Customer": {**flat, "description": "One customer under the list's own column names.", "properties": {}}}


def _with_keys(words: dict[str, Any]) -> dict[str, Any]:
    """Every route but the open ones takes a key."""
    words["components"]["securitySchemes"] = {
        "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        "bearer": {"type": "http", "scheme": "bearer"},
    }
    for path, methods in words["paths"].items():
        for route in methods.values():
            route["security"] = [] if path in OPEN else [{"key": []}, {"bearer": []}]
    return words


def _with_refusals(words: dict[str, Any]) -> dict[str, Any]:
    """Every route may refuse, always in the same shape."""
    said = {"error": {"type": "string"}, "fix": {"type": "string"}, **_TO_ACT_ON}
    shape = {"type": "object", "required": ["error", "fix"], "properties": said}
    words["components"]["schemas"]["Refusal"] = shape
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    for methods in words["paths"].values():
        for route in methods.values():
            route["responses"] |= {code: {"description": text, "content": content} for code, text in TOLD.items()}
    return words
