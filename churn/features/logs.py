"""Doubles: entries that repeat another one in every column are counted once.

Only entries of one customer in the same second can be doubles. In most logs these are few: they alone are compared
whole and laid down, all others are read where they are. Comparing every entry whole costs more than all features.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from churn.errors import ListRefused
from churn.features.definitions import Cut, one_if
from churn.features.engines.base import Engine, fetch_arrays, fetch_number
from churn.features.recipe import Measure, TableRecipe, match_columns, sum_of
from churn.features.sources import is_text, raw_table
from churn.intake.values import YES
from churn.notices import Notice

MOMENT = ("key", "day", "second")
MANY = 0.25  # share of the entries from which comparing all of them at once is quicker (days without hours: all are)


def drop_duplicates(engine: Engine, rows: Any, entries: int) -> tuple[Any, int]:
    """The rows without doubles, and how many were left out; `entries` is how many rows there are."""
    moments = rows.group_by(MOMENT).agg(entries=rows.count())
    crowded = engine.kept(moments.filter(moments.entries > 1))
    alike = fetch_number(engine, crowded.entries.sum())
    if alike > MANY * entries:
        once = engine.kept(rows.distinct())
        return once, entries - fetch_number(engine, once.count())
    if not alike:
        return rows, 0
    once = engine.kept(rows.semi_join(crowded, MOMENT).distinct())
    return rows.anti_join(crowded, MOMENT).union(once), alike - fetch_number(engine, once.count())


# When something happened, as whole numbers: the day since 1970-01-01 and the second of that day, in UTC.
#
# Read from typed columns or from text: 20170228, 2017-02-28, 2019-10-01 08:30:00, with T, fractions, UTC, Z or an
# offset such as +02:00, and seconds or milliseconds since 1970. Day-first dates are not guessed: they come out
# empty and are counted. Text without an offset is UTC. Only functions that DuckDB and Spark share are used.


DAY, HOUR, MINUTE = 86_400, 3_600, 60
EARLIEST, LATEST = 3_652, 47_481  # 1980-01-01 and 2099-12-31: a date outside them is a mistake, not a moment
_DATE = r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}"
_TIME = r"[ T](?:[01]?[0-9]|2[0-3]):[0-9]{2}(?::[0-9]{2})?"
_ZONE = r"(?:Z|UTC|GMT|(([+-])[0-9]{2})(?::?([0-9]{2}))?)"
_WRITTEN = rf"^({_DATE}(?:{_TIME})?)(?:[.][0-9]+)? ?{_ZONE}?$"
_WHOLE, _HOURS, _SIGN, _MINUTES = 1, 2, 3, 4


def is_plain(column: Any, clock: int = 0) -> bool:
    """Whether `seconds` of a column are quick to work out; those of every other are worth laying down."""
    return column.type().is_date() or (column.type().is_timestamp() and not clock)


def parse_day(seconds: Any) -> Any:
    """The day of a number of seconds since 1970; empty where the time was not understood."""
    return plausible_day(whole_day(seconds))


def whole_day(seconds: Any) -> Any:
    """The day of a number of seconds since 1970, also of one that cannot be meant."""
    return (seconds / DAY).floor().cast("int64")


def plausible_day(day: Any) -> Any:
    """The day, or nothing where it lies too far off to be meant; says the day three times, so lay it down before."""
    import ibis

    return ibis.ifelse((day >= EARLIEST) & (day <= LATEST), day, ibis.null().cast("int64"))


def seconds(column: Any, clock: int = 0) -> Any:
    """Seconds since 1970 of any column, moved by the clock's hours from UTC; dates without a time stay where they are.

    Unless the column `is_plain` the result is long-winded: lay it down (`Engine.kept`) before it is used twice.
    """
    kind = column.type()
    if kind.is_date():
        return column.epoch_days() * DAY
    if kind.is_timestamp():
        return _whole_seconds(column) + clock * HOUR
    if kind.is_numeric():
        column = column.try_cast("int64")
    return _parse_time(column.cast("string").strip(), clock)


def _whole_seconds(column: Any) -> Any:
    """Seconds since 1970 rounded down: half a second before midnight is still that day."""
    return column.cast("timestamp").epoch_seconds().cast("float64").floor().cast("int64")


def _parse_time(text: Any, clock: int) -> Any:
    import ibis

    number = text.try_cast("int64")
    since_1970 = ibis.cases((text.length() == 10, number), (text.length() == 13, (number / 1000).floor().cast("int64")))
    dashed = text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 2)
    compact = ibis.ifelse(text.length() == 8, dashed.try_cast("date"), ibis.null().cast("date"))
    return ibis.coalesce(
        _parse_written_time(text, clock),
        ibis.ifelse(number > 0, since_1970, ibis.null().cast("int64")) + clock * HOUR,
        compact.epoch_days() * DAY,
    )


def _parse_written_time(text: Any, clock: int) -> Any:
    """Seconds of a date with dashes or slashes, with or without a time and a zone."""
    import ibis

    whole = text.re_extract(_WRITTEN, _WHOLE).replace("/", "-").try_cast("timestamp").epoch_seconds()
    ahead = _number(text.re_extract(_WRITTEN, _HOURS)) * HOUR
    ahead += _number(text.re_extract(_WRITTEN, _SIGN) + text.re_extract(_WRITTEN, _MINUTES)) * MINUTE
    moved = ibis.ifelse(text.contains(":"), clock * HOUR, 0) if clock else 0
    return whole - ahead + moved


def _number(text: Any) -> Any:
    return text.try_cast("int64").fill_null(0)


# Entries: a raw log with its columns found, typed and counted, what cannot be used set aside.


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


def open_log(
    engine: Engine, table: TableRecipe, source: Source, *, named: Mapping[str, str], clock: int, text_keys: bool
) -> Entries:
    """A log or payments table ready to be added up."""
    before, raw = engine.rejected(), raw_table(engine, source)
    found = match_columns(table, raw.columns, named)
    times = [p for p in MOMENTS if p in found]
    typed = _select_typed(table, raw, found, clock, is_text(engine, source))
    if text_keys:
        typed = typed.mutate(key=typed.key.cast("string"))
    if is_text(engine, source) or not all(is_plain(raw[found[p]], clock) for p in times):
        typed = engine.kept(typed)
    typed = _split_times(typed, times)
    days, counts, notices = _count_by_day(engine, table, typed, engine.rejected() - before)
    rows = typed.filter(typed.key.notnull() & typed.day.notnull()).drop("blank_time")
    if table.duplicates == "drop":
        rows, doubles = drop_duplicates(engine, rows, int(counts.sum()))
        notices += _duplicate_notice(table, doubles)
    return Entries(table, rows, found, days, counts, notices + _missing_parts_notice(table, found))


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


def _select_typed(table: TableRecipe, raw: Any, found: Mapping[str, str], clock: int, trim: bool) -> Any:
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


def _split_times(typed: Any, times: list[str]) -> Any:
    """Times as their day and second, step by step, so that no step says another one again."""
    typed = typed.mutate(**{DAY_OF[p]: whole_day(typed[_at(p)]) for p in times})
    typed = typed.mutate(**{DAY_OF[p]: plausible_day(typed[DAY_OF[p]]) for p in times})
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


def _count_by_day(
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
    got = fetch_arrays(engine, daily.mutate(day=daily.day.fill_null(UNKNOWN)).order_by("day"))
    day, usable = got["day"], got["usable"]
    known = day != UNKNOWN
    if not usable[known].sum():
        raise ListRefused(
            f"No row of {table.name!r} has both a customer and a time that is understood.", "Check its columns."
        )
    total = {name: int(got[name].sum()) for name in ("no_key", "no_time", "odd_time")}
    keep = known & (usable > 0)
    return day[keep], usable[keep], _set_aside_notices(table, total, rejected)


def _set_aside_notices(table: TableRecipe, total: Mapping[str, int], rejected: int) -> tuple[Notice, ...]:
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


def _duplicate_notice(table: TableRecipe, left_out: int) -> tuple[Notice, ...]:
    text = "rows repeat an earlier one in every column used and were counted once"
    return (_notice("set_aside", table, left_out, text),) if left_out else ()


def _missing_parts_notice(table: TableRecipe, found: Mapping[str, str]) -> tuple[Notice, ...]:
    """The optional parts whose column the files lack, so that nobody waits for their features."""
    lost = [m.name for m in table.measures if m.headings and not all(p in found for p in sum_of(m))]
    lost += [v.name for v in table.varieties if f"{v.name} column" not in found]
    which = "it" if len(lost) == 1 else "them"
    text = f"{table.name}: there is no column for {', '.join(lost)}; the features made of {which} are left out."
    return (Notice("info", text, count=len(lost)),) if lost else ()


def _notice(kind: Any, table: TableRecipe, number: int, text: str) -> Notice:
    return Notice(kind, f"{table.name}: {number:,} {text}.", count=number)


# A log added up by customer and day: the one pass over all entries from which every date's features are then taken.
#
# A customer with millions of entries has no more rows here than days, so bots cost nothing further on, and
# several dates cost one pass. Because the date is a midnight, whole days are never split by it.


NARROW = "int32"  # days, and counts within one: half the memory of the widest table that is kept
HOURS = {"night": (0, 6), "morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24)}


def sum_by_day(engine: Engine, log: Entries) -> Any:
    """One row per customer and day (and day of arrival, where the log tells it), worked out once and kept."""
    rows, table = log.rows.mutate(day=log.rows.day.cast(NARROW)), log.table
    hours = HOURS if table.hours else {}
    sums = {
        name: rows.count(where=(rows.second >= start * 3600) & (rows.second < end * 3600)).cast(NARROW)
        for name, (start, end) in hours.items()
    }
    sums |= {m.name: _sum(m, rows) for m in available_measures(log)}
    active = {"active": is_active(table, rows).max().cast(NARROW)} if table.active else {}
    keys = ["key", "day", "arrived"] if log.has("arrived") else ["key", "day"]
    daily = engine.kept(rows.group_by(keys).agg(entries=rows.count().cast(NARROW), **active, **sums), near="key")
    return daily if table.active else daily.mutate(active=1)


def known_days(log: Entries, at: Cut) -> Any:
    """The days that had happened, with the entries that had arrived, before the date."""
    days = log.daily.filter(log.daily.day < at.day)
    return _sum_arrivals(days.filter(days.arrived.isnull() | (days.arrived < at.day))) if log.has("arrived") else days


def known_before(log: Entries, at: Cut) -> Any:
    """The entries that had happened, and had arrived, before the date."""
    rows = log.rows.filter(log.rows.day < at.day)
    return rows.filter(rows.arrived.isnull() | (rows.arrived < at.day)) if log.has("arrived") else rows


def is_active(table: TableRecipe, rows: Any) -> Any:
    """1 for an entry that counts as activity of the customer, else 0."""
    if not table.active:
        return rows.day * 0 + 1
    return one_if(rows.kind.isin(table.active).fill_null(False))


def active_days(log: Entries) -> Any:
    """Each day on which a customer was active, whenever that became known."""
    return log.daily.filter(log.daily.active == 1).select("key", "day").distinct()


def available_measures(log: Entries) -> tuple[Measure, ...]:
    """The measures whose columns the files have."""
    return tuple(m for m in log.table.measures if not m.headings or all(log.has(p) for p in sum_of(m)))


def _sum_arrivals(days: Any) -> Any:
    """What arrived on several days, added up to one row per customer and day."""
    sums = {n: days[n].sum() for n in days.columns if n not in ("key", "day", "arrived", "active")}
    return days.group_by(["key", "day"]).agg(active=days.active.max(), **sums)


def _sum(measure: Measure, rows: Any) -> Any:
    """The measure's sum or count within a day; entries of other kinds, and empty cells, add nothing."""
    import ibis

    here = rows.kind.isin(measure.kinds) if measure.kinds else None
    if not measure.headings:
        return (rows.count() if here is None else rows.count(where=here)).cast(NARROW)
    parts = [rows[p].fill_null(0) for p in sum_of(measure)]
    whole = sum(parts[1:], parts[0])
    return (whole if here is None else ibis.ifelse(here, whole, 0)).sum()
