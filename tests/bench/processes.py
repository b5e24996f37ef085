"""What a command spends together with everything it starts: a Java process that is never waited for counts, too."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench.measuring import Cost

TICKS = os.sysconf("SC_CLK_TCK")
EVERY = 0.2


class Watch:
    """Adds up the CPU seconds of some processes and of their children for as long as it looks on."""

    def __init__(self, roots: Callable[[], Sequence[int]]) -> None:
        self.roots, self.spent, self.peak, self.before = roots, {}, 0.0, 0.0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._glance()
        self.before = sum(self.spent.values())
        self.thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.over.set()
        self.thread.join()

    @property
    def cpu(self) -> float:
        """CPU seconds since it began to look, of the living and the dead."""
        return sum(self.spent.values()) - self.before

    def _look(self) -> None:
        while not self.over.wait(EVERY):
            self._glance()

    def _glance(self) -> None:
        memory = 0.0
        for number in family(self.roots()):
            told = spent_by(number)
            if told is not None:
                self.spent[number], held = told
                memory += held
        self.peak = max(self.peak, memory)


def family(roots: Sequence[int]) -> list[int]:
    """Some processes and everything that came from them."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            children.setdefault(int(stat[1]), []).append(int(entry.name))
    found, waiting = [], list(roots)
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def spent_by(number: int) -> tuple[float, float] | None:
    """CPU seconds of one process and the MB it holds; nothing once it is gone."""
    stat = _stat(number)
    if stat is None:
        return None
    return (int(stat[11]) + int(stat[12])) / TICKS, int(stat[21]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _stat(number: int) -> list[str] | None:
    try:
        text = Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def tree_cost(words: Sequence[str], **environment: str) -> Cost:
    """Run a command to its end; a failure is shown as it was said. The result is what it printed."""
    start = time.perf_counter()
    quiet = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE", **environment}
    running = subprocess.Popen(list(words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=quiet)
    with Watch(lambda: [running.pid]) as watch:
        printed, complaint = running.communicate()
    if running.returncode:
        raise SystemExit(complaint)
    return Cost(watch.cpu, time.perf_counter() - start, printed)
