"""A real cluster on this machine scores a list with reasons while one of its two workers is killed."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from churn import Workspace
from churn.samples.catalogue import make_sample
from churn.samples.files import write_sample
from tests.bench.measuring import Cost, Line
from tests.bench.processes import Watch, tree_cost
from tests.bench.scale_logs import checksum
from tests.sparking import churn_line, running_cluster

FEW = 1_000  # customers of the run that shows what starting costs
RUNS = 3


def cluster(folder: Path, small: bool) -> list[Line]:
    """The kill, the checksum, and the CPU by customer apart from what starting costs."""
    home, (few, many) = _home(folder), (_listed(folder, n) for n in (FEW, 20_000 if small else 1_000_000))
    workers = folder / "cluster"
    workers.mkdir(exist_ok=True)
    with running_cluster(workers) as running:
        _spread(running, home, few, folder / "warm")  # master and workers are young only once
        alone, spread = zip(*(_both(running, home, (few, many), folder / f"run-{n}") for n in range(RUNS)), strict=True)
        before = (checksum(folder / "run-0" / f"alone-{many.stem}.parquet"), checksum(folder / "run-0" / many.stem))
        lost, killed_at = _robbed(running, home, many, folder / "robbed")
    after = checksum(folder / "robbed")
    rows, same = after[1], before[0] == before[1] == after
    (start, each), (start_alone, each_alone) = (_apart(costs, rows) for costs in (spread, alone))
    return [
        Line(
            f"{rows:,} customers with reasons, one of two workers killed after {killed_at} parts",
            f"{lost.wall:.0f} s",
            "",
            "same checksum as one process" if same else "ANOTHER CHECKSUM",
            "completes, same checksum, no id twice or missing",
            same and after[2] == rows,
        ),
        Line(
            f"CPU for a million customers, start apart (least of {RUNS}): cluster against one process",
            f"{each:.1f} CPU s (start {start:.1f})",
            f"{each_alone:.1f} CPU s (start {start_alone:.1f})",
            f"{each / each_alone:.1f}x",
            "<= 3x",
            each <= 3 * each_alone,
        ),
    ]


def _both(running, home: Path, lists: Sequence[Path], folder: Path) -> tuple[list[Cost], list[Cost]]:
    """Each list scored by one process and by the cluster, one after the other."""
    folder.mkdir(exist_ok=True)
    alone = [_alone(home, path, folder / f"alone-{path.stem}.parquet") for path in lists]
    return alone, [_spread(running, home, path, folder / path.stem) for path in lists]


def _apart(costs: Sequence[Sequence[Cost]], rows: int) -> tuple[float, float]:
    """CPU seconds of starting, and of a million customers beyond it; starting differs by seconds from run to run."""
    few, many = (min(cost.cpu for cost in by_size) for by_size in zip(*costs, strict=True))
    return few, (many - few) / (rows - FEW) * 1e6


def _home(folder: Path) -> Path:
    home = folder / "home"
    if not home.is_dir():
        home.mkdir()
        write_sample(make_sample("telco", rows=7000), home / "history.csv")
        Workspace(home).models.train(home / "history.csv", quick=True)
    return home


def _listed(folder: Path, rows: int) -> Path:
    """A typed list as `summarise` writes them: Parquet with row groups."""
    import pyarrow.parquet as pq

    path = folder / f"list-{rows}.parquet"
    if not path.is_file():
        write_sample(make_sample("telco", rows=7000).later(rows), folder / "list.csv")
        table = Workspace(folder / "home").lists.check(folder / "list.csv").table
        pq.write_table(table, path, row_group_size=min(rows // 8, 25_000))  # enough of them for both workers
        (folder / "list.csv").unlink()
    return path


def _alone(home: Path, source: Path, target: Path) -> Cost:
    return tree_cost([sys.executable, "-m", "churn", "score", str(source), "-o", str(target), "--home", str(home)])


def _words(running, home: Path, source: Path, target: Path) -> list[str]:
    engine = f"{running.master}?spill={target.parent}&memory=2g"
    return ["score", str(source), "--engine", engine, "-o", str(target), "--home", str(home)]


def _spread(running, home: Path, source: Path, target: Path) -> Cost:
    return watched(running, _words(running, home, source, target))


def watched(running, words: list[str]) -> Cost:
    """What a command and the whole cluster spend on it: the asking process, the workers and what they start."""
    start = time.perf_counter()
    asking = churn_line(*words)
    with Watch(lambda: [asking.pid, *(p.pid for p in running.processes)]) as watch:
        _, complaint = asking.communicate()
    if asking.returncode:
        raise SystemExit(complaint)
    return Cost(watch.cpu, time.perf_counter() - start)


def _robbed(running, home: Path, source: Path, target: Path) -> tuple[Cost, int]:
    """The same, with one worker and all it started killed once some parts are done."""
    start = time.perf_counter()
    asking = churn_line(*_words(running, home, source, target))
    while asking.poll() is None and (done := _parts(target)) < 4:
        time.sleep(0.05)
    running.kill(running.processes[1])
    _, complaint = asking.communicate()
    if asking.returncode:
        raise SystemExit(complaint)
    return Cost(0.0, time.perf_counter() - start), done


def _parts(target: Path) -> int:
    return len(list(target.parent.glob(f".unfinished-{target.name}/part-*")))
