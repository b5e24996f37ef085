"""The API's figures on this machine's loopback: CPU per request from /proc, beside the usual server in the same run.

python -m tests.bench.api              2,000 requests each, 8 clients for 60 s, a batch of 10,000
python -m tests.bench.api --small      300 requests each, 8 clients for 5 s
python -m tests.bench.api --generated  500 requests made up for every route, at the API alone and beside the dashboard
"""

from __future__ import annotations

import csv
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from churn import Workspace
from churn.samples.catalogue import make_sample
from churn.samples.files import write_sample
from tests.bench.measuring import Line, table_of
from tests.browsing import ROOT, free_port, running_app
from tests.generated_requests import sent_to

TURNS = 5  # on either side: no machine is equally fast all the time
TICK = os.sysconf("SC_CLK_TCK")
BATCH = 10_000  # customers, no two alike: a text that is the same object twice costs less in process than it does sent


@dataclass(frozen=True)
class Served:
    """A server in a process of its own."""

    port: int
    process: subprocess.Popen[bytes]
    ready_cpu: float

    @property
    def cpu(self) -> float:
        """CPU seconds it has used so far, all threads."""
        return cpu_of(self.process.pid)

    @property
    def memory(self) -> float:
        """Megabytes it holds now."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20

    def line(self) -> http.client.HTTPConnection:
        """A connection that stays open."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)


def cpu_of(pid: int) -> float:
    """User and system seconds of a process, from /proc."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / TICK


@contextmanager
def serving(*words: str, ready: str, port: int, **more: str) -> Iterator[Served]:
    """A server, from when it answers on `ready`."""
    settings = {**os.environ, "CHURN_LOG": "faults", "OMP_NUM_THREADS": "1", **more}
    process = subprocess.Popen([sys.executable, "-m", *words], cwd=ROOT, env=settings, stdout=subprocess.DEVNULL)
    try:
        while True:
            try:
                asked(http.client.HTTPConnection("127.0.0.1", port, timeout=60), "GET", ready)
                break
            except OSError:
                if process.poll() is not None:
                    raise SystemExit(f"python -m {' '.join(words)} ended before it answered.") from None
                time.sleep(0.02)
        yield Served(port, process, cpu_of(process.pid))
    finally:
        process.terminate()
        process.wait(60)


def asked(line: http.client.HTTPConnection, method: str, path: str, body: bytes = b"") -> bytes:
    """One answer; anything but 200 ends the bench."""
    line.request(method, path, body or None, {"content-type": "application/json"} if body else {})
    answer = line.getresponse()
    text = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{method} {path}: {answer.status} {text[:300]!r}")
    return text


def per_request(server: Served, times: int, method: str, path: str, bodies: list[bytes]) -> float:
    """CPU seconds of the server for one request, one after the other over one connection."""
    line = server.line()
    for n in range(min(50, times)):
        asked(line, method, path, bodies[n % len(bodies)])
    before = server.cpu
    for n in range(times):
        asked(line, method, path, bodies[n % len(bodies)])
    return (server.cpu - before) / times


def crowd(server: Served, seconds: float, bodies: list[bytes], clients: int = 8) -> tuple[list[float], int]:
    """Milliseconds of every answer to some clients that ask without a pause, and how many failed."""
    took: list[float] = []
    failed = [0]
    until = time.monotonic() + seconds

    def client(number: int) -> None:
        line, n = server.line(), number
        while time.monotonic() < until:
            began = time.perf_counter()
            try:
                asked(line, "POST", "/predict", bodies[n % len(bodies)])
            except (SystemExit, OSError, http.client.HTTPException):
                failed[0] += 1
                line = server.line()
            took.append((time.perf_counter() - began) * 1000)
            n += 1

    threads = [threading.Thread(target=client, args=(k,)) for k in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(took), failed[0]


def prepared(folder: Path) -> tuple[Path, list[dict[str, str]]]:
    """A home with a full-size quick model and a usual pipeline on the same list, and customers to ask about."""
    home, sample = folder / "home", make_sample("telco", rows=7000)
    home.mkdir()
    write_sample(sample, home / "history.csv")
    write_sample(sample.later(BATCH), home / "today.csv")
    Workspace(home).models.train(home / "history.csv", quick=True, promotion="yes")
    usual = ("-m", "tests.bench.usual_stack", "train", str(home / "history.csv"), str(home / "usual.joblib"))
    subprocess.run([sys.executable, *usual], cwd=ROOT, check=True)
    with (home / "today.csv").open(encoding="utf-8") as file:
        return home, list(csv.DictReader(file))


def typed(customer: dict[str, str]) -> dict[str, Any]:
    """A customer as the usual server wants it: numbers as numbers, no key."""
    numbers = {
        n: float(customer[n].strip() or 0) for n in ("tenure", "MonthlyCharges", "TotalCharges", "SeniorCitizen")
    }
    return {n: v for n, v in {**customer, **numbers}.items() if n not in ("customerID", "Churn")}


def cpu_per(work: Callable[[], Any], times: int) -> float:
    """CPU seconds of one turn in this process."""
    work()
    before = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - before) / times


def figures(home: Path, customers: list[dict[str, str]], times: int, seconds: float) -> list[Line]:
    """Everything, equality first."""
    bodies = [json.dumps(c).encode() for c in customers]
    counterpart, port = Workspace(home).online.scorer(tuple(customers[0])), free_port()
    with serving("churn", "serve", "--home", str(home), "--port", str(port), ready="/ready", port=port) as server:
        answers = [json.loads(asked(server.line(), "POST", "/predict", b))["churn_probability"] for b in bodies[:200]]
        if answers != [counterpart.single(c).probability for c in customers[:200]]:
            raise SystemExit("The API and the workspace disagree.")
        singly = single_figures(server, home, (bodies, [json.dumps(typed(c)).encode() for c in customers]), times)
        in_a_crowd = crowd_figures(server, seconds, bodies)
        batch = batch_figures(server, customers, lambda: counterpart.many(customers))
    one = cpu_per(lambda: counterpart.single(customers[0]), 300)
    return [
        *singly,
        said("one customer in process", one * 1000, "ms", most=1),
        *in_a_crowd,
        *batch,
        said("cold start of the API alone, CPU", cold_start(home), "s", most=1.5),
    ]


def single_figures(server: Served, home: Path, bodies: tuple[list[bytes], list[bytes]], times: int) -> list[Line]:
    """A request for one customer beside one for nobody, and beside the usual server, in turns."""
    ours, theirs = bodies
    fewer = max(times // TURNS // 5, 20)
    with usually_served(home) as usual:
        turns = []
        for _ in range(TURNS):
            health = per_request(server, times // TURNS, "GET", "/health", [b""])
            predict = per_request(server, times // TURNS, "POST", "/predict", ours)
            turns.append((health, predict, per_request(usual, fewer, "POST", "/predict", theirs)))
    health, predict, other = (statistics.median(cpu) for cpu in zip(*turns, strict=True))
    over = statistics.median(o / p for _, p, o in turns)
    return [
        said(f"GET /health, server CPU, median of {TURNS} turns", health * 1000, "ms"),
        said("POST /predict, server CPU", predict * 1000, "ms"),
        said("  over /health, turn by turn", statistics.median(p / h for h, p, _ in turns), "x", most=6),
        said("  the usual server's /predict, server CPU", other * 1000, "ms"),
        said("  the usual server over ours, turn by turn", over, "x", least=10),
    ]


def crowd_figures(server: Served, seconds: float, bodies: list[bytes]) -> list[Line]:
    """How long eight clients wait, and what the server's memory has grown by when they have gone."""
    before = server.memory
    took, failed = crowd(server, seconds, bodies)
    quantile = statistics.quantiles(took, n=100)
    return [
        said(f"8 clients, {seconds:.0f} s: answers", len(took), ""),
        said("  p50", quantile[49], "ms", most=10),
        said("  p99", quantile[98], "ms", most=50),
        said("  failed", failed, "", most=0),
        said("  memory of the server before", before, "MB"),
        said("  memory of the server after", server.memory, "MB"),
    ]


def batch_figures(server: Served, customers: list[dict[str, str]], inside: Callable[[], Any]) -> list[Line]:
    """A request with many customers beside the same in process, in turns."""
    line, body = server.line(), json.dumps(customers).encode()
    turns = [batch_turn(server, line, body, inside) for _ in range(1 + TURNS)][1:]
    alone, answering, keeping = (statistics.median(cpu) for cpu in zip(*turns, strict=True))
    return [
        said(f"batch of {len(customers):,} in process, CPU, median of {TURNS}", alone, "s"),
        said("  from request to answer, server CPU", answering, "s"),
        said("  over the in-process time, turn by turn", statistics.median(a / i for i, a, _ in turns), "x", most=2),
        said("  what it waited with in files carried into the book, server CPU", keeping, "s"),
    ]


def batch_turn(server: Served, line: Any, body: bytes, inside: Callable[[], Any]) -> tuple[float, float, float]:
    """CPU seconds in process, from request to answer, and of bringing the rows into the database."""
    began = time.process_time()
    inside()
    alone, before = time.process_time() - began, server.cpu
    asked(line, "POST", "/predict/batch", body)
    answered = server.cpu
    quiet(server)
    return alone, answered - before, server.cpu - answered


def quiet(server: Served) -> None:
    """Wait until a server has nothing left to do."""
    before = -1.0
    while server.cpu != before:
        before = server.cpu
        time.sleep(1)


def cold_start(home: Path) -> float:
    """CPU seconds until it answers, with the bytecode beside the packages that installing them leaves."""
    with tempfile.TemporaryDirectory() as bytecode:
        for _ in range(2):  # the first one writes it
            port = free_port()
            words = ("churn", "serve", "--home", str(home), "--port", str(port))
            kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": bytecode}
            with serving(*words, ready="/ready", port=port, **kept) as server:
                cold = server.ready_cpu
    return cold


@contextmanager
def usually_served(home: Path) -> Iterator[Served]:
    """The usual server, over a pipeline of the same list."""
    port = free_port()
    words = ("tests.bench.usual_server", str(home / "usual.joblib"), str(port))
    with serving(*words, ready="/health", port=port) as usual:
        yield usual


def said(what: str, value: float, unit: str, *, most: float | None = None, least: float | None = None) -> Line:
    """A figure as a line of the table, with what is to be reached."""
    reach = f"<= {most:g}" if most is not None else f">= {least:g}" if least is not None else ""
    reached = value <= most if most is not None else value >= least if least is not None else None
    return Line(what, f"{value:,.3g} {unit}".rstrip(), reach=reach, reached=reached)


def generated(home: Path) -> int:
    """Requests made up from the document: 500 for every route, every check, at both servers."""
    port, bad = free_port(), 0
    words = ("--phases", "examples,coverage,fuzzing", "--max-examples", "500", "--seed", "1")
    with serving("churn", "serve", "--home", str(home), "--port", str(port), ready="/ready", port=port):
        code, said = sent_to(f"http://127.0.0.1:{port}", *words)
        print(f"the API alone: exit {code}\n{said[-1500:]}")
        bad += code
    with running_app(home) as address:
        code, said = sent_to(address, *words)
        print(f"beside the dashboard: exit {code}\n{said[-1500:]}")
        bad += code
    return bad


def main(words: list[str]) -> int:
    """Prepare, measure, print."""
    with tempfile.TemporaryDirectory() as folder:
        home, customers = prepared(Path(folder))
        if "--generated" in words:
            return generated(home)
        small = "--small" in words
        print(table_of(figures(home, customers, 300 if small else 2000, 5.0 if small else 60.0)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
