"""When something happened, as whole numbers: the day since 1970-01-01 and the second of that day, in UTC.

Read from typed columns or from text: 20170228, 2017-02-28, 2019-10-01 08:30:00, with T, fractions, UTC, Z or an offset
such as +02:00, and seconds or milliseconds since 1970. Day-first dates are not guessed: they come out empty and are
counted. Text without an offset is UTC. Only functions that DuckDB and Spark share are used.
"""

from __future__ import annotations

from typing import Any

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


def day_of(seconds: Any) -> Any:
    """The day of a number of seconds since 1970; empty where the time was not understood."""
    return sensible(whole_day(seconds))


def whole_day(seconds: Any) -> Any:
    """The day of a number of seconds since 1970, also of one that cannot be meant."""
    return (seconds / DAY).floor().cast("int64")


def sensible(day: Any) -> Any:
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
    return _read(column.cast("string").strip(), clock)


def _whole_seconds(column: Any) -> Any:
    """Seconds since 1970 rounded down: half a second before midnight is still that day."""
    return column.cast("timestamp").epoch_seconds().cast("float64").floor().cast("int64")


def _read(text: Any, clock: int) -> Any:
    import ibis

    number = text.try_cast("int64")
    since_1970 = ibis.cases((text.length() == 10, number), (text.length() == 13, (number / 1000).floor().cast("int64")))
    dashed = text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 2)
    compact = ibis.ifelse(text.length() == 8, dashed.try_cast("date"), ibis.null().cast("date"))
    return ibis.coalesce(
        _written(text, clock),
        ibis.ifelse(number > 0, since_1970, ibis.null().cast("int64")) + clock * HOUR,
        compact.epoch_days() * DAY,
    )


def _written(text: Any, clock: int) -> Any:
    """Seconds of a date with dashes or slashes, with or without a time and a zone."""
    import ibis

    whole = text.re_extract(_WRITTEN, _WHOLE).replace("/", "-").try_cast("timestamp").epoch_seconds()
    ahead = _number(text.re_extract(_WRITTEN, _HOURS)) * HOUR
    ahead += _number(text.re_extract(_WRITTEN, _SIGN) + text.re_extract(_WRITTEN, _MINUTES)) * MINUTE
    moved = ibis.ifelse(text.contains(":"), clock * HOUR, 0) if clock else 0
    return whole - ahead + moved


def _number(text: Any) -> Any:
    return text.try_cast("int64").fill_null(0)
