"""DuckDB from few events to many, as far as the disk allows: CPU grows in step, memory stays below its limit."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.bench.events import exponent, make_log, run
from tests.bench.measuring import Line

SIZES = (10_000_000, 100_000_000)
BYTES = 60  # of disk for one event: the log itself, what is spilled, and room to spare
MOST_MB = 2048


def growth(folder: Path, small: bool) -> list[Line]:
    """A line for each size that fits, and the exponent between the first and the last."""
    asked = [200_000, 1_000_000] if small else list(SIZES)
    room = shutil.disk_usage(folder).free // BYTES
    sizes = [min(size, int(room // 1e6 * 1e6)) for size in asked]
    lines, cpu = [], []
    for size in sizes:
        log = make_log(folder, size)
        cost, peak = run("ours", str(log), str(folder / f"grown-{size}.parquet"), "1500MB", "plain")
        cpu.append(cost.cpu)
        rows = json.loads(cost.result)["rows"]
        lines.append(
            Line(
                f"{size / 1e6:g}M events, {rows:,} customers on DuckDB, 2 threads",
                f"{cost.cpu:.1f} CPU s, {cost.wall:.0f} s, {peak:.0f} MB",
                reach="<= 2 GB",
                reached=peak <= MOST_MB,
            )
        )
        shutil.rmtree(log)
    cut = "" if sizes == asked else " (the largest that fits on this disk)"
    return [*lines, exponent(sizes, cpu)] if not cut else [*lines, exponent(sizes, cpu), Line(cut, "")]
