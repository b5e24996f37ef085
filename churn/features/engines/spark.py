"""Apache Spark as the engine: the same definitions on a cluster, for logs that one machine cannot hold.

Dear by the minute and worth it only where many machines share the work or the data already lies there; see SCALE.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa

from churn.features.engines.base import NOTE, Engine
from churn.features.engines.spark_session import explain_spark_errors, open_session

_DAMAGED = "line as it stood"  # the column in which Spark leaves a line it could not split
_BLOCK = 131_072


@dataclass(frozen=True)
class SparkEngine:
    """Spark, open: what it is asked to keep lies in a folder that its workers see, too."""

    backend: Any
    session: Any
    folder: Path
    numbers: Iterator[int] = field(default_factory=count)
    damaged: list[int] = field(default_factory=list)
    holds_tables = False

    def named(self, source: str) -> Any:
        """A table of the session, by its name."""
        return self.backend.table(source)

    def parquet(self, files: Sequence[Path]) -> Any:
        """Parquet files as one table; a file may lack columns that others have."""
        with explain_spark_errors():
            reader = self.session.read.option("mergeSchema", len(files) > 1)
            return self._named(reader.parquet(*(_literal(f) for f in files)))

    def text(self, files: Sequence[Path], delimiter: str, columns: Sequence[str]) -> Any:
        """Delimited text files that share one header, as a table of text; lines of another width are rejected."""
        with explain_spark_errors():
            frame = self._read_text(files, delimiter, columns)
            place = str(self.folder / f"text-{next(self.numbers)}")
            frame.write.parquet(place)
            read = self.session.read.parquet(place)
            self.damaged.append(read.where(f"`{_DAMAGED}` is not null").count())
            return self._named(read.where(f"`{_DAMAGED}` is null").drop(_DAMAGED))

    def rejected(self) -> int:
        """How many lines of text files read so far could not be split into the columns of their header."""
        return sum(self.damaged)

    def kept(self, expression: Any, *, near: str = "") -> Any:
        """The same table, worked out once and laid down where every worker sees it, so that using it twice is cheap."""
        place = str(self.folder / f"kept-{next(self.numbers)}")
        with explain_spark_errors():
            self._frame(expression).write.parquet(place)
            return self._named(self.session.read.parquet(place))

    def write(self, expression: Any, path: Path, note: str = "", *, near: str = "") -> None:
        """Write the rows to one Parquet file, in their order; the caller sees to it that it is whole or gone."""
        place = self.folder / f"written-{next(self.numbers)}"
        with explain_spark_errors():
            self._frame(expression).write.parquet(str(place))
        _join_parts(place, path, note)

    def rows(self, expression: Any) -> pa.Table:
        """The rows of an expression as an Arrow table; meant for results that fit in memory."""
        with explain_spark_errors():
            return self._frame(expression.as_table()).toArrow()

    def _frame(self, expression: Any) -> Any:
        return self.session.sql(self.backend.compile(expression))

    def _named(self, frame: Any) -> Any:
        name = f"given_{next(self.numbers)}"
        frame.createOrReplaceTempView(name)
        return self.backend.table(name)

    def _read_text(self, files: Sequence[Path], delimiter: str, columns: Sequence[str]) -> Any:
        from pyspark.sql.types import StringType, StructField, StructType

        fields = [StructField(name, StringType()) for name in (*columns, _DAMAGED)]
        how = {
            "header": True,
            "sep": delimiter,
            "quote": '"',
            "escape": '"',
            "mode": "PERMISSIVE",
            "columnNameOfCorruptRecord": _DAMAGED,
            "nullValue": "",
            "multiLine": True,
        }
        return self.session.read.options(**how).schema(StructType(fields)).csv([_literal(f) for f in files])


@contextmanager
def open_spark(url: str) -> Iterator[Engine]:
    """Open Spark with the settings of a URL and leave it afterwards; what it laid down goes with it."""
    import ibis

    with open_session(url) as (session, folder):
        backend = ibis.pyspark.connect(session)
        yield SparkEngine(backend, session, folder)


def _join_parts(place: Path, path: Path, note: str) -> None:
    """One file from the parts Spark wrote, in their order, block by block; our own words go with it."""
    import pyarrow.parquet as pq

    parts = sorted(place.glob("part-*.parquet"))
    schema = pq.read_schema(parts[0]).remove_metadata()
    said = schema.with_metadata({NOTE: note}) if note else schema
    with pq.ParquetWriter(path, said, compression="snappy") as writer:
        for part in parts:
            with pq.ParquetFile(part) as file:
                for batch in file.iter_batches(batch_size=_BLOCK):
                    writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=said))


def _literal(file: Path) -> str:
    """The path so that Spark takes it letter by letter, not as a pattern."""
    return "".join(f"\\{letter}" if letter in "*?[]{}\\" else letter for letter in str(file.resolve()))
