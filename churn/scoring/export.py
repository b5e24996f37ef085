"""Scored blocks become a file: CSV, Parquet or Excel, whole or not there at all, safe to open in a spreadsheet."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from churn.errors import RequestRefused, Unavailable
from churn.files import inert_text, whole_file

Progress = Callable[[int, int | None], None]
Put = Callable[[pa.Table], None]
MOST_XLSX_ROWS = 1_048_575  # what a sheet holds, the header not counted


# The same first letters as `files.inert_text`, for millions of cells at once.
_ACTIVE = r"^[=+\-@\t\r\n\x00＝＋－＠]"
_ACTIVE_LATER = r';("*[=+\-@\t\r＝＋－＠])'


def write_scored(
    blocks: Iterable[pa.Table],
    target: Path | str | BinaryIO,
    *,
    progress: Progress | None = None,
    total: int | None = None,
) -> int:
    """Write scored blocks, in order, as the target's ending asks (a stream gets CSV); returns how many rows.

    progress  called after every block with the rows done and, where it is known, their total
    """
    rows = 0
    with _choose_place(target) as put:
        for block in blocks:
            put(block)
            rows += block.num_rows
            if progress:
                progress(rows, total)
    return rows


@contextmanager
def _choose_place(target: Path | str | BinaryIO) -> Iterator[Put]:
    if not isinstance(target, Path | str):
        with _full_disk_as_refusal(), _csv(target) as put:
            yield put
        return
    ways: dict[str, Any] = {".csv": _csv, ".parquet": _parquet, ".xlsx": _xlsx}
    ending = Path(target).suffix.lower()
    if ending not in ways:
        raise RequestRefused(f"{Path(target).name} has no ending that can be written.", "Use .csv, .parquet or .xlsx.")
    with whole_file(target) as unfinished, ways[ending](unfinished) as put:
        yield put


@contextmanager
def _full_disk_as_refusal() -> Iterator[None]:
    """A stream that takes no more is told as what it is; a reader that went away, as `head` does, is no failure."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise Unavailable(
            f"The scored list could not be written to its end: {os.strerror(problem.errno or 0)}.",
            "What was written so far is not whole: throw it away, make room, and try again.",
        ) from problem


class _Sheet(FileIO):
    """The file of a workbook; once the disk is full it swallows what its zip still tries to write when let go."""

    full = False

    def write(self, content: Any) -> int:
        """Write all of it, or fail once."""
        left = memoryview(content).cast("B")
        size = len(left)
        try:
            while len(left) and not self.full:
                left = left[super().write(left) :]
        except OSError:
            self.full = True
            raise
        return size

    def seek(self, *where: int) -> int:
        """Go there, where going still means something."""
        return 0 if self.full else super().seek(*where)

    def tell(self) -> int:
        """Where the next letter goes."""
        return 0 if self.full else super().tell()

    def flush(self) -> None:
        """Nothing waits here."""


def _csv(target: Path | BinaryIO) -> AbstractContextManager[Put]:
    from pyarrow import csv

    return _write_through(lambda schema: csv.CSVWriter(target, schema), lambda block: make_inert(_round_money(block)))


def _parquet(target: Path) -> AbstractContextManager[Put]:
    from pyarrow import parquet

    # The lightest zstd: smaller than no compression, and hardly slower.
    small = {"compression": "zstd", "compression_level": 1}
    return _write_through(lambda schema: parquet.ParquetWriter(target, schema, **small), lambda block: block)


@contextmanager
def _write_through(opened: Callable[[pa.Schema], Any], shown: Callable[[pa.Table], pa.Table]) -> Iterator[Put]:
    """Blocks go through a writer that is opened with the first of them, when their columns are known."""
    writers: list[Any] = []

    def put(block: pa.Table) -> None:
        table = shown(block)
        if not writers:
            writers.append(opened(table.schema))
        writers[0].write_table(table)

    try:
        yield put
    finally:
        for writer in writers:
            writer.close()


@contextmanager
def _xlsx(target: Path) -> Iterator[Put]:
    import xlsxwriter

    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    file = _Sheet(str(target), "w")
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "nan_inf_to_errors": False, **safe})
    sheet = book.add_worksheet("scored")
    done = 0

    def put(block: pa.Table) -> None:
        nonlocal done
        if done == 0:
            sheet.write_row(0, 0, [inert_text(name) for name in block.column_names])
        if done + block.num_rows > MOST_XLSX_ROWS:
            raise RequestRefused(
                f"A sheet holds {MOST_XLSX_ROWS:,} rows; the list has more.", "Write .csv or .parquet."
            )
        for row, cells in enumerate(
            zip(*(c.to_pylist() for c in make_inert(block).columns), strict=True), start=done + 1
        ):
            for place, cell in enumerate(cells):
                _write_cell(sheet, (row, place), cell)
        done += block.num_rows

    try:
        yield put
    except BaseException:
        with suppress(Exception):
            book.close()
        raise
    else:
        _close_workbook(book)
    finally:
        file.close()


def _close_workbook(book: Any) -> None:
    from xlsxwriter.exceptions import XlsxFileError

    try:
        book.close()
    except XlsxFileError as problem:
        raise OSError(str(problem)) from problem


def _write_cell(sheet: Any, at: tuple[int, int], cell: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, bool | int | float):
        sheet.write(*at, cell)
    else:
        sheet.write_string(*at, str(cell))


def make_inert(table: pa.Table) -> pa.Table:
    """The table with every text cell, and heading, harmless in a spreadsheet; numbers stay numbers."""
    columns = [_inert_column(c) for c in table.columns]
    return pa.table(columns, names=[inert_text(name) for name in table.column_names])


def _inert_column(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(cells.type):
        cells = cells.cast(cells.type.value_type)
    if not pa.types.is_string(cells.type) and not pa.types.is_large_string(cells.type):
        return cells
    if pc.any(pc.match_substring_regex(cells, _ACTIVE_LATER)).as_py():
        cells = pc.replace_substring_regex(cells, _ACTIVE_LATER, r";'\1")
    active = pc.match_substring_regex(cells, _ACTIVE)
    if not pc.any(active).as_py():
        return cells
    return pc.if_else(active, pc.binary_join_element_wise("'", cells, ""), cells)


def _round_money(table: pa.Table) -> pa.Table:
    """Probabilities to six decimals and money to cents: a CSV is read by people."""
    digits = {"probability": 6, "value_at_risk": 2, "expected_gain": 2}
    for name in digits.keys() & set(table.column_names):
        place = table.column_names.index(name)
        table = table.set_column(place, name, pc.round(table.column(name), digits[name]))
    return table
