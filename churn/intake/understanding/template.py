"""The template: a small CSV with the right headings and one example row, for a list that lacks a column."""

from __future__ import annotations

import csv
import io

from churn.schema import Column, Schema

_EXAMPLES = {"number": "0", "flag": "Yes", "date": "2026-01-31", "category": "", "text": "C-0001"}


def template_csv(schema: Schema) -> str:
    """A CSV with the headings a list should have, the required ones among them, and one row to show what goes there."""
    wanted = [c for c in schema.columns if c.role != "ignored"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([c.name for c in wanted])
    writer.writerow([_example(c) for c in wanted])
    return text.getvalue()


def _example(column: Column) -> str:
    if column.levels:
        return column.levels[0]
    if column.kind == "number" and column.low is not None and column.high is not None:
        return f"{(max(column.low, 0) + min(column.high, max(column.low, 0) + 24)) / 2:g}"
    return _EXAMPLES[column.kind]
