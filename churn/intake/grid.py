"""Grids: any file as blocks of text columns under its headings, to be gone through as often as needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.errors import ListRefused
from churn.intake.delimited import (
    Block,
    Dialect,
    LineShape,
    Record,
    block_from_records,
    detect_dialect,
    read_blocks,
    read_records,
)
from churn.intake.header import Known, Layout, find_layout, refuse_unsplit
from churn.intake.rows import drop_non_records
from churn.intake.sources import (
    BLOCK,
    WORKBOOKS,
    Encoding,
    SourceFile,
    detect_encoding,
    encoding_notice,
    misread_words,
    odd_words,
    text_blocks,
    too_big,
    too_many_cells,
)
from churn.notices import Notice

HEAD_LINES = 300
KEEP = 256 << 20  # a list of less text than this is kept in memory between the two passes


@dataclass
class Grid:
    """A file as text: its layout, what was noticed, and a way through its rows block by block."""

    found: SourceFile
    layout: Layout
    passes: Callable[[], Iterator[Block]]
    notices: tuple[Notice, ...] = ()
    kept: list[Block] | None = field(default=None, repr=False)
    keep: int = KEEP
    comma_likely: bool = False

    def blocks(self) -> Iterator[Block]:
        """Every block from the beginning; a list small enough is read once and then handed out of memory."""
        if self.kept is not None:
            yield from self.kept
            return
        held: list[Block] | None = []
        size, rows = 0, 0
        for block in self.passes():
            size += block.table.nbytes
            rows += len(block.lines)
            if rows > self.found.limits.rows:
                raise ListRefused(
                    f"{self.found.name} has more than {self.found.limits.rows:,} rows.",
                    "Split the list into smaller files.",
                )
            if rows * self.layout.width > self.found.limits.cells:
                raise too_many_cells(self.found)
            held = held if held is not None and size <= self.keep else None
            if held is not None:
                held.append(block)
            yield block
        self.kept = held


@dataclass(frozen=True)
class ScanOptions:
    """How a file is to be gone through: what is known, which sheet was asked for, and how much is kept in memory."""

    known: Known
    sheet: str | None = None
    keep: int = KEEP
    block: int = BLOCK
    by_row: bool = False


def open_grid(found: SourceFile, way: ScanOptions) -> Grid:
    """Go through a file of any kind in the same way."""
    if found.kind == "workbook":
        return _workbook_grid(found, way)
    if found.kind == "parquet":
        return _parquet_grid(found, way)
    return _text_grid(found, way)


def records_grid(
    found: SourceFile, records: Sequence[Record], way: ScanOptions, notices: Sequence[Notice] = ()
) -> Grid:
    """A grid from rows that are in memory already."""
    layout = find_layout(records[:HEAD_LINES], found.name, way.known)
    _check_width(found, layout)
    shape = LineShape(Dialect(), layout.width, found.limits.cell)

    def passes() -> Iterator[Block]:
        below = (r for r in records if r.line >= layout.first)
        yield drop_non_records(block_from_records(below, shape), layout, way.known, last=True, ended=True)

    return Grid(found, layout, passes, (*notices, *layout.notices), keep=way.keep)


def _text_grid(found: SourceFile, way: ScanOptions) -> Grid:
    encoding = detect_encoding(found)
    lines = _read_head(found, encoding)
    dialect = detect_dialect(lines)
    first = 2 if dialect.sep_line else 1
    records = list(read_records(lines[first - 1 :], dialect, first=first, more=len(lines) == HEAD_LINES))
    layout = find_layout(records, found.name, way.known)
    _check_width(found, layout)
    refuse_unsplit(layout)
    shape = LineShape(dialect, layout.width, found.limits.cell, way.by_row)

    def passes() -> Iterator[Block]:
        texts = _skip_to_line(text_blocks(found, encoding, way.block), layout.first)
        yield from _record_blocks(texts, shape, layout, way.known)

    notices = (
        *_encoding_notices(found, encoding),
        *_dialect_notices(found, dialect),
        *_spoiled_notices(lines),
        *layout.notices,
    )
    return Grid(found, layout, passes, notices, keep=way.keep, comma_likely=dialect.delimiter == ";")


def _read_head(found: SourceFile, encoding: Encoding) -> list[str]:
    lines: list[str] = []
    for text in text_blocks(found, encoding, 1 << 18):
        lines += text.decode("utf-8").removesuffix("\n").split("\n")
        if len(lines) >= HEAD_LINES:
            break
    return lines[:HEAD_LINES]


def _skip_to_line(texts: Iterator[bytes], first: int) -> Iterator[bytes]:
    """The text from a line on."""
    skip = first - 1
    for text in texts:
        breaks = text.count(b"\n") if skip else 0
        if skip and breaks < skip:
            skip -= breaks
            continue
        at = 0
        for _ in range(skip):
            at = text.index(b"\n", at) + 1
        skip = 0
        if at < len(text):
            yield text[at:]


def _record_blocks(texts: Iterator[bytes], shape: LineShape, layout: Layout, known: Known) -> Iterator[Block]:
    """Blocks without the rows that are no customers; the end of the file is only known with the last block."""
    ends: list[bool] = [True]

    def watched() -> Iterator[bytes]:
        for text in texts:
            ends[0] = text.endswith((b"\n", b"\x1a"))
            yield text

    held: Block | None = None
    for block in read_blocks(_without_end_mark(watched()), shape, first=layout.first):
        if held is not None and len(block.lines) + len(block.set_aside) >= 50:
            yield drop_non_records(held, layout, known, last=False, ended=True)
            held = block
        else:
            held = block if held is None else _join_blocks(held, block)
    if held is not None:
        yield drop_non_records(held, layout, known, last=True, ended=ends[0])


def _join_blocks(one: Block, other: Block) -> Block:
    """Two blocks as one: the last rows of a file must be seen together to tell totals and notes."""
    return Block(
        pa.concat_tables([one.table, other.table]).combine_chunks(),
        np.concatenate([one.lines, other.lines]),
        (*one.set_aside, *other.set_aside),
        (*one.blank, *other.blank),
    )


def _without_end_mark(texts: Iterator[bytes]) -> Iterator[bytes]:
    """The text without the Ctrl-Z that old programs close a file with."""
    for text in texts:
        kept = text.rstrip(b"\x1a") if text.endswith(b"\x1a") else text
        if kept:
            yield kept


def _encoding_notices(found: SourceFile, encoding: Encoding) -> Iterator[Notice]:
    words: tuple[str, ...] = ()
    if encoding.guessed:
        for text in islice(text_blocks(found, encoding), 8):
            words = odd_words(text.decode("utf-8"))
            if words:
                break
    if notice := encoding_notice(encoding, words):
        yield notice


def _dialect_notices(found: SourceFile, dialect: Dialect) -> Iterator[Notice]:
    if found.name.lower().endswith(WORKBOOKS):
        yield Notice("info", f"{found.name} is named like a workbook but holds plain text; it was read as text.")
    if dialect.sep_line:
        yield Notice("info", f"The first line says that {dialect.said} separate the values.", lines=(1,))


def _spoiled_notices(lines: Sequence[str]) -> Iterator[Notice]:
    if words := misread_words("\n".join(lines)):
        shown = ", ".join(f"{word} for {meant}" for word, meant in words)
        text = f"Letters were spoiled before this file was written ({shown}); export the list again as UTF-8."
        yield Notice("warning", text)


def _check_width(found: SourceFile, layout: Layout) -> None:
    if layout.width > found.limits.columns:
        raise ListRefused(
            f"{found.name} has {layout.width:,} columns; at most {found.limits.columns:,} are read.",
            "Export only the columns that describe the customer.",
        )


def _workbook_grid(found: SourceFile, way: ScanOptions) -> Grid:
    from churn.intake.workbook import read_sheet

    sheet = read_sheet(found, wanted=way.sheet, known=way.known)
    return records_grid(found, sheet.records, way, sheet.notices)


def _parquet_grid(found: SourceFile, way: ScanOptions) -> Grid:

    names = parquet_names(found)
    layout = Layout(names, 0, 1)
    _check_width(found, layout)
    return Grid(found, layout, lambda: parquet_blocks(found), keep=way.keep)


# Parquet files as the same blocks of text every other file becomes; a row's number stands for its line.


ROWS = 131_072


def parquet_names(found: SourceFile) -> tuple[str, ...]:
    """The headings of a Parquet file; one with too many rows or nested columns is refused."""
    with _parquet_file(found) as file:
        if file.metadata.num_rows > found.limits.rows:
            raise ListRefused(
                f"{found.name} has more than {found.limits.rows:,} rows.", "Split the list into smaller files."
            )
        if not file.metadata.num_rows:
            raise ListRefused(f"{found.name} has columns but no customers.", "Export the list again, with its rows.")
        if file.metadata.num_rows * file.metadata.num_columns > found.limits.cells:
            raise too_many_cells(found)
        nested = [f.name for f in file.schema_arrow if pa.types.is_nested(f.type)]
        if nested:
            raise ListRefused(f"{found.name} has columns that hold lists: {', '.join(nested[:3])}.", "Leave them out.")
        return tuple(file.schema_arrow.names)


def parquet_blocks(found: SourceFile) -> Iterator[Block]:
    """The rows as text, some thousand at a time."""
    first, left = 1, found.limits.bytes
    with _parquet_file(found) as file:
        for batch in file.iter_batches(batch_size=ROWS):
            left -= sum(_long(column) for column in batch.columns)
            if left < 0:
                raise too_big(found)
            yield text_block(batch, first)
            first += batch.num_rows


def _long(column: pa.Array) -> int:
    """How many bytes of text a column holds, told before a text that is kept once is written out for each row."""
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    each = pc.take(pc.binary_length(column.dictionary), column.indices)
    return int(pc.sum(pc.cast(each, pa.int64())).as_py() or 0)


def text_block(batch: pa.RecordBatch, first: int) -> Block:
    """Typed rows as a block of text, numbered from the first."""
    columns = [_text(column) for column in batch.columns]
    table = pa.table(columns, names=[str(i) for i in range(batch.num_columns)])
    return Block(table, np.arange(first, first + batch.num_rows, dtype=np.int64))


def _text(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        raise ListRefused("A column holds raw bytes, not text.", "Leave it out, or save it as text.")
    return pc.fill_null(pc.cast(column, pa.string()), "")


@contextmanager
def _parquet_file(found: SourceFile) -> Iterator[Any]:
    import pyarrow.parquet as parquet

    with require_sound_name(found.name):
        # Unpacked bytes are read whole only when they come out of an archive; a file is read where it lies.
        if found.wrapping:
            yield _intern_texts(parquet, pa.BufferReader(found.content(found.limits.bytes)))
        else:
            with found.stream() as stream:
                yield _intern_texts(parquet, stream)


def _intern_texts(parquet: Any, source: Any) -> Any:
    """The file, read so that a text which stands in it once is not written out for each row before it is counted."""
    schema = parquet.read_schema(source)
    source.seek(0)
    texts = [f.name for f in schema if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)]
    return parquet.ParquetFile(source, read_dictionary=texts)


@contextmanager
def require_sound_name(name: str) -> Iterator[None]:
    """Refuse a file by name where what is read of it is not sound Parquet."""
    try:
        yield
    except (pa.ArrowException, OSError) as problem:
        raise ListRefused(f"{name} is not a sound Parquet file.", "Export it again.") from problem
