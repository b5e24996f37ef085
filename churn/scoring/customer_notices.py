"""What to know of one customer before trusting the score: values the model has not seen, cannot be, or lie far out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from churn.learning.versions.model import Model
from churn.notices import Notice
from churn.schema import Column
from churn.scoring.unfamiliar import Unfamiliar

LEARNT = ("feature", "value")


def odd_values(model: Model, customer: Mapping[str, Any], row: np.ndarray) -> tuple[Notice, ...]:
    """Warnings on levels never seen, numbers that cannot be, and numbers far from all that was learnt.

    row  the customer as the model sees them
    """
    encoder = model.encoder
    low, high = encoder.limits
    new = [encoder.names[place] for place in np.flatnonzero(row == encoder.unseen)]
    told = [Notice("warning", f"The model has not seen {name} = {customer[name]!r} before.", name) for name in new]
    for column in model.schema.columns:
        value = customer.get(column.name) if column.kind == "number" else None
        if value is not None and column.role in LEARNT and _is_beyond(column, float(value)):
            text = f"{column.name} of {float(value):,.6g} is beyond {_span(column)}; it cannot be right."
            told.append(Notice("warning", text, column.name))
    if not ((row <= low) | (row >= high)).any():
        return tuple(told)
    unfamiliar = Unfamiliar(model)
    unfamiliar.see(row[None])
    return (*told, *unfamiliar.far_out)


@lru_cache(4096)
def not_known(missing: tuple[str, ...]) -> tuple[Notice, ...]:
    """That nothing is known of these columns, which count as unknown."""
    if not missing:
        return ()
    return (Notice("info", f"Not known of this customer: {', '.join(missing)}.", count=len(missing)),)


def odd_rows(model: Model, columns: Mapping[str, Sequence[Any]], matrix: np.ndarray) -> list[int]:
    """The places of the customers of whom `odd_values` would say anything."""
    low, high = model.encoder.limits
    odd = ((matrix <= low) | (matrix >= high) | (matrix == model.encoder.unseen)).any(axis=1)
    for column in model.schema.features:
        if column.kind == "number" and column.name in columns and (column.low, column.high) != (None, None):
            numbers = np.array([np.nan if v is None else v for v in columns[column.name]], float)
            odd |= (numbers < _low(column)) | (numbers > _high(column))
    return np.flatnonzero(odd).tolist()


def _is_beyond(column: Column, number: float) -> bool:
    return number < _low(column) or number > _high(column)


def _low(column: Column) -> float:
    return -np.inf if column.low is None else column.low


def _high(column: Column) -> float:
    return np.inf if column.high is None else column.high


def _span(column: Column) -> str:
    if column.high is None:
        return f"{column.low:,.6g} and more"
    return f"{column.high:,.6g} and less" if column.low is None else f"{column.low:,.6g} to {column.high:,.6g}"
