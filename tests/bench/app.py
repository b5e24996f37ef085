"""The dashboard: what a list costs until its drivers are on screen, and ten people at once.

python -m tests.bench.app             7,000 and 100,000 customers; ten sessions of 7,000
python -m tests.bench.app --small     1,500 and 7,000 customers; four sessions of 1,500
python -m tests.bench.app --browsers  tells, too, how long ten browsers on this machine take

CPU seconds and memory are the server's alone, from its start; the same imports in a process of their own are taken off.

Ten people have ten machines. Ten browsers beside the server on one machine mostly wait for one another's drawing: there
the seconds of a page measure JavaScript, not what is measured here. So nine of the ten sessions speak with the real
server as a browser does and draw nothing (`light_session.py`), the tenth is a real browser. A page counts from the
click until the server has sent it whole; what the browser needs beyond that is told by the tenth. All ten are driven
at once and without a pause for reading, on the machine the server runs on.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from playwright.async_api import Browser, async_playwright

from app.warming import FIRST_NEEDED
from churn import Workspace
from tests.bench.browser_session import BrowserSession
from tests.bench.light_session import LightSession
from tests.bench.measuring import Line, child_cost, table_of
from tests.bench.processes import spent_by
from tests.browsing import ARGUMENTS, ROOT, browser_path, free_port, wait_until_up

IMPORTS = ("app.server", "app.widgets", "app.session", "app.cache", *FIRST_NEEDED)
OPENED = ("overview", "drivers", "plan")
REACH = {7_000: (2.0, None), 100_000: (6.0, 1024.0)}  # CPU seconds beyond imports, MB
SENT_REACH, PAGE_REACH = 300, 3.0  # KB of a list of 100,000, seconds of the slowest page in twenty


Session = LightSession | BrowserSession


@contextmanager
def served(home: Path) -> Iterator[tuple[str, int]]:
    """The real server over a home: its address and its process."""
    port = free_port()
    told = {**os.environ, "CHURN_LOG": "faults", "CHURN_HOME": str(home), "OMP_WAIT_POLICY": "PASSIVE"}
    words = [sys.executable, "-m", "app", "--port", str(port)]
    with subprocess.Popen(words, cwd=ROOT, env=told, stdout=subprocess.DEVNULL) as process:
        try:
            yield wait_until_up(f"http://127.0.0.1:{port}", process), process.pid
        finally:
            process.terminate()
            process.wait(30)


def make_list_from_logs(home: Path, rows: int, session: int = 0) -> bytes:
    """A list of so many customers whose keys say which session they belong to."""
    path = home / f"{rows}-{session}.csv"
    words = ["sample", "telco", "--rows", str(rows), "--seed", str(session + 1), "-o", str(path)]
    subprocess.run([sys.executable, "-m", "churn", *words], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    head, *lines = path.read_bytes().splitlines()
    return b"\n".join([head, *(mark(session) + line for line in lines), b""])


def mark(session: int) -> bytes:
    """What the keys of a session's customers begin with."""
    return f"session{session:02d}-".encode()


async def one_list(browser: Browser, home: Path, rows: int, imports: float) -> list[Line]:
    """From the server's start to a scored list with its drivers on screen."""
    content = make_list_from_logs(home, rows)
    with served(home) as (address, process):
        session = await BrowserSession.opened(browser, address)
        session.sent.clear()
        await session.bring(content)
        sent = sum(map(len, session.sent)) / 1024
        await session.turn_to("drivers")
        spent, _ = spent_by(process) or (0.0, 0.0)
        peak = most_held(process)
        await session.closed()
    seconds, memory = REACH.get(rows, (None, None))
    known = f"{spent:.2f} s in all, {imports:.2f} s of it imports"
    return [
        against(f"{rows:,} customers: start to drivers, CPU beyond imports", spent - imports, "s", seconds, known),
        against(f"{rows:,} customers: most memory of the server", peak, "MB", memory),
        against(f"{rows:,} customers: sent to the page", sent, "KB", SENT_REACH if rows == 100_000 else None),
        against(f"{rows:,} customers: ranked after dropping the file", session.stood[0], "s wall", None),
        against(f"{rows:,} customers: Drivers opened", session.stood[1], "s wall", None),
    ]


def most_held(process: int) -> float:
    """The most memory a process ever held, in MB."""
    told = Path(f"/proc/{process}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+)", told)[0]) / 1024


async def together(browser: Browser, home: Path, sessions: int, rows: int, *, browsers: int = 1) -> list[Line]:
    """Some people at once, each with a list of their own; so many of them in a real browser."""
    lists = [make_list_from_logs(home, rows, session) for session in range(sessions)]
    with served(home) as (address, process):
        seen: list[Session] = [await BrowserSession.opened(browser, address) for _ in range(browsers)]
        light: list[Session] = [await LightSession.opened(address, "score") for _ in range(sessions - browsers)]
        everybody = [*seen, *light]
        before, _ = spent_by(process) or (0.0, 0.0)
        start = time.perf_counter()
        await asyncio.gather(*(journey(one, mine) for one, mine in zip(everybody, lists, strict=True)))
        wall, (after, _) = time.perf_counter() - start, spent_by(process) or (0.0, 0.0)
        peak = most_held(process)
        for session in everybody:
            await session.closed()
    cpu, who = after - before, f"{sessions} sessions of {rows:,}"
    if browsers == sessions:
        return [
            against(f"{who}, all in browsers here: pages, slowest in twenty", slowest(stood_of(seen)), "s wall", None)
        ]
    share = f"server {cpu / wall:.0%} of a core, the browser beside it"
    return [
        *rows_seen(everybody, who),
        *paces(everybody, seen, who, share),
        against(f"{who}: CPU of the server for all", cpu, "s", None),
        against(f"{who}: most memory of the server", peak, "MB", None),
    ]


async def journey(session: Session, content: bytes) -> None:
    """One person's way: a list is scored, three screens are opened."""
    await session.bring(content)
    for name in OPENED:
        await session.turn_to(name)


def rows_seen(everybody: Sequence[Session], who: str) -> list[Line]:
    """Whose rows each session was sent: those in its tables, and any key of another anywhere."""
    own = sum(any(cell.encode().startswith(mark(n)) for cell in one.cells) for n, one in enumerate(everybody))
    marks = [mark(n) for n in range(len(everybody))]
    foreign = [
        n for n, one in enumerate(everybody) if any(m in part for m in marks if m != marks[n] for part in one.sent)
    ]
    return [
        Line(f"{who}: finished, each seeing its own rows", f"{own}", "", "", f"{len(marks)}", own == len(marks)),
        Line(f"{who}: saw a row of another", f"{len(foreign)}", "", "", "0", not foreign),
    ]


def paces(everybody: Sequence[Session], seen: Sequence[Session], who: str, share: str) -> list[Line]:
    """How long pages took until the server had sent them, and what the browser added."""
    pages = [second for one in everybody for second in one.seconds[1:]]
    lists = [one.seconds[0] for one in everybody]
    added = [a - b for one in seen for a, b in zip(stood_of([one]), one.seconds[1:], strict=True)]
    return [
        against(f"{who}: pages sent whole, slowest in twenty", slowest(pages), "s wall", PAGE_REACH, share),
        against(f"{who}: pages sent whole, median", median(pages), "s wall", None),
        *(
            against(f"{who}: {name} sent whole, slowest", max(one.seconds[1 + k] for one in everybody), "s wall", None)
            for k, name in enumerate(OPENED)
        ),
        against(f"{who}: list dropped to ranked, slowest", max(lists), "s wall", None),
        against(f"{who}: what the browser adds to a page, median", median(added), "s wall", None),
    ]


def stood_of(seen: Sequence[Session]) -> list[float]:
    """How long each page took until it stood on screen."""
    return [second for one in seen if isinstance(one, BrowserSession) for second in one.stood[1:]]


def slowest(seconds: Sequence[float]) -> float:
    """The slowest in twenty."""
    return sorted(seconds)[int(0.95 * (len(seconds) - 1))]


def against(what: str, value: float, unit: str, reach: float | None, beside: str = "") -> Line:
    """A line that says whether a figure stays below what was asked."""
    asked = "" if reach is None else f"≤ {reach:g} {unit}"
    return Line(what, f"{value:,.2f} {unit}", beside, "", asked, None if reach is None else value <= reach)


async def measured(home: Path, *, small: bool, browsers: bool) -> list[Line]:
    """Every line of the table."""
    # Learnt from a list that does not come with the product: a model of the demo's would not answer other lists.
    Workspace(home).models.train(make_list_from_logs(home, 7_000, 98), quick=True, filename="telco.csv")
    imports = child_cost("\n".join(f"import {name}" for name in IMPORTS))[0].cpu
    sizes, sessions, rows = ((1_500, 7_000), 4, 1_500) if small else ((7_000, 100_000), 10, 7_000)
    lines: list[Line] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path(), headless=True, args=ARGUMENTS)
        for size in sizes:
            lines += await one_list(browser, home, size, imports)
        lines += await together(browser, home, sessions, rows)
        if browsers:
            lines += await together(browser, home, sessions, rows, browsers=sessions)
        await browser.close()
    return lines


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as home:
        asked = {"small": "--small" in sys.argv, "browsers": "--browsers" in sys.argv}
        print(table_of(asyncio.run(measured(Path(home), **asked))))


if __name__ == "__main__":
    main()
