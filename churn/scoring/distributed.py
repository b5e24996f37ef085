"""A list scored on many machines: the Model goes out once, and every share is scored as one process would score it.

The list is Parquet with one row per customer, on a disk that every machine sees. Workers take row groups and write
parts; rows never pass through Spark itself, which hands out the work, and hands it out again when a worker dies. Parts
are in no order a person should rely on: the key tells whose they are. What is written is a folder of parts that is
whole (with a mark that says so) or not there at all.
"""

from __future__ import annotations

import io
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from churn.errors import ListRefused, RequestRefused, Unavailable
from churn.events.spark_session import opened_session, said_by_spark
from churn.files import REPOSITORY, TEMPORARY
from churn.intake.settled import Settled
from churn.learning.thresholds import TIERS
from churn.scoring.list_shares import Scorer, Share, first_rows, opened_scorer, shares_of
from churn.scoring.ranking import Ranking

SAMPLE = 100_000  # the rows from which the meaning of the columns is settled
TYPED = ("number", "date")
WHOLE = "_SUCCESS"  # the mark that readers of such folders look for
_DONE = pa.schema([(tier, pa.int64()) for tier in TIERS])

# Given the first rows as the bytes of a Parquet file, how columns are read and how customers are ranked.
Settle = Callable[[bytes], tuple[Settled, Ranking]]


def score_on_spark(url: str, files: tuple[Path, ...], target: Path, settle: Settle, *, key: str) -> Counter[str]:
    """Score Parquet files into a folder of Parquet parts; how many customers of each tier there are.

    key  the column that tells whose score is whose: parts have no order
    """
    if target.exists():
        raise RequestRefused(f"{target.name} is there already.", "Name a folder that is not, or remove it first.")
    unfinished, shares = target.resolve().with_name(f"{TEMPORARY}{target.name}"), shares_of(files)
    scorer = Scorer(*settle(_as_file(first_rows(shares, SAMPLE))), unfinished, tuple(shares))
    _refuse_untyped(scorer.settled, files)
    heading = _heading_of(scorer.settled, key)
    with opened_session(url) as (session, folder):
        session.sparkContext.addPyFile(str(_packed(folder)))
        try:
            with said_by_spark():
                _refuse_twice(session.read.option("mergeSchema", len(files) > 1).parquet(*map(str, files)), heading)
                _made(unfinished)
                tiers = _spread(session, scorer)
            _finished(unfinished, target, shares)
            return tiers
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


def _spread(session: Any, scorer: Scorer) -> Counter[str]:
    """Let the cluster work on all shares; how many customers of each tier there are."""
    from pyspark import cloudpickle

    # Spark's own pickler also takes functions made on the way, such as the suggester.
    sent = session.sparkContext.broadcast(cloudpickle.dumps(scorer))
    numbers = session.range(0, len(scorer.shares), 1, len(scorer.shares))
    done = numbers.mapInArrow(_worker(sent), ", ".join(f"{name} long" for name in _DONE.names)).collect()
    return Counter({tier: sum(row[tier] or 0 for row in done) for tier in TIERS})


def _worker(sent: Any) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """What each worker runs: open what was sent, score and write the shares whose numbers it is given."""

    def score(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            done = [opened_scorer(sent.value).written(number) for number in batch["id"].to_pylist()]
            yield pa.RecordBatch.from_pylist(done, schema=_DONE)

    return score


def _as_file(table: pa.Table) -> bytes:
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def _refuse_untyped(settled: Settled, files: Sequence[Path]) -> None:
    """Numbers as text are settled for a whole list at once (`1.234,50`), which no part of it can do."""
    import pyarrow.parquet as pq

    for file in files:
        given = pq.read_schema(file)
        for heading, plan in settled.plans.items():
            if plan.column.kind in TYPED and heading in given.names and pa.types.is_string(given.field(heading).type):
                raise ListRefused(
                    f"{heading} holds {plan.column.kind}s as text, which cannot be settled part by part.",
                    "Write the table with typed columns, as `summarise` does, or score it without --engine.",
                )


def _refuse_twice(frame: Any, heading: str) -> None:
    """Numbers for keys are counted first, being far cheaper; only where two meet are the keys themselves."""
    from pyspark.sql import functions as f

    keys = frame.select(f.trim(f.col(f"`{heading}`").cast("string")).alias("key")).where("key is not null")
    if not keys.groupBy(f.xxhash64("key")).count().where("count > 1").limit(1).collect():
        return
    twice = keys.groupBy("key").count().where("count > 1").limit(1).collect()
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


def _made(folder: Path) -> None:
    try:
        shutil.rmtree(folder, ignore_errors=True)  # of somebody who was killed
        folder.mkdir(parents=True)
    except OSError as problem:
        raise _unwritable(folder, problem) from problem


def _finished(unfinished: Path, target: Path, shares: Sequence[Share]) -> None:
    """Give the folder its name once every part is in it, and nothing else."""
    for left in unfinished.glob(f"{TEMPORARY}*"):
        left.unlink()  # of a worker that died
    if {file.name for file in unfinished.iterdir()} != {share.name for share in shares}:
        raise Unavailable(
            f"The workers wrote to a folder of their own, not to {target.parent.name} of this machine.",
            "Nothing was kept. Name a list and a target on a disk that every machine shares.",
        )
    (unfinished / WHOLE).touch()
    try:
        unfinished.rename(target)
    except OSError as problem:
        raise _unwritable(target, problem) from problem


def _unwritable(folder: Path, problem: OSError) -> Unavailable:
    return Unavailable(
        f"{folder.name} could not be written: {problem.strerror}.", "Choose another folder, then try again."
    )


def _packed(folder: Path) -> Path:
    """This program's own code in one file, for workers that do not have it; packages it needs they must have."""
    path = folder / "churn.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted((REPOSITORY / "churn").rglob("*.py")):
            archive.write(file, file.relative_to(REPOSITORY))
    return path
