"""Numbers as people write them: money, shares, thousands marks, decimal points and commas, brackets for a minus."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# What Arrow reads as the same number that `parse_number` gives; `$` alone would let a last line feed pass.
PLAIN = r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?$"
LONG_EXPONENT = r"[eE][+-]?[0-9]{4}"  # a number to Arrow, a code to people
EITHER_POINT = r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"

_CURRENCIES = {
    "€": "EUR",
    "$": "USD",
    "£": "GBP",
    "¥": "JPY",
    "us$": "USD",
    "fr": "CHF",
    "kr": "SEK",
    "zł": "PLN",
    "₹": "INR",
}

_CODES = "eur|usd|gbp|chf|jpy|sek|nok|dkk|pln|czk|cad|aud|inr|brl|try|us\\$|fr\\.?|kr\\.?|zł"
_MONEY = rf"(?:[€$£¥₹]|(?:{_CODES})(?![a-z]))"
_SIGN = "[-+\u2212\u2013]"

_WRITTEN = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>{_SIGN})?\s*(?P<before>{_MONEY})?\s*(?P<sign2>{_SIGN})?\s*"
    rf"(?P<digits>\.?[0-9](?:[0-9.,'’]|[ ](?=[0-9]{{3}}(?:[^0-9]|$)))*(?:[eE][+-]?[0-9]{{1,3}})?)"
    rf"\s*(?P<percent>%)?\s*(?P<after>{_MONEY})?\s*(?P<sign3>-)?\s*(?P<close>\))?",
    re.IGNORECASE,
)

_SPACES = re.compile("[\u00a0\u2007\u2009\u202f]")
_MARKS = str.maketrans({"٫": ".", "٬": ",", "．": ".", "，": ",", "％": "%"})
_GROUPED = re.compile(r"[0-9]{1,3}(?:[ '’][0-9]{3})+(?=[.,]|$)")
_INDIAN = re.compile(r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?")


# What the digits say about the decimal mark: settled for point or comma, open between the two, or nothing.
_POINT = re.compile(
    r"(?:0|[0-9]{4,})?\.[0-9]+|[0-9]{4,}\.|[0-9]{1,3}\.(?:[0-9]{1,2}|[0-9]{4,})?|0[0-9]{1,2}\.[0-9]{3}|[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]*|[0-9]{1,3}(?:,[0-9]{3}){2,}"
    r"|[0-9]*\.[0-9]*[eE].*"
)

_COMMA = re.compile(
    r"(?:0|[0-9]{4,})?,[0-9]+|[0-9]{4,},|[0-9]{1,3},(?:[0-9]{1,2}|[0-9]{4,})?|0[0-9]{1,2},[0-9]{3}|[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]*|[0-9]{1,3}(?:\.[0-9]{3}){2,}"
    r"|[0-9]+,[0-9]*[eE].*"
)

_EITHER = {".": re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}"), ",": re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")}
_NEITHER = re.compile(r"[0-9]+(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class WrittenNumber:
    """How one number is written: its digits, its sign, its money or share, and what its marks say.

    says   `point` or `comma` when the decimal mark is settled, `either.` or `either,` when `1.234` may be both, else ""
    """

    digits: str
    negative: bool
    currency: str = ""
    percent: bool = False
    says: str = ""


@lru_cache(maxsize=100_000)
def parse_written(text: str) -> WrittenNumber | None:
    """How the number is written, or None when the cell is no number."""
    if len(text) > 60:
        return None
    found = _WRITTEN.fullmatch(_SPACES.sub(" ", text if text.isascii() else _western(text)))
    if not found or bool(found["open"]) != bool(found["close"]):
        return None
    signs = [s for s in (found["sign"], found["sign2"], found["sign3"]) if s]
    money = [m for m in (found["before"], found["after"]) if m]
    if len(signs) + bool(found["open"]) > 1 or len(money) > 1:
        return None
    digits = _GROUPED.sub(lambda m: re.sub("[ '’]", "", m[0]), found["digits"])
    says = _possible_marks(digits, grouped=digits != found["digits"])
    if says is None:
        return None
    negative = bool(found["open"]) or (bool(signs) and signs[0] != "+")
    return WrittenNumber(digits, negative, _currency(money), bool(found["percent"]), says)


def parse_number(text: str, mark: str) -> float | None:
    """The number under that decimal mark, or None when the cell does not fit it; a share of 12% is 0.12."""
    w = parse_written(text)
    if w is None or w.says == ("comma" if mark == "." else "point"):
        return None
    digits = w.digits.replace(",", "") if mark == "." else w.digits.replace(".", "").replace(",", ".")
    # Dividing keeps 12.5% exactly what 0.125 is.
    value = float(digits) / (100 if w.percent else 1)
    if not np.isfinite(value):
        return None
    return -value if w.negative else value


def parse_single_number(text: str) -> float | None:
    """The number in a cell without neighbours: its own marks settle it, a point where they leave it open."""
    w = parse_written(text)
    return None if w is None else parse_number(text, "," if w.says == "comma" else ".")


def parse_numbers(values: pa.Array, mark: str) -> pa.Array:
    """A column of numbers from cells of text; null where a cell is no number under that mark."""
    if not len(values):
        return pa.array([], pa.float64())
    if mark == "." and (quick := all_plain(values)) is not None:
        return quick
    plain = pc.match_substring_regex(values, PLAIN)
    if mark == ",":
        plain = pc.and_(plain, pc.invert(pc.match_substring(values, ".")))
    odd = np.flatnonzero(~plain.to_numpy(zero_copy_only=False))
    if not len(odd):
        return _finite(pc.cast(values, pa.float64()))
    numbers = np.array(_finite(pc.cast(pc.if_else(plain, values, "nan"), pa.float64())))
    for i, text in zip(odd.tolist(), values.take(pa.array(odd)).to_pylist(), strict=True):
        found = parse_number(text, mark)
        numbers[i] = np.nan if found is None else found
    return pa.array(numbers, from_pandas=True)


def all_plain(values: pa.Array) -> pa.Array | None:
    """The numbers when every cell is one in plain digits, found by trying; None when any is not."""
    try:
        numbers = pc.cast(values, pa.float64())
    except pa.ArrowInvalid:
        return None
    # Words such as nan and inf pass as numbers in Arrow, and as nothing of the kind here.
    if not pc.all(pc.is_finite(numbers)).as_py():
        return None
    # One look at all letters at once is nearly free; hardly any column has an E in it.
    letters = np.frombuffer(values.buffers()[2] or b"", np.uint8)
    if np.any(letters | 0x20 == ord("e")) and pc.any(pc.match_substring_regex(values, LONG_EXPONENT)).as_py():
        return None
    return numbers


def find_currencies(values: Iterable[str]) -> dict[str, str]:
    """The currencies named in these cells, each with one cell that names it."""
    found: dict[str, str] = {}
    for text in values:
        w = parse_written(text)
        if w and w.currency:
            found.setdefault(w.currency, text)
    return found


def _western(text: str) -> str:
    """The same number in the digits and marks 0-9 . , whatever digits it was typed in."""
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text.translate(_MARKS))


def _finite(numbers: pa.Array) -> pa.Array:
    infinite = pc.is_inf(numbers)
    return pc.if_else(infinite, None, numbers) if pc.any(infinite).as_py() else numbers


def _possible_marks(digits: str, *, grouped: bool) -> str | None:
    if _NEITHER.fullmatch(digits):
        return ""
    if grouped:
        # Groups are marked by spaces already, so the one mark left is the decimal one.
        return {".": "point", ",": "comma"}.get(re.sub("[0-9]", "", digits))
    if _INDIAN.fullmatch(digits):
        return "point"
    for mark, shape in _EITHER.items():
        if shape.fullmatch(digits):
            return f"either{mark}"
    if _POINT.fullmatch(digits):
        return "point"
    return "comma" if _COMMA.fullmatch(digits) else None


def _currency(money: list[str]) -> str:
    if not money:
        return ""
    word = money[0].casefold().rstrip(".")
    return _CURRENCIES.get(word, word.upper())
