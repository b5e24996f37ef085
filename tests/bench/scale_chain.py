"""The whole chain on both engines: events, features, scores and a campaign, on DuckDB and on a standalone cluster."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from churn import Workspace
from tests.bench.measuring import Line
from tests.bench.processes import tree_cost
from tests.bench.scale_cluster import watched
from tests.bench.scale_logs import KEYS, checksum, logs_of
from tests.sparking import running_cluster

LEARN, PLAN = date(2026, 4, 1), date(2026, 5, 1)
BUDGET = "2000"


def chain(folder: Path, small: bool) -> list[Line]:
    """One line for each business that starts from logs."""
    workers = folder / "chained"
    workers.mkdir(exist_ok=True)
    with running_cluster(workers) as running:
        return [_line(folder, running, name, 2_000 if small else 20_000) for name in KEYS]


def _line(folder: Path, running, name: str, customers: int) -> Line:
    tables, home = logs_of(folder, name, customers), folder / f"chain-{name}"
    learnt = folder / f"chain-{name}-learnt.parquet"
    workspace = Workspace(home)
    workspace.logs.summarise(tables, name, as_of=LEARN, horizon=30, output=learnt)
    workspace.models.train(learnt, profile=name, name=name, quick=True, promotion="yes")
    made = {way: folder / f"chain-{name}-{way}" for way in ("one", "spread")}
    for place in made.values():
        place.mkdir()
    one = [tree_cost([sys.executable, "-m", "churn", *words]) for words in _steps(tables, name, home, made["one"])]
    engine = f"{running.master}?spill={made['spread']}&memory=1g&partitions=8"
    spread = [watched(running, words) for words in _steps(tables, name, home, made["spread"], engine)]
    same = {file: _same(made, file) for file in ("features.parquet", "scores", "campaign.parquet")}
    return Line(
        f"{name}: events, features, scores, campaign for {customers:,} customers, DuckDB and a cluster of two",
        f"{sum(c.cpu for c in one):.1f} CPU s",
        f"{sum(c.cpu for c in spread):.1f} CPU s",
        "the same three tables" if all(same.values()) else f"NOT THE SAME: {same}",
        "runs, and says the same",
        all(same.values()),
    )


def _steps(tables: dict[str, str], name: str, home: Path, place: Path, engine: str | None = None) -> list[list[str]]:
    """The three commands a person would give."""
    features, on = str(place / "features.parquet"), ["--engine", engine] if engine else []
    scores = str(place / ("scores" if engine else "scores.parquet"))
    known = ["--model", name, "--home", str(home)]
    logs = [f"{table}={path}" for table, path in tables.items()]
    plan = ["plan", features, "--budget", BUDGET, "--name", f"may-{name}", "-o", str(place / "campaign.parquet")]
    return [
        ["summarise", *logs, "--recipe", name, "--as-of", str(PLAN), *on, "-o", features],
        ["score", features, *on, "-o", scores, *known],
        [*plan, *known],
    ]


def _same(made: dict[str, Path], file: str) -> bool:
    one, spread = made["one"] / file, made["spread"] / file
    return checksum(one if one.exists() else one.with_suffix(".parquet")) == checksum(spread)
