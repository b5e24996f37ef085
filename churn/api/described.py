"""The OpenAPI document, with the columns of the live model and a customer to try, so that a client knows the fields."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from churn.api.file_words import DESCRIBED
from churn.api.model_routes import Wanted, wanted_columns
from churn.errors import ChurnError
from churn.learning.model import Model

_TYPES = {"number": ["number", "null"], "flag": ["boolean", "null"]}
_TO_ACT_ON = {
    "asks": {"type": "string", "description": "the word that answers a question the file leaves open"},
    "choices": {"type": "array", "items": {"type": "string"}, "description": "what may be said"},
    "matches": {"type": "array", "items": {"type": "object"}, "description": "doubtful columns, to confirm with `map`"},
    "template": {"type": "string", "description": "a small CSV that has every needed column"},
}
_TRIED: dict[str, Any] = {"number": 12.5, "flag": True, "date": "2026-01-31"}


def describe_live_model(api: FastAPI) -> None:
    """Let the document follow the model that is live when it is asked for."""

    def document() -> dict[str, Any]:
        words = get_openapi(
            title=api.title, version=api.version, description=api.description, routes=api.routes, tags=api.openapi_tags
        )
        return with_bodies(words, _only_live(api))

    api.openapi = document  # type: ignore[method-assign]


def with_bodies(words: dict[str, Any], model: Model | None) -> dict[str, Any]:
    """The document with what each route reads."""
    columns = wanted_columns(model) if model else []
    customer: dict[str, Any] = {
        "type": "object",
        "description": "One customer under the list's own column names; other names are listed in `ignored`.",
        "properties": {c.name: _property(c) for c in columns},
        "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
        "minProperties": 1,
    }
    if columns:
        customer["example"] = {c.name: _tried(c) for c in columns}
    words.setdefault("components", {}).setdefault("schemas", {})["Customer"] = customer
    one = {"$ref": "#/components/schemas/Customer"}
    many = {"type": "array", "items": one, "minItems": 1}
    change = {"type": "object", "required": ["customer", "changes"], "additionalProperties": False}
    change["properties"] = {"customer": one, "changes": one}
    binary = {"type": "string", "format": "binary"}
    file = {"type": "object", "properties": {"file": binary, **DESCRIBED}, "required": ["file"]}
    listed = {"application/json": {"schema": many}, "multipart/form-data": {"schema": file}}
    offers = {"application/json": {"schema": {"type": "object"}}, "application/toml": {"schema": {"type": "string"}}}
    for path, content in {
        "/predict": {"application/json": {"schema": one}},
        "/predict/batch": listed,
        "/check": {"multipart/form-data": {"schema": file}},
        "/explain": {"application/json": {"schema": one}},
        "/whatif": {"application/json": {"schema": change}},
        "/campaign": listed,
        "/outcomes": listed,
    }.items():
        words["paths"][path]["post"]["requestBody"] = {"required": True, "content": content}
    words["paths"]["/playbook"]["put"]["requestBody"] = {"required": True, "content": offers}
    return _with_refusals(words)


def _with_refusals(words: dict[str, Any]) -> dict[str, Any]:
    """Every route may refuse, always in the same shape."""
    said = {"error": {"type": "string"}, "fix": {"type": "string"}, **_TO_ACT_ON}
    shape = {"type": "object", "required": ["error", "fix"], "properties": said}
    words["components"]["schemas"]["Refusal"] = shape
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    told = {"404": "There is no such model.", "413": "Too much at once.", "422": "Cannot be read.", "503": "Not now."}
    for methods in words["paths"].values():
        for route in methods.values():
            route["responses"] |= {code: {"description": text, "content": content} for code, text in told.items()}
    return words


def _only_live(api: FastAPI) -> Model | None:
    """The live model where there is just one; a document for several names no columns."""
    try:
        return api.state.desk.counterpart(()).model
    except ChurnError:
        return None


def _property(column: Wanted) -> dict[str, Any]:
    described = {"description": column.meaning} if column.meaning else {}
    return {"type": _TYPES.get(column.kind, ["string", "null"]), "examples": [_tried(column)], **described}


def _tried(column: Wanted) -> Any:
    """A value to try: a level that was learnt, or something of the kind."""
    return column.levels[0] if column.levels else _TRIED.get(column.kind, "A-1001")
