"""Slices: a result too large for the memory allowed is worked out a range of customers at a time.

A customer's row follows from that customer's own entries, so any slice of the rows can be asked for by itself. Tables
laid down near their key show only the slice in hand; what stands on them is then small enough to need no disk. A slice
is a range of the keys as text, the order of a finished table: slices one below the other are a whole in order.
"""

from __future__ import annotations

import glob
import math
import re
import shutil
import tempfile
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pyarrow as pa

from churn.errors import ListRefused, RequestRefused, Unavailable
from churn.features.engines.base import DEFAULT, NOTE, Engine

SUMS = 1_000  # bytes that one customer's sums take while they are worked out
MARKS = 10_000  # keys looked at to say where slices begin, evenly spread over a table that lies in their order


@dataclass(frozen=True)
class KeptTable:
    """A table that was laid down in the order of its keys: its name in a query, its column of keys, its rows."""

    name: str
    key: str
    rows: int

    def shown(self, whole_numbers: bool) -> str:
        """The query that shows the slice in hand, or all of the table where none is."""
        ends = {"start": ("::varchar", ">="), "stop": ("::varchar", "<")}
        ends |= {"least": ("", ">="), "beyond": ("", "<")} if whole_numbers else {}
        found = [f"(getvariable('{e}') is null or {self.key}{t} {s} getvariable('{e}'))" for e, (t, s) in ends.items()]
        return f"select * from {self.name} where {' and '.join(found)}"


@dataclass(frozen=True)
class CustomerSlice:
    """The keys whose text lies from `start` on and before `stop`; nothing is an open end.

    least, beyond  the same ends where keys are whole numbers in the order of their text: numbers are found sooner
    """

    start: str | None = None
    stop: str | None = None
    least: int | None = None
    beyond: int | None = None

    def holds(self, key: str) -> str:
        """The condition that a column of keys lies in the slice."""
        above = [] if self.start is None else [f"{key}::varchar >= {_sql_literal(self.start)}"]
        below = [] if self.stop is None else [f"{key}::varchar < {_sql_literal(self.stop)}"]
        return " and ".join(above + below) or "true"


WHOLE = (CustomerSlice(),)


def plan_slices(connection: Any, laid: KeptTable) -> tuple[CustomerSlice, ...]:
    """As many slices as the memory allowed asks for, each with about as many rows, in the order of their text."""
    (room,) = _fetch_row(connection, "select parse_formatted_bytes(current_setting('memory_limit'))")
    parts = math.ceil(laid.rows * SUMS / room)
    if parts < 2:
        return WHOLE
    places = [i / parts for i in range(1, parts)]
    marks = f"select {laid.key}::varchar as mark from {laid.name} where rowid % {math.ceil(laid.rows / MARKS)} = 0"
    (starts,) = _fetch_row(connection, f"select quantile_disc(mark, {places}) from ({marks})")
    ends = [None, *sorted(set(starts)), None]
    numbers = [e and int(e) for e in ends] if _in_order_of_text(connection, laid) else [None] * len(ends)
    return tuple(map(CustomerSlice, ends, ends[1:], numbers, numbers[1:]))


@contextmanager
def show_slice(connection: Any, part: CustomerSlice) -> Iterator[None]:
    """Show one slice of all laid tables for a while."""
    ends = asdict(part)
    try:
        for name, end in ends.items():
            connection.execute(f"set variable {name} = {_sql_literal(end)}")
        yield
    finally:
        for name in ends:
            connection.execute(f"reset variable {name}")


def _in_order_of_text(connection: Any, laid: KeptTable) -> bool:
    """Whether the keys are whole numbers of one length."""
    ends = f"select typeof(min({laid.key})), min({laid.key})::varchar, max({laid.key})::varchar from {laid.name}"
    kind, least, most = _fetch_row(connection, ends)
    return kind != "VARCHAR" and len(least) == len(most) and not least.startswith("-")


def _sql_literal(end: str | int | None) -> str:
    return "null" if end is None else str(end) if isinstance(end, int) else quoted(end)


def quoted(text: str) -> str:
    """A text in the words of a query."""
    return "'" + text.replace("'", "''") + "'"


def _fetch_row(connection: Any, query: str) -> Any:
    return connection.execute(query).fetchone()


# DuckDB inside this process: the engine of a laptop, and of one large machine.
#
#     duckdb://?memory=2GB&threads=2&spill=DIR&spill_limit=20GB
#
# `memory` is what it may hold before it spills to disk, `spill` the folder it spills to (removed afterwards),
# `spill_limit` how much it may spill; the tables that every further step stands on lie beside that in the same
# folder.


SETTINGS = {
    "memory": "memory_limit",
    "threads": "threads",
    "spill": "temp_directory",
    "spill_limit": "max_temp_directory_size",
}

KEPT = "kept"  # the database of tables that are needed twice: a file, so that they take up no memory meanwhile
_BLOCK = 32_768  # rows of a row group, the share of one core when a list is scored
_FULL = ("no space left", "max_temp_directory_size", "failed to offload", "disk quota")


@dataclass(frozen=True)
class DuckEngine:
    """DuckDB, open: what it is asked to keep, and what is too much for its memory, lies in a folder of its own."""

    backend: Any
    folder: Path
    numbers: Iterator[int]
    laid: dict[str, KeptTable] = field(default_factory=dict)
    holds_tables = False

    def named(self, source: str) -> Any:
        """A table or view of this process, by its name."""
        return self.backend.table(source)

    def parquet(self, files: Sequence[Path]) -> Any:
        """Parquet files as one table; a file may lack columns that others have."""
        with explain_duckdb_errors():
            return self.backend.read_parquet(_literal(files), union_by_name=True)

    def text(self, files: Sequence[Path], delimiter: str, columns: Sequence[str]) -> Any:
        """Delimited text files that share one header, as a table of text; lines of another width are rejected."""
        with explain_duckdb_errors():
            return self.backend.read_csv(
                _literal(files),
                auto_detect=False,
                columns=dict.fromkeys(columns, "VARCHAR"),
                header=True,
                delim=delimiter,
                quote='"',
                escape='"',
                nullstr="",
                store_rejects=True,
                rejects_limit=0,
            )

    def rejected(self) -> int:
        """How many lines of text files read so far could not be split into the columns of their header."""
        import duckdb

        with (
            explain_duckdb_errors(),
            suppress(duckdb.CatalogException),
        ):  # there is no such table before the first text file
            query = "select count(distinct (scan_id, file_id, line)) from reject_errors"
            return int(self.backend.raw_sql(query).fetchall()[0][0])
        return 0

    def kept(self, expression: Any, *, near: str = "") -> Any:
        """The same table, worked out once and laid down in the engine, so that using it twice is cheap."""
        name = f"kept {next(self.numbers)}"
        with explain_duckdb_errors():
            if near:
                self._lay_near(expression, name, near)
            else:
                self.backend.raw_sql(f"create table {_kept_name(name)} as {self._query(expression)}").fetchall()
            return self.backend.table(name, database=(KEPT, "main"))

    def write(self, expression: Any, path: Path, note: str = "", *, near: str = "") -> None:
        """Write the rows to a Parquet file, block by block; the caller sees to it that the file is whole or gone."""
        import pyarrow.parquet as pq

        connection, query, shape = self.backend.con, self._query(expression), expression.schema().to_pyarrow()
        said = shape.with_metadata({NOTE: note}) if note else shape
        with explain_duckdb_errors(), pq.ParquetWriter(path, said, compression="snappy") as writer:
            for part in self._slices(expression) if near else WHOLE:
                asked = f"select * from ({query}) where {part.holds(_quoted_name(near))}"
                with show_slice(connection, part):
                    for batch in connection.sql(asked).to_arrow_reader(_BLOCK):
                        writer.write_batch(pa.RecordBatch.from_arrays(batch.cast(shape).columns, schema=said))

    def rows(self, expression: Any) -> pa.Table:
        """The rows of an expression as an Arrow table; meant for results that fit in memory."""
        with explain_duckdb_errors():
            return self.backend.con.sql(self._query(expression)).to_arrow_table()

    def _lay_near(self, expression: Any, name: str, near: str) -> None:
        """Lay the rows down in the order of a column, and show them slice by slice to what stands on them."""
        connection, query, key = self.backend.con, self._query(expression), _quoted_name(near)
        begun, rows = f"create table {_kept_name(name, 'rows')} as", 0
        for part in self._slices(expression):
            asked = f"select * from ({query}) where {part.holds(key)} order by {key}"
            with show_slice(connection, part):
                rows += connection.execute(f"{begun} {asked}").fetchone()[0]
            begun = f"insert into {_kept_name(name, 'rows')}"
        self.laid[name] = KeptTable(_kept_name(name, "rows"), key, rows)
        shown = self.laid[name].shown(expression.schema()[near].is_integer())
        connection.execute(f"create view {_kept_name(name)} as {shown}")

    def _slices(self, expression: Any) -> tuple[CustomerSlice, ...]:
        """The slices of the largest table the expression stands on, of those that were laid near a key."""
        from ibis.expr.operations import DatabaseTable

        grounds = [self.laid[t.name] for t in expression.op().find(DatabaseTable) if t.name in self.laid]
        return plan_slices(self.backend.con, max(grounds, key=lambda g: g.rows)) if grounds else WHOLE

    def _query(self, expression: Any) -> str:
        """The expression in DuckDB's words; its sums are 128 bits wide, ours are the whole numbers we said."""
        import ibis

        with _step_by_step():
            inner = ibis.to_sql(expression, dialect=self.backend.name)
        kinds = {n: kind for n, kind in expression.schema().items() if kind.is_integer()}
        wide = {n: "bigint" for n, kind in kinds.items() if kind.nbytes != 4}
        whole = ", ".join(f"{_quoted_name(n)}::{kind} as {_quoted_name(n)}" for n, kind in wide.items())
        return f"select * replace ({whole}) from ({inner})" if wide else inner


_ONE_AT_A_TIME = threading.Lock()


@contextmanager
def _step_by_step() -> Iterator[None]:
    """Leave selects as they were written. Merged into one, what two columns share is written, and worked out, twice."""
    import ibis

    with _ONE_AT_A_TIME:  # the option is the whole process's: two that overlap would leave it as neither found it
        merged = ibis.options.sql.fuse_selects
        ibis.options.sql.fuse_selects = False
        try:
            yield
        finally:
            ibis.options.sql.fuse_selects = merged


@contextmanager
def open_duckdb(url: str) -> Iterator[Engine]:
    """Open DuckDB with the settings of a URL and close it afterwards; what it spilled goes with it."""
    settings = duckdb_settings(url)
    folder = _own_folder(settings.pop("temp_directory", None))
    try:
        backend = _duckdb(settings | {"temp_directory": str(folder / "spill")}, folder / "kept.db")
        try:
            yield DuckEngine(backend, folder, count())
        finally:
            backend.disconnect()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def duckdb_settings(url: str) -> dict[str, str]:
    """The engine's settings as its own names; an unknown engine or setting is refused by name."""
    parts = urlsplit(url)
    if parts.scheme != "duckdb" or parts.netloc or parts.path:
        raise RequestRefused(
            f"The engine {url!r} is not known here.", f"Use {DEFAULT} or {DEFAULT}?memory=2GB&threads=2."
        )
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = sorted(set(given) - set(SETTINGS))
    if unknown:
        raise RequestRefused(f"The engine has no setting {unknown[0]!r}.", f"Its settings: {', '.join(SETTINGS)}.")
    return {SETTINGS[word]: value for word, value in given.items()}


@contextmanager
def explain_duckdb_errors() -> Iterator[None]:
    """Turn what the engine complains of into a sentence with a next step."""
    import duckdb

    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "fetch_arrow_table", DeprecationWarning)  # Ibis 12 on DuckDB 2
            yield
    except (duckdb.OutOfMemoryException, duckdb.IOException, OSError) as problem:  # a stream of rows has no better
        raise _lack(str(problem)) from problem
    except duckdb.InvalidInputException as problem:
        raise ListRefused(
            f"The files could not be read: {_first_line(problem)}", "Check that they are CSV or Parquet."
        ) from problem


def _lack(text: str) -> Unavailable:
    if any(word in text.lower() for word in _FULL):
        return Unavailable(
            "The disk filled up while the events were added up.",
            "Nothing was written. Free some space, or name a larger folder with spill=DIR in the engine's URL.",
        )
    if "memory" in text.lower():
        return Unavailable(
            "The engine's memory limit is too small for these events.",
            "Nothing was written. Raise memory= in the engine's URL, or lower threads=.",
        )
    return Unavailable(
        f"The engine could not read or write a file: {text.splitlines()[0]}", "Check the path and try again."
    )


def _duckdb(settings: dict[str, str], keeps: Path) -> Any:
    import duckdb
    import ibis

    try:
        backend = ibis.duckdb.connect(**settings)
    except (duckdb.Error, ValueError) as problem:
        raise RequestRefused(
            f"The engine's settings are not understood: {_first_line(problem)}", "Example: memory=2GB&threads=2."
        ) from problem
    for statement in (
        f"attach {quoted(str(keeps))} as {KEPT}",
        "set wal_autocheckpoint = '1TB'",
        "pragma disable_checkpoint_on_shutdown",  # the file goes with its folder: there is nothing to tidy up in it
        "set timezone = 'UTC'",
        "set preserve_insertion_order = false",
        "set enable_progress_bar = false",
    ):
        backend.raw_sql(statement).fetchall()
    return backend


def _own_folder(parent: str | None) -> Path:
    try:
        if parent:
            Path(parent).mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix="events-", dir=parent))
    except OSError as problem:
        raise Unavailable(
            f"The spill folder cannot be used: {problem.strerror}.", "Name another with spill=DIR."
        ) from problem


def _literal(files: Sequence[Path]) -> list[str]:
    """The paths so that the engine takes them letter by letter, not as patterns."""
    return [glob.escape(str(f)) for f in files]


def _kept_name(*words: str) -> str:
    return f"{KEPT}.{_quoted_name(' '.join(words))}"


def _quoted_name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _first_line(problem: Exception) -> str:
    return re.sub(r"^\w+ Error: ", "", str(problem).splitlines()[0])
