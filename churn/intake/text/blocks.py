"""Blocks: the body of a list as columns of text; whole blocks at once where that is safe, row by row where it is not.

A block is *plain* when every quotation mark opens right after a separator and closes right before one, with no line
break between: then splitting it in one go (Arrow) gives what the row-by-row reading gives. A test holds both equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from churn.errors import ListRefused
from churn.intake.text.dialect import Dialect
from churn.intake.text.encodings import DAMAGED
from churn.intake.text.records import Record, SetAside, misfit, records_of
from churn.intake.values.distinct import Cells, cells_of
from churn.intake.values.marks import BLANKS

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
class Shape:
    """What the body must look like: the dialect, one position per column, and the longest cell allowed."""

    dialect: Dialect
    width: int
    cell: int = 32_767
    by_row: bool = False  # read row by row even where a block is plain: for the test that both agree

    @property
    def names(self) -> list[str]:
        """Positions as column names."""
        return [str(i) for i in range(self.width)]


def blocks_of(texts: Iterator[bytes], shape: Shape, *, first: int) -> Iterator[Block]:
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


def block_from_records(records: Iterator[Record], shape: Shape) -> Block:
    """A block from rows already split, those that do not fit left out with the reason."""
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    left: list[SetAside] = []
    blank: list[int] = []
    for r in records:
        if r.blank:
            blank.append(r.line)
        elif r.why or len(r.cells) != shape.width:
            left.append(SetAside(r.line, r.why or misfit(r.cells, shape.width), r.cells))
        else:
            _check_lengths(r, shape.cell)
            rows.append(r.cells)
            lines.append(r.line)
    columns = list(zip(*rows, strict=True)) or [()] * shape.width
    table = pa.table([pa.array(c, pa.string()) for c in columns], names=shape.names)
    return Block(table, np.asarray(lines, np.int64), tuple(left), tuple(blank))


def _block(text: bytes, shape: Shape, first: int, *, more: bool) -> tuple[Block, int, int]:
    """A block, how many of the bytes it used, and how many lines those were."""
    if not shape.by_row and is_plain(text, shape.dialect):
        block = _at_once(text, shape, first)
        return block, len(text), len(block.lines) + len(block.set_aside) + len(block.blank)
    body = text[:-1] if text.endswith(b"\n") else text
    lines = body.decode("utf-8").split("\n")
    records = list(records_of(lines, shape.dialect, first=first, width=shape.width, more=more))
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


def _at_once(text: bytes, shape: Shape, first: int) -> Block:
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
        r for number, text in wrong for r in records_of([text], dialect, first=first + number - 1, width=shape.width)
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
