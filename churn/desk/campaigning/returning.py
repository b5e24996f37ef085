"""Outcomes that come back: any list with a key and an outcome, read by the campaign's own columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from churn.book.journal import CampaignRecord
from churn.deciding.measuring.outcomes import yes_or_no
from churn.desk.listing.memory import read_remembering
from churn.errors import ListRefused, RequestRefused
from churn.intake.reading import Reading
from churn.intake.text.opening import Source
from churn.schema import Column, Schema, schema_from

if TYPE_CHECKING:
    import pandas as pd

LEFT = "left"
TOLD = ("contacted", "accepted")
_OURS = ("key", "outcome", "positive", "profile")


@dataclass(frozen=True)
class Returned:
    """The outcomes of one file: one row each with the key, `left`, and `contacted`, `accepted` where stated."""

    rows: pd.DataFrame
    reading: Reading


def returned(home: Path, source: Source, record: CampaignRecord, said: Mapping[str, Any]) -> Returned:
    """The outcomes in a list; `said` may name its `key` and `outcome` headings and the `positive` words for left."""
    schema = _schema(record, said.get("positive") or ())
    ours = {"key": schema.key, "outcome": schema.outcome}
    named = {said[role]: column.name for role, column in ours.items() if column and said.get(role)}
    kept = {word: value for word, value in said.items() if value is not None and word not in _OURS}
    words = {**kept, "schema": schema, "mapping": {**kept.get("mapping", {}), **named}}
    reading = read_remembering(home, source, words)
    return Returned(_as_left(reading, schema, told=bool(said.get("positive"))), reading)


def _schema(record: CampaignRecord, positive: tuple[str, ...] | list[str]) -> Schema:
    """The campaign's key and outcome columns; an outcome is asked for by role where the model had none."""
    schema = schema_from(record.asked["returned"])
    if schema.key is None:
        schema = Schema((Column(record.keyed, "text", "key"), *schema.columns))
    if schema.outcome is None:
        schema = Schema((*schema.columns, Column(LEFT, "flag", "outcome")))
    schema = Schema((*schema.columns, *(Column(word, "flag", "ignored") for word in TOLD)))
    if not positive or schema.outcome is None:
        return schema
    # Read as words, not as yes and no: every word that was not named means stayed.
    return schema.having(schema.outcome.name, kind="category", levels=(), positive=tuple(positive))


def _as_left(reading: Reading, schema: Schema, *, told: bool) -> pd.DataFrame:
    """The rows with the outcome as 1 for left and 0 for stayed."""
    rows = reading.table.to_pandas()
    assert schema.key is not None and schema.outcome is not None
    for column, option in ((schema.key, "key"), (schema.outcome, "outcome")):
        if column.name not in rows:
            headings = ", ".join(map(str, reading.raw.column_names[:12]))
            raise ListRefused(
                f"The outcomes have no column {column.name!r}.",
                f"They have: {headings}. Say which it is.",
                options=(f"{option}=COLUMN",),
            )
    kept = [schema.key.name, *(c for c in TOLD if c in rows)]
    return rows[kept].assign(**{LEFT: _left(rows[schema.outcome.name], schema.outcome, told=told)})


def _left(cells: pd.Series, column: Column, *, told: bool) -> np.ndarray:
    """1 where the word means left, 0 where it means stayed, NaN for an empty cell."""
    if column.kind == "flag" or not column.positive:
        return yes_or_no(cells.astype("string"), column.name)
    words = cells.astype("string").str.strip().str.lower()
    positive = {w.strip().lower() for w in column.positive}
    left = words.isin(positive).to_numpy()
    if told and not left.any():
        seen = ", ".join(sorted(set(words.dropna()))[:6])
        raise RequestRefused(f"{column.name} never holds {' or '.join(column.positive)}.", f"It holds: {seen}.")
    known = {w.strip().lower() for w in column.levels}
    if told or known >= set(words.dropna()):
        return np.where(words.isna(), np.nan, left.astype(float))
    return np.where(left, 1.0, yes_or_no(cells.mask(left), column.name))
