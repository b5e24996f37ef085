"""One person at the dashboard without a browser: the messages a browser and Streamlit's server exchange, undrawn.

What it is sent is decoded as a browser would, so that the rows a session saw can be told from its tables. It says
which widgets were used and nothing of those that stand as they were, and it remembers no picture: the server sends
everything.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx
import pyarrow as pa
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

PATIENCE = 300.0
XSRF = "_streamlit_xsrf"
WHOLE = ForwardMsg.ScriptFinishedStatus.Value("FINISHED_SUCCESSFULLY")


def is_whole(message: ForwardMsg) -> bool:
    """Whether this says that a screen has been sent whole."""
    return message.WhichOneof("type") == "script_finished" and message.script_finished == WHOLE


def cells_in(message: ForwardMsg) -> set[str]:
    """The words of the table a message brings, where it brings one."""
    if message.delta.new_element.WhichOneof("type") != "dataframe":
        return set()
    table = pa.ipc.open_stream(message.delta.new_element.dataframe.arrow_data.data).read_all()
    texts = [c for c in table.columns if pa.types.is_string(c.type) or pa.types.is_large_string(c.type)]
    return {cell for column in texts for cell in column.to_pylist() if cell}


@dataclass
class LightSession:
    """A session of its own: what it was sent, and how long the server took to send each screen whole."""

    address: str
    http: httpx.AsyncClient
    socket: ClientConnection
    number: str = ""
    page: str = ""
    query: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    uploader: str = ""
    sent: list[bytes] = field(default_factory=list)
    cells: set[str] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)

    @classmethod
    async def opened(cls, address: str, screen: str) -> LightSession:
        """A session that has been sent its first screen."""
        http = httpx.AsyncClient(timeout=PATIENCE)
        await http.get(f"{address}/_stcore/health")
        token = http.cookies.get(XSRF, "")
        socket = await connect(
            f"{address.replace('http', 'ws', 1)}/_stcore/stream",
            subprotocols=["streamlit", token or "none"],
            origin=address,
            additional_headers={"Cookie": f"{XSRF}={token}"},
            max_size=None,
            ping_interval=None,
        )
        session = cls(address, http, socket)
        await session.drawn(screen)
        return session

    async def closed(self) -> None:
        """Leave."""
        await self.socket.close()
        await self.http.aclose()

    async def drawn(self, screen: str, page: str = "", used: WidgetState | None = None) -> None:
        """Ask for a screen and wait until the server has sent it whole."""
        asked = BackMsg()
        told = asked.rerun_script
        told.query_string, told.page_name, told.page_script_hash = self.query, screen, page
        told.context_info.timezone, told.context_info.locale = "UTC", "en-US"
        told.context_info.url = f"{self.address}/{screen}"
        if used is not None:
            told.widget_states.widgets.append(used)
        await self.socket.send(asked.SerializeToString())
        while not is_whole(await self.heard()):
            pass

    async def heard(self) -> ForwardMsg:
        """The next message, taken down."""
        data = await self.socket.recv()
        assert isinstance(data, bytes)
        message = ForwardMsg.FromString(data)
        self.sent.append(data)
        self.cells |= cells_in(message)
        kind = message.WhichOneof("type")
        if kind == "new_session" and message.new_session.initialize.session_id:
            self.number = message.new_session.initialize.session_id
        elif kind == "navigation":
            self.page = message.navigation.page_script_hash
            self.pages = {p.url_pathname: p.page_script_hash for p in message.navigation.app_pages}
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "delta" and message.delta.new_element.HasField("file_uploader"):
            self.uploader = self.uploader or message.delta.new_element.file_uploader.id
        return message

    async def bring(self, content: bytes) -> None:
        """Drop a list and wait for its ranked customers."""
        start = time.perf_counter()
        used = WidgetState(id=self.uploader)
        used.file_uploader_state_value.uploaded_file_info.add(**await self._uploaded("list.csv", content))
        await self.drawn("score", self.page, used)
        self.seconds.append(time.perf_counter() - start)

    async def _uploaded(self, name: str, content: bytes) -> dict[str, Any]:
        asked = BackMsg()
        request = asked.file_urls_request
        request.request_id, request.session_id = uuid.uuid4().hex, self.number
        request.file_names.append(name)
        await self.socket.send(asked.SerializeToString())
        while (message := await self.heard()).WhichOneof("type") != "file_urls_response":
            pass
        place = message.file_urls_response.file_urls[0]
        headers = {"X-Xsrftoken": self.http.cookies.get(XSRF, "")}
        answer = await self.http.put(
            self.address + place.upload_url, files={"file": (name, content, "text/csv")}, headers=headers
        )
        answer.raise_for_status()
        return {"name": name, "size": len(content), "file_id": place.file_id, "file_urls": place}

    async def turn_to(self, screen: str) -> None:
        """Open a screen by the navigation."""
        start = time.perf_counter()
        await self.drawn(screen, self.pages[screen])
        self.seconds.append(time.perf_counter() - start)
