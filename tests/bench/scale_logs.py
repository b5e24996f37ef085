"""The logs the benches of scale work on, and the checksum that says whether two tables hold the same customers."""

from __future__ import annotations

import hashlib
from pathlib import Path

from churn.samples.catalogue import make_sample
from churn.samples.files import write_sample

KEYS = {"shop": "user_id", "music": "msno"}


def logs_of(folder: Path, name: str, customers: int) -> dict[str, str]:
    """A sample's tables by name, written once."""
    logs = folder / f"{name}-{customers}"
    if not logs.is_dir():
        write_sample(make_sample(name, rows=customers), logs, kind=".parquet")
    return {f.stem.split("_")[-1]: str(f) for f in sorted(logs.iterdir())}


def checksum(path: Path) -> tuple[str, int, int]:
    """The same for the same rows in any order; how many rows, and how many different keys (the first column)."""
    import pyarrow.parquet as pq

    from churn.scoring.spark import decode_dictionaries

    table = decode_dictionaries(pq.read_table(path))
    table = table.sort_by(table.column_names[0]).combine_chunks()
    digest = hashlib.sha256()
    for column in table.columns:
        for value in column.to_pylist():
            digest.update(repr(value).encode())
    return digest.hexdigest(), table.num_rows, len(table[0].unique())
