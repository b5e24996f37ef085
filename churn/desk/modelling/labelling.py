"""Labelling: what a list says about who left, before anything is learnt from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from churn.desk.listing.views import words_in
from churn.errors import ChurnError, RequestRefused
from churn.intake.enough import Known
from churn.intake.reading import Reading
from churn.learning.prepared.leaks import Leak
from churn.learning.prepared.outcome import MOST_CLASSES, family_of, folded, outcome_of
from churn.learning.prepared.preparing import Choices, leaks_of

SPEAKING = ("flag", "category", "number")


@dataclass(frozen=True)
class Labels:
    """Who left by one column of a list.

    words    as they stand in the file, with how many customers have each
    leaving  those of them that count as leaving
    known    the customers whose outcome is known, and how many left; None while that is not settled
    why      one sentence: the counts beside what is needed, or why nothing can be said yet
    unknown  customers whose outcome is empty or left out
    """

    column: str
    words: Mapping[str, int]
    leaving: tuple[str, ...]
    known: Known | None
    why: str
    unknown: int = 0

    @property
    def enough(self) -> bool:
        """Whether something can be learnt from this column."""
        return self.known is not None and self.known.enough


def labels_in(reading: Reading, column: str, positive: Sequence[str], drop_class: Sequence[str]) -> Labels:
    """Who left by that column when these words mean leaving (none: those that plainly do)."""
    words = words_in(reading, column)
    try:
        found = outcome_of(reading.table, reading.schema, column=column, positive=positive, drop_class=drop_class)
    except ChurnError as problem:
        # The flags a refusal names belong to the terminal; a screen has its own fields for them.
        return Labels(column, words, tuple(positive), None, problem.message)
    labels = found.labels
    known = Known(int((labels >= 0).sum()), int((labels == 1).sum()))
    named = {spelling for word in found.positive for spelling in family_of(word)}
    leaving = tuple(w for w in words if folded(w) in named)
    return Labels(column, words, leaving, known, known.said, int((labels < 0).sum()))


def columns_that_speak(reading: Reading) -> tuple[str, ...]:
    """The columns that could say who left: a few different words; the likeliest first."""
    table, known = reading.table, reading.schema.outcome
    few = [
        column.name
        for column in reading.schema.columns
        if column.kind in SPEAKING and 2 <= len(table.column(column.name).drop_null().unique()) <= MOST_CLASSES
    ]
    first = _guessed(reading) or (known.name if known else None)
    return tuple(sorted(few, key=lambda name: name != first))


def guess_of(reading: Reading) -> str | None:
    """The column that says who left, where that is plain; else a person has to choose."""
    known = reading.schema.outcome
    return known.name if known else _guessed(reading)


def suspects_in(reading: Reading, **asked: Any) -> tuple[Leak, ...]:
    """The columns that know the outcome, or may; none while it is not settled who left."""
    try:
        return leaks_of(reading.table, reading.schema, Choices(**asked))
    except ChurnError:
        return ()


def _guessed(reading: Reading) -> str | None:
    try:
        return outcome_of(reading.table, reading.schema).column
    except RequestRefused:
        return None
    except ChurnError:
        return reading.schema.outcome.name if reading.schema.outcome else None
