"""Labelling: what a list says about who left, before anything is learnt from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from churn.desk.listing.views import words_in
from churn.errors import ChurnError, ListRefused, RequestRefused
from churn.intake.enough import Known
from churn.intake.reading import Reading
from churn.learning.prepared.leaks import Leak
from churn.learning.prepared.outcome import (
    MOST_CLASSES,
    family_of,
    folded,
    one_sided,
    outcome_column,
    outcome_of,
    speaks_by_name,
)
from churn.learning.prepared.preparing import Choices, leaks_of
from churn.notices import Notice

SPEAKING = ("flag", "category", "number")
A_DAY, NO_DAY = "a day", "empty"  # the two words of a date of leaving


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
    by_date = reading.schema.by_name[column].kind == "date"
    words = days_in(reading, column) if by_date else words_in(reading, column)
    try:
        found = outcome_of(reading.table, reading.schema, column=column, positive=positive, drop_class=drop_class)
    except ListRefused as problem:
        return Labels(column, words, tuple(positive), _all_alike(reading, column, positive), problem.message)
    except ChurnError as problem:
        # The flags a refusal names belong to the terminal; a screen has its own fields for them.
        return Labels(column, words, tuple(positive), None, problem.message)
    labels = found.labels
    known = Known(int((labels >= 0).sum()), int((labels == 1).sum()))
    named = {spelling for word in found.positive for spelling in family_of(word)}
    leaving = (A_DAY,) if by_date else tuple(w for w in words if folded(w) in named)
    return Labels(column, words, leaving, known, known.said, int((labels < 0).sum()))


def columns_that_speak(reading: Reading) -> tuple[str, ...]:
    """The columns that could say who left: a few different words; the likeliest first."""
    table, known = reading.table, reading.schema.outcome
    few = [
        column.name
        for column in reading.schema.columns
        if column.kind in SPEAKING and 2 <= len(table.column(column.name).drop_null().unique()) <= MOST_CLASSES
    ]
    few += [name for name in _left_on(reading) if name not in few]
    # One that says the same of everyone is shown with that sentence: left out, it would be missed and another taken.
    few += [name for name in (*speaks_by_name(table), *([known.name] if known else [])) if name not in few]
    first = _guessed(reading) or (known.name if known else None)
    return tuple(sorted(dict.fromkeys(few), key=lambda name: name != first))


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


def days_in(reading: Reading, column: str) -> dict[str, int]:
    """How many customers have a day of leaving, and how many none."""
    blank = reading.table.column(column).null_count
    return {word: many for word, many in ((A_DAY, reading.rows - blank), (NO_DAY, blank)) if many}


def with_one_sided_outcome(reading: Reading) -> Reading:
    """The reading, with a sentence where the list says the same of everyone: nothing can be learnt from that."""
    text = one_sided(reading.table, reading.schema)
    if not text:
        return reading
    told = Notice("warning", f"{text[:-1]}, so nothing can be learnt from this list about who leaves.")
    return replace(reading, notices=(*reading.notices, told))


def _left_on(reading: Reading) -> list[str]:
    """The columns of days in which some customers have none: the others may have left then."""
    dates = (c.name for c in reading.schema.columns if c.kind == "date" and c.role != "date")
    return [name for name in dates if 0 < reading.table.column(name).null_count < reading.rows]


def _all_alike(reading: Reading, column: str, positive: Sequence[str]) -> Known | None:
    """The counts where everyone left or everyone stayed."""
    cells = reading.table.column(column).drop_null()
    if not len(cells):
        return None
    schema = reading.schema.by_name[column]
    said = cells[0].as_py()
    left = said if isinstance(said, bool) else {folded(w) for w in (*positive, *schema.positive)} & {folded(str(said))}
    return Known(len(cells), len(cells) if left or folded(str(said)) in family_of("yes") else 0)


def _guessed(reading: Reading) -> str | None:
    try:
        return outcome_of(reading.table, reading.schema).column
    except RequestRefused:
        return None
    except ChurnError:
        return outcome_column(reading.table, reading.schema)
