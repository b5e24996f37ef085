"""Verbs about running Holdfast: serve, and what the TAB key offers."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from churn.cli.completing import SHELLS, completion_script
from churn.cli.printing import Printer
from churn.cli.verbs import Answer, verb


def _serve_words(words: ArgumentParser) -> None:
    words.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: this machine only)")
    words.add_argument("--port", type=int, default=8501, help="the port to listen on (default: 8501)")


@verb("serve", "answer over HTTP: the API alone, without the dashboard", _serve_words, example="serve --port 8600")
def serve(asked: Namespace, printer: Printer) -> None:
    """Answer until stopped; a busy port is refused before anything starts."""
    from churn.api.application import make_api
    from churn.api.serving import serve_until_stopped
    from churn.desk.counter import Desk

    desk = Desk(asked.home)
    desk.refuse_without_sign_in(asked.host)
    serve_until_stopped(make_api(desk), asked.host, asked.port, says="The API is at {address}/docs")


def _complete_words(words: ArgumentParser) -> None:
    words.add_argument("shell", choices=SHELLS, help="whose script it is to be")


@verb("complete", "print what lets the TAB key complete verbs and flags", _complete_words, example="complete bash")
def complete(asked: Namespace, printer: Printer) -> Answer:
    """The script; `source <(python -m churn complete bash)` makes a shell read it."""
    from churn.cli.line import parser_of_all

    script = completion_script(parser_of_all(), asked.shell)
    return Answer({"script": script}, tuple(script.splitlines()))
