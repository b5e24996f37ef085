"""Entries: a raw log with its columns found, typed and counted, what cannot be used set aside."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from churn.errors import ListRefused
from churn.events.engines.engine import Engine, arrays
from churn.events.log.doubles import without_doubles
from churn.events.log.instants import DAY, is_plain, seconds, sensible, whole_day
from churn.events.log.sources import is_text, raw_table
from churn.events.recipe.features import one_if
from churn.events.recipe.headings import found_columns, sum_of
from churn.events.recipe.recipes import TableRecipe
from churn.intake.values.marks import YES
from churn.notices import Notice

UNKNOWN = -1  # stands for a day that is not understood
LARGEST = 9.0e13  # beyond it a sum of whole cents is no longer exact
DAY_OF = {"time": "day", "arrived": "arrived", "expires": "expires"}
MOMENTS = tuple(DAY_OF)

Source = str | os.PathLike[str]


@dataclass(frozen=True)
class Entries:
    """One typed table of the recipe: the usable rows, which columns were found, and how many entries each day has.

    rows   an Ibis table: key, day, second, and one column for each part of the recipe that was found
    daily  for a log: the same added up by customer and day (`day_sums`)
    days   the days that have entries, in order, and `counts` how many each
    """

    table: TableRecipe
    rows: Any
    found: Mapping[str, str]
    days: np.ndarray
    counts: np.ndarray
    notices: tuple[Notice, ...]
    daily: Any = None

    def has(self, name: str) -> bool:
        """Whether the files have this part of the recipe."""
        return name in self.found


def opened_log(
    engine: Engine, table: TableRecipe, source: Source, *, named: Mapping[str, str], clock: int, text_keys: bool
) -> Entries:
    """A log or payments table ready to be added up."""
    before, raw = engine.rejected(), raw_table(engine, source)
    found = found_columns(table, raw.columns, named)
    times = [p for p in MOMENTS if p in found]
    typed = _typed(table, raw, found, clock, is_text(engine, source))
    if text_keys:
        typed = typed.mutate(key=typed.key.cast("string"))
    if is_text(engine, source) or not all(is_plain(raw[found[p]], clock) for p in times):
        typed = engine.kept(typed)
    typed = _split(typed, times)
    days, counts, notices = _counted(engine, table, typed, engine.rejected() - before)
    rows = typed.filter(typed.key.notnull() & typed.day.notnull()).drop("blank_time")
    if table.duplicates == "drop":
        rows, doubles = without_doubles(engine, rows, int(counts.sum()))
        notices += _doubles(table, doubles)
    return Entries(table, rows, found, days, counts, notices + _left_out(table, found))


def whole_parts(column: Any, exact: int, low: float | None, high: float | None) -> Any:
    """A number as whole parts of its unit (cents), so that sums do not depend on their order; odd ones are empty."""
    import ibis

    number = column.strip().try_cast("float64") if column.type().is_string() else column.cast("float64")
    least, most = -LARGEST if low is None else low, LARGEST if high is None else high
    fine = (number >= least) & (number <= most)
    parts = ibis.ifelse(fine, number, ibis.null().cast("float64")) * exact
    return (parts * 2).floor().cast("int64") - parts.floor().cast("int64")  # not round(): engines disagree on halves


def yes_or_no(column: Any, *, keep_empty: bool = False) -> Any:
    """A flag as 1 or 0; an empty cell is 0, or stays empty."""
    text = column.type().is_string()
    flag = column.strip().lower().isin(sorted(YES)) if text else column.cast("float64") != 0
    return one_if(flag if keep_empty else flag.fill_null(False))


def words(column: Any, *, trim: bool = True) -> Any:
    """A column as text, empty cells as nothing; trimming is dear, so columns of typed files are taken as they are."""
    text = column.cast("string")
    return (text.strip() if trim else text).nullif("")


def _typed(table: TableRecipe, raw: Any, found: Mapping[str, str], clock: int, trim: bool) -> Any:
    time = raw[found["time"]]
    columns = {"key": _key(raw[found["key"]], trim)}
    columns["blank_time"] = words(time).isnull() if time.type().is_string() else time.isnull()
    for part in (p for p in MOMENTS if p in found):
        columns[_at(part)] = seconds(raw[found[part]], clock if part != "expires" else 0)
    for part in ("kind", "session", "item", "method"):
        if part in found:
            columns[part] = words(raw[found[part]], trim=trim and part in ("kind", "method"))
    for variety in table.varieties:
        if f"{variety.name} column" in found:
            columns[f"{variety.name} column"] = words(raw[found[f"{variety.name} column"]], trim=trim)
    for measure in table.measures:
        for part in sum_of(measure) if measure.headings else ():
            if part in found:
                columns[part] = whole_parts(raw[found[part]], measure.exact, measure.low, measure.high)
    return raw.select(**columns, **_payment_columns(raw, found))


def _split(typed: Any, times: list[str]) -> Any:
    """Times as their day and second, step by step, so that no step says another one again."""
    typed = typed.mutate(**{DAY_OF[p]: whole_day(typed[_at(p)]) for p in times})
    typed = typed.mutate(**{DAY_OF[p]: sensible(typed[DAY_OF[p]]) for p in times})
    typed = typed.mutate(second=typed[_at("time")] - typed.day * DAY)
    return typed.drop(*(_at(p) for p in times))


def _at(part: str) -> str:
    return f"{part} at"


def _payment_columns(raw: Any, found: Mapping[str, str]) -> dict[str, Any]:
    if "expires" not in found:
        return {}
    columns: dict[str, Any] = {}
    for part, exact in (("price", 100), ("paid", 100), ("plan_days", 1)):
        if part in found:
            columns[part] = whole_parts(raw[found[part]], exact, 0, None)
    for part in ("auto_renew", "cancel"):
        columns[part] = yes_or_no(raw[found[part]]) if part in found else one_if(raw[found["key"]].isnull()) * 0
    return columns


def _key(column: Any, trim: bool) -> Any:
    """Whole numbers stay numbers while they are added up, which is quicker; they become text in the result."""
    return column if column.type().is_integer() else words(column, trim=trim)


def _counted(
    engine: Engine, table: TableRecipe, typed: Any, rejected: int
) -> tuple[np.ndarray, np.ndarray, tuple[Notice, ...]]:
    """One pass over the log: entries per day, and what is set aside."""
    no_key = typed.key.isnull()
    daily = typed.group_by("day").agg(
        usable=(~no_key).sum(),
        no_key=no_key.sum(),
        no_time=(typed.blank_time & ~no_key).sum(),
        odd_time=(typed.day.isnull() & ~typed.blank_time & ~no_key).sum(),
    )
    got = arrays(engine, daily.mutate(day=daily.day.fill_null(UNKNOWN)).order_by("day"))
    day, usable = got["day"], got["usable"]
    known = day != UNKNOWN
    if not usable[known].sum():
        raise ListRefused(
            f"No row of {table.name!r} has both a customer and a time that is understood.", "Check its columns."
        )
    total = {name: int(got[name].sum()) for name in ("no_key", "no_time", "odd_time")}
    keep = known & (usable > 0)
    return day[keep], usable[keep], _told(table, total, rejected)


def _told(table: TableRecipe, total: Mapping[str, int], rejected: int) -> tuple[Notice, ...]:
    sentences = (
        ("no_key", "rows without a customer were set aside"),
        ("no_time", "rows without a time were set aside"),
        ("odd_time", "rows whose time is not understood were set aside"),
    )
    told = [_notice("set_aside", table, total[word], text) for word, text in sentences]
    told.append(
        _notice("set_aside", table, rejected, "lines did not have the columns of the header and were set aside")
    )
    return tuple(n for n in told if n.count)


def _doubles(table: TableRecipe, left_out: int) -> tuple[Notice, ...]:
    text = "rows repeat an earlier one in every column used and were counted once"
    return (_notice("set_aside", table, left_out, text),) if left_out else ()


def _left_out(table: TableRecipe, found: Mapping[str, str]) -> tuple[Notice, ...]:
    """The optional parts whose column the files lack, so that nobody waits for their features."""
    lost = [m.name for m in table.measures if m.headings and not all(p in found for p in sum_of(m))]
    lost += [v.name for v in table.varieties if f"{v.name} column" not in found]
    which = "it" if len(lost) == 1 else "them"
    text = f"{table.name}: there is no column for {', '.join(lost)}; the features made of {which} are left out."
    return (Notice("info", text, count=len(lost)),) if lost else ()


def _notice(kind: Any, table: TableRecipe, number: int, text: str) -> Notice:
    return Notice(kind, f"{table.name}: {number:,} {text}.", count=number)
