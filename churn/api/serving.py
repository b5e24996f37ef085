"""One process, one worker: an upload lives in the worker that took it, so a second one would lose it."""

from __future__ import annotations

import errno
import gc
import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import uvicorn

from churn.api.counted.request_log import log_as_json
from churn.errors import RequestRefused, Unavailable


class AnnouncingServer(uvicorn.Server):
    """A server that says where it is once it answers, not before."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, then say so."""
        await super().startup(sockets)
        if self.started:
            # What is loaded stays until the end: looking for rubbish in it again and again takes a fifth of a batch.
            gc.freeze()
            self.on_ready()


def serve_until_stopped(
    application: Any, host: str, port: int, *, says: str, on_ready: Callable[[str], None] | None = None
) -> None:
    """Serve one application on a free port until it is stopped; `says` is printed with the address."""
    refuse_busy_port(host, port)
    os.umask(0o077)  # what a server writes is for the account it runs under: customers' rows, keys, uploaded lists
    log_as_json()
    address = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"

    def announce() -> None:
        print(says.format(address=address), flush=True)
        if on_ready:
            on_ready(address)

    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whose word counts is the operator's setting, see desk/access/entrance.py
        timeout_graceful_shutdown=10,
        ws_max_size=64 * 1024 * 1024,
    )
    # Ctrl-C is how a person stops a server: it has shut down in order by then, so there is nothing to report.
    with suppress(KeyboardInterrupt):
        AnnouncingServer(config, announce).run()


def refuse_busy_port(host: str, port: int) -> None:
    """Refuse in one sentence when the port is taken, out of range or not ours to take."""
    if not 1 <= port <= 65535:
        raise RequestRefused(f"{port} is not a port.", "Choose one from 1 to 65535, for example 8501.")
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if sys.platform != "win32":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            raise Unavailable(
                f"Port {port} is already in use.", f"Choose another, for example {port + 1}."
            ) from problem
        raise Unavailable(f"{host}:{port} cannot be listened on: {problem.strerror}.", "Choose another.") from problem
