"""Parquet files as the same blocks of text every other file becomes; a row's number stands for its line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.errors import ListRefused
from churn.intake.text.blocks import Block
from churn.intake.text.opening import Opened, too_big, too_many_cells

ROWS = 131_072


def parquet_names(found: Opened) -> tuple[str, ...]:
    """The headings of a Parquet file; one with too many rows or nested columns is refused."""
    with _file(found) as file:
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


def parquet_blocks(found: Opened) -> Iterator[Block]:
    """The rows as text, some thousand at a time."""
    first, left = 1, found.limits.bytes
    with _file(found) as file:
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
def _file(found: Opened) -> Iterator[Any]:
    import pyarrow.parquet as parquet

    with only_sound(found.name):
        # Unpacked bytes are read whole only when they come out of an archive; a file is read where it lies.
        if found.wrapping:
            yield _texts_kept_once(parquet, pa.BufferReader(found.content(found.limits.bytes)))
        else:
            with found.stream() as stream:
                yield _texts_kept_once(parquet, stream)


def _texts_kept_once(parquet: Any, source: Any) -> Any:
    """The file, read so that a text which stands in it once is not written out for each row before it is counted."""
    schema = parquet.read_schema(source)
    source.seek(0)
    texts = [f.name for f in schema if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)]
    return parquet.ParquetFile(source, read_dictionary=texts)


@contextmanager
def only_sound(name: str) -> Iterator[None]:
    """Refuse a file by name where what is read of it is not sound Parquet."""
    try:
        yield
    except (pa.ArrowException, OSError) as problem:
        raise ListRefused(f"{name} is not a sound Parquet file.", "Export it again.") from problem
