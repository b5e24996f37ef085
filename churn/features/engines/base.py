"""The engine that adds up events, as the definitions see it: Ibis expressions that know no engine by name.

What only one engine can do (open files, lay results down, write Parquet) stays in that engine's file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

DEFAULT = "duckdb://"
NOTE = "holdfast"  # the key of our own words in a Parquet file


class Engine(Protocol):
    """An open engine: it reads files into Ibis tables, keeps results it needs twice, and hands rows back."""

    @property
    def folder(self) -> Path:
        """Where it lays down what it keeps; gone when it is closed."""
        ...

    @property
    def holds_tables(self) -> bool:
        """Whether a source is the name of a table it holds, not that of a file."""
        ...

    def named(self, source: str) -> Any:
        """A table it holds, by its name."""
        ...

    def parquet(self, files: Sequence[Path]) -> Any:
        """Parquet files as one table; a file may lack columns that others have."""
        ...

    def text(self, files: Sequence[Path], delimiter: str, columns: Sequence[str]) -> Any:
        """Delimited text files that share one header, as a table of text; lines of another width are rejected."""
        ...

    def rejected(self) -> int:
        """How many lines of text files read so far could not be split into the columns of their header."""
        ...

    def kept(self, expression: Any, *, near: str = "") -> Any:
        """The same table, worked out once, so that using it twice is cheap.

        near  a column of keys, nowhere empty, each of whose rows stand on rows of the same key alone: an engine may lay
              them side by side, and work them out a range of keys at a time
        """
        ...

    def write(self, expression: Any, path: Path, note: str = "", *, near: str = "") -> None:
        """Write the rows to one Parquet file, in their order; the caller sees to it that it is whole or gone.

        near  as in `kept`, a column of text whose order is that of the rows
        """
        ...

    def rows(self, expression: Any) -> pa.Table:
        """The rows of an expression as an Arrow table; meant for results that fit in memory."""
        ...


def fetch_number(engine: Engine, value: Any) -> int:
    """One whole number; 0 where there is nothing to add up."""
    return int(engine.rows(value.as_table()).column(0)[0].as_py() or 0)


def fetch_arrays(engine: Engine, expression: Any) -> dict[str, np.ndarray]:
    """The rows of whole numbers, nowhere empty, each column as an array."""
    rows = engine.rows(expression)  # no pyarrow conversion here: it would import pandas, a second of a short run
    return {
        name: np.concatenate([np.from_dlpack(part) for part in column.chunks] or [np.empty(0, np.int64)])
        for name, column in zip(rows.column_names, rows.columns, strict=True)
    }
