"""What a worker does with a share: note its keys, score it, write what comes of it.

A part has one name and one content, whoever makes it and how often: an attempt that was given up, or two at once, leave
what a single one would have left. Only a whole part ever bears its name.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from churn.files import TEMPORARY
from churn.intake.formats.parquet import text_block
from churn.intake.settled import Settled
from churn.scoring.ranking import Ranking, tiers_in
from churn.scoring.spread.list_shares import Share
from churn.scoring.spread.share_keys import note_keys


@dataclass(frozen=True)
class Scorer:
    """All that a worker is sent: how the list's columns are read, how customers are ranked, where parts are put."""

    settled: Settled
    ranking: Ranking
    folder: Path
    shares: Sequence[Share]
    key: str  # the heading of the column that tells whose score is whose

    def noted(self, number: int) -> dict[str, int]:
        """Leave the keys of a share in the folder, to be held against those of the others; how many there are."""
        return {"keys": note_keys(self.shares[number], self.key, self.folder)}

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


def _unread(name: str, number: int, examples: list[tuple[int, str]]) -> None:
    """Cells that cannot be read count as missing, as they do everywhere."""
