"""The contract: a Schema as a pandera schema, which `train` holds a list to; scoring never imports this module."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from churn.intake.checks import Verdict
from churn.intake.reader import Reading
from churn.schema import Column, Schema

if TYPE_CHECKING:
    import pandera.pandas as pandera

_RULES = {"in_range": "range", "greater_than_or_equal_to": "range", "less_than_or_equal_to": "range", "isin": "level"}


def check_contract(reading: Reading) -> Reading:
    """The reading with what its rows break, by the contract itself."""
    return replace(reading, broken=count_violations(reading.table, reading.schema))


def build_contract(schema: Schema) -> pandera.DataFrameSchema:
    """The pandera schema that a checked table must pass; columns carried along are not its business."""
    import pandera.pandas as pandera

    columns = {c.name: _column(c) for c in schema.columns if c.role != "ignored"}
    return pandera.DataFrameSchema(columns, strict=False, coerce=False)


def count_violations(table: pa.Table, schema: Schema) -> Verdict:
    """How many rows break which rule of the contract; the same count that `checking.verdict_of` gives."""
    from pandera.errors import SchemaErrors

    wanted = [c.name for c in schema.columns if c.role != "ignored" and c.name in table.column_names]
    frame = table.select(wanted).to_pandas(date_as_object=False)
    try:
        build_contract(schema.only(wanted)).validate(frame, lazy=True)
    except SchemaErrors as problem:
        return _count_cases(problem.failure_cases, table.num_rows)
    return {}


def _column(column: Column) -> Any:
    import pandera.pandas as pandera

    checks = []
    if column.kind == "number" and column.low is not None:
        checks.append(pandera.Check.ge(column.low))
    if column.kind == "number" and column.high is not None:
        checks.append(pandera.Check.le(column.high))
    if column.kind == "category" and column.levels:
        checks.append(pandera.Check.isin(list(column.levels)))
    if column.required:
        checks.append(pandera.Check(lambda s: bool(s.notna().any()) or not len(s), name="empty", ignore_na=False))
    if column.role == "key":
        checks.append(pandera.Check(lambda s: ~s.duplicated(), name="twice"))
    dtype = {"number": "float64"}.get(column.kind)
    key = column.role == "key"
    return pandera.Column(dtype, checks=checks, nullable=not key, required=column.required)


def _count_cases(cases: Any, rows: int) -> Verdict:
    found: Verdict = {}
    for name, check in zip(cases["column"], cases["check"], strict=True):
        rule = _rule(str(check))
        found[str(name), rule] = rows if rule == "empty" else found.get((str(name), rule), 0) + 1
    return found


def _rule(check: str) -> str:
    if check == "not_nullable":
        return "key"
    return _RULES.get(check.split("(")[0], check)
