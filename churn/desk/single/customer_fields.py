"""One customer as a program sends it: each field read as the same cell of a list would be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from math import isfinite
from typing import Any

from churn.errors import RequestRefused
from churn.intake.understanding.matching import sure_names
from churn.intake.understanding.plans import Plan, flag_of, level_of, plan_of
from churn.intake.values.kinds import Holding
from churn.intake.values.marks import NO, YES, bare, is_missing, same_words
from churn.intake.values.moments import date_of, date_says
from churn.intake.values.numbers import number_of
from churn.learning.versions.model import Model
from churn.schema import Column

LAYOUTS = 64  # different sets of field names that are matched once and remembered
TEXTS, LONGEST = 4096, 100  # different texts of a column that are read once and remembered, and how long they may be


@dataclass(frozen=True)
class Given:
    """One customer as checked values by column.

    ignored   fields that are none of the model's columns
    missing   columns the model learnt from that nothing is known of
    """

    customer: Mapping[str, Any]
    ignored: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class FieldReader:
    """Reads the fields of one customer for one model; a value that its column cannot mean is refused by name."""

    model: Model

    def given(self, fields: Mapping[str, Any]) -> Given:
        """The customer that these fields describe."""
        headings = tuple(fields)
        sources, ignored = self.matched(headings)
        customer = {ours: read(fields[theirs]) for ours, theirs, read in sources}
        missing = tuple(n for n in self.model.encoder.names if customer.get(n) is None)
        if len(missing) == len(self.model.encoder.names):
            raise self.nothing_known()
        return Given(customer, ignored, missing)

    def nothing_known(self) -> RequestRefused:
        """The refusal of a customer who was sent without any of the model's columns."""
        return RequestRefused(
            "None of the model's columns is known of this customer.",
            f"Give some of: {', '.join(self.model.encoder.names[:8])}.",
        )

    def renamed(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The fields under the model's own column names; a name that is none of them stays as it is."""
        sure = sure_names(tuple(fields), self.model.schema)
        ours = {theirs: name for name, theirs in sure.items()}
        return {ours.get(theirs, theirs): value for theirs, value in fields.items()}

    @cached_property
    def matched(self) -> Any:
        """For some names of fields: our column, theirs and what reads it, for each that is ours; and the others."""
        return lru_cache(LAYOUTS)(self._matching)

    @cached_property
    def _readers(self) -> dict[str, Callable[[Any], Any]]:
        """How each column is read, but for those that no customer is scored by."""
        columns = self.model.schema.columns
        return {c.name: _reader(c) for c in columns if c.role not in ("outcome", "ignored")}

    def _matching(self, headings: tuple[str, ...]) -> tuple[list[tuple[str, str, Any]], tuple[str, ...]]:
        sure = sure_names(headings, self.model.schema)
        known = self._readers
        sources = [(ours, theirs, known[ours]) for ours, theirs in sure.items() if ours in known]
        read = {theirs for _, theirs, _ in sources}
        return sources, tuple(h for h in headings if h not in read)


def refuse_odd_names(names: Iterable[Any]) -> None:
    """Refuse names of fields that are no text a file could hold."""
    for name in names:
        if not isinstance(name, str) or not _is_text(name):
            raise RequestRefused("The name of a field is not a text.", "Use the list's column names.")


def _plan(column: Column) -> Plan:
    """How a column is read when no other cell can vote: a point for decimals, no date that has two readings."""
    return plan_of(column, Holding(stated=column.kind), comma=False, dates=None)


def _reader(column: Column) -> Callable[[Any], Any]:
    """What reads the cells of one column; a text that came before is not read again, unless it may name a customer."""
    plan = _plan(column)
    read_anew = partial(_of_text, plan)
    of_text = read_anew if column.kind == "text" else lru_cache(TEXTS)(read_anew)

    def value(cell: Any) -> Any:
        if isinstance(cell, str):
            return of_text(cell) if len(cell) <= LONGEST else read_anew(cell)
        if isinstance(cell, bool):
            return cell if column.kind == "flag" else _yes_or_no_level(column, cell)
        if isinstance(cell, int | float):
            return _of_number(plan, cell)
        if cell is None:
            return of_text("")
        raise _unreadable(column)

    return value


def _of_number(plan: Plan, cell: int | float) -> Any:
    try:
        number = float(cell)
    except OverflowError:
        number = float("inf")
    if not isfinite(number):
        raise _unreadable(plan.column)
    return number if plan.column.kind == "number" else _of_text(plan, str(cell))


def _of_text(plan: Plan, cell: str) -> Any:
    column = plan.column
    if not _is_text(cell):
        raise _unreadable(column)
    text = bare(cell)
    if is_missing(text, words=column.kind in ("category", "text")) and not _is_level(column, text):
        if column.blank is None:
            return None
        text = column.blank
    read = _read(plan, text)
    if read is None:
        raise _unreadable(column)
    return read


def _read(plan: Plan, text: str) -> Any:
    kind = plan.column.kind
    if kind == "number":
        return number_of(text, ".")
    if kind == "flag":
        return flag_of(text, plan)
    if kind == "date":
        return date_of(text, None, True) if date_says(text, True) not in (None, "open") else None
    return level_of(text, plan) if kind == "category" else text


def _is_level(column: Column, text: str) -> bool:
    """Whether a mark such as NA is one of the column's levels, as it would be in a list."""
    return bool(text) and same_words(text) in {same_words(level) for level in column.levels}


def _yes_or_no_level(column: Column, cell: bool) -> str:
    found = [level for level in column.levels if same_words(level) in (YES if cell else NO)]
    if column.kind != "category" or len(found) != 1:
        raise _unreadable(column)
    return found[0]


def _is_text(text: str) -> bool:
    """Whether a text can be written: half a character, which JSON can carry, cannot."""
    return text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text)


def _unreadable(column: Column) -> RequestRefused:
    """Names the column and not the value: what was sent is nobody else's business."""
    wanted = {
        "number": "a number, such as 29.85",
        "flag": "yes or no, true or false",
        "date": "a date such as 2026-01-31",
        "category": f"a text such as {column.levels[0]!r}" if column.levels else "a text",
        "text": "a text",
    }
    return RequestRefused(f"The value of {column.name} cannot be read.", f"Give {wanted[column.kind]}.")
