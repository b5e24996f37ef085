"""How much memory one request takes, in a process of its own: `python -m tests.peak_memory HOME ROUTE TYPE < BODY`."""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from tests.house import ROOT

WARM = [{"customerID": f"w{n}", "tenure": n, "Contract": "Month-to-month", "MonthlyCharges": 70.5} for n in range(200)]


def memory_of(home, route, body, kind="application/json"):
    """What a body costs above the same server at rest, in MB, with the status and the seconds of its answer."""
    command = [sys.executable, "-m", "tests.peak_memory", str(home), route, kind]
    done = subprocess.run(command, input=body, capture_output=True, cwd=ROOT, timeout=300, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return json.loads(done.stdout.splitlines()[-1]) | {"stderr": done.stderr.decode()[-3000:]}


def _peak() -> float:
    """The most this process has held so far, in MB; what the one that started it held would count in `ru_maxrss`."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main(home: str, route: str, kind: str) -> None:
    """Ask for a few customers first, so that what every server holds is not counted."""
    from fastapi.testclient import TestClient

    from churn import Workspace
    from churn.api.app import make_api

    body = sys.stdin.buffer.read()
    resource.setrlimit(resource.RLIMIT_AS, (24 << 30, 24 << 30))  # Arrow reserves far more than it uses
    client = TestClient(make_api(Workspace(Path(home))), client=("127.0.0.1", 1), base_url="http://localhost")
    client.post(route, json=WARM)
    before, began = _peak(), time.perf_counter()
    with client.stream("POST", route, content=body, headers={"content-type": kind}) as answer:
        seconds, said = time.perf_counter() - began, next(answer.iter_raw())[:300].decode("utf-8", "replace")
    told = {"mb": _peak() - before, "status": answer.status_code, "seconds": seconds, "said": said}
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
