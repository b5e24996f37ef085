"""PostgreSQL as the engine: events that lie in its tables are added up where they are, and only the result leaves.

    postgresql://USER:PASSWORD@HOST:PORT/DATABASE

A recipe's table is named, not a file: `events=shop.events`. Nothing of it is changed; what is needed twice is laid
down in temporary tables that go with the connection. Amounts have to be numbers: the server has no way to try a text
and say where it is none. Text is put in the order of its bytes, as elsewhere, only where the collation is C.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa

from churn.errors import ChurnError, ListRefused, RequestRefused, Unavailable
from churn.features.engines.base import NOTE, Engine

_BLOCK = 65_536


@dataclass(frozen=True)
class PostgresEngine:
    """A PostgreSQL server, connected."""

    backend: Any
    folder: Path
    numbers: Iterator[int] = field(default_factory=count)
    holds_tables = True

    def named(self, source: str) -> Any:
        """A table or view of the server, by its name."""
        schema, _, name = source.rpartition(".")
        with explain_postgres_errors(source):
            return self.backend.table(name, database=schema or None)

    def parquet(self, files: Sequence[Path]) -> Any:
        """Files do not lie in a server."""
        raise RequestRefused("PostgreSQL reads its own tables, not files.", "Name a table: events=SCHEMA.TABLE.")

    def text(self, files: Sequence[Path], delimiter: str, columns: Sequence[str]) -> Any:
        """The same."""
        return self.parquet(files)

    def rejected(self) -> int:
        """A table has no lines that could be damaged."""
        return 0

    def kept(self, expression: Any, *, near: str = "") -> Any:
        """The same table, worked out once and laid down as a temporary one, so that using it twice is cheap."""
        with explain_postgres_errors():
            return self.backend.create_table(f"kept_{next(self.numbers)}", obj=expression, temp=True)

    def write(self, expression: Any, path: Path, note: str = "", *, near: str = "") -> None:
        """Write the rows to one Parquet file, in their order; the caller sees to it that it is whole or gone."""
        import pyarrow.parquet as pq

        shape = expression.schema().to_pyarrow()
        said = shape.with_metadata({NOTE: note}) if note else shape
        with explain_postgres_errors(), pq.ParquetWriter(path, said, compression="snappy") as writer:
            for batch in self.backend.to_pyarrow_batches(expression, chunk_size=_BLOCK):
                writer.write_batch(pa.RecordBatch.from_arrays(batch.cast(shape).columns, schema=said))

    def rows(self, expression: Any) -> pa.Table:
        """The rows of an expression as an Arrow table; meant for results that fit in memory."""
        with explain_postgres_errors():
            return self.backend.to_pyarrow(expression.as_table())


@contextmanager
def open_postgres(url: str) -> Iterator[Engine]:
    """Connect to the server a URL names, and leave it afterwards."""
    import ibis

    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        with explain_postgres_errors():
            backend = ibis.connect(url)
            backend.raw_sql("set timezone = 'UTC'").close()
        try:
            yield PostgresEngine(backend, Path(folder))
        finally:
            backend.disconnect()


@contextmanager
def explain_postgres_errors(source: str = "") -> Iterator[None]:
    """Turn what the server, or the way to it, complains of into a sentence with a next step."""
    import ibis.common.exceptions as ibis_says
    import psycopg

    try:
        yield
    except ChurnError:
        raise
    except ibis_says.TableNotFound as problem:
        raise ListRefused(f"The server has no table {source!r}.", "Name it as events=SCHEMA.TABLE.") from problem
    except ibis_says.OperationNotDefinedError as problem:
        raise ListRefused(
            "A column holds text where a time or a number is needed, which PostgreSQL cannot try to read.",
            "Store times as timestamps and amounts as numbers, for example in a view.",
        ) from problem
    except psycopg.OperationalError as problem:
        raise Unavailable(
            f"PostgreSQL does not answer: {_first_line(problem)}", "Check the address, the name and the password."
        ) from problem
    except psycopg.Error as problem:
        raise Unavailable(f"PostgreSQL could not do this: {_first_line(problem)}", "Nothing was written.") from problem


def _first_line(problem: Exception) -> str:
    return next(iter(str(problem).splitlines()), type(problem).__name__)
