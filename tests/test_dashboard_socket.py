"""The dashboard's own connection is guarded as every request is: by its name, and by the page that opens it."""

import http.client
import os
import subprocess
import sys
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from churn.api.middleware import HostMiddleware
from tests.browsing import ROOT, free_port, running_app, wait_until_up

SOCKET = "/_stcore/stream"
HOSTILE = [  # the name asked for, and the page that asks; PORT is the server's own
    ("evil.example:PORT", "http://evil.example:PORT"),
    ("127.0.0.1.nip.io:PORT", "http://127.0.0.1.nip.io:PORT"),
    ("evil.example:PORT", None),
    ("localhost:PORT", "http://localhost:9999"),
    ("127.0.0.1:PORT", "http://127.0.0.1:9999"),
    ("127.0.0.1:PORT", "http://0.0.0.0:PORT"),
    ("127.0.0.1:PORT", "http://localhost:PORT"),
    ("127.0.0.1:PORT", "https://evil.example"),
    ("127.0.0.1:PORT", "null"),
]
HONEST = [
    ("127.0.0.1:PORT", "http://127.0.0.1:PORT"),
    ("localhost:PORT", "http://localhost:PORT"),
    ("127.0.0.1:PORT", None),
]


def handshake(address, host, origin, path=SOCKET):
    """The status a server answers a socket's handshake with: 101 lets it in."""
    port = str(urlsplit(address).port)
    line = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
    line.putrequest("GET", path, skip_host=True)
    headers = {"Host": host, "Origin": origin, "Connection": "Upgrade", "Upgrade": "websocket"}
    headers |= {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    for name, value in headers.items():
        if value is not None:
            line.putheader(name, value.replace("PORT", port))
    line.endheaders()
    status = line.getresponse().status
    line.close()
    return status


@contextmanager
def streamlit_run(home, **settings):
    """`streamlit run app/main.py` over a home, and its address."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app/main.py", "--server.port", str(port)]
    environment = {**os.environ, "CHURN_HOME": str(home), **settings}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            yield wait_until_up(f"http://127.0.0.1:{port}", process, path="/_stcore/health")
        finally:
            process.terminate()
            process.wait(30)


@pytest.mark.parametrize("started", [running_app, streamlit_run])
def test_a_socket_is_opened_for_pages_of_this_server_and_for_no_other(telco_home, started):
    with started(telco_home) as address:
        assert {pair: handshake(address, *pair) for pair in HOSTILE} == dict.fromkeys(HOSTILE, 403)
        assert {pair: handshake(address, *pair) for pair in HONEST} == dict.fromkeys(HONEST, 101)


NAME = {"host": "churn.example.com"}


@pytest.fixture
def socket():
    """A socket behind the guard, and who got as far as opening it."""
    opened = []

    async def open_it(websocket):
        opened.append(websocket.headers["host"])
        await websocket.accept()
        await websocket.close()

    app = Starlette(routes=[WebSocketRoute(SOCKET, open_it)])
    guarded = HostMiddleware(app, ("localhost", "127.0.0.1", "[::1]", "churn.example.com"))
    return TestClient(guarded, client=("127.0.0.1", 1)), opened


@pytest.mark.parametrize("origin", ["http://churn.example.com:81", "https://evil.example", "null", "", "http://["])
def test_what_is_refused_reaches_nothing_behind_the_guard(socket, origin):
    client, opened = socket
    with pytest.raises(WebSocketDisconnect) as refused:
        client.websocket_connect(SOCKET, headers={**NAME, "origin": origin}).__enter__()
    assert (refused.value.code, opened) == (1008, [])


def test_a_name_that_an_operator_added_is_answered(socket):
    client, opened = socket
    with client.websocket_connect(SOCKET, headers={**NAME, "origin": "https://churn.example.com"}):
        pass
    assert opened == ["churn.example.com"]


def test_two_names_in_one_request_are_refused_whichever_comes_first(socket):
    client, opened = socket
    for names in (("localhost", "evil.example"), ("evil.example", "localhost"), ("localhost", "localhost")):
        answer = client.get("/", headers=[("host", name) for name in names])
        assert (answer.status_code, opened) == (400, [])
