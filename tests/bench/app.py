"""The dashboard in a real browser: what a list costs until its drivers are on screen, and ten people at once.

python -m tests.bench.app            7,000 and 100,000 customers; ten sessions of 7,000
python -m tests.bench.app --small    1,500 and 7,000 customers; four sessions of 1,500

CPU seconds and memory are the server's alone, from its start; the same imports in a process of their own are taken off.
Seconds of a page are by the clock and hold the browser's own work, all browsers sharing this machine with the server.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from app.demo_models import SAMPLES
from app.strings import say
from app.warming import FIRST_NEEDED
from churn import Desk
from tests.bench.measuring import Line, child_cost, table_of
from tests.bench.processes import spent_by
from tests.browsing import ARGUMENTS, ROOT, browser_path, free_port, wait_until_up

PATIENCE = 120_000
IMPORTS = ("app.server", "app.widgets", "app.state", "app.parts", "app.exploring", *FIRST_NEEDED)
OPENED = ("overview", "drivers", "plan")
REACH = {7_000: (2.0, None), 100_000: (6.0, 1024.0)}  # CPU seconds beyond imports, MB
SENT_REACH, PAGE_REACH = 300, 3.0  # KB of a list of 100,000, seconds of the slowest page in twenty


@dataclass
class Visit:
    """What one session was sent, and how long each of its pages took."""

    sent: list[bytes] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def kilobytes(self) -> float:
        """How much was sent, in KB."""
        return sum(map(len, self.sent)) / 1024

    def holds(self, word: bytes) -> bool:
        """Was a word among what was sent?"""
        return any(word in part for part in self.sent)


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


def made_list(home: Path, rows: int, session: int = 0) -> bytes:
    """A list of so many customers whose keys say which session they belong to."""
    path = home / f"{rows}-{session}.csv"
    words = ["sample", "telco", "--rows", str(rows), "--seed", str(session + 1), "-o", str(path)]
    subprocess.run([sys.executable, "-m", "churn", *words], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    head, *lines = path.read_bytes().splitlines()
    return b"\n".join([head, *(mark(session) + line for line in lines), b""])


def mark(session: int) -> bytes:
    """What the keys of a session's customers begin with."""
    return f"session{session:02d}-".encode()


async def visited(browser: Browser, address: str) -> tuple[Page, Visit]:
    """A session of its own, which writes down everything it is sent."""
    visit, page = Visit(), await (await browser.new_context()).new_page()
    page.set_default_timeout(PATIENCE)

    def heard(frame: str | bytes) -> None:
        visit.sent.append(frame.encode() if isinstance(frame, str) else frame)

    page.on("websocket", lambda socket: socket.on("framereceived", heard))
    await page.goto(f"{address}/score")
    await at_rest(page, "score")
    return page, visit


async def at_rest(page: Page, name: str) -> None:
    """Until a screen is drawn whole and nothing runs."""
    await page.get_by_role("heading", level=1, name=say(f"{TITLES.get(name, name)}.title"), exact=True).wait_for()
    await page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    await page.locator("[data-testid=stSkeleton]").first.wait_for(state="hidden")


TITLES = {"plan": "campaign"}


async def bring(page: Page, visit: Visit, content: bytes) -> None:
    """Drop a list and wait for its ranked customers."""
    start = time.perf_counter()
    file = {"name": "list.csv", "mimeType": "text/csv", "buffer": content}
    await page.get_by_test_id("stMain").locator("input[type=file]").first.set_input_files(file)
    await page.get_by_text(say("score.expected"), exact=True).first.wait_for()
    await at_rest(page, "score")
    visit.seconds.append(time.perf_counter() - start)


async def turn_to(page: Page, visit: Visit, name: str) -> None:
    """Open a screen by the navigation."""
    start = time.perf_counter()
    await page.get_by_test_id("stSidebarNav").get_by_role("link", name=say(f"screens.{name}"), exact=True).click()
    await at_rest(page, name)
    visit.seconds.append(time.perf_counter() - start)


async def one_list(browser: Browser, home: Path, rows: int, imports: float) -> list[Line]:
    """From the server's start to a scored list with its drivers on screen."""
    content = made_list(home, rows)
    with served(home) as (address, process):
        page, visit = await visited(browser, address)
        visit.sent.clear()
        await bring(page, visit, content)
        sent = visit.kilobytes
        await turn_to(page, visit, "drivers")
        spent, _ = spent_by(process) or (0.0, 0.0)
        peak = most_held(process)
        await page.context.close()
    seconds, memory = REACH.get(rows, (None, None))
    known = f"{spent:.2f} s in all, {imports:.2f} s of it imports"
    return [
        against(f"{rows:,} customers: start to drivers, CPU beyond imports", spent - imports, "s", seconds, known),
        against(f"{rows:,} customers: most memory of the server", peak, "MB", memory),
        against(f"{rows:,} customers: sent to the page", sent, "KB", SENT_REACH if rows == 100_000 else None),
        against(f"{rows:,} customers: ranked after dropping the file", visit.seconds[0], "s wall", None),
        against(f"{rows:,} customers: Drivers opened", visit.seconds[1], "s wall", None),
    ]


def most_held(process: int) -> float:
    """The most memory a process ever held, in MB."""
    told = Path(f"/proc/{process}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+)", told)[0]) / 1024


async def together(browser: Browser, home: Path, sessions: int, rows: int) -> list[Line]:
    """Some people at once, each with a list of their own."""
    lists = [made_list(home, rows, session) for session in range(sessions)]
    with served(home) as (address, process):
        opened = [await visited(browser, address) for _ in range(sessions)]
        before, _ = spent_by(process) or (0.0, 0.0)
        start = time.perf_counter()
        await asyncio.gather(*(journey(page, visit, mine) for (page, visit), mine in zip(opened, lists, strict=True)))
        wall, (after, _) = time.perf_counter() - start, spent_by(process) or (0.0, 0.0)
        peak = most_held(process)
    visits = [visit for _, visit in opened]
    own = sum(visit.holds(mark(n)) for n, visit in enumerate(visits))
    foreign = [n for n, visit in enumerate(visits) if any(visit.holds(mark(o)) for o in range(sessions) if o != n)]
    pages = sorted(second for visit in visits for second in visit.seconds[1:])
    who, slow = f"{sessions} sessions of {rows:,}", pages[int(0.95 * (len(pages) - 1))]
    share = f"server {(after - before) / wall:.0%} of a core, the browsers beside it"
    return [
        Line(f"{who}: finished, each seeing its own rows", f"{own}", "", "", f"{sessions}", own == sessions),
        Line(f"{who}: saw a row of another", f"{len(foreign)}", "", "", "0", not foreign),
        against(f"{who}: pages, slowest in twenty", slow, "s wall", PAGE_REACH, share),
        against(f"{who}: pages, median", pages[len(pages) // 2], "s wall", None),
        against(f"{who}: CPU of the server for all", after - before, "s", None),
        against(f"{who}: most memory of the server", peak, "MB", None),
    ]


async def journey(page: Page, visit: Visit, content: bytes) -> None:
    """One person's way: a list is scored, three screens are opened."""
    await bring(page, visit, content)
    for name in OPENED:
        await turn_to(page, visit, name)


def against(what: str, value: float, unit: str, reach: float | None, beside: str = "") -> Line:
    """A line that says whether a figure stays below what was asked."""
    asked = "" if reach is None else f"≤ {reach:g} {unit}"
    return Line(what, f"{value:,.2f} {unit}", beside, "", asked, None if reach is None else value <= reach)


async def measured(home: Path, small: bool) -> list[Line]:
    """Every line of the table."""
    Desk(home).train(SAMPLES / "telco_customers.csv", quick=True)
    imports = child_cost("\n".join(f"import {name}" for name in IMPORTS))[0].cpu
    sizes, sessions, rows = ((1_500, 7_000), 4, 1_500) if small else ((7_000, 100_000), 10, 7_000)
    lines: list[Line] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path(), headless=True, args=ARGUMENTS)
        for size in sizes:
            lines += await one_list(browser, home, size, imports)
        lines += await together(browser, home, sessions, rows)
        await browser.close()
    return lines


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as home:
        print(table_of(asyncio.run(measured(Path(home), "--small" in sys.argv))))


if __name__ == "__main__":
    main()
