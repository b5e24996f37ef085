"""A real HTTP receiver for the tests of what is sent outside: it answers as it is told and keeps what it got."""

import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "a secret of many letters"


class Receiver:
    """Where it listens, what it got (headers, body), and how it answers: one status after the other, then 200.

    A status may be a pair with a header; `sleep` makes it answer that many seconds late.
    """

    def __init__(self, *answers, sleep=0.0):
        self.answers, self.sleep, self.got = list(answers), sleep, []

    def keys(self):
        return [headers["Idempotency-Key"] for headers, _ in self.got]


@contextmanager
def receiving(monkeypatch, *answers, sleep=0.0):
    """A receiver that the operator has named, with the secret set."""
    receiver = Receiver(*answers, sleep=sleep)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.got.append((dict(self.headers), body))
            time.sleep(receiver.sleep)
            status = receiver.answers.pop(0) if receiver.answers else 200
            status, header = status if isinstance(status, tuple) else (status, ("X-None", "none"))
            self.send_response(status)
            self.send_header(*header)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        receiver.address = f"http://127.0.0.1:{server.server_port}/hook?token=hidden"
        monkeypatch.setenv("CHURN_PUSH_URL", receiver.address)
        monkeypatch.setenv("CHURN_PUSH_SECRET", SECRET)
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
