"""One cell by itself, as a program or a person gives it: read as the same cell of a list would be read.

Every door that takes single values (one customer, a what-if, a form) reads them here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from math import isfinite
from typing import Any

from churn.errors import RequestRefused
from churn.intake.understanding.plans import Plan, flag_of, level_of, plan_of
from churn.intake.values.kinds import Holding
from churn.intake.values.marks import NO, YES, bare, is_missing, same_words
from churn.intake.values.moments import date_of, date_says
from churn.intake.values.numbers import number_of
from churn.schema import Column

TEXTS, LONGEST = 4096, 100  # different texts of a column that are read once and remembered, and how long they may be


def _plan(column: Column) -> Plan:
    """How a column is read when no other cell can vote: a point for decimals, no date that has two readings."""
    return plan_of(column, Holding(stated=column.kind), comma=False, dates=None)


def cell_reader(column: Column) -> Callable[[Any], Any]:
    """What reads single cells of one column: the value, None for nothing, a refusal for what it cannot mean.

    A text that came before is not read again, unless it may name a customer.
    """
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
    if not is_writable(cell):
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


def is_writable(text: str) -> bool:
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
