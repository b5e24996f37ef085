"""A real browser against the real server: started once for all tests that click."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOW_TO_GET_IT = "needs Chromium: apt install chromium (or set CHURN_BROWSER to a browser's path)"


def browser_path() -> str:
    """Where Chromium is; without it the test is skipped, or failed where CHURN_REQUIRE_BROWSER is set."""
    named = [os.environ.get("CHURN_BROWSER"), "chromium", "chromium-browser", "google-chrome"]
    found = next((path for name in named if name and (path := shutil.which(name))), None)
    if found:
        return found
    if os.environ.get("CHURN_REQUIRE_BROWSER"):
        pytest.fail(HOW_TO_GET_IT)
    pytest.skip(HOW_TO_GET_IT)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running_app(home: Path, *words: str, port: int = 0):
    """The real server over one home, and its address; stopped at the end."""
    port = port or free_port()
    environment = {"CHURN_LOG": "faults", **os.environ, "CHURN_HOME": str(home), "CI": "true"}
    command = [sys.executable, "-m", "app", "--port", str(port), *words]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            yield wait_until_up(f"http://127.0.0.1:{port}", process)
        finally:
            process.terminate()
            process.wait(30)


def wait_until_up(address: str, process: subprocess.Popen, seconds: float = 60, path: str = "/health") -> str:
    """The address, as soon as it answers."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}{path}", timeout=5):
                return address
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not come up")


def settled(page, patience: int = 60_000):
    """The page, once the screen is drawn and nothing runs any more."""
    page.locator("h1").first.wait_for(timeout=patience)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=patience)
    page.locator("[data-testid=stSkeleton]").first.wait_for(state="hidden", timeout=patience)
    return page


def go(page, name: str):
    """Turn to a screen by the navigation; the page, once it is drawn."""
    from app.words import say

    page.get_by_test_id("stSidebarNav").get_by_role("link", name=say(f"screens.{name}"), exact=True).click()
    page.wait_for_url(f"**/{name}*")
    page.wait_for_timeout(250)
    return settled(page)


def choose(page, field, option: str | None = None) -> None:
    """Pick an option of a list, the first where none is named; a list that closes by itself is opened again."""
    from playwright.sync_api import TimeoutError as Closed

    for patience in (3_000, 5_000, 10_000, 20_000):
        field.click()
        try:
            page.get_by_role("option", name=option).first.click(timeout=patience)
            return
        except Closed:
            page.keyboard.press("Escape")
            settled(page)
    pytest.fail(f"The list never showed {option or 'an option'}.")


def outside_requests(page, address: str) -> list[str]:
    """A list that grows with every request the page sends elsewhere."""
    seen: list[str] = []
    inside = (address, address.replace("http", "ws", 1), "data:", "blob:")
    page.on("request", lambda request: None if request.url.startswith(inside) else seen.append(request.url))
    return seen
