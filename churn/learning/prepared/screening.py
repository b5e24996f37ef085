"""Screening: columns from which nothing can be learnt, columns that only name the customer, and collinear twins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.learning.encoded.encoding import Encoder
from churn.schema import Column, Schema

Why = Literal["constant", "empty", "id", "text"]
VIF_LIMIT = 10.0
ID_SHARE = 0.95
_ID_NAME = re.compile(
    r"(^|[_\W])(id|ids|no|nr|num|number|key|code|uuid|guid|row|index|idx)($|[_\W])|id$|num$|^unnamed", re.I
)


@dataclass(frozen=True)
class LeftOut:
    """A column that is not learnt from, and why."""

    column: str
    why: Why
    text: str


@dataclass(frozen=True)
class Twins:
    """A column that others foretell almost exactly: its variance inflation factor, and the one nearest to it."""

    column: str
    vif: float
    nearest: str


def unusable_columns(schema: Schema, table: pa.Table) -> list[LeftOut]:
    """The feature columns that say nothing: empty, the same everywhere, free text, or a name for each customer."""
    found = (_unusable(c, table) for c in schema.features if c.name in table.column_names)
    return [f for f in found if f]


def collinear_twins(encoder: Encoder, matrix: np.ndarray) -> list[Twins]:
    """Numbers that the other numbers foretell (variance inflation above 10), the worst first."""
    places = [i for i, f in enumerate(encoder.fields) if f.form in ("number", "age")]
    step = max(1, len(matrix) // 50_000)
    numbers = matrix[::step, places].astype(np.float64)
    with np.errstate(invalid="ignore"):
        numbers = np.where(np.isnan(numbers), np.nanmean(numbers, axis=0, keepdims=True), numbers)
    varied = numbers.std(axis=0) > 0
    places = [p for p, v in zip(places, varied, strict=True) if v]
    if len(places) < 2:
        return []
    related = np.asarray(np.corrcoef(numbers[:, varied], rowvar=False))
    vif = np.diag(np.linalg.inv(related + 1e-9 * np.eye(len(places))))
    np.fill_diagonal(related, 0)
    names = [encoder.names[p] for p in places]
    twins = [
        Twins(name, float(min(v, 1e6)), names[int(np.abs(r).argmax())])
        for name, v, r in zip(names, vif, related, strict=True)
        if v > VIF_LIMIT
    ]
    return sorted(twins, key=lambda t: (-t.vif, t.column))


def is_id_name(name: str) -> bool:
    """Whether a heading speaks of a number that only names something."""
    return bool(_ID_NAME.search(name))


def _unusable(column: Column, table: pa.Table) -> LeftOut | None:
    cells = table.column(column.name)
    rows = len(cells)
    if cells.null_count == rows:
        return LeftOut(column.name, "empty", f"{column.name} is empty in every row.")
    if column.kind == "text":
        return LeftOut(column.name, "text", f"{column.name} is free text or a code; it is not learnt from.")
    different = pc.count_distinct(cells, mode="only_valid").as_py()
    if different == 1 and not cells.null_count:
        return LeftOut(column.name, "constant", f"{column.name} is the same in every row.")
    names_everybody = different > ID_SHARE * rows
    if names_everybody and (column.kind == "category" or (is_id_name(column.name) and _whole(cells))):
        return LeftOut(column.name, "id", f"{column.name} names each customer; it says nothing about the next one.")
    return None


def _whole(cells: pa.ChunkedArray) -> bool:
    numbers = cells.cast(pa.float64()).drop_null().to_numpy()
    return bool((numbers == np.floor(numbers)).all())
