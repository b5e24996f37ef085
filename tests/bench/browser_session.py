"""One person at the dashboard in a real browser: what it was sent, when the server was done, when the screen stood."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from playwright.async_api import Browser, Page
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from app.words import say
from tests.bench.light_session import cells_in, is_whole

PATIENCE = 300_000
TITLES = {"plan": "campaign"}


@dataclass
class BrowserSession:
    """A session of its own.

    seconds  until the server had sent a screen whole, as the browser heard it
    stood    until it was drawn and at rest
    """

    page: Page
    sent: list[bytes] = field(default_factory=list)
    cells: set[str] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)
    stood: list[float] = field(default_factory=list)
    whole: float = 0.0

    @classmethod
    async def opened(cls, browser: Browser, address: str) -> BrowserSession:
        """A session with its first screen on view."""
        page = await (await browser.new_context()).new_page()
        page.set_default_timeout(PATIENCE)
        session = cls(page)
        page.on("websocket", lambda socket: socket.on("framereceived", session.heard))
        await page.goto(f"{address}/score")
        await session.at_rest("score")
        return session

    async def closed(self) -> None:
        """Leave."""
        await self.page.context.close()

    def heard(self, frame: str | bytes) -> None:
        """Take down what came; when the screen was whole, too."""
        now, data = time.perf_counter(), frame.encode() if isinstance(frame, str) else frame
        self.sent.append(data)
        message = ForwardMsg.FromString(data)
        self.cells |= cells_in(message)
        if is_whole(message):
            self.whole = now

    async def at_rest(self, name: str) -> None:
        """Until a screen is drawn whole and nothing runs."""
        title = say(f"{TITLES.get(name, name)}.title")
        await self.page.get_by_role("heading", level=1, name=title, exact=True).wait_for()
        await self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        await self.page.locator("[data-testid=stSkeleton]").first.wait_for(state="hidden")

    async def bring(self, content: bytes) -> None:
        """Drop a list and wait for its ranked customers."""
        start = time.perf_counter()
        file = {"name": "list.csv", "mimeType": "text/csv", "buffer": content}
        await self.page.get_by_test_id("stMain").locator("input[type=file]").first.set_input_files(file)
        await self.page.get_by_text(say("score.expected"), exact=True).first.wait_for()
        await self._timed(start, "score")

    async def turn_to(self, name: str) -> None:
        """Open a screen by the navigation."""
        start = time.perf_counter()
        await (
            self.page.get_by_test_id("stSidebarNav")
            .get_by_role("link", name=say(f"screens.{name}"), exact=True)
            .click()
        )
        await self._timed(start, name)

    async def _timed(self, start: float, name: str) -> None:
        await self.at_rest(name)
        self.stood.append(time.perf_counter() - start)
        self.seconds.append(self.whole - start)
