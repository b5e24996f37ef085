"""CPU seconds, wall seconds and peak memory of both sides, and the table a benchmark prints."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Cost:
    """What one run took: CPU seconds of all threads, wall seconds, and its result."""

    cpu: float
    wall: float
    result: Any = None


@dataclass(frozen=True)
class Line:
    """One line of a benchmark's table; `reached` is None where nothing was asked."""

    what: str
    ours: str
    theirs: str = ""
    ratio: str = ""
    reach: str = ""
    reached: bool | None = None


def cost_of(work: Callable[[], Any], *, repeats: int = 1) -> Cost:
    """The cheapest of some runs of `work` in this process; the first result is kept."""
    runs = [_one_run(work) for _ in range(repeats)]
    cheapest = min(runs, key=lambda run: run.cpu)
    return Cost(cheapest.cpu, min(run.wall for run in runs), runs[0].result)


def child_cost(code: str, *arguments: str) -> tuple[Cost, float]:
    """Run Python code in a process of its own: its cost (the result is stdout's last line), its peak memory in MB."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    told = code + "\n" + _PEAK_TOLD
    ran = subprocess.run([sys.executable, "-c", told, *arguments], capture_output=True, text=True, env=_quiet())
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if ran.returncode:
        raise RuntimeError(ran.stderr)
    *printed, peak = [line for line in ran.stdout.splitlines() if line.strip()]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, wall, printed[-1] if printed else ""), json.loads(peak)["peak_mb"]


def table_of(lines: Sequence[Line]) -> str:
    """The lines as a Markdown table that can be pasted into a note."""
    head = ("what", "ours", "theirs", "ratio", "reach", "")
    rows = [(x.what, x.ours, x.theirs, x.ratio, x.reach, _word(x.reached)) for x in lines]
    return "\n".join("| " + " | ".join(r) + " |" for r in (head, ("---",) * 6, *rows))


def _word(reached: bool | None) -> str:
    return "" if reached is None else "ok" if reached else "SHORT"


def _one_run(work: Callable[[], Any]) -> Cost:
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    return Cost(time.process_time() - cpu, time.perf_counter() - wall, result)


def _quiet() -> dict[str, str]:
    return {**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}


# VmHWM is the process's own peak; ru_maxrss can show what a large parent had before the child started.
_PEAK_TOLD = """
import json as _json, re as _re, resource as _resource, pathlib as _pathlib
_status = _pathlib.Path("/proc/self/status")
_peak = int(_re.search(r"VmHWM:\\s+(\\d+)", _status.read_text())[1]) / 1024 if _status.exists() else 0
print(); print(_json.dumps({"peak_mb": _peak or _resource.getrusage(_resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""
