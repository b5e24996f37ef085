"""A Sample: made-up customers in blocks, so that ten million of them need no more memory than a few thousand.

Customers are always made a whole unit at a time, from chance of that unit's own. So the first hundred customers are the
same whether a hundred or a million are asked for, and however they are written.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from churn.errors import RequestRefused
from churn.files import whole_file
from churn.samples.random import Draw, Integers, make_draw

UNIT = 4096  # customers made at a time; another number makes other customers


@dataclass(frozen=True)
class SampleBlock:
    """Some customers: their keys in line, their rows in every table, and the truth about each of them."""

    customers: pa.Array
    tables: Mapping[str, pa.Table]
    truth: pa.Table


@dataclass(frozen=True)
class Plant:
    """A fault put into a sample on purpose, to be found; `lasting` when later customers have it too."""

    change: Callable[[SampleBlock, Sample, int], SampleBlock]
    lasting: bool = True


@dataclass(frozen=True)
class SampleBusiness:
    """How one business makes a unit of customers, and what its columns are called.

    unit     makes one Block from chance and from the customers' places in line
    rows     how many customers there are when nothing is said
    key      the column that names the customer, in every table
    outcome  the column that says who left, for a list; "" for tables of events, where what happens next says it
    left     the cell of the outcome that means the customer left
    unknown  further columns that a later list does not have
    fixed    codes and dates written as numbers, which are no measurements and so cannot drift
    as_of    for tables of events: a day with enough before it to learn from, and enough from it on to know the outcome
    """

    name: str
    unit: Callable[[Draw, Integers, int], SampleBlock]
    rows: int
    key: str
    outcome: str = ""
    left: str = ""
    unknown: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    as_of: str = ""


@dataclass(frozen=True)
class Sample:
    """Customers number `first` up to `first + rows` of a business, as streams of blocks or as whole tables."""

    business: SampleBusiness
    rows: int
    seed: int
    first: int = 0
    plants: tuple[Plant, ...] = field(default=())
    with_outcome: bool = True

    @property
    def name(self) -> str:
        """The business the customers belong to."""
        return self.business.name

    def blocks(self) -> Iterator[SampleBlock]:
        """The customers a unit at a time, in order."""
        end = self.first + self.rows
        for unit in range(self.first // UNIT, -(-end // UNIT)):
            block = self.whole_unit(unit)
            for plant in self.plants:
                block = plant.change(block, self, unit)
            block = _cut(block, self.business, max(self.first - unit * UNIT, 0), min(end - unit * UNIT, UNIT))
            yield block if self.with_outcome else _without(block, {self.business.outcome, *self.business.unknown})

    def whole_unit(self, unit: int) -> SampleBlock:
        """All customers of a unit as they are made, before anything is planted."""
        place = np.arange(unit * UNIT, (unit + 1) * UNIT, dtype=np.int64)
        return self.business.unit(make_draw(self.name, self.seed, unit, UNIT), place, self.seed)

    def tables(self) -> dict[str, pa.Table]:
        """Every table whole, by its name; for samples that fit into memory."""
        blocks = list(self.blocks())
        return {name: pa.concat_tables([b.tables[name] for b in blocks]) for name in blocks[0].tables}

    def table(self, name: str = "") -> pa.Table:
        """One table whole: the one of that name, or the only one."""
        tables = self.tables()
        if not name and len(tables) > 1:
            raise RequestRefused(f"{self.name} has {len(tables)} tables.", f"Name one of: {', '.join(tables)}.")
        return tables[name or next(iter(tables))]

    def truth(self) -> pa.Table:
        """What nobody knows in real life: the true probability behind each customer."""
        return pa.concat_tables([block.truth for block in self.blocks()])

    def later(self, rows: int) -> Sample:
        """The next customers in line, whose outcomes are not known yet."""
        lasting = tuple(p for p in self.plants if p.lasting)
        return replace(self, first=self.first + self.rows, rows=rows, plants=lasting, with_outcome=False)


def _cut(block: SampleBlock, business: SampleBusiness, start: int, end: int) -> SampleBlock:
    """The block with the customers of some places only; tables of events keep the rows of those customers."""
    if (start, end) == (0, UNIT):
        return block
    keys = block.customers.slice(start, end - start)
    keep = {name: table.filter(pc.is_in(table[business.key], keys)) for name, table in block.tables.items()}
    return SampleBlock(keys, keep, block.truth.filter(pc.is_in(block.truth[business.key], keys)))


def _without(block: SampleBlock, columns: set[str]) -> SampleBlock:
    tables = block.tables.items()
    return replace(block, tables={n: t.select([c for c in t.column_names if c not in columns]) for n, t in tables})


# A Sample written to a file or a folder, block by block: as many customers as wanted in the memory of a few.


TODAY = "today"  # the file with customers whose outcome is not known yet
KINDS = (".csv", ".parquet")
ROW_GROUP = 131_072
PLAIN = pa_csv.WriteOptions(include_header=True, quoting_style="none", quoting_header="none")
Progress = Callable[[int, int], None]


class _Sink(Protocol):
    def write_table(self, table: pa.Table) -> None: ...


def write_sample(
    sample: Sample, target: str | os.PathLike[str], *, kind: str = ".csv", on_progress: Progress | None = None
) -> tuple[Path, ...]:
    """Write the sample and return the files made.

    A target that ends in .csv or .parquet becomes that one file. Anything else is a folder: one file per table (of
    `kind`), and for a list `today` too, the next customers in line, without outcomes, to score.
    `on_progress` is told the customers written so far, and of how many.
    """
    path = Path(target)
    if path.is_dir() or not path.suffix:
        return _folder(sample, path, kind, on_progress)
    if path.suffix.lower() not in KINDS:
        raise RequestRefused(f"A sample cannot be written as {path.suffix}.", "Name a .csv, a .parquet, or a folder.")
    tables = _first_tables(sample)
    if len(tables) > 1:
        raise RequestRefused(
            f"{sample.name} has {len(tables)} tables: {', '.join(tables)}.", "Name a folder to write them into."
        )
    _write(sample, {next(iter(tables)): path}, on_progress)
    return (path,)


def write_table(table: pa.Table, path: Path) -> Path:
    """Write one table as it is, as .csv or .parquet by its name."""
    with whole_file(path) as unfinished, _sink(unfinished, table.schema) as sink:
        sink.write_table(table)
    return path


def _folder(sample: Sample, folder: Path, kind: str, on_progress: Progress | None) -> tuple[Path, ...]:
    if kind not in KINDS:
        raise RequestRefused(f"A sample cannot be written as {kind}.", f"Choose one of: {', '.join(KINDS)}.")
    paths = {name: folder / f"{name}{kind}" for name in _first_tables(sample)}
    _write(sample, paths, on_progress)
    if not sample.business.outcome:
        return tuple(paths.values())
    today = folder / f"{TODAY}{kind}"
    later = sample.later(max(sample.rows // 4, 1))
    _write(later, dict.fromkeys(paths, today), None)
    return (*paths.values(), today)


def _first_tables(sample: Sample) -> tuple[str, ...]:
    return tuple(sample.whole_unit(0).tables)


def _write(sample: Sample, paths: dict[str, Path], on_progress: Progress | None) -> None:
    """Every table of the sample to its file; all files appear at the end, or none."""
    done = 0
    with ExitStack() as open_files:
        sinks: dict[str, _Sink] = {}
        for number, block in enumerate(sample.blocks()):
            for name, table in block.tables.items():
                if number == 0:
                    unfinished = open_files.enter_context(whole_file(paths[name]))
                    sinks[name] = open_files.enter_context(_sink(unfinished, table.schema))
                sinks[name].write_table(table)
            if on_progress:
                done += len(block.customers)
                on_progress(done, sample.rows)


@contextmanager
def _sink(path: Path, schema: pa.Schema) -> Iterator[_Sink]:
    if path.suffix.lower() == ".csv":
        with pa_csv.CSVWriter(path, schema, write_options=PLAIN) as writer:
            yield writer
        return
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=3) as writer:
        gathered = _Gathered(writer)
        yield gathered
        gathered.flush()


class _Gathered:
    """Small blocks gathered into row groups of a size that readers like."""

    def __init__(self, writer: pq.ParquetWriter) -> None:
        self._writer = writer
        self._held: list[pa.Table] = []

    def write_table(self, table: pa.Table) -> None:
        """Keep the rows until there are enough of them."""
        self._held.append(table)
        if sum(t.num_rows for t in self._held) >= ROW_GROUP:
            self.flush()

    def flush(self) -> None:
        """Write what is held."""
        if self._held:
            self._writer.write_table(pa.concat_tables(self._held))
            self._held = []
