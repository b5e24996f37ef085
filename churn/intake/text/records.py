"""Records: the lines of a text become rows of values, one by one; a broken row never spoils the ones after it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from churn.intake.text.dialect import Dialect, split_line
from churn.intake.text.encodings import DAMAGED
from churn.intake.values.marks import bare

JOINED = 200  # lines that one quoted value may run over
UNBALANCED = "a quotation mark is opened or closed in the wrong place"
NULS = "it holds NUL bytes, which no text has"
BROKEN_BYTES = "it holds bytes that are not text in the file's encoding"
STRAY_RETURN = "a stray line break stands inside it"


@dataclass(frozen=True)
class SetAside:
    """A row that was left out: its line as an editor counts, why, and what it held."""

    line: int
    why: str
    cells: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The line and the reason, as every door shows them."""
        return {"line": self.line, "why": self.why}


@dataclass(frozen=True)
class Record:
    """One row as it was split: its first line, how many lines it took, its values, and what is wrong with it."""

    line: int
    cells: tuple[str, ...]
    why: str = ""
    lines: int = 1

    @property
    def blank(self) -> bool:
        """True when nothing stands in the row."""
        return not self.why and not any(map(bare, self.cells))

    @property
    def filled(self) -> int:
        """How many values are there."""
        return sum(1 for c in self.cells if bare(c))


def records_of(
    lines: Sequence[str], dialect: Dialect, *, first: int = 1, width: int | None = None, more: bool = False
) -> Iterator[Record]:
    """The rows of these lines; with `more` it stops before a quoted value that may go on beyond them.

    A quoted value may run over several lines when it closes and, if the width is known, gives that many values;
    otherwise the line that opens the quote is broken alone, and reading goes on with the next line.
    """
    at = 0
    while at < len(lines):
        record = _record_at(lines, at, dialect, width)
        if more and record.why == UNBALANCED and len(lines) - at < JOINED:
            return
        yield Record(first + at, record.cells, record.why, record.lines)
        at += record.lines


def misfit(cells: Sequence[str], width: int) -> str:
    """Why a row of another width is set aside."""
    return f"it has {len(cells)} value{'s' if len(cells) != 1 else ''} for {width} columns"


def _record_at(lines: Sequence[str], at: int, dialect: Dialect, width: int | None) -> Record:
    line = lines[at]
    if damage := _damage(line):
        return Record(0, (line,), damage)
    cells = split_line(line, dialect)
    if cells is not None:
        return Record(0, tuple(cells), _strayed(line, cells, dialect))
    joined = _joined(lines, at, dialect)
    if joined is None or (width is not None and len(joined[0]) != width):
        return Record(0, (line,), STRAY_RETURN if "\r" in line else UNBALANCED)
    cells, used = joined
    if damage := _damage("".join(cells)):
        return Record(0, (line,), damage)
    return Record(0, tuple(cells), "", used)


def _strayed(line: str, cells: Sequence[str], dialect: Dialect) -> str:
    """Why a row that could be split is not to be trusted all the same."""
    if "\r" in line and any("\r" in c for c in cells):
        return STRAY_RETURN
    if dialect.quote not in line or dialect.escape:
        return ""
    # Two values with half a pair of quotes each were one quoted value that lost its beginning.
    pieces = set(line.split(dialect.delimiter))
    halves = [c for c in cells if c.count(dialect.quote) % 2 and c in pieces]
    return UNBALANCED if len(halves) > 1 else ""


def _joined(lines: Sequence[str], at: int, dialect: Dialect) -> tuple[list[str], int] | None:
    """The row that begins here and goes on over the next lines, when its quotes close."""
    following = islice(lines, at, at + JOINED)
    reader = csv.reader((f"{text}\n" for text in following), **dialect.words())  # type: ignore[arg-type]
    try:
        return next(reader), reader.line_num
    except (csv.Error, StopIteration):
        return None


def _damage(text: str) -> str:
    if "\x00" in text:
        return NULS
    return BROKEN_BYTES if DAMAGED in text else ""
