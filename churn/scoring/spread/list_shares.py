"""A list cut into shares, so that many can work on it: each row group of its Parquet files is one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from churn.errors import ListRefused
from churn.intake.formats.parquet import ROWS, only_sound


@dataclass(frozen=True)
class Share:
    """One row group of one file, its place in the list, and how many customers it has."""

    file: str
    group: int
    number: int
    rows: int

    @property
    def name(self) -> str:
        """The name of what comes of it."""
        return f"part-{self.number:05}.parquet"

    def batches(self, headings: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Its rows, these columns in this order; a column that its file lacks is empty."""
        with _opened(Path(self.file)) as file:
            known = set(file.schema_arrow.names)
            table = file.read_row_group(self.group, columns=[h for h in headings if h in known])
        empty = pa.nulls(table.num_rows, pa.string())
        ordered = pa.table([table[h] if h in known else empty for h in headings], names=list(headings))
        yield from ordered.combine_chunks().to_batches(max_chunksize=ROWS)


def shares_of(files: Sequence[Path]) -> list[Share]:
    """The row groups of all files that have rows, numbered in their order."""
    groups = [(str(file.resolve()), group, rows) for file in files for group, rows in _filled(file)]
    if not groups:
        raise ListRefused("The list has columns but no customers.", "Export it again, with its rows.")
    return [Share(file, group, number, rows) for number, (file, group, rows) in enumerate(groups)]


def first_rows(shares: Sequence[Share], most: int) -> pa.Table:
    """Whole shares from the beginning until there are so many rows, and no more than so many."""
    tables: list[pa.Table] = []
    for share in shares:
        if sum(table.num_rows for table in tables) >= most:
            break
        with _opened(Path(share.file)) as file:
            tables.append(file.read_row_group(share.group))
    return pa.concat_tables(tables, promote_options="permissive").slice(0, most)


def _filled(file: Path) -> list[tuple[int, int]]:
    with _opened(file) as opened:
        rows = [opened.metadata.row_group(group).num_rows for group in range(opened.metadata.num_row_groups)]
        return [(group, many) for group, many in enumerate(rows) if many]


@contextmanager
def _opened(file: Path) -> Iterator[Any]:
    import pyarrow.parquet as pq

    with only_sound(file.name), pq.ParquetFile(file) as opened:
        yield opened
