"""Outcomes that come back: any list with a key and an outcome, read by the campaign's own columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from churn.book.journal import CampaignRecord
from churn.desk.listing.memory import read_remembering
from churn.errors import ListRefused, RequestRefused
from churn.intake.reading import Reading
from churn.intake.text.opening import Source
from churn.learning.prepared.outcome import folded, means_left, names_an_outcome
from churn.schema import Column, Schema, schema_from

if TYPE_CHECKING:
    import pandas as pd

LEFT = "left"
MOST_WORDS = 12
TOLD = ("contacted", "accepted")
_OURS = ("key", "outcome", "positive", "profile")


@dataclass(frozen=True)
class Returned:
    """The outcomes of one file: one row each with the key, `left`, and `contacted`, `accepted` where stated."""

    rows: pd.DataFrame
    reading: Reading


@dataclass(frozen=True)
class OutcomeColumns:
    """What a list of outcomes leaves open, so that it can be asked.

    key, outcome    whether it is plain which column names the customer and which says who left
    words           the words of the outcome, where it is not plain which of them mean that the customer left
    """

    headings: tuple[str, ...]
    key: bool
    outcome: bool
    words: tuple[str, ...] = ()


def returned(home: Path, source: Source, record: CampaignRecord, said: Mapping[str, Any]) -> Returned:
    """The outcomes in a list; `said` may name its `key` and `outcome` headings and the `positive` words for left."""
    schema, reading = _read(home, source, record, said)
    return Returned(_as_left(reading, schema, tuple(said.get("positive") or ())), reading)


def outcome_columns(home: Path, source: Source, record: CampaignRecord, said: Mapping[str, Any]) -> OutcomeColumns:
    """What has to be asked before these outcomes can be measured."""
    schema, reading = _read(home, source, record, said)
    assert schema.key is not None and schema.outcome is not None
    names, outcome = reading.table.column_names, schema.outcome
    known = outcome.name in names
    words: tuple[str, ...] = ()
    if known and not said.get("positive"):
        cells = reading.table[outcome.name].to_pandas().astype("string").str.strip()
        if _meaning(cells, outcome) is None:
            words = tuple(cells.value_counts().index[:MOST_WORDS])
    return OutcomeColumns(tuple(map(str, reading.raw.column_names)), schema.key.name in names, known, words)


def _read(home: Path, source: Source, record: CampaignRecord, said: Mapping[str, Any]) -> tuple[Schema, Reading]:
    """The list by the campaign's own columns; an outcome that is called otherwise is found where only one can be it."""
    schema = _schema(record)
    assert schema.key is not None and schema.outcome is not None
    ours = {"key": schema.key, "outcome": schema.outcome}
    named = {said[role]: column.name for role, column in ours.items() if said.get(role)}
    kept = {word: value for word, value in said.items() if value is not None and word not in _OURS}
    words = {**kept, "schema": schema, "mapping": {**kept.get("mapping", {}), **named}}
    reading = read_remembering(home, source, words)
    if schema.outcome.name in reading.table.column_names:
        return schema, reading
    taken = {match.theirs for match in reading.matches}
    likely = [str(h) for h in reading.raw.column_names if names_an_outcome(str(h)) and h not in taken]
    if len(likely) == 1:
        words["mapping"] = {**words["mapping"], likely[0]: schema.outcome.name}
        reading = read_remembering(home, source, words)
    return schema, reading


def _schema(record: CampaignRecord) -> Schema:
    """The campaign's key and outcome columns; an outcome is asked for by role where the model had none."""
    schema = schema_from(record.asked["returned"])
    if schema.key is None:
        schema = Schema((Column(record.keyed, "text", "key"), *schema.columns))
    if schema.outcome is None:
        schema = Schema((*schema.columns, Column(LEFT, "flag", "outcome")))
    schema = Schema((*schema.columns, *(Column(word, "flag", "ignored") for word in TOLD)))
    assert schema.outcome is not None
    if schema.outcome.kind == "date":
        return schema
    # Read as words, not as yes and no: what each means is decided here.
    levels = schema.outcome.levels if schema.outcome.kind == "category" else ()
    return schema.having(schema.outcome.name, kind="category", levels=levels)


def _as_left(reading: Reading, schema: Schema, positive: tuple[str, ...]) -> pd.DataFrame:
    """The rows with the outcome as 1 for left and 0 for stayed."""
    rows = reading.table.to_pandas()
    assert schema.key is not None and schema.outcome is not None
    for column, option, what in (
        (schema.key, "key", "names the customer"),
        (schema.outcome, "outcome", "says who left"),
    ):
        if column.name not in rows:
            headings = ", ".join(map(str, reading.raw.column_names[:12]))
            raise ListRefused(
                f"The outcomes have no column {column.name!r}.",
                f"They have: {headings}. Say which of them {what}.",
                options=(f"{option}=COLUMN",),
            )
    kept = [schema.key.name, *(c for c in TOLD if c in rows)]
    return rows[kept].assign(**{LEFT: _left(rows[schema.outcome.name], schema.outcome, positive)})


def _days(cells: pd.Series) -> list[date | None]:
    return [day if isinstance(day, date) and day == day else None for day in cells]


def _left(cells: pd.Series, column: Column, positive: tuple[str, ...]) -> np.ndarray:
    """1 where the word means left, 0 where it means stayed, NaN for an empty cell; a day of leaving means left."""
    if column.kind == "date":
        return np.array([float(day is not None and day <= date.today()) for day in _days(cells)])
    words = cells.astype("string").str.strip()
    seen = [w for w in words.dropna().unique() if w]
    if positive:
        told = {folded(w) for w in positive}
        meant: dict[str, bool] | None = {w: folded(w) in told for w in seen}
        if not any(folded(w) in told for w in seen):
            raise RequestRefused(f"{column.name} never holds {' or '.join(positive)}.", f"It holds: {_few(seen)}.")
    else:
        meant = _meaning(words, column)
    if meant is None:
        raise RequestRefused(
            f"It is not plain which words of {column.name} mean that the customer left.",
            f"It holds: {_few(seen)}. Say which of them mean left.",
        )
    return words.map({w: float(left) for w, left in meant.items()}).to_numpy(float, na_value=np.nan)


def _meaning(words: pd.Series, column: Column) -> dict[str, bool] | None:
    """What each word of an outcome means: by the words the model knows, else by the one vocabulary of outcomes."""
    seen = [w for w in words.dropna().unique() if w]
    positive = {folded(w) for w in column.positive}
    others = [w for w in seen if folded(w) not in positive]
    left = dict.fromkeys((w for w in seen if folded(w) in positive), True)
    if not others or {folded(w) for w in others} <= {folded(w) for w in column.levels}:
        return {**dict.fromkeys(others, False), **left}
    return (means := means_left(others if left else seen)) and {**means, **left}


def _few(words: list[str]) -> str:
    return ", ".join(sorted(map(str, words))[:6])
