"""Other Python processes for tests of what several of them do at once, and of what a killed one leaves behind."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def started(code, *words):
    """A process that runs the code and has said that it is ready."""
    command = [sys.executable, "-c", code, *map(str, words)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    process.stdout.close()
    return process


def kill_after(seconds, process):
    """Kill the process without warning a moment after it said that it is ready."""
    time.sleep(seconds)
    process.kill()
    assert process.wait() == -9
