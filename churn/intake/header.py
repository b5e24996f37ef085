"""Layout: where the list begins in a file: lines above it, its header in one or more rows, or no header at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from churn.errors import ListRefused
from churn.intake.dates import read_date_parts
from churn.intake.delimited import DELIMITERS, Dialect, Record, usual_width
from churn.intake.numbers import parse_written
from churn.intake.values import NO, YES, fold_text, is_missing, same_words, strip_marks, tidy_text
from churn.notices import Notice

Known = Callable[[str], bool]  # is this a heading we have seen before?
Rough = Literal["number", "date", "flag", "word", ""]
_UNIT_WORDS = "months month days day years eur usd gbp € $ £ % text date number string int float yes/no y/n unit"
_UNITS = frozenset(_UNIT_WORDS.split())


@dataclass(frozen=True)
class Layout:
    """Where the list begins: its headings, the line they stand on (0 for none), and the first line of the body."""

    names: tuple[str, ...]
    header: int
    first: int
    written: tuple[str, ...] = ()  # the header as it stands in the file, to know it again further down
    sample: tuple[tuple[str, ...], ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.names)


def find_layout(records: Sequence[Record], name: str, known: Known) -> Layout:
    """Find the header among the first rows of a file; what cannot be told apart is refused, never shifted."""
    rows = [r for r in records if not r.why and not r.blank]
    if not rows:
        raise ListRefused(f"{name} holds no rows that can be read.", "Export the list again as CSV or .xlsx.")
    width = _width(rows)
    start = next(i for i, r in enumerate(rows) if (len(r.cells) == width and r.filled > width / 2) or r is rows[-1])
    body = [r.cells for r in rows[start + 1 :] if len(r.cells) == width]
    if not body:
        raise _no_rows(name, rows[start], known)
    _refuse_table_above(rows[: start + 1], len(body), known)
    # Right below a line that may itself be the header, only a row that is plainly one counts as one.
    doubt = start > 0 and rows[start - 1].filled > 1 and rows[start - 1].line == rows[start].line - 1
    if not _is_header(rows[start].cells, body, known, plainly=doubt):
        return _without_header(rows, start, body, known)
    return _with_header(rows, start, body, width)


def looks_like_header(cells: Sequence[str], body: Sequence[Sequence[str]], known: Known) -> bool:
    """True when a row further down is plainly the header of another table."""
    typed = [j for j in range(len(cells)) if _usual(body, j) in ("number", "date")]
    words = [j for j in typed if classify_cell(cells[j]) == "word"]
    return (len(words) >= 2 and len(words) == len(typed)) or (sum(known(c) for c in cells) > len(cells) / 2)


@lru_cache(maxsize=10_000)
def classify_cell(cell: str) -> Rough:
    """What a cell looks like at first sight."""
    text = strip_marks(cell)
    if is_missing(text, words=False):
        return ""
    if parse_written(text):
        return "number"
    if read_date_parts(text):
        return "date"
    return "flag" if same_words(text) in YES | NO else "word"


def refuse_unsplit(layout: Layout) -> None:
    """A single column whose cells fall apart at blanks or colons alike is a list that was not divided."""
    rows = (*layout.names, *(r[0] for r in layout.sample)) if layout.width == 1 else ()
    for what, pattern, least in (
        ("commas", ",", 2),
        ("semicolons", ";", 2),
        ("runs of blanks", r"\s{2,}", 2),
        ("colons", r"\s*:\s*", 2),
        ("blanks", r"\s+", 3),
    ):
        parts = Counter(len(re.split(pattern, strip_marks(row))) for row in rows)
        width, count = parts.most_common(1)[0] if parts else (1, 0)
        if width >= least and count >= 0.9 * len(rows) and len(rows) > 2:
            raise ListRefused(
                f"The list has one column, {layout.names[0]!r}, in which {what} seem to stand between {width} values.",
                "Export it as CSV; or open it in a spreadsheet, divide it into columns there, and save it.",
            )


def _width(rows: Sequence[Record]) -> int:
    """How many columns the list has; a row closed by one separator too many does not widen it."""
    return usual_width([len(r.cells) for r in rows])[0]


def _with_header(rows: Sequence[Record], start: int, body: list[tuple[str, ...]], width: int) -> Layout:
    header, at, joined = list(rows[start].cells), start, False
    told: list[Notice] = []
    upper = rows[start - 1].cells if start and len(rows[start - 1].cells) == width else ()
    while len(body) > 1 and _is_second_header(rows[at + 1].cells, body[1:], width):
        at += 1
        lower = rows[at].cells
        if _are_units(lower):
            told.append(Notice("info", f"Line {rows[at].line} holds units and was left out.", lines=(rows[at].line,)))
        else:
            upper, header, joined = (
                tuple(header),
                [strip_marks(b) or a for a, b in zip(header, lower, strict=True)],
                True,
            )
        body = body[1:]
    apart = _number_twins(header, upper)
    above = start - 1 if apart != header and not joined else start
    if above < start or joined:
        lines = tuple(r.line for r in rows[above : at + 1])
        told.append(Notice("repaired", f"The header runs over lines {_span(lines)}; they were joined.", lines=lines))
    last = rows[at]
    notices = (*_above(rows[:above], width), *told)
    return Layout(_has_names(apart), rows[start].line, last.line + last.lines, last.cells, tuple(body[:50]), notices)


def _without_header(rows: Sequence[Record], start: int, body: list[tuple[str, ...]], known: Known) -> Layout:
    first = rows[start]
    width = len(first.cells)
    before = rows[start - 1] if start else None
    if before:
        _refuse_other_separator(before, width)
    if before and before.filled > 1:
        if len(before.cells) == width - 1 and not any(strip_marks(r[-1]) for r in (first.cells, *body)):
            names = _has_names([*before.cells, ""])
            return Layout(names, before.line, before.line + before.lines, before.cells, tuple(body[:50]))
        if len(before.cells) == width + 1 and not strip_marks(before.cells[-1]):
            names = _has_names(before.cells[:-1])
            return Layout(names, before.line, before.line + before.lines, before.cells, tuple(body[:50]))
        raise ListRefused(
            f"{_first_line(before)} has {len(before.cells)} names, but the rows below have {width} values.",
            "Correct the header, or export the list again.",
        )
    names = tuple(map(name_unnamed, range(width)))
    said = f"There is no header line; the columns were named {names[0]} to {names[-1]}."
    notices = (*_above(rows[:start], width), Notice("warning", said, lines=(first.line,)))
    return Layout(names, 0, first.line, (), (first.cells, *body[:49]), notices)


def _refuse_other_separator(before: Record, width: int) -> None:
    """A line of words right above the rows that another separator divides into as many is their header."""
    for mark in DELIMITERS if len(before.cells) == 1 and width > 1 else ():
        names = before.cells[0].split(mark)
        if len(names) == width and all(classify_cell(n) == "word" for n in names):
            raise ListRefused(
                f"The header in line {before.line} is divided by {Dialect(mark).said}, the rows below it are not.",
                "Write the header as the rows are written, or export the list again.",
            )


def _first_line(record: Record) -> str:
    words = all(classify_cell(c) in ("word", "") for c in record.cells)
    return f"The header in line {record.line}" if words else f"Line {record.line} has no header above it and"


def _refuse_table_above(rows: Sequence[Record], size: int, known: Known) -> None:
    """Two lists of like size in one file: only a person can say which is the one with the customers."""
    *above, header = rows
    above = [r for r in above if r.filled > 1]
    width, count = max(Counter(len(r.cells) for r in above).items(), key=lambda w: w[1], default=(0, 0))
    if count < 3 or count <= size / 2:
        return
    first = next(r for r in above if len(r.cells) == width)
    if sum(map(known, first.cells)) >= sum(map(known, header.cells)):
        raise ListRefused(
            f"The file holds two tables: {width} columns from line {first.line}, and {len(header.cells)} columns "
            f"from line {header.line}.",
            "Save the customer list in a file of its own.",
        )


def _above(rows: Sequence[Record], width: int) -> list[Notice]:
    """What stood above the list: a few lines of prose, or another table."""
    if not rows:
        return []
    lines = tuple(r.line for r in rows)
    widths = Counter(len(r.cells) for r in rows if r.filled > 1)
    if any(count > 1 for count in widths.values()):
        text = f"Lines {_span(lines)} hold another table; only the list with {width} columns below it was read."
        return [Notice("warning", text, lines=lines[:5])]
    lines_are = (
        f"Lines {_span(lines)} above the header were" if len(lines) > 1 else f"Line {lines[0]} above the header was"
    )
    return [Notice("info", f"{lines_are} skipped.", lines=lines[:5])]


def _span(lines: Sequence[int]) -> str:
    return f"{lines[0]} to {lines[-1]}" if len(lines) > 1 else str(lines[0])


def _has_names(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(tidy_text(c) or name_unnamed(i) for i, c in enumerate(cells))


def name_unnamed(position: int) -> str:
    """What a column without a heading is called."""
    return f"column {position + 1}"


def _number_twins(header: list[str], upper: Sequence[str]) -> list[str]:
    """Headings that repeat get the heading of the group above them in front."""
    counts = Counter(fold_text(h) for h in header)
    if not upper or all(counts[fold_text(h)] == 1 or not strip_marks(h) for h in header):
        return header
    groups, last = [], ""
    for cell in upper:
        last = strip_marks(cell) or last
        groups.append(last)
    return [f"{g} {h}".strip() if counts[fold_text(h)] > 1 else h for g, h in zip(groups, header, strict=True)]


def _is_second_header(cells: Sequence[str], body: Sequence[Sequence[str]], width: int) -> bool:
    if len(cells) != width or not body:
        return False
    if _are_units(cells):
        return True
    typed = [j for j in range(width) if _usual(body, j) in ("number", "date")]
    return len(typed) >= 2 and all(classify_cell(cells[j]) == "word" for j in typed)


def _are_units(cells: Sequence[str]) -> bool:
    filled = [same_words(c) for c in cells if strip_marks(c)]
    return bool(filled) and all(c.strip("()[]") in _UNITS or (c[0], c[-1]) in (("(", ")"), ("[", "]")) for c in filled)


def _is_header(cells: Sequence[str], body: Sequence[Sequence[str]], known: Known, *, plainly: bool) -> bool:
    score = sum(
        _names_a_column(cell, [r[j] for r in body[:200]], _usual(body, j), known) for j, cell in enumerate(cells)
    )
    if score == 0:
        return (
            not plainly
            and all(classify_cell(c) in ("word", "") for c in cells)
            and len({fold_text(c) for c in cells}) == len(cells)
        )
    return score > 0


def _names_a_column(cell: str, below: list[str], usual: Rough, known: Known) -> float:
    """How much one cell of the first row speaks for being a heading (above 0) or a value (below 0)."""
    text, kind = strip_marks(cell), classify_cell(cell)
    if known(text):
        return 2
    if not kind:
        return 0
    if kind == "number" and _is_year(text) and not all(map(_is_year, below)):
        return 0
    if usual in ("number", "date", "flag"):
        return 1 if kind == "word" else -1.0
    if kind in ("number", "date"):
        return -1
    if any(strip_marks(b) == text for b in below):
        return -1.5
    return -1 if any(c.isdigit() for c in text) and _same_pattern(text, below) else 0


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isdigit() and 1950 <= int(text) <= 2100


def _same_pattern(text: str, below: Sequence[str]) -> bool:
    """True when ids below are made like this cell: C001 among C002 and C003."""
    patterns = Counter(_pattern(strip_marks(b)) for b in below)
    return patterns[_pattern(text)] > len(below) / 2


def _pattern(text: str) -> str:
    return "".join("9" if c.isdigit() else "a" if c.isalpha() else c for c in text)


def _usual(body: Sequence[Sequence[str]], j: int) -> Rough:
    kinds = Counter(k for r in body[:200] if j < len(r) and (k := classify_cell(r[j])))
    if not kinds:
        return ""
    kind, count = kinds.most_common(1)[0]
    return kind if count >= 0.8 * sum(kinds.values()) else "word"


def _no_rows(name: str, only: Record, known: Known) -> ListRefused:
    if any(classify_cell(c) in ("number", "date") and not known(c) for c in only.cells):
        return ListRefused(f"{name} holds a single row and no header.", "Add a header line, or export the list again.")
    return ListRefused(f"{name} has a header but no customers below it.", "Export the list again, with its rows.")
