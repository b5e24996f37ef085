"""The dialect of a text file: what separates the values, what quotes them, and the `sep=` line some programs write."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

DELIMITERS = (",", ";", "\t", "|", "^", "~", "\x1f")
_SEP_LINE = re.compile(r"^\ufeff?\"?sep=(.)\"?$", re.IGNORECASE)
_NAMES = {"\t": "tabs", ",": "commas", ";": "semicolons", "|": "bars"}
_KNOWN_CELL = re.compile(
    r"""\s*(?:[-+(]*[€$£]?\s*\d[\d.,' \u00a0]*\s*[%€$£)-]*     # a number, an amount, a share
        |\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T][\d:.]+.*)?      # a date
        |[\w@.+-]+(?:[ _/()$&-]+[\w@.+$()-]+)*                  # words, an id, an address
        |[-?]*)\s*""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Dialect:
    """How one line becomes values."""

    delimiter: str = ","
    quote: str = '"'
    escape: str | None = None
    skip_space: bool = False
    sep_line: bool = False

    @property
    def said(self) -> str:
        """The separator in words."""
        return _NAMES.get(self.delimiter, repr(self.delimiter))

    def words(self) -> dict[str, object]:
        """What the csv module needs to know; strict, so that a broken quote is noticed."""
        return {
            "delimiter": self.delimiter,
            "quotechar": self.quote,
            "escapechar": self.escape,
            "skipinitialspace": self.skip_space,
            "doublequote": True,
            "strict": True,
        }


def dialect_of(lines: Sequence[str]) -> Dialect:
    """The dialect that makes the lines most alike: same number of values, and values that look like values."""
    sep = _SEP_LINE.match(lines[0]) if lines else None
    body = [line for line in lines[1 if sep else 0 :] if line.strip()]
    quote = _quote_of(body)
    best = max(DELIMITERS, key=lambda d: (_fit(body, d, quote), -DELIMITERS.index(d)))
    delimiter = sep.group(1) if sep else best
    return Dialect(delimiter, quote, _escape_of(body, quote), _spaced(body, delimiter, quote), bool(sep))


def split_line(line: str, dialect: Dialect) -> list[str] | None:
    """The values of one line, or None when its quotes do not balance."""
    if dialect.quote not in line and not dialect.escape:
        return line.split(dialect.delimiter)
    try:
        return next(csv.reader([line], **dialect.words()))  # type: ignore[arg-type]
    except (csv.Error, StopIteration):
        return None


def _fit(lines: Sequence[str], delimiter: str, quote: str) -> float:
    """How well a separator explains the lines: alike in width, with values of a known shape, and not one column."""
    dialect = Dialect(delimiter, quote)
    rows = [cells for line in lines if (cells := split_line(line, dialect)) is not None]
    width, share = usual_width([len(r) for r in rows])
    if width < 2:
        return 0.0
    cells = [c for r in rows if len(r) == width for c in r]
    known = sum(1 for c in cells if len(c) < 200 and _KNOWN_CELL.fullmatch(c))
    return share * (known / len(cells)) ** 2 * (width - 0.5) / width


def usual_width(widths: Sequence[int]) -> tuple[int, float]:
    """The width most rows have once the table has begun, and their share; lines of prose above it do not count."""
    start = next((i for i, w in enumerate(widths) if w > 1), None)
    if start is None:
        return (1, 1.0) if widths else (0, 0.0)
    below = Counter(widths[start:])
    width = max(below, key=lambda w: (below[w] if w > 1 else below[w] / 2, w))
    return width, below[width] / (len(widths) - start)


def _quote_of(lines: Sequence[str]) -> str:
    if any('"' in line for line in lines):
        return '"'
    wrapped = sum(1 for line in lines if re.search(r"(?:^|[,;\t|])'[^']*'(?:[,;\t|]|$)", line))
    return "'" if wrapped > len(lines) / 4 else '"'


def _escape_of(lines: Sequence[str], quote: str) -> str | None:
    text = "\n".join(lines)
    return (
        "\\"
        if f"\\{quote}" in text and f"{quote}{quote}{quote}" not in text and f"\\{quote}{quote}" not in text
        else None
    )


def _spaced(lines: Sequence[str], delimiter: str, quote: str) -> bool:
    text = "\n".join(lines)
    return f"{delimiter} {quote}" in text and f"{delimiter}{quote}" not in text
