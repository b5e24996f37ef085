"""A customer with some fields changed: values read as a list would be read, or refused in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from churn.errors import RequestRefused
from churn.learning.versions.model import Model
from churn.schema import Column

_YES, _NO = ("yes", "true", "1", "y"), ("no", "false", "0", "n")


def changed(model: Model, customer: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The customer with these columns changed; a value may be given as the text a person would type."""
    return {**customer, **{name: value_for(model, name, value) for name, value in changes.items()}}


def value_for(model: Model, name: str, value: Any) -> Any:
    """The checked value of a column that a text (or a value) stands for; an empty text means not known."""
    if name not in model.encoder.names:
        raise RequestRefused(f"The model does not read {name!r}.", f"It reads: {', '.join(model.encoder.names)}.")
    column = model.schema.by_name.get(name, Column(name, "category"))
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    readers = {"number": _number, "flag": _flag, "date": _date}
    return readers[column.kind](name, value) if column.kind in readers else _level(model, name, str(value))


def _number(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if number - number != 0:
        raise RequestRefused(f"{name} = {value!r} is not a number.", "Write it like 29.85.")
    return number


def _flag(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold().removesuffix(".0")
    if word not in (*_YES, *_NO):
        raise RequestRefused(f"{name} = {value!r} is neither yes nor no.", "Write yes or no.")
    return word in _YES


def _date(name: str, value: Any) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        raise RequestRefused(f"{name} = {value!r} is not a date.", "Write it like 2026-01-31.") from None


def _level(model: Model, name: str, value: str) -> str:
    """A level the model has learnt, whatever its case; what-if questions about others would have no answer."""
    levels = model.encoder.fields[model.encoder.names.index(name)].levels
    found = {level.casefold(): level for level in levels}.get(value.strip().casefold())
    if found is None:
        raise RequestRefused(f"The model has never seen {name} = {value!r}.", f"Known: {', '.join(levels[:12])}.")
    return found
