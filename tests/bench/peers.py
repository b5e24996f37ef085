"""The same question to explainerdashboard and shapash, each in an environment of its own under build/peers/.

python -m tests.bench.peers            7,000 customers
python -m tests.bench.peers --rows N   so many

The question: for every customer of a CSV the probability of leaving and the three strongest reasons, in a file. Models
are trees of one size learnt from the same list; learning and imports are left out on every side. A peer that cannot
be installed is left out with a line that says why. Their packages come from the package index that pip is set to use.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path

from tests.bench.scoring import BUSINESS, OURS, SEED, setting
from tests.house import ROOT

PEERS = ("explainerdashboard", "shapash")
FOLDER = ROOT / "build" / "peers"
SCRIPT = ROOT / "tests" / "bench" / "peer_stack.py"
MINUTES = 20


@dataclass(frozen=True)
class Cost:
    """What an answer cost: CPU seconds, seconds by the clock, and the most memory the process held."""

    who: str
    cpu: float
    wall: float
    peak: float

    def beside(self, ours: Cost) -> str:
        """A line of the table, as so many times our own."""
        times = f"{self.cpu / ours.cpu:.1f}x CPU, {self.peak / ours.peak:.1f}x memory"
        return f"{self.who:<34}{self.cpu:>8.2f} s CPU {self.wall:>8.2f} s wall {self.peak:>7.0f} MB   {times}"


def installed(peer: str) -> tuple[Path, str]:
    """The Python of a peer's own environment and its version; made once, refused in words where it cannot be."""
    folder = FOLDER / peer
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True, clear=True)
        asked = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", peer, "xgboost-cpu"]
        _run(asked)
        (folder / "ready").touch()
    code = f"from importlib.metadata import version; print(version('{peer}'), version('xgboost-cpu'))"
    return python, "{} with xgboost {}".format(*_run([str(python), "-c", code]).split())


def _run(command: list[str], **more: str) -> str:
    environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", **more}
    words = {"capture_output": True, "text": True, "timeout": 60 * MINUTES, "env": environment, "cwd": ROOT}
    done = subprocess.run(command, check=False, **words)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()] or ["it said nothing"]
        raise RuntimeError(said[-1][:200])
    return done.stdout


def our_cost(folder: Path, asked: Path, rows: int) -> Cost:
    """What the answer costs here: reasons in words, tiers and suggested actions included."""
    code = f"{OURS}\nimport resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    target = folder / "ours.csv"
    cost, peak = _run([sys.executable, "-c", code, str(folder), str(asked), str(target)]).splitlines()[-2:]
    _refuse_short(target, rows)
    return Cost("Holdfast, reasons in words", **json.loads(cost), peak=float(peak))


def peer_cost(peer: str, learnt: Path, asked: Path, rows: int) -> Cost:
    """What the answer costs a peer."""
    python, version = installed(peer)
    target = asked.with_name(f"{peer}.csv")
    told = _run([str(python), str(SCRIPT), peer, str(learnt), str(asked), str(target)])
    cost = json.loads(told.splitlines()[-1])
    _refuse_short(target, rows)
    return Cost(f"{peer} {version.split()[0]}", cost["cpu"], cost["wall"], cost["peak"])


def _refuse_short(target: Path, rows: int) -> None:
    with target.open(encoding="utf-8") as file:
        written = sum(1 for _ in file) - 1
    assert written == rows, f"{target.name} has {written} rows instead of {rows}"


def main(arguments: list[str]) -> None:
    """Ask everybody, and print what it cost."""
    rows = int(arguments[arguments.index("--rows") + 1]) if "--rows" in arguments else 7_000
    with tempfile.TemporaryDirectory() as place:
        given = setting(Path(place))
        asked, learnt = given.list_of(rows), given.folder / "learnt.csv"
        ours = our_cost(given.folder, asked, rows)
        print(f"\n{rows:,} customers ({BUSINESS}, seed {SEED + 1}): probability and three reasons each, CSV to file")
        print(ours.beside(ours))
        for peer in PEERS:
            try:
                print(peer_cost(peer, learnt, asked, rows).beside(ours))
            except (RuntimeError, OSError, subprocess.SubprocessError) as problem:
                print(f"{peer}: skipped, because it could not be installed or run here: {problem}")


if __name__ == "__main__":
    main(sys.argv[1:])
