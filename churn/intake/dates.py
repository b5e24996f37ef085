"""Dates as people write them: each way of writing votes over the whole column, and an open vote is asked about."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Literal, get_args

import pyarrow as pa

Order = Literal["day-first", "month-first"]
ORDERS: tuple[Order, ...] = get_args(Order)


# What a cell says about the order: settled by itself, settled by a number above 12, open, or the same either way.
Says = Literal["settled", "day-first", "month-first", "open", "same"]
_CLOCK = r"[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2}(?:[.,][0-9]{1,9})?)?"
_TIME = rf"(?:[T ,]\s*{_CLOCK}\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|GMT|[+-][0-9]{{2}}:?[0-9]{{2}})?)?"
_YEAR_FIRST = re.compile(rf"([0-9]{{4}})([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}}){_TIME}")
_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})")
_YEAR_LAST = re.compile(rf"([0-9]{{1,2}})([-/. ])([0-9]{{1,2}})\2([0-9]{{4}}|[0-9]{{2}}){_TIME}")

_DAY_NAMED = re.compile(
    rf"(?:[^\W\d_]{{2,10}}\.?,?\s+)?([0-9]{{1,2}})\.?[-\s/]*([^\W\d_]{{3,10}})\.?[-\s/,]*([0-9]{{4}}|[0-9]{{2}}){_TIME}"
)

_MONTH_NAMED = re.compile(
    rf"(?:[^\W\d_]{{2,10}}\.?,?\s+)?([^\W\d_]{{3,10}})\.?\s*([0-9]{{1,2}})(?:st|nd|rd|th)?,?\s+([0-9]{{4}}){_TIME}"
)

_MONTH_WORDS = (
    ("jan", "ene", "gen", "jän"),
    ("feb", "fév", "fev", "febr"),
    ("mar", "mär", "mrz", "maa", "mrt"),
    ("apr", "avr", "abr"),
    ("may", "mai", "mag", "mei", "maj"),
    ("jun", "juin", "giu"),
    ("jul", "juil", "lug"),
    ("aug", "aoû", "aou", "ago"),
    ("sep", "set"),
    ("oct", "okt", "ott", "out"),
    ("nov",),
    ("dec", "dez", "déc", "dic"),
)

_MONTHS = {word: i + 1 for i, words in enumerate(_MONTH_WORDS) for word in words}


# A month alone must be one in full or the beginning of one: `Marketing 2024` is no March.
_MONTH_NAMES = (
    " january february march april may june july august september october november december "
    "januar jänner februar märz mai juni juli oktober dezember "
    "janvier février fevrier mars avril juin juillet août aout septembre octobre novembre décembre decembre "
    "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre "
    "gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre "
    "januari februari maart mrt mei augustus maj "
    "janeiro fevereiro março maio junho julho setembro outubro novembro dezembro"
)

_WORD, _YEAR, _NUMBER = r"([^\W\d_]{3,10})", r"((?:19|20)[0-9]{2})", r"(0?[1-9]|1[0-2])"

_MONTH_OF_YEAR = (
    re.compile(rf"(?:{_WORD}\.?[-\s/,.]*|{_NUMBER}[-/]){_YEAR}"),  # Jan 2026, 01/2026
    re.compile(rf"{_WORD}\.?(?:-|\s?['’])()([0-9]{{2}})"),  # Jan-26, as spreadsheets write it
)

_YEAR_AND_MONTH = re.compile(rf"{_YEAR}(?:[-\s/.,]*{_WORD}\.?|[-/]{_NUMBER})")  # 2026-01, 2026 Jan
_DOTTED_MONTH = re.compile(r"(0[1-9]|1[0-2])\.((?:19|20)[0-9]{2})")  # a number as well, like 20260131


@lru_cache(maxsize=100_000)
def read_date_parts(text: str, compact: bool = False) -> Says | None:
    """What one cell says about the order of day and month, or None when it is no date."""
    if len(text) > 60 or not any(c.isdigit() for c in text):
        return None
    if found := _YEAR_LAST.fullmatch(text):
        first, second = int(found[1]), int(found[3])
        fits_day, fits_month = _valid_date(found[4], second, first), _valid_date(found[4], first, second)
        if fits_day and fits_month:
            return "same" if first == second else "open"
        return "day-first" if fits_day else "month-first" if fits_month else None
    return "settled" if _read_compact(text, compact) else None


@lru_cache(maxsize=100_000)
def parse_date(text: str, order: Order | None, compact: bool = False) -> date | None:
    """The day a cell names under that order, or None; a time of day is left out."""
    if found := _YEAR_LAST.fullmatch(text):
        first, second = int(found[1]), int(found[3])
        months = second if order != "month-first" else first
        days = first if order != "month-first" else second
        return _valid_date(found[4], months, days)
    return _read_compact(text, compact) if len(text) <= 60 else None


def parse_dates(values: pa.Array, order: Order | None, *, compact: bool = False) -> pa.Array:
    """A column of days from cells of text; null where a cell is no date under that order."""
    days = pa.compute.utf8_slice_codeunits(values, 0, 10)
    # Moments that share a day are read once: a year of seconds is 365 days.
    whole = pa.compute.match_substring_regex(
        values, r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]{4,15}(?: ?(?:Z|UTC))?)?$"
    )
    if len(values) and pa.compute.all(whole).as_py():
        coded = pa.compute.dictionary_encode(days)
        read = pa.array([_read_compact(v, compact) for v in coded.dictionary.to_pylist()], pa.date32())
        return read.take(coded.indices)
    return pa.array([parse_date(v, order, compact) if v else None for v in values.to_pylist()], pa.date32())


def has_time(text: str) -> bool:
    """True when the cell tells a time of day other than midnight."""
    found = re.search(r"[T ,]\s*([0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2})?(?:[.,][0-9]+)?)", text)
    return bool(found) and bool(found[1].strip("0:., ")) if found else False


@lru_cache(maxsize=100_000)
def parse_month(text: str) -> date | None:
    """The first day of the month a cell names without a day, or None."""
    for pattern in _MONTH_OF_YEAR:
        if found := pattern.fullmatch(text):
            return _first_of(found[3], found[1], found[2])
    if found := _YEAR_AND_MONTH.fullmatch(text):
        return _first_of(found[1], found[2], found[3])
    return None


def said(text: str) -> str:
    """Both readings of a date that can be read two ways: "2 March or 3 February"."""
    days = [parse_date(text, "day-first"), parse_date(text, "month-first")]
    return " or ".join(f"{d.day} {d:%B} {d.year}" for d in days if d)


def _read_compact(text: str, compact: bool) -> date | None:
    if found := _YEAR_FIRST.fullmatch(text):
        return _valid_date(found[1], int(found[3]), int(found[4]))
    if compact and (found := _COMPACT.fullmatch(text)):
        return _valid_date(found[1], int(found[2]), int(found[3]))
    if compact and (found := _DOTTED_MONTH.fullmatch(text)):
        return _valid_date(found[2], int(found[1]), 1)
    if found := _DAY_NAMED.fullmatch(text):
        return _named_month_date(found[3], found[2], found[1])
    if found := _MONTH_NAMED.fullmatch(text):
        return _named_month_date(found[3], found[1], found[2])
    return parse_month(text)


def _first_of(year: str, word: str | None, number: str | None) -> date | None:
    if number:
        return _valid_date(year, int(number), 1)
    lowered = (word or "").casefold()
    return _named_month_date(year, lowered, "1") if f" {lowered}" in _MONTH_NAMES else None


def _named_month_date(year: str, word: str, day: str) -> date | None:
    lowered = word.casefold()
    month = next((m for w, m in _MONTHS.items() if lowered.startswith(w)), None)
    return _valid_date(year, month, int(day)) if month else None


def _valid_date(year: str, month: int, day: int) -> date | None:
    number = int(year)
    if len(year) == 2:
        number += 2000 if number < 70 else 1900
    try:
        return date(number, month, day) if 1800 <= number <= 2999 else None
    except ValueError:
        return None
