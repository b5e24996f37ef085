"""A list scored on many machines: the Model goes out once, and every part is scored as one process would score it.

The list is a Parquet table with one row per customer. Rows come back in parts, in no order of their own: the key tells
whose they are. What is written is a folder of parts that is whole (with a mark that says so) or not there at all.
"""

from __future__ import annotations

import io
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from churn.errors import ListRefused, RequestRefused, Unavailable
from churn.events.spark_session import opened_session, said_by_spark
from churn.files import REPOSITORY, TEMPORARY
from churn.intake.parquet import text_block
from churn.intake.settled import Settled
from churn.scoring.ranking import Ranking

SAMPLE = 100_000  # the rows from which the meaning of the columns is settled
TYPED = ("number", "date")

# Given the first rows as the bytes of a Parquet file, how columns are read and how customers are ranked.
Settle = Callable[[bytes], tuple[Settled, Ranking]]


@dataclass(frozen=True)
class Part:
    """What every worker is sent: how the list's columns are read, and how its customers are ranked."""

    settled: Settled
    ranking: Ranking

    def scored(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The scores of one part of the list, batch by batch."""
        for batch in batches:
            if batch.num_rows:
                yield from plain(self.table(batch)).to_batches()

    def table(self, batch: pa.RecordBatch) -> pa.Table:
        """The scores of some rows, exactly as one process would give them."""
        return self.ranking.block(self.settled.typed(text_block(batch, 1), _unread))


@dataclass(frozen=True)
class Spread:
    """What came of scoring a list on many machines."""

    rows: int
    tiers: Mapping[str, int]


def score_on_spark(url: str, files: tuple[Path, ...], target: Path, settle: Settle, *, key: str) -> Spread:
    """Score Parquet files into a folder of Parquet parts; without a key nobody could tell whose score is whose."""
    if target.exists():
        raise RequestRefused(f"{target.name} is there already.", "Name a folder that is not, or remove it first.")
    unfinished = target.with_name(f"{TEMPORARY}{target.name}")
    with opened_session(url) as (session, folder):
        session.sparkContext.addPyFile(str(_packed(folder)))
        try:
            with said_by_spark():
                _write(session, [str(f) for f in files], unfinished, settle, key)
                counted = _counted(session, unfinished)
            _moved(unfinished, target)
            return counted
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


def plain(table: pa.Table) -> pa.Table:
    """The table with words as words: Spark knows no dictionaries."""
    columns = [c.cast(c.type.value_type) if pa.types.is_dictionary(c.type) else c for c in table.columns]
    return pa.table(columns, names=table.column_names)


def _write(session: Any, files: list[str], target: Path, settle: Settle, key: str) -> None:
    from pyspark.sql.pandas.types import from_arrow_schema

    frame = session.read.option("mergeSchema", len(files) > 1).parquet(*files)
    first = frame.limit(SAMPLE).toArrow()
    part = Part(*settle(_as_file(first)))
    headings = list(part.settled.positions)
    _refuse_untyped(part.settled, first.schema)
    _refuse_twice(frame, _heading_of(part.settled, key))
    sent = session.sparkContext.broadcast(_pickled(part))  # before it is used: what it keeps at hand does not travel
    shape = from_arrow_schema(plain(part.table(first.select(headings).slice(0, 1000).to_batches()[0])).schema)
    scored = frame.select(*(f"`{h}`" for h in headings)).mapInArrow(_worker(sent), shape)
    scored.write.option("compression", "zstd").parquet(str(target))


def _worker(sent: Any) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """What each worker runs: open what was sent, score what it is given."""

    def score(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pickle

        yield from pickle.loads(sent.value).scored(batches)

    return score


def _pickled(part: Part) -> bytes:
    """The part as bytes; Spark's own pickler also takes functions made on the way, such as the suggester."""
    from pyspark import cloudpickle

    return cloudpickle.dumps(part)


def _as_file(table: pa.Table) -> bytes:
    import pyarrow.parquet as pq

    if not table.num_rows:
        raise ListRefused("The list has columns but no customers.", "Export it again, with its rows.")
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def _refuse_untyped(settled: Settled, given: pa.Schema) -> None:
    """Numbers as text are settled for a whole list at once (`1.234,50`), which no part of it can do."""
    for heading, plan in settled.plans.items():
        if plan.column.kind in TYPED and pa.types.is_string(given.field(heading).type):
            raise ListRefused(
                f"{heading} holds {plan.column.kind}s as text, which cannot be settled part by part.",
                "Write the table with typed columns, as `summarise` does, or score it without --engine.",
            )


def _refuse_twice(frame: Any, heading: str) -> None:
    from pyspark.sql import functions as f

    column = f.trim(f.col(f"`{heading}`").cast("string"))
    twice = frame.groupBy(column.alias("key")).count().where("count > 1 and key is not null").limit(1).collect()
    if twice:
        raise ListRefused(
            f"{heading} {twice[0]['key']!r} stands in the list {twice[0]['count']} times.",
            "Leave one row per customer, or score without --engine and say which counts with --duplicates.",
        )


def _heading_of(settled: Settled, key: str) -> str:
    found = next((h for h, plan in settled.plans.items() if plan.column.name == key), None)
    if found is None:
        raise ListRefused(
            f"The list has no {key}, so nobody could tell whose score is whose.", "Add it, or score without --engine."
        )
    return found


def _counted(session: Any, folder: Path) -> Spread:
    found = session.read.parquet(str(folder)).groupBy("tier").count().collect()
    tiers = Counter({row["tier"]: int(row["count"]) for row in found})
    return Spread(sum(tiers.values()), tiers)


def _moved(unfinished: Path, target: Path) -> None:
    try:
        unfinished.rename(target)
    except OSError as problem:
        raise Unavailable(
            f"{target.name} could not be written: {problem.strerror}.", "Choose another folder, then try again."
        ) from problem


def _packed(folder: Path) -> Path:
    """This program's own code in one file, for workers that do not have it; packages it needs they must have."""
    path = folder / "churn.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted((REPOSITORY / "churn").rglob("*.py")):
            archive.write(file, file.relative_to(REPOSITORY))
    return path


def _unread(name: str, number: int, examples: list[tuple[int, str]]) -> None:
    """Cells that cannot be read count as missing, as they do everywhere."""
