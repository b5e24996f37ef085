"""What a person takes home from a screen: the same bytes as the command line would write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from churn.intake.reading import Reading, write_clean, write_set_aside
from churn.scoring.scored_files import write_scored


def scored_as(table: pa.Table, ending: str) -> bytes:
    """Scored customers as a file of that kind: .csv, .xlsx or .parquet."""
    return _written(lambda path: write_scored([table], path), ending)


def set_aside_csv(reading: Reading) -> bytes:
    """The lines left out, each with the reason, as a CSV to correct."""
    return _written(lambda path: write_set_aside(reading.set_aside, path))


def clean_csv(reading: Reading) -> bytes:
    """The rows as they were read, as a CSV of text."""
    return _written(lambda path: write_clean(reading, path))


def _written(write: Callable[[Path], object], ending: str = ".csv") -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"download{ending}"
        write(path)
        return path.read_bytes()
