"""Customers further out than any the model has learnt from: counted while a list is scored, told when it is done."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from churn.learning.encoding import Field
from churn.learning.model import Model
from churn.notices import Notice, NoticeKind

MANY = 0.05  # from this share of the customers on it is the list that is strange, not a few of them


class Outlying:
    """Counts, block by block and column by column, the customers whose value was taken as the edge of what is known."""

    def __init__(self, model: Model) -> None:
        """Begin with nobody."""
        self._model, self._rows = model, 0
        self._beyond = np.zeros(len(model.encoder.fields), dtype=np.int64)

    def see(self, matrix: np.ndarray) -> None:
        """Count a block of encoded customers in."""
        self._rows += len(matrix)
        self._beyond += self._model.encoder.beyond(matrix)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What to know before trusting their scores: a warning where they are many."""
        return tuple(self._told())

    def _told(self) -> Iterator[Notice]:
        learnt = self._model.reference.quantiles
        for place in np.flatnonzero(self._beyond):
            field, many = self._model.encoder.fields[place], int(self._beyond[place])
            kind: NoticeKind = "warning" if many >= MANY * self._rows else "info"
            yield Notice(kind, f"{_who(many)} {_far(field, learnt[place])}", field.name, many)


def _who(many: int) -> str:
    return "1 customer has" if many == 1 else f"{many:,} customers have"


def _far(field: Field, known: np.ndarray) -> str:
    span = f"{known[0]:,.6g} to {known[-1]:,.6g}"
    if field.form == "age":
        return f"a {field.name} far outside the {span} days back that were learnt from. Is the list's date right?"
    return f"a {field.name} far outside the {span} learnt from; such scores are little more than a guess."
