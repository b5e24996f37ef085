"""A Sample written to a file or a folder, block by block: as many customers as wanted in the memory of a few."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from churn.errors import RequestRefused
from churn.files import whole_file
from churn.samples.customer_blocks import Sample

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
