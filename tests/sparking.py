"""Real Spark for tests: a session on two cores, and a small cluster of a master and its workers on loopback."""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.browsing import ROOT, free_port

HOW_TO_GET_IT = "needs Spark: `make spark`, and Java 17 (apt install openjdk-17-jre-headless)"

# Spark's own bridge to Java leaves its sockets to the collector.
SPARK = [
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def need_spark():
    """Skip, or fail where CHURN_REQUIRE_SPARK is set, without Spark's package and Java."""
    if importlib.util.find_spec("pyspark") and shutil.which("java"):
        return
    if os.environ.get("CHURN_REQUIRE_SPARK"):
        pytest.fail(HOW_TO_GET_IT)
    pytest.skip(HOW_TO_GET_IT)


@dataclass
class Cluster:
    """A standalone cluster, each part a process of its own."""

    master: str
    folder: Path
    processes: list[subprocess.Popen] = field(default_factory=list)

    def start(self, role: str, *words: str) -> subprocess.Popen:
        """Start a master or a worker the way the scripts of a full installation do."""
        import pyspark

        home = Path(pyspark.__file__).parent
        environment = {
            **os.environ,
            "SPARK_HOME": str(home),
            "PYSPARK_PYTHON": sys.executable,
            "SPARK_LOCAL_IP": "127.0.0.1",
            "OMP_NUM_THREADS": "1",
            "SPARK_WORKER_DIR": str(self.folder / "work"),
        }
        command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{role}", *words]
        log = (self.folder / f"{role}-{len(self.processes)}.log").open("wb")
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        self.processes.append(process)
        return process

    def add_worker(self) -> subprocess.Popen:
        """One more worker with one core."""
        words = ["--host", "127.0.0.1", "--cores", "1", "--memory", "2g", "--webui-port", "0", self.master]
        return self.start("worker.Worker", *words)

    def kill(self, process: subprocess.Popen) -> None:
        """Kill a worker and everything it started, as a machine that goes down would."""
        for number in children_of(process.pid):
            subprocess.run(["kill", "-9", str(number)], capture_output=True)
        process.kill()


def children_of(number: int) -> list[int]:
    """A process and all that came from it, the youngest first."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(number)], capture_output=True, text=True).stdout.split()
    return [one for child in found for one in children_of(int(child))] + [number]


@contextmanager
def running_cluster(folder: Path, workers: int = 2):
    """A master and its workers on this machine; stopped at the end."""
    port = free_port()
    cluster = Cluster(f"spark://127.0.0.1:{port}", folder)
    try:
        cluster.start("master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0")
        wait_for_port(port)
        for _ in range(workers):
            cluster.add_worker()
        yield cluster
    finally:
        for process in cluster.processes:
            cluster.kill(process)
            process.wait()


def wait_for_port(port: int, seconds: float = 60) -> None:
    """Wait until somebody listens there."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the Spark master did not come up")


def churn_line(*words: str, **environment: str) -> subprocess.Popen:
    """The command line in a process of its own, its answer as JSON."""
    return subprocess.Popen(
        [sys.executable, "-m", "churn", *words, "--json"],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
