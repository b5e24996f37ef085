"""Features of a members table: what is known of each customer that does not change by the day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from churn.events.engines.engine import Engine
from churn.events.log.entries import Source, whole_parts, words, yes_or_no
from churn.events.log.instants import day_of, seconds
from churn.events.log.sources import raw_table
from churn.events.recipe.features import Block, Cut, Feature, in_units
from churn.events.recipe.headings import found_columns
from churn.events.recipe.recipes import Field, TableRecipe
from churn.schema import Column

EXACT = 1_000  # numbers are carried over to three digits


def member_block(engine: Engine, table: TableRecipe, source: Source, at: Cut, named: Mapping[str, str]) -> Block:
    """The members' own columns, one row per customer; of a customer who stands twice, the least of each column."""
    raw = raw_table(engine, source)
    found = found_columns(table, raw.columns, named)
    fields = [f for f in table.fields if f"{f.name} column" in found]
    columns = {f.name: _value(f, raw[found[f"{f.name} column"]]) for f in fields}
    rows = raw.select(key=words(raw[found["key"]]), **columns)
    rows = rows.filter(rows.key.notnull())
    people = engine.kept(rows.group_by("key").agg(**{f.name: rows[f.name].min() for f in fields}), near="key")
    return Block(people, tuple(_feature(table, f, people[f.name], at) for f in fields))


def _value(field: Field, column: Any) -> Any:
    """The cell as a whole number, a flag, text, or seconds since 1970."""
    if field.kind == "number":
        return whole_parts(column, EXACT, field.low, field.high)
    if field.kind == "flag":
        return yes_or_no(column, keep_empty=True)
    if field.kind == "date":
        return seconds(column)
    return words(column)


def _feature(table: TableRecipe, field: Field, column: Any, at: Cut) -> Feature:
    words: dict[str, Any] = {"kind": field.kind, "group": field.group, "lever": field.lever, "meaning": field.meaning}
    if field.kind == "date":
        words |= {"kind": "number", "unit": "days"}
        column = _days_before(day_of(column), at)
    elif field.kind == "number":
        column = in_units(column, EXACT)
    elif field.kind == "flag":
        column = column == 1
    return Feature(Column(table.prefix + field.name, **words), column)


def _days_before(day: Any, at: Cut) -> Any:
    """Days from a date to the cut-off; a date that was still to come is not known yet."""
    import ibis

    return ibis.ifelse(day < at.day, at.day - day, ibis.null().cast("int64"))
