"""A list scored on many machines: the Model goes out once, and every share is scored as one process would score it.

The list is Parquet with one row per customer, on a disk that every machine sees. Workers take row groups and write
parts; rows never pass through Spark itself, which hands out the work, and hands it out again when a worker dies. Parts
are in no order a person should rely on: the key tells whose they are. What is written is a folder of parts that is
whole (with a mark that says so) or not there at all.
"""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from churn.errors import ListRefused, RequestRefused, Unavailable
from churn.events.engines.spark_session import opened_session, said_by_spark
from churn.files import REPOSITORY, TEMPORARY
from churn.intake.settled import Settled
from churn.scoring.ranking import Ranking
from churn.scoring.spread.list_shares import Share, first_rows, shares_of
from churn.scoring.spread.share_keys import noted, refuse_twice
from churn.scoring.spread.share_work import Scorer, opened_scorer

SAMPLE = 100_000  # the rows from which the meaning of the columns is settled
A_TASK = 100_000  # customers that keep a worker busy for about a second
TYPED = ("number", "date")
WHOLE = "_SUCCESS"  # the mark that readers of such folders look for

# Given the first rows as the bytes of a Parquet file, how columns are read and how customers are ranked.
Settle = Callable[[bytes], tuple[Settled, Ranking]]
Work = Callable[[Scorer, int], Mapping[str, int]]  # what is done with the share of a number, and what was counted


def score_on_spark(url: str, files: tuple[Path, ...], target: Path, settle: Settle, *, key: str) -> Counter[str]:
    """Score Parquet files into a folder of Parquet parts; how many customers of each tier there are.

    key  the column that tells whose score is whose: parts have no order
    """
    if target.exists():
        raise RequestRefused(f"{target.name} is there already.", "Name a folder that is not, or remove it first.")
    unfinished, shares = target.resolve().with_name(f"{TEMPORARY}{target.name}"), shares_of(files)
    settled, ranking = settle(_as_file(first_rows(shares, SAMPLE)))
    _refuse_untyped(settled, files)
    scorer = Scorer(settled, ranking, unfinished, tuple(shares), _heading_of(settled, key))
    with opened_session(url) as (session, folder):
        session.sparkContext.addArchive(f"{_packed(folder)}#churn")
        try:
            with said_by_spark():
                _made(unfinished)
                tiers = _scored(session, scorer)
            _finished(unfinished, target, shares)
            return tiers
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


def _scored(session: Any, scorer: Scorer) -> Counter[str]:
    """Let the cluster look at all keys, then score all shares; how many customers of each tier there are."""
    from pyspark import cloudpickle

    # Spark's own pickler also takes functions made on the way, such as the suggester.
    sent = session.sparkContext.broadcast(cloudpickle.dumps(scorer))
    numbers = session.range(0, len(scorer.shares), 1, _tasks(session, scorer.shares))

    def spread(work: Work) -> Counter[str]:
        done = numbers.mapInArrow(_worker(sent, work), "told string").collect()
        return sum((Counter(json.loads(row["told"])) for row in done), Counter())

    spread(Scorer.noted)
    if not all(noted(share, scorer.folder).exists() for share in scorer.shares):
        raise _elsewhere()
    refuse_twice(scorer.shares, scorer.key, scorer.folder)
    return spread(Scorer.written)


def _tasks(session: Any, shares: Sequence[Share]) -> int:
    """Into how many tasks the shares go: enough for every core, and no more where a task has work for a second.

    Each task costs a worker a tenth of a second before it begins, whatever there is to do.
    """
    wanted = max(int(session.conf.get("spark.sql.shuffle.partitions")), sum(s.rows for s in shares) // A_TASK)
    return min(len(shares), wanted)


def _worker(sent: Any, work: Work) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """What each worker runs: open what was sent, and do the work on the shares whose numbers it is given."""

    def do(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            told = [json.dumps(work(opened_scorer(sent.value), number)) for number in batch["id"].to_pylist()]
            yield pa.record_batch({"told": told})

    return do


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
                    "Write the table with typed columns, as `summarise` does, or score it without an engine.",
                )


def _heading_of(settled: Settled, key: str) -> str:
    found = next((h for h, plan in settled.plans.items() if plan.column.name == key), None)
    if found is None:
        raise ListRefused(
            f"The list has no {key}, so nobody could tell whose score is whose.",
            "Add it, or score it without an engine.",
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
        left.unlink()  # the numbers of keys, and what a worker that died had begun
    if {file.name for file in unfinished.iterdir()} != {share.name for share in shares}:
        raise _elsewhere()
    (unfinished / WHOLE).touch()
    try:
        unfinished.rename(target)
    except OSError as problem:
        raise _unwritable(target, problem) from problem


def _elsewhere() -> Unavailable:
    return Unavailable(
        "The workers wrote to a folder of their own, not to that of this machine.",
        "Nothing was kept. Name a list and a target on a disk that every machine shares.",
    )


def _unwritable(folder: Path, problem: OSError) -> Unavailable:
    return Unavailable(
        f"{folder.name} could not be written: {problem.strerror}.", "Choose another folder, then try again."
    )


def _packed(folder: Path) -> Path:
    """This program's own code in one file, for workers that do not have it; packages it needs they must have.

    Spark unpacks it beside the worker. Read out of the file itself, its contents would be listed anew for every task.
    """
    path = folder / "churn.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted((REPOSITORY / "churn").rglob("*.py")):
            archive.write(file, file.relative_to(REPOSITORY / "churn"))
    return path
