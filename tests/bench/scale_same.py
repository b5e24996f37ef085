"""Every recipe, every column, on DuckDB and on Spark: how many cells differ, and what each engine spends."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

from tests.bench.measuring import Line
from tests.bench.processes import tree_cost
from tests.bench.scale_logs import logs_of

# The recipe, whose logs it is given, and the date it looks back from.
RUNS = {"shop": ("shop", "2026-05-01"), "music": ("music", "2026-04-01"), "general": ("shop", "2026-05-01")}
ENGINES = ("duckdb://?threads=2", "local[2]?memory=4g")


def same(folder: Path, small: bool) -> list[Line]:
    """One line for each recipe."""
    return [_line(folder, name, 500 if small else 60_000) for name in RUNS]


def _line(folder: Path, name: str, customers: int) -> Line:
    tables = logs_of(folder, RUNS[name][0], customers)
    made = [folder / f"{name}-{place}.parquet" for place in range(len(ENGINES))]
    words = [sys.executable, "-m", "tests.bench.scale_same", name, json.dumps(tables)]
    costs = [tree_cost([*words, engine, str(path)]) for engine, path in zip(ENGINES, made, strict=True)]
    rows, columns, apart = _apart(*made)
    return Line(
        f"{name}: {rows:,} of {customers:,} customers, {columns} columns, DuckDB and Spark",
        *(f"{cost.cpu:.1f} CPU s" for cost in costs),
        f"{apart} cells differ",
        "0 cells differ",
        apart == 0,
    )


def _apart(left: Path, right: Path) -> tuple[int, int, int]:
    """Rows, columns, and how many cells of two tables are not the same to the last bit."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    a, b = pq.read_table(left), pq.read_table(right)
    if [(f.name, f.type) for f in a.schema] != [(f.name, f.type) for f in b.schema] or a.num_rows != b.num_rows:
        raise SystemExit("not the same table: other columns, types or customers")
    apart = 0
    for name in a.column_names:
        equal = pc.fill_null(pc.equal(a[name], b[name]), False)
        both_empty = pc.and_(pc.is_null(a[name]), pc.is_null(b[name]))
        apart += a.num_rows - pc.sum(pc.or_(equal, both_empty)).as_py()
    return a.num_rows, a.num_columns, apart


def one_run(name: str, logs: str, engine: str, output: str) -> None:
    """One engine's run, for a process of its own."""
    from churn.features.build import summarise
    from churn.features.recipe import parse_recipe
    from churn.profiles import read_profile

    tables = {table: Path(file) for table, file in json.loads(logs).items()}
    when = date.fromisoformat(RUNS[name][1])
    done = summarise(
        tables, parse_recipe(read_profile(name).recipe), as_of=when, horizon=30, engine=engine, output=output
    )
    print(json.dumps({"rows": done.rows, "leavers": done.leavers}))


if __name__ == "__main__":
    one_run(*sys.argv[1:])
