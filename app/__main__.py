"""`python -m app`: the dashboard and the API together, on this machine unless told otherwise."""

from __future__ import annotations

import argparse
import os
import sys
import webbrowser
from pathlib import Path

from app.demo import make_in_background
from app.warming import keep_tidy, warm_up
from churn import Workspace
from churn.api.app import refuse_busy_port, serve_until_stopped
from churn.errors import ChurnError
from churn.workspace.access import SIGN_INS, is_this_machine_alone


def main(words: list[str] | None = None) -> int:
    """Open the front door and keep it open until stopped."""
    parser = argparse.ArgumentParser(prog="python -m app", description="The dashboard and the API together.")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8501, help="the port to listen on (default: 8501)")
    parser.add_argument("--demo", action="store_true", help="make the demo models in the background if missing")
    parser.add_argument("--open", action="store_true", help="open a browser, on a desktop")
    asked = parser.parse_args(words)
    try:
        refuse_busy_port(asked.host, asked.port)
        refuse_without_sign_in(asked.host)
        serve(asked)
    except ChurnError as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


def refuse_without_sign_in(host: str) -> None:
    """Refuse to serve others where nobody could sign in."""
    from app.session import provider_is_set

    Workspace().access.refuse_without_sign_in(host, has_provider=provider_is_set())


def how_to_come_in(host: str, address: str) -> str:
    """What a start says about signing in: the address that does it at this machine, or that nobody has to."""
    if Workspace().access.settings.open:
        return "CHURN_OPEN=yes: everybody who can reach it is let in as an admin."
    if is_this_machine_alone(host):
        return f"Where it asks to sign in, this address does: {address}/sign-in?token={SIGN_INS.token}"
    return "People sign in, or enter an API key."


def serve(args: argparse.Namespace) -> None:
    """Serve at once; what can wait (a browser, the demo models) starts when the door is open."""

    def when_ready(address: str) -> None:
        from app.session import shared_workspace

        warm_up(shared_workspace)
        keep_tidy()
        print(how_to_come_in(args.host, address), flush=True)
        if args.open and on_a_desktop():
            webbrowser.open(address)
        if args.demo:
            make_in_background(home_of_workspace())

    serve_until_stopped("app.server:api", args.host, args.port, says="Holdfast is at {address}", on_ready=when_ready)


def home_of_workspace() -> Path:
    """Where models and the database live."""
    return Workspace().home


def on_a_desktop() -> bool:
    """Whether a browser window would appear in front of the person who started us."""
    if os.environ.get("SSH_CONNECTION") or os.environ.get("CI"):
        return False
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())
