"""Requests made up from the OpenAPI document, sent to a running server; every check of schemathesis is on."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

SETTINGS = Path(__file__).parent / "schemathesis.toml"


def sent_to(address, *words, key=""):
    """Send them; gives the exit code and what was said."""
    command = [str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(SETTINGS), "run"]
    headers = ["-H", f"X-API-Key: {key}"] if key else []
    more = ["--checks", "all", "--continue-on-failure", "--request-timeout", "60", "--no-color", *headers, *words]
    with TemporaryDirectory() as elsewhere:  # it leaves notes where it runs
        done = subprocess.run(
            [*command, f"{address}/openapi.json", *more], cwd=elsewhere, capture_output=True, text=True, check=False
        )
    return done.returncode, done.stdout + done.stderr
