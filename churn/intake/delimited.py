"""The dialect of a text file: what separates the values, what quotes them, and the `sep=` line some programs write."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from churn.errors import ListRefused
from churn.intake.columns import Cells, cells_of
from churn.intake.sources import DAMAGED
from churn.intake.values import BLANKS, strip_marks

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


def detect_dialect(lines: Sequence[str]) -> Dialect:
    """The dialect that makes the lines most alike: same number of values, and values that look like values."""
    sep = _SEP_LINE.match(lines[0]) if lines else None
    body = [line for line in lines[1 if sep else 0 :] if line.strip()]
    quote = _detect_quote(body)
    best = max(DELIMITERS, key=lambda d: (_rate_delimiter(body, d, quote), -DELIMITERS.index(d)))
    delimiter = sep.group(1) if sep else best
    return Dialect(delimiter, quote, _detect_escape(body, quote), _has_spaces(body, delimiter, quote), bool(sep))


def split_line(line: str, dialect: Dialect) -> list[str] | None:
    """The values of one line, or None when its quotes do not balance."""
    if dialect.quote not in line and not dialect.escape:
        return line.split(dialect.delimiter)
    try:
        return next(csv.reader([line], **dialect.words()))  # type: ignore[arg-type]
    except (csv.Error, StopIteration):
        return None


def _rate_delimiter(lines: Sequence[str], delimiter: str, quote: str) -> float:
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


def _detect_quote(lines: Sequence[str]) -> str:
    if any('"' in line for line in lines):
        return '"'
    wrapped = sum(1 for line in lines if re.search(r"(?:^|[,;\t|])'[^']*'(?:[,;\t|]|$)", line))
    return "'" if wrapped > len(lines) / 4 else '"'


def _detect_escape(lines: Sequence[str], quote: str) -> str | None:
    text = "\n".join(lines)
    return (
        "\\"
        if f"\\{quote}" in text and f"{quote}{quote}{quote}" not in text and f"\\{quote}{quote}" not in text
        else None
    )


def _has_spaces(lines: Sequence[str], delimiter: str, quote: str) -> bool:
    text = "\n".join(lines)
    return f"{delimiter} {quote}" in text and f"{delimiter}{quote}" not in text


# Records: the lines of a text become rows of values, one by one; a broken row never spoils the ones after it.


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
        return not self.why and not any(map(strip_marks, self.cells))

    @property
    def filled(self) -> int:
        """How many values are there."""
        return sum(1 for c in self.cells if strip_marks(c))


def read_records(
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


def describe_misfit(cells: Sequence[str], width: int) -> str:
    """Why a row of another width is set aside."""
    return f"it has {len(cells)} value{'s' if len(cells) != 1 else ''} for {width} columns"


def _record_at(lines: Sequence[str], at: int, dialect: Dialect, width: int | None) -> Record:
    line = lines[at]
    if damage := _describe_damage(line):
        return Record(0, (line,), damage)
    cells = split_line(line, dialect)
    if cells is not None:
        return Record(0, tuple(cells), _is_stray(line, cells, dialect))
    joined = _join_lines(lines, at, dialect)
    if joined is None or (width is not None and len(joined[0]) != width):
        return Record(0, (line,), STRAY_RETURN if "\r" in line else UNBALANCED)
    cells, used = joined
    if damage := _describe_damage("".join(cells)):
        return Record(0, (line,), damage)
    return Record(0, tuple(cells), "", used)


def _is_stray(line: str, cells: Sequence[str], dialect: Dialect) -> str:
    """Why a row that could be split is not to be trusted all the same."""
    if "\r" in line and any("\r" in c for c in cells):
        return STRAY_RETURN
    if dialect.quote not in line or dialect.escape:
        return ""
    # Two values with half a pair of quotes each were one quoted value that lost its beginning.
    pieces = set(line.split(dialect.delimiter))
    halves = [c for c in cells if c.count(dialect.quote) % 2 and c in pieces]
    return UNBALANCED if len(halves) > 1 else ""


def _join_lines(lines: Sequence[str], at: int, dialect: Dialect) -> tuple[list[str], int] | None:
    """The row that begins here and goes on over the next lines, when its quotes close."""
    following = islice(lines, at, at + JOINED)
    reader = csv.reader((f"{text}\n" for text in following), **dialect.words())  # type: ignore[arg-type]
    try:
        return next(reader), reader.line_num
    except (csv.Error, StopIteration):
        return None


def _describe_damage(text: str) -> str:
    if "\x00" in text:
        return NULS
    return BROKEN_BYTES if DAMAGED in text else ""


# Blocks: the body of a list as columns of text; whole blocks at once where that is safe, row by row where it is
# not.
#
# A block is *plain* when every quotation mark opens right after a separator and closes right before one, with no
# line break between: then splitting it in one go (Arrow) gives what the row-by-row reading gives. A test holds
# both equal.


_NEWLINE, _RETURN = 10, 13


@dataclass(frozen=True)
class Block:
    """Some rows: one text column per header, the line of each row, the rows left out, and the blank lines."""

    table: pa.Table
    lines: np.ndarray
    set_aside: tuple[SetAside, ...] = ()
    blank: tuple[int, ...] = ()
    open_end: bool = False  # the file ends right after the last row, without a line end
    seen: dict[int, Cells] = field(default_factory=dict, compare=False, repr=False)

    def cells(self, position: int) -> Cells:
        """The different cells of one column, found once per block."""
        if position not in self.seen:
            self.seen[position] = cells_of(self.table.column(position), self.lines)
        return self.seen[position]

    def taken(self, keep: np.ndarray, why: Sequence[SetAside] = ()) -> Block:
        """The same block without some rows, which join the rows left out."""
        left = tuple(sorted((*self.set_aside, *why), key=lambda s: s.line))
        return Block(self.table.filter(pa.array(keep)), self.lines[keep], left, self.blank, self.open_end)


@dataclass(frozen=True)
class LineShape:
    """What the body must look like: the dialect, one position per column, and the longest cell allowed."""

    dialect: Dialect
    width: int
    cell: int = 32_767
    by_row: bool = False  # read row by row even where a block is plain: for the test that both agree

    @property
    def names(self) -> list[str]:
        """Positions as column names."""
        return [str(i) for i in range(self.width)]


def read_blocks(texts: Iterator[bytes], shape: LineShape, *, first: int) -> Iterator[Block]:
    """Blocks of rows from blocks of whole lines; `first` is the line the text begins on."""
    line, rest = first, b""
    text = next(texts, None)
    while text is not None:
        text, following = rest + text, next(texts, None)
        block, used, lines = _block(text, shape, line, more=following is not None)
        line += lines
        rest = text[used:]
        yield block
        text = following


def block_from_records(records: Iterator[Record], shape: LineShape) -> Block:
    """A block from rows already split, those that do not fit left out with the reason."""
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    left: list[SetAside] = []
    blank: list[int] = []
    for r in records:
        if r.blank:
            blank.append(r.line)
        elif r.why or len(r.cells) != shape.width:
            left.append(SetAside(r.line, r.why or describe_misfit(r.cells, shape.width), r.cells))
        else:
            _check_lengths(r, shape.cell)
            rows.append(r.cells)
            lines.append(r.line)
    columns = list(zip(*rows, strict=True)) or [()] * shape.width
    table = pa.table([pa.array(c, pa.string()) for c in columns], names=shape.names)
    return Block(table, np.asarray(lines, np.int64), tuple(left), tuple(blank))


def _block(text: bytes, shape: LineShape, first: int, *, more: bool) -> tuple[Block, int, int]:
    """A block, how many of the bytes it used, and how many lines those were."""
    if not shape.by_row and is_plain(text, shape.dialect):
        block = _parse_block(text, shape, first)
        return block, len(text), len(block.lines) + len(block.set_aside) + len(block.blank)
    body = text[:-1] if text.endswith(b"\n") else text
    lines = body.decode("utf-8").split("\n")
    records = list(read_records(lines, shape.dialect, first=first, width=shape.width, more=more))
    taken = sum(r.lines for r in records)
    used = len(text) if taken == len(lines) else len("\n".join(lines[:taken]).encode()) + (1 if taken else 0)
    return block_from_records(iter(records), shape), used, taken


def is_plain(text: bytes, dialect: Dialect) -> bool:
    """True when splitting at separators and quotes in one go cannot go wrong."""
    if b"\x00" in text or b"\r" in text or len(dialect.delimiter.encode()) > 1:
        return False
    if not text.isascii() and DAMAGED.encode() in text:
        return False
    quote = dialect.quote.encode()
    if dialect.escape and dialect.escape.encode() in text:
        return False
    if quote not in text:
        return True
    return not dialect.skip_space and _well_quoted(np.frombuffer(text, np.uint8), quote[0], ord(dialect.delimiter))


def _well_quoted(data: np.ndarray, quote: int, delimiter: int) -> bool:
    at = np.flatnonzero(data == quote)
    if len(at) % 2:
        return False
    opens, closes = at[0::2], at[1::2]
    before = data[opens[opens > 0] - 1]
    after = data[closes[closes < len(data) - 1] + 1]
    if not np.all((before == delimiter) | (before == _NEWLINE)) or not np.all(
        (after == delimiter) | (after == _NEWLINE)
    ):
        return False
    breaks = np.flatnonzero(data == _NEWLINE)
    return not np.any(np.searchsorted(at, breaks) % 2)


def _parse_block(text: bytes, shape: LineShape, first: int) -> Block:
    wrong: list[tuple[int, str]] = []

    def skip(row: arrow_csv.InvalidRow) -> str:
        wrong.append((row.number, row.text))
        return "skip"

    dialect = shape.dialect
    quoted = dialect.quote.encode() in text
    table = arrow_csv.read_csv(
        pa.BufferReader(text),
        read_options=arrow_csv.ReadOptions(column_names=shape.names, use_threads=False, block_size=len(text) + 1),
        parse_options=arrow_csv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quote if quoted else False,
            ignore_empty_lines=False,
            invalid_row_handler=skip,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types={n: pa.string() for n in shape.names},
            strings_can_be_null=False,
            null_values=[],
            check_utf8=False,  # settled before, over the whole file
        ),
    ).combine_chunks()
    lines = np.arange(first, first + table.num_rows + len(wrong), dtype=np.int64)
    lines = np.delete(lines, [number - 1 for number, _ in wrong]) if wrong else lines
    # What does not fit is split again row by row, so that the reason and the values read the same either way.
    again = [
        r for number, text in wrong for r in read_records([text], dialect, first=first + number - 1, width=shape.width)
    ]
    odd = block_from_records(iter(again), shape)
    _check_block_lengths(table, lines, shape.cell)
    return _without_blanks(Block(table, lines, odd.set_aside, odd.blank))


def _without_blanks(block: Block) -> Block:
    """The block without rows in which nothing stands."""
    empty = np.ones(len(block.lines), bool)
    for column in block.table.columns:
        if not empty.any():
            return block
        rows = np.flatnonzero(empty)
        some = column if len(rows) == len(empty) else column.take(pa.array(rows))
        trimmed = pc.utf8_trim(some, BLANKS)
        empty[rows] = pc.equal(trimmed, "").to_numpy()
    blank = (*block.blank, *(int(n) for n in block.lines[empty]))
    return Block(block.table.filter(pa.array(~empty)), block.lines[~empty], block.set_aside, tuple(sorted(blank)))


def _check_lengths(record: Record, longest: int) -> None:
    if any(len(c) > longest for c in record.cells):
        raise _too_long(record.line, longest)


def _check_block_lengths(table: pa.Table, lines: np.ndarray, longest: int) -> None:
    found = []
    for column in table.columns:
        # Bytes are quick to bound; characters are counted only where a cell may be too long.
        if column.nbytes <= longest or (pc.max(pc.binary_length(column)).as_py() or 0) <= longest:
            continue
        found += np.flatnonzero(pc.utf8_length(column).to_numpy() > longest)[:1].tolist()
    if found:
        raise _too_long(int(lines[min(found)]), longest)


def _too_long(line: int, longest: int) -> ListRefused:
    return ListRefused(
        f"Line {line} holds a cell of more than {longest:,} characters.",
        "A quotation mark is probably missing there: correct the line, or export the list again.",
    )
