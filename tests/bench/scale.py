"""Bench of scale: the same answers on DuckDB, on Spark and on a Spark cluster that loses a worker, and what each costs.

    python -m tests.bench.scale [same] [chain] [cluster] [growth] [truth] [--small] [--folder DIR]

same     every recipe, every column, on DuckDB and on Spark: cells that differ, CPU seconds of both
chain    events, features, scores and a campaign on DuckDB and on a standalone cluster: the same three tables
cluster  a master and two workers on this machine score a list with reasons while one of them is killed; CPU by customer
growth   DuckDB from few events to many: exponent and memory
truth    next month's ROC-AUC of what was learnt from the samples' logs, beside what the true probabilities allow

Spark's parts are left out with a line that says so where Java 17 or pyspark is missing (`make spark`).
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench.measuring import Line, table_of
from tests.bench.scale_chain import chain
from tests.bench.scale_cluster import cluster
from tests.bench.scale_growth import growth
from tests.bench.scale_same import same
from tests.bench.scale_truth import truth

SECTIONS: dict[str, Callable[[Path, bool], list[Line]]] = {
    "same": same,
    "chain": chain,
    "cluster": cluster,
    "growth": growth,
    "truth": truth,
}
WITH_SPARK = ("same", "chain", "cluster")


def main() -> None:
    """Print one table of the sections asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    here = importlib.util.find_spec("pyspark") and shutil.which("java")
    lines: list[Line] = []
    with tempfile.TemporaryDirectory() as own:
        for name in asked.sections or SECTIONS:
            if name in WITH_SPARK and not here:
                print(f"{name} was left out: it needs Java 17 and `make spark`.", flush=True)
                continue
            lines += SECTIONS[name](asked.folder or Path(own), asked.small)
            print(table_of(lines[-1:]).splitlines()[-1], flush=True)
    print(table_of(lines))


if __name__ == "__main__":
    main()
