"""A list cut into shares, each scored and written by whoever takes it: a row group in, a Parquet part out.

A share has one name and one content, whoever works on it and how often: an attempt that was given up, or two at once,
leave what a single one would have left. Only a whole part ever bears its name.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from churn.errors import ListRefused
from churn.files import TEMPORARY
from churn.intake.parquet import ROWS, only_sound, text_block
from churn.intake.settled import Settled
from churn.scoring.ranking import Ranking, tiers_in


@dataclass(frozen=True)
class Share:
    """One row group of one file, and its place in the list."""

    file: str
    group: int
    number: int

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


@dataclass(frozen=True)
class Scorer:
    """All that a worker is sent: how the list's columns are read, how customers are ranked, where parts are put."""

    settled: Settled
    ranking: Ranking
    folder: Path
    shares: Sequence[Share]

    def written(self, number: int) -> dict[str, int]:
        """Score a share and put its part into the folder; how many customers of which tier it has."""
        import pyarrow.parquet as pq

        share = self.shares[number]
        table = plain(pa.concat_tables(self.table(batch) for batch in share.batches(list(self.settled.positions))))
        unfinished = self.folder / f"{TEMPORARY}{os.getpid()}-{share.name}"
        pq.write_table(table, unfinished, compression="zstd")
        unfinished.replace(self.folder / share.name)
        return tiers_in(table)

    def table(self, batch: pa.RecordBatch) -> pa.Table:
        """The scores of some rows, exactly as one process would give them."""
        return self.ranking.block(self.settled.typed(text_block(batch, 1), _unread))


def shares_of(files: Sequence[Path]) -> list[Share]:
    """The row groups of all files that have rows, numbered in their order."""
    groups = [(str(file.resolve()), group) for file in files for group in _filled(file)]
    if not groups:
        raise ListRefused("The list has columns but no customers.", "Export it again, with its rows.")
    return [Share(file, group, number) for number, (file, group) in enumerate(groups)]


def first_rows(shares: Sequence[Share], most: int) -> pa.Table:
    """Whole shares from the beginning until there are so many rows, and no more than so many."""
    tables: list[pa.Table] = []
    for share in shares:
        if sum(table.num_rows for table in tables) >= most:
            break
        with _opened(Path(share.file)) as file:
            tables.append(file.read_row_group(share.group))
    return pa.concat_tables(tables, promote_options="permissive").slice(0, most)


@lru_cache(maxsize=1)
def opened_scorer(content: bytes) -> Scorer:
    """The scorer that was sent, opened once by each process that works."""
    import pickle

    opened: Scorer = pickle.loads(content)
    return opened


def plain(table: pa.Table) -> pa.Table:
    """The table with words as words: other readers know no dictionaries."""
    columns: list[Any] = [c.cast(c.type.value_type) if pa.types.is_dictionary(c.type) else c for c in table.columns]
    return pa.table(columns, names=table.column_names)


def _filled(file: Path) -> list[int]:
    with _opened(file) as opened:
        told = opened.metadata
        return [g for g in range(told.num_row_groups) if told.row_group(g).num_rows]


@contextmanager
def _opened(file: Path) -> Iterator[Any]:
    import pyarrow.parquet as pq

    with only_sound(file.name), pq.ParquetFile(file) as opened:
        yield opened


def _unread(name: str, number: int, examples: list[tuple[int, str]]) -> None:
    """Cells that cannot be read count as missing, as they do everywhere."""
