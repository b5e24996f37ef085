"""Plans: how each column will be read, settled from everything it was seen to hold before any cell is changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from math import isfinite
from typing import Any

import numpy as np
import pyarrow as pa

from churn.errors import ListRefused, OpenQuestion, RequestRefused
from churn.intake.columns import Cells, Holding
from churn.intake.dates import ORDERS, Order, parse_date, parse_dates, read_date_parts, said
from churn.intake.meaning import Meaning
from churn.intake.numbers import parse_numbers, parse_single_number
from churn.intake.values import (
    LETTERS,
    NO,
    YES,
    fold_text,
    is_missing,
    names_a_leaving_day,
    outcome_words,
    real_levels,
    same_words,
    strip_marks,
)
from churn.schema import Column

_TYPES = {"number": pa.float64(), "flag": pa.bool_(), "date": pa.date32()}
MOST = 0.5  # a column of which more than this share cannot be read is refused, not emptied


@dataclass(frozen=True)
class ColumnPlan:
    """How one column is read: its meaning, the decimal mark, the order of day and month, and what its words mean."""

    column: Column
    mark: str = "."
    order: Order | None = None
    compact: bool = False
    kept: frozenset[str] = frozenset()  # marks that are a level here
    known: Mapping[str, str] = field(default_factory=dict)  # compared words -> the level as it is written
    left: frozenset[str] = frozenset()  # further words for the outcome's yes
    stayed: frozenset[str] = frozenset()


def arrow_type(column: Column) -> pa.DataType:
    """The type a column has in a checked table."""
    return _TYPES.get(column.kind, pa.string())


def read_column(cells: Cells, plan: ColumnPlan) -> tuple[pa.Array, list[int]]:
    """The column as it is meant, null where nothing stands, and the codes of cells it cannot read."""
    if plan.column.kind == "number" and plan.mark == "." and (numbers := cells.plain) is not None:
        return cells.spread(numbers), []
    nothing = _nothing(cells, plan)
    read = _read(cells.values, plan, nothing)
    odd: list[int] = []
    if plan.column.kind in _TYPES and read.null_count:
        odd = [int(i) for i in np.flatnonzero(read.is_null().to_numpy(zero_copy_only=False) & ~nothing)]
    return cells.spread(read), odd


def _read(values: pa.Array, plan: ColumnPlan, nothing: np.ndarray) -> pa.Array:
    blank = plan.column.blank
    given = pa.compute.if_else(pa.array(nothing), pa.scalar(blank, pa.string()), values) if nothing.any() else values
    if plan.column.kind == "number":
        return parse_numbers(pa.compute.fill_null(given, ""), plan.mark)
    if plan.column.kind == "date":
        return parse_dates(pa.compute.fill_null(given, ""), plan.order, compact=plan.compact)
    if plan.column.kind == "flag":
        return pa.array([read_flag(v, plan) if v is not None else None for v in given.to_pylist()], pa.bool_())
    if plan.column.kind == "category" and plan.known:
        before = given.to_pylist()
        words = [None if v is None else read_level(v, plan) for v in before]
        return given if words == before else pa.array(words, pa.string())
    return given


def read_level(text: str, plan: ColumnPlan) -> str:
    """The level a cell means: spelled as the schema spells it where only case, blanks or dashes differ."""
    return plan.known.get(text) or plan.known.get(fold_text(text)) or text


def read_flag(text: str, plan: ColumnPlan) -> bool | None:
    """Yes or no in any spelling; for an outcome, yes means the words that say the customer left."""
    word = same_words(text)
    positive = {same_words(p) for p in plan.column.positive}
    if word in positive:
        return True
    truth = True if word in YES else False if word in NO else None
    if truth is None and word in plan.left | plan.stayed:
        return word in plan.left
    if truth is None:
        return None
    turned = bool(positive) and positive <= NO | plan.stayed and not positive & YES
    return truth != turned


def _nothing(cells: Cells, plan: ColumnPlan) -> np.ndarray:
    """Which different cells stand for nothing in this column."""
    words = plan.column.kind in ("category", "text")
    mask = np.zeros(len(cells.values), bool)
    for code, text in zip(cells.odd.tolist(), cells.values.take(pa.array(cells.odd)).to_pylist(), strict=True):
        mask[code] = text not in plan.kept and is_missing(text, words=words)
    return mask


def plan_columns(
    meaning: Meaning, held: Mapping[str, Holding], dates: Order | None, *, comma_likely: bool, scoring: bool = False
) -> dict[str, ColumnPlan]:
    """How every heading is read; columns vote on the decimal mark of the file for those that leave it open.

    scoring  a date of leaving decides who is scored, so it must be read right although no model learns from it
    """
    columns = {meaning.sources[c.name]: c for c in meaning.schema.columns if c.name in meaning.sources}
    votes = [held[h].says for h, c in columns.items() if c.kind == "number"]
    point, comma = sum(v["point"] for v in votes), sum(v["comma"] for v in votes)
    comma_file = comma > point or (comma == point == 0 and comma_likely and any(v["either,"] for v in votes))
    carried = {h for h, c in columns.items() if c.role == "ignored" and not (scoring and names_a_leaving_day(c.name))}
    return {h: _choose_plan(c, held[h], comma_file, dates, carried=h in carried) for h, c in columns.items()}


def _choose_plan(column: Column, holding: Holding, comma: bool, dates: Order | None, *, carried: bool) -> ColumnPlan:
    try:
        plan = plan_column(column, holding, comma=comma, dates=dates)
        _refuse_unreadable(plan, holding)
    except ListRefused:
        # What is only carried along is no reason to refuse a list; it stays as the text it is.
        if not carried:
            raise
        return ColumnPlan(replace(column, kind="text", levels=()))
    return plan


def _refuse_unreadable(plan: ColumnPlan, holding: Holding) -> None:
    column, filled = plan.column, holding.filled - sum(holding.nothing.values())
    if column.kind == "number":
        read, odd, what = holding.numbers, holding.no_number, "numbers"
    elif column.kind == "date":
        read, odd, what = holding.dates + holding.compact * plan.compact, holding.no_date, "dates"
    elif column.kind == "flag" and not holding.many:
        read = sum(n for v, n in holding.levels.items() if read_flag(v, plan) is not None)
        odd, what = [(0, v) for v in holding.levels if read_flag(v, plan) is None], "yes or no"
    else:
        return
    if filled > 0 and read < (1 - MOST) * filled:
        shown = "; ".join(f"line {n}: {v[:30]!r}" if n else repr(v[:30]) for n, v in odd[:3])
        raise ListRefused(
            f"{column.name} should hold {what}, but {filled - read} of {filled} cells do not ({shown}).",
            "Correct the column, or name another one.",
            options=("map=THEIRS=OURS",),
        )


def plan_column(column: Column, holding: Holding, *, comma: bool, dates: Order | None) -> ColumnPlan:
    """Settle how a column is read; a question that would change its meaning is refused with its flag."""
    if column.kind == "number":
        _refuse_mixed_units(column, holding)
        return ColumnPlan(column, mark=choose_decimal_mark(holding, comma=comma))
    if column.kind == "date":
        return ColumnPlan(
            column, order=_choose_date_order(column, holding, dates), compact=holding.compact > holding.dates
        )
    if column.kind == "category":
        known = _known_levels(column, holding)
        return ColumnPlan(column, known=known, kept=_kept(column, holding))
    if column.role == "outcome":
        left, stayed = outcome_words()
        return ColumnPlan(column, left=left, stayed=stayed)
    return ColumnPlan(column)


def choose_decimal_mark(holding: Holding, *, comma: bool) -> str:
    """The decimal mark of a column by the vote of its cells; `comma`: how the file writes where they are silent."""
    point, comma_votes = holding.says["point"], holding.says["comma"]
    if point != comma_votes:
        return "." if point > comma_votes else ","
    return "," if comma else "."


def _kept(column: Column, holding: Holding) -> frozenset[str]:
    stated = {same_words(v) for v in column.levels}
    if column.levels and holding.stated:
        return frozenset(v for v in holding.missing if same_words(v) in stated and v)
    return real_levels({**holding.levels, **holding.missing})


def _known_levels(column: Column, holding: Holding) -> dict[str, str]:
    """Compared words -> level; where levels are not stated, spellings of one word become the commonest of them."""
    if column.levels:
        known = {fold_text(v): v for v in reversed(column.levels)}
        unique = {f: v for f, v in known.items() if sum(fold_text(w) == f for w in column.levels) == 1 and f}
        return {**_yes_and_no_among(column.levels), **unique, **{v: v for v in column.levels}}
    known = {}
    for text, _ in sorted(holding.levels.items(), key=lambda item: (-item[1], item[0])):
        known.setdefault(same_words(text), text)
    return {text: known[same_words(text)] for text in holding.levels if known[same_words(text)] != text}


def _yes_and_no_among(levels: tuple[str, ...]) -> dict[str, str]:
    """Every spelling of yes and of no -> the level that says it, where just one does; a letter needs its opposite."""
    said = [(words, [v for v in levels if same_words(v) in words]) for words in (YES, NO)]
    both = all(len(found) == 1 for _, found in said)
    known: dict[str, str] = {}
    for words, found in said:
        level = same_words(found[0]) if len(found) == 1 else ""
        if level and not level[0].isdigit() and (both or level not in LETTERS):
            known |= {spelling: found[0] for word in words for spelling in (word, fold_text(word)) if spelling}
    return known


def _refuse_mixed_units(column: Column, holding: Holding) -> None:
    if len(holding.currencies) > 1:
        firsts = [cells[0] for cells in holding.currencies.values()]
        seconds = [cells[1] for cells in holding.currencies.values() if len(cells) > 1]
        shown = "; ".join(f"line {line}: {text}" for line, text in sorted([*firsts, *seconds][:3]))
        raise ListRefused(
            f"Column {column.name} mixes currencies ({shown}).", "Convert them to one currency before export."
        )
    if holding.shares and holding.plainly and min(holding.shares, holding.plainly) > 0.02 * holding.numbers:
        raise ListRefused(
            f"Column {column.name} writes {holding.shares} numbers with a percent sign and {holding.plainly} without.",
            "Write all of them the same way.",
        )


def _choose_date_order(column: Column, holding: Holding, dates: Order | None) -> Order | None:
    day, month, open_votes = (holding.orders[o] for o in ("day-first", "month-first", "open"))
    if dates:
        return dates
    if day and month and min(day, month) > 0.02 * (day + month):
        shown = "; ".join(f"line {n}: {text}" for n, text in (holding.dated["day-first"], holding.dated["month-first"]))
        raise OpenQuestion(
            f"Column {column.name} writes some dates day first and some month first ({shown}).",
            "Say which is meant; the others become missing.",
            asks="dates",
            choices=ORDERS,
        )
    if day or month:
        return "day-first" if day > month else "month-first"
    if open_votes:
        line, text = holding.dated["open"]
        raise OpenQuestion(
            f"Column {column.name} can be read two ways: {text} in line {line} is {said(text)}.",
            "Say which is meant.",
            asks="dates",
            choices=ORDERS,
        )
    return None


# One cell by itself, as a program or a person gives it: read as the same cell of a list would be read.
#
# Every door that takes single values (one customer, a what-if, a form) reads them here.


TEXTS, LONGEST = 4096, 100  # different texts of a column that are read once and remembered, and how long they may be


def _plan(column: Column) -> ColumnPlan:
    """How a column is read when no other cell can vote: a point for decimals, no date that has two readings."""
    return plan_column(column, Holding(stated=column.kind), comma=False, dates=None)


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


def _of_number(plan: ColumnPlan, cell: int | float) -> Any:
    try:
        number = float(cell)
    except OverflowError:
        number = float("inf")
    if not isfinite(number):
        raise _unreadable(plan.column)
    return number if plan.column.kind == "number" else _of_text(plan, str(cell))


def _of_text(plan: ColumnPlan, cell: str) -> Any:
    column = plan.column
    if not is_writable(cell):
        raise _unreadable(column)
    text = strip_marks(cell)
    if is_missing(text, words=column.kind in ("category", "text")) and not _is_level(column, text):
        if column.blank is None:
            return None
        text = column.blank
    read = _read_cell(plan, text)
    if read is None:
        raise _unreadable(column)
    return read


def _read_cell(plan: ColumnPlan, text: str) -> Any:
    kind = plan.column.kind
    if kind == "number":
        return parse_single_number(text)
    if kind == "flag":
        return read_flag(text, plan)
    if kind == "date":
        return parse_date(text, None, True) if read_date_parts(text, True) not in (None, "open") else None
    return read_level(text, plan) if kind == "category" else text


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
