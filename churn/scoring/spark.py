"""A list cut into shares, so that many can work on it: each row group of its Parquet files is one."""

from __future__ import annotations

import io
import json
import os
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from churn.errors import ListRefused, RequestRefused, Unavailable
from churn.features.engines.spark_session import explain_spark_errors, open_session
from churn.files import REPOSITORY, TEMPORARY, whole_file
from churn.intake.duplicates import Repeats, hash_values
from churn.intake.grid import ROWS, require_sound_name, text_block
from churn.intake.reader import ColumnReader
from churn.intake.values import is_missing
from churn.scoring.score import Ranking, count_tiers


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
        with _open_file(Path(self.file)) as file:
            known = set(file.schema_arrow.names)
            table = file.read_row_group(self.group, columns=[h for h in headings if h in known])
        empty = pa.nulls(table.num_rows, pa.string())
        ordered = pa.table([table[h] if h in known else empty for h in headings], names=list(headings))
        yield from ordered.combine_chunks().to_batches(max_chunksize=ROWS)


def split_files(files: Sequence[Path]) -> list[Share]:
    """The row groups of all files that have rows, numbered in their order."""
    groups = [(str(file.resolve()), group, rows) for file in files for group, rows in _has_rows(file)]
    if not groups:
        raise ListRefused("The list has columns but no customers.", "Export it again, with its rows.")
    return [Share(file, group, number, rows) for number, (file, group, rows) in enumerate(groups)]


def first_rows(shares: Sequence[Share], most: int) -> pa.Table:
    """Whole shares from the beginning until there are so many rows, and no more than so many."""
    tables: list[pa.Table] = []
    for share in shares:
        if sum(table.num_rows for table in tables) >= most:
            break
        with _open_file(Path(share.file)) as file:
            tables.append(file.read_row_group(share.group))
    return pa.concat_tables(tables, promote_options="permissive").slice(0, most)


def _has_rows(file: Path) -> list[tuple[int, int]]:
    with _open_file(file) as opened:
        rows = [opened.metadata.row_group(group).num_rows for group in range(opened.metadata.num_row_groups)]
        return [(group, many) for group, many in enumerate(rows) if many]


@contextmanager
def _open_file(file: Path) -> Iterator[Any]:
    import pyarrow.parquet as pq

    with require_sound_name(file.name), pq.ParquetFile(file) as opened:
        yield opened


# Whether a customer stands twice in a list that is worked on in shares.
#
# Each share leaves the numbers of its keys in a file, sorted, 8 bytes a customer. The workspace looks at the files of
# all shares together, one range of numbers after the other, so that it never holds the whole list. Two keys can
# have one number, so where two meet, the keys themselves decide.


AT_ONCE = 16_000_000  # numbers looked at together: 128 MB, and as much again to sort them


def note_share(share: Share, folder: Path) -> Path:
    """The file in which a share's numbers are left."""
    return folder / f"{TEMPORARY}keys-{share.number:05}.npy"


def note_keys(share: Share, heading: str, folder: Path) -> int:
    """Leave the numbers of a share's keys in the folder, where there are any; a missing key is nobody's."""
    repeats = Repeats()
    for batch in share.batches([heading]):
        repeats.add(text_block(batch, 1).cells(0))
    numbers = np.sort(np.concatenate(repeats.hashes))
    with whole_file(note_share(share, folder)) as unfinished, unfinished.open("wb") as file:
        np.save(file, numbers)
    return len(numbers)


def refuse_twice(shares: Sequence[Share], heading: str, folder: Path) -> None:
    """Refuse a list in which a customer stands twice, naming the first that was found."""
    for number in _find_repeats([note_share(share, folder) for share in shares]):
        keys = Counter(key for share in shares for key in _keys_with(number, share, heading, folder))
        for key, times in keys.items():
            if times > 1:
                raise ListRefused(
                    f"{heading} {key!r} stands in the list {times} times.",
                    "Leave one row per customer, or score it without an engine and say which row counts.",
                    options=("duplicates=newest", "duplicates=first"),
                )


def _find_repeats(files: Sequence[Path]) -> Iterator[np.uint64]:
    """The numbers that are there more than once."""
    ranges = 1 + sum(file.stat().st_size for file in files) // (8 * AT_ONCE)
    bounds = np.array([(n << 64) // ranges for n in range(1, ranges)], np.uint64)
    for n in range(ranges):
        some = np.sort(np.concatenate([_range(file, bounds, n) for file in files]))
        yield from np.unique(some[1:][some[1:] == some[:-1]])


def _range(file: Path, bounds: np.ndarray, n: int) -> np.ndarray:
    numbers = _numbers(file)
    cuts = [0, *np.searchsorted(numbers, bounds).tolist(), len(numbers)]
    return np.array(numbers[cuts[n] : cuts[n + 1]])


def _numbers(file: Path) -> np.ndarray:
    return np.load(file, mmap_mode="r")


def _keys_with(number: np.uint64, share: Share, heading: str, folder: Path) -> Iterator[str]:
    numbers = _numbers(note_share(share, folder))
    if np.searchsorted(numbers, number, "left") == np.searchsorted(numbers, number, "right"):
        return
    for batch in share.batches([heading]):
        cells = text_block(batch, 1).cells(0)
        for code in cells.codes[hash_values(cells.values)[cells.codes] == number].tolist():
            key = cells.values[code].as_py()
            if not is_missing(key, words=False):
                yield key


LIST = "list: "  # before what is counted of a share's rows, beside the tiers of those who were scored


# What a worker does with a share: note its keys, score it, write what comes of it.
#
# A part has one name and one content, whoever makes it and how often: an attempt that was given up, or two at
# once, leave what a single one would have left. Only a whole part ever bears its name.


@dataclass(frozen=True)
class Scorer:
    """All that a worker is sent: how the list's columns are read, how customers are ranked, where parts are put."""

    settled: ColumnReader
    ranking: Ranking
    folder: Path
    shares: Sequence[Share]
    key: str  # the heading of the column that tells whose score is whose

    def noted(self, number: int) -> dict[str, int]:
        """Leave the keys of a share in the folder, to be held against those of the others; how many there are."""
        return {"keys": note_keys(self.shares[number], self.key, self.folder)}

    def written(self, number: int) -> dict[str, int]:
        """Score a share and put its part into the folder; how many are in which tier, and who left already."""
        import pyarrow.parquet as pq

        share = self.shares[number]
        tables = [self.typed(batch) for batch in share.batches(list(self.settled.positions))]
        table = decode_dictionaries(pa.concat_tables(map(self.ranking.block, tables)))
        unfinished = self.folder / f"{TEMPORARY}{os.getpid()}-{share.name}"
        pq.write_table(table, unfinished, compression="zstd")
        unfinished.replace(self.folder / share.name)
        left = sum((self.ranking.who_left(typed).counts for typed in tables), Counter())
        return {**count_tiers(table), **{f"{LIST}{name}": count for name, count in left.items()}}

    def typed(self, batch: pa.RecordBatch) -> pa.Table:
        """Some rows as they are meant, exactly as one process would read them."""
        return self.settled.typed(text_block(batch, 1), _unread_notice)


@lru_cache(maxsize=1)
def load_scorer(content: bytes) -> Scorer:
    """The scorer that was sent, opened once by each process that works."""
    import pickle

    opened: Scorer = pickle.loads(content)
    return opened


def decode_dictionaries(table: pa.Table) -> pa.Table:
    """The table with words as words: other readers know no dictionaries."""
    columns: list[Any] = [c.cast(c.type.value_type) if pa.types.is_dictionary(c.type) else c for c in table.columns]
    return pa.table(columns, names=table.column_names)


def _unread_notice(name: str, number: int, examples: list[tuple[int, str]]) -> None:
    """Cells that cannot be read count as missing, as they do everywhere."""


# A list scored on many machines: the Model goes out once, and every share is scored as one process would score it.
#
# The list is Parquet with one row per customer, on a disk that every machine sees. Workers take row groups and
# write parts; rows never pass through Spark itself, which hands out the work, and hands it out again when a
# worker dies. Parts are in no order a person should rely on: the key tells whose they are. What is written is a
# folder of parts that is whole (with a mark that says so) or not there at all.


SAMPLE = 100_000  # the rows from which the meaning of the columns is settled
A_TASK = 100_000  # customers that keep a worker busy for about a second
TYPED = ("number", "date")
WHOLE = "_SUCCESS"  # the mark that readers of such folders look for


# Given the first rows as the bytes of a Parquet file, how columns are read and how customers are ranked.
Settle = Callable[[bytes], tuple[ColumnReader, Ranking]]


# Given how customers were ranked and what was counted of the whole list, refuses what should not be kept.
Judge = Callable[[Ranking, Counter[str]], None]
Work = Callable[[Scorer, int], Mapping[str, int]]  # what is done with the share of a number, and what was counted


def score_on_spark(
    url: str, files: tuple[Path, ...], target: Path, settle: Settle, *, key: str, judge: Judge
) -> Counter[str]:
    """Score Parquet files into a folder of Parquet parts; how many customers of each tier there are.

    key    the column that tells whose score is whose: parts have no order
    judge  asked before the folder gets its name; what it refuses leaves nothing behind
    """
    if target.exists():
        raise RequestRefused(f"{target.name} is there already.", "Name a folder that is not, or remove it first.")
    unfinished, shares = target.resolve().with_name(f"{TEMPORARY}{target.name}"), split_files(files)
    settled, ranking = settle(_as_file(first_rows(shares, SAMPLE)))
    _refuse_untyped(settled, files)
    scorer = Scorer(settled, ranking, unfinished, tuple(shares), _heading_of(settled, key))
    with open_session(url) as (session, folder):
        session.sparkContext.addArchive(f"{_pack_code(folder)}#churn")
        try:
            with explain_spark_errors():
                _make_folder(unfinished)
                counted = _run_tasks(session, scorer)
            judge(ranking, Counter({n.removeprefix(LIST): c for n, c in counted.items() if n.startswith(LIST)}))
            _finish_folder(unfinished, target, shares)
            return Counter({name: count for name, count in counted.items() if not name.startswith(LIST)})
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


def _run_tasks(session: Any, scorer: Scorer) -> Counter[str]:
    """Let the cluster look at all keys, then score all shares; how many are in each tier, and what the list says."""
    from pyspark import cloudpickle

    # Spark's own pickler also takes functions made on the way, such as the suggester.
    sent = session.sparkContext.broadcast(cloudpickle.dumps(scorer))
    numbers = session.range(0, len(scorer.shares), 1, _tasks(session, scorer.shares))

    def spread(work: Work) -> Counter[str]:
        done = numbers.mapInArrow(_worker(sent, work), "told string").collect()
        return sum((Counter(json.loads(row["told"])) for row in done), Counter())

    spread(Scorer.noted)
    if not all(note_share(share, scorer.folder).exists() for share in scorer.shares):
        raise _python_elsewhere()
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
            told = [json.dumps(work(load_scorer(sent.value), number)) for number in batch["id"].to_pylist()]
            yield pa.record_batch({"told": told})

    return do


def _as_file(table: pa.Table) -> bytes:
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def _refuse_untyped(settled: ColumnReader, files: Sequence[Path]) -> None:
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


def _heading_of(settled: ColumnReader, key: str) -> str:
    found = next((h for h, plan in settled.plans.items() if plan.column.name == key), None)
    if found is None:
        raise ListRefused(
            f"The list has no {key}, so nobody could tell whose score is whose.",
            "Add it, or score it without an engine.",
        )
    return found


def _make_folder(folder: Path) -> None:
    try:
        shutil.rmtree(folder, ignore_errors=True)  # of somebody who was killed
        folder.mkdir(parents=True)
    except OSError as problem:
        raise _unwritable(folder, problem) from problem


def _finish_folder(unfinished: Path, target: Path, shares: Sequence[Share]) -> None:
    """Give the folder its name once every part is in it, and nothing else."""
    for left in unfinished.glob(f"{TEMPORARY}*"):
        left.unlink()  # the numbers of keys, and what a worker that died had begun
    if {file.name for file in unfinished.iterdir()} != {share.name for share in shares}:
        raise _python_elsewhere()
    (unfinished / WHOLE).touch()
    try:
        unfinished.rename(target)
    except OSError as problem:
        raise _unwritable(target, problem) from problem


def _python_elsewhere() -> Unavailable:
    return Unavailable(
        "The workers wrote to a folder of their own, not to that of this machine.",
        "Nothing was kept. Name a list and a target on a disk that every machine shares.",
    )


def _unwritable(folder: Path, problem: OSError) -> Unavailable:
    return Unavailable(
        f"{folder.name} could not be written: {problem.strerror}.", "Choose another folder, then try again."
    )


def _pack_code(folder: Path) -> Path:
    """This program's own code in one file, for workers that do not have it; packages it needs they must have.

    Spark unpacks it beside the worker. Read out of the file itself, its contents would be listed anew for every task.
    """
    path = folder / "churn.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted((REPOSITORY / "churn").rglob("*.py")):
            archive.write(file, file.relative_to(REPOSITORY / "churn"))
    return path
