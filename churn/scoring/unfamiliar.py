"""Customers unlike any the model has learnt from: counted while a list is scored, told when it is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from churn.notices import Notice, NoticeKind
from churn.schema import Column
from churn.training.encoder import Field
from churn.training.model import Model

AS_MOST = " As money, what lies far above counts as the largest learnt from."
MANY = 0.05  # from this share of the customers on it is the list that is strange, not a few of them


class Unfamiliar:
    """Counts, block by block and column by column, the customers with a value that was never learnt from."""

    def __init__(self, model: Model) -> None:
        """Begin with nobody."""
        self._model, self._rows = model, 0
        self._new = np.zeros(len(model.encoder.fields), dtype=np.int64)
        self._beyond = np.zeros(len(model.encoder.fields), dtype=np.int64)
        value = model.schema.value.name if model.schema.value else None
        self._value = model.encoder.names.index(value) if value in model.encoder.names else None
        self._dear = False  # whether anybody's money is far above all that was learnt

    def see(self, matrix: np.ndarray) -> None:
        """Count a block of encoded customers in."""
        self._rows += len(matrix)
        self._beyond += self._model.encoder.beyond(matrix)
        if self._value is not None:
            self._dear |= bool((matrix[:, self._value] >= self._model.encoder.limits[1, self._value]).any())
        for place, field in enumerate(self._model.encoder.fields):
            if field.levels:
                self._new[place] += np.count_nonzero(matrix[:, place] == field.unseen)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What to know of a list before trusting its scores: levels never seen, then what lies far out."""
        return (*self._new_level_notices(), *self.far_out)

    @property
    def far_out(self) -> tuple[Notice, ...]:
        """Numbers that were taken as the edge of what is known; a warning where they are many."""
        return tuple(self._beyond_notices())

    def _new_level_notices(self) -> Iterator[Notice]:
        for place in np.flatnonzero(self._new):
            field, many = self._model.encoder.fields[place], int(self._new[place])
            text = f"{_who(many)} a value of {field.name} that the model has not seen."
            yield Notice("warning", text, field.name, many)

    def _beyond_notices(self) -> Iterator[Notice]:
        learnt = self._model.reference.quantiles
        for place in np.flatnonzero(self._beyond):
            field, many = self._model.encoder.fields[place], int(self._beyond[place])
            kind: NoticeKind = "warning" if many >= MANY * self._rows else "info"
            money = AS_MOST if place == self._value and self._dear else ""
            yield Notice(kind, f"{_who(many)} {_far(field, learnt[place])}{money}", field.name, many)


def _who(many: int) -> str:
    return "1 customer has" if many == 1 else f"{many:,} customers have"


def _far(field: Field, known: np.ndarray) -> str:
    span = f"{known[0]:,.6g} to {known[-1]:,.6g}"
    if field.form == "age":
        return f"a {field.name} far outside the {span} days back that were learnt from. Is the list's date right?"
    return f"a {field.name} far outside the {span} learnt from; such scores are little more than a guess."


# What to know of one customer before trusting the score: values the model has not seen, cannot be, or lie far out.


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
def missing_notice(missing: tuple[str, ...]) -> tuple[Notice, ...]:
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
