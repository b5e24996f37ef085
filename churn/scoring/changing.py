"""A customer with some fields changed: values read as a list would be read, or refused in words.

A column that goes with another follows it: who gives up the internet has no online backup either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from churn.errors import RequestRefused
from churn.intake.understanding.cells import cell_reader
from churn.learning.encoded.encoding import Field
from churn.learning.versions.model import Model
from churn.schema import Column, Schema

_WANTED = {
    "number": ("is not a number", "Write it like 29.85."),
    "flag": ("is neither yes nor no", "Write yes or no."),
    "date": ("is not a date", "Write it like 2026-01-31."),
}


def changed(model: Model, customer: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The customer with these columns changed; a value may be given as the text a person would type."""
    return {**customer, **{name: value_for(model, name, value) for name, value in changes.items()}}


def followed(schema: Schema, customer: Mapping[str, Any], *, settled: Iterable[str] = ()) -> dict[str, Any]:
    """The customer with every column that goes with another in line with it, but for those `settled` on purpose."""
    now, kept = dict(customer), set(settled)
    for column in schema.columns:
        rule = column.follows
        if rule is None or column.name in kept or column.name not in now or now.get(rule.column) is None:
            continue
        if _is_at(schema, rule.column, now[rule.column], rule.level):
            now[column.name] = rule.becomes
        elif now[column.name] == rule.becomes:
            now[column.name] = rule.otherwise
    return now


def refuse_contradiction(schema: Schema, customer: Mapping[str, Any], changes: Iterable[str]) -> None:
    """Refuse a changed column that cannot be what it became while the column it goes with is as it is."""
    for name in changes:
        rule = schema.by_name[name].follows if name in schema.by_name else None
        value, other = customer.get(name), customer.get(rule.column) if rule else None
        if rule is None or value is None or other is None:
            continue
        tied = _is_at(schema, rule.column, other, rule.level)
        if tied != (value == rule.becomes):
            raise RequestRefused(
                f"{name} cannot be {value!r} while {rule.column} is {_said(other)!r}.",
                f"Change {rule.column} as well.",
            )


def value_for(model: Model, name: str, value: Any) -> Any:
    """The checked value of a column that a text (or a value) stands for; an empty text means not known."""
    if name not in model.encoder.names:
        raise RequestRefused(f"The model does not read {name!r}.", f"It reads: {', '.join(model.encoder.names)}.")
    column = model.schema.by_name.get(name, Column(name, "category"))
    if isinstance(value, date) and column.kind == "date":
        return value
    try:
        read = cell_reader(column)(value)
    except RequestRefused as problem:
        if column.kind not in _WANTED:
            raise
        wrong, fix = _WANTED[column.kind]
        raise RequestRefused(f"{name} = {value!r} {wrong}.", fix) from problem
    field = model.encoder.fields[model.encoder.names.index(name)]
    if column.kind == "number" and read is not None:
        _refuse_impossible(model, column, field, float(read))
    return _level(field, read) if column.kind == "category" and read is not None else read


def _refuse_impossible(model: Model, column: Column, field: Field, number: float) -> None:
    """Refuse a number outside the range its column can have: as the schema says, else as the customers learnt from."""
    low, high = column.low, column.high
    if low is None and high is None:
        least = float(model.reference.quantiles[model.encoder.names.index(field.name)][0])
        low, high = (max(0.0, field.low or 0.0) if least >= 0 else field.low), field.high
    if (low is None or number >= low) and (high is None or number <= high):
        return
    span = f"of {low:,.6g} or more" if high is None else f"of {high:,.6g} or less"
    both = low is not None and high is not None
    raise RequestRefused(
        f"{field.name} cannot be {number:,.6g}.",
        f"Give a number {f'from {low:,.6g} to {high:,.6g}' if both else span}.",
    )


def _level(field: Field, value: str) -> str:
    """A level the model has learnt, whatever its case; what-if questions about others would have no answer."""
    found = {level.casefold(): level for level in field.levels}.get(value.strip().casefold())
    if found is None:
        known = ", ".join(field.levels[:12])
        raise RequestRefused(f"The model has never seen {field.name} = {value!r}.", f"Known: {known}.")
    return found


def _is_at(schema: Schema, name: str, value: Any, level: str) -> bool:
    """Whether a column is at a level that a schema names; of a flag the schema says yes or no."""
    column = schema.by_name.get(name)
    return bool(value == (cell_reader(column)(level) if column and column.kind == "flag" else level))


def _said(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
