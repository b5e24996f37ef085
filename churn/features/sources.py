"""Finding and opening event files: a path, a folder or a pattern, CSV or Parquet, a few files or thousands."""

from __future__ import annotations

import csv
import glob
import gzip
import os
from collections.abc import Iterable, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

from churn.errors import ListRefused
from churn.features.engines.base import Engine

PARQUET = (".parquet", ".pq")
TEXT = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz")
DELIMITERS = (",", ";", "\t", "|")


def source_files(source: str | os.PathLike[str]) -> tuple[Path, ...]:
    """The files a path, folder or pattern stands for, in the order of their names; none is a refusal."""
    path = Path(source)
    if path.is_dir():
        found = [p for p in path.rglob("*") if p.name.lower().endswith(PARQUET + TEXT)]
    elif path.is_file():
        found = [path]
    else:
        found = [p for p in map(Path, glob.glob(os.fspath(source), recursive=True)) if p.is_file()]  # noqa: PTH207
    if not found:
        raise ListRefused(
            f"There is no file {os.fspath(source)!r}.", "Give a file, a folder, or a pattern such as logs/*.csv."
        )
    return tuple(sorted(found))


def raw_table(engine: Engine, source: str | os.PathLike[str]) -> Any:
    """What the files hold, untouched: text from CSV, typed columns from Parquet; columns a file lacks are empty."""
    if engine.holds_tables:
        return engine.named(os.fspath(source))
    files = source_files(source)
    if all(f.name.lower().endswith(PARQUET) for f in files):
        return engine.parquet(files)
    odd = next((f for f in files if not f.name.lower().endswith(TEXT)), None)
    if odd:
        raise ListRefused(
            f"{odd.name} is neither CSV nor Parquet, or is mixed with the other.", "Give files of one kind."
        )
    return _same_columns(
        engine.text(group, delimiter, names) for (delimiter, names), group in _by_header(files).items()
    )


def is_text(engine: Engine, source: str | os.PathLike[str]) -> bool:
    """Whether the files are read as text, so that reading them twice is dear."""
    return not engine.holds_tables and not source_files(source)[0].name.lower().endswith(PARQUET)


def _by_header(files: Sequence[Path]) -> dict[tuple[str, tuple[str, ...]], list[Path]]:
    """The files grouped by their delimiter and header; empty files are passed over."""
    groups: dict[tuple[str, tuple[str, ...]], list[Path]] = {}
    for file in files:
        header = header_of(file)
        if header:
            groups.setdefault(header, []).append(file)
    if not groups:
        raise ListRefused(f"{files[0].name} is empty.", "Give a file with a header line and rows below it.")
    return groups


def header_of(file: Path) -> tuple[str, tuple[str, ...]] | None:
    """The delimiter and the headings of a text file, or nothing if it is empty."""
    try:
        with gzip.open(file, "rb") if file.name.lower().endswith(".gz") else file.open("rb") as opened:
            line = opened.readline(1_000_000).decode("utf-8-sig").strip("\r\n")
    except (OSError, EOFError, UnicodeDecodeError) as problem:
        raise ListRefused(
            f"{file.name} cannot be read as text.", "Save it as CSV in UTF-8, or as Parquet."
        ) from problem
    if not line.strip():
        return None
    delimiter = max(DELIMITERS, key=line.count)
    names = tuple(name.strip() for name in next(csv.reader([line], delimiter=delimiter)))
    twice = next((n for n in names if n and names.count(n) > 1), None)
    if twice:
        raise ListRefused(f"{file.name} has two columns {twice!r}.", "Rename one of them.")
    return delimiter, tuple(name or f"column {i}" for i, name in enumerate(names, 1))


def _same_columns(tables: Iterable[Any]) -> Any:
    """The tables one below the other, each with the columns of all."""
    import ibis

    parts = list(tables)
    names = list(dict.fromkeys(name for part in parts for name in part.columns))
    missing = ibis.null().cast("string")
    even = [p.select(**{n: p[n] if n in p.columns else missing for n in names}) for p in parts]
    return reduce(lambda above, below: above.union(below), even)
