"""The real API in a process of its own, and callers that keep it busy."""

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.browsing import ROOT, free_port, wait_until_up


class Server:
    """One running API: its address, its process, and a way to ask it."""

    def __init__(self, address, process):
        self.address, self.process = address, process
        self.place = urlsplit(address).netloc

    def ask(self, method, path, content=None, **headers):
        """The status and the JSON of one answer."""
        line = http.client.HTTPConnection(self.place, timeout=60)
        try:
            return _asked(line, method, path, content, headers)
        finally:
            line.close()

    def predict(self, customer, **headers):
        """What is said of one customer."""
        return self.ask("POST", "/predict", customer, **headers)

    def stop(self):
        """End it as a scheduler would, and its exit code."""
        self.process.terminate()
        return self.process.wait(60)


@contextmanager
def running_api(home, **settings):
    """`python -m churn serve` over a home, until the end of the block; what it logs is in `server.log`."""
    port = free_port()
    command = [sys.executable, "-m", "churn", "serve", "--port", str(port), "--home", str(home)]
    environment = {**os.environ, "CHURN_LOG": "requests", **settings}
    with (home / f"log-{port}").open("w+b") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=log)
        try:
            server = Server(wait_until_up(f"http://127.0.0.1:{port}", process), process)
            server.log = lambda: (home / f"log-{port}").read_text()
            yield server
        finally:
            process.kill()
            process.wait(30)


class Callers:
    """Some callers that ask for one customer again and again; `statuses` are the answers they got."""

    def __init__(self, server, customer, many=4):
        self.server, self.customer = server, customer
        self.statuses, self.models, self.refused = [], set(), 0
        self.ending = threading.Event()
        self.threads = [threading.Thread(target=self._ask) for _ in range(many)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        self.wait_for(lambda: len(self.statuses) > 20)
        return self

    def __exit__(self, *_):
        self.ending.set()
        for thread in self.threads:
            thread.join(60)

    def wait_for(self, what, seconds=20.0):
        """Wait until something holds."""
        until = time.monotonic() + seconds
        while not what() and time.monotonic() < until:
            time.sleep(0.02)
        assert what()

    def _ask(self):
        line = http.client.HTTPConnection(self.server.place, timeout=60)
        while not self.ending.is_set():
            try:
                status, answer = _asked(line, "POST", "/predict", self.customer, {})
            except (ConnectionError, http.client.HTTPException):
                # A server that ends takes no new request; one that it took is answered.
                self.refused += 1
                line.close()
                if self.server.process.poll() is not None:
                    return
                time.sleep(0.01)
                continue
            self.statuses.append(status)
            self.models.add(answer.get("model"))
        line.close()


def _asked(line, method, path, content, headers):
    body = content if isinstance(content, bytes) else None if content is None else json.dumps(content).encode()
    line.request(method, path, body, headers)
    answer = line.getresponse()
    text = answer.read()
    return answer.status, json.loads(text) if text else None
