"""Whether a cluster lends any worker: where none is left, Spark itself would wait without a word, for ever.

A worker counts once its executor, the process that works for us, has come up. Every worker may be busy for others for a
while, so there is some patience, and the URL may ask for more.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from churn.errors import ChurnError, RequestRefused, Unavailable

PATIENCE = 60.0  # seconds without any worker; a cluster in order lends the first one within ten
_PAUSE = 0.25

_FIX = (
    "Nothing was written. Check that workers are running with a free core and the memory= asked for, "
    "or wait longer with patience=SECONDS."
)


def worker_timeout(settings: Mapping[str, str]) -> float:
    """How many seconds a cluster may be without a worker before it is given up."""
    said = settings.get("patience", str(PATIENCE))
    try:
        seconds = float(said)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < threading.TIMEOUT_MAX:
        raise RequestRefused(f"patience={said} is no number of seconds.", f"Example: patience={PATIENCE:g}.")
    return seconds


@contextmanager
def require_workers(session: Any, patience: float) -> Iterator[None]:
    """Wait for the first worker, and give up work that every worker has left; either is said in a sentence."""
    _await_first(session, patience)
    done, deserted = threading.Event(), threading.Event()
    watch = threading.Thread(target=_watch, args=(session, patience, done, deserted), daemon=True)
    watch.start()
    try:
        yield
    except Exception as problem:
        if deserted.is_set():
            raise Unavailable(f"No worker was left, and none came back within {patience:g} seconds.", _FIX) from problem
        raise
    finally:
        done.set()
        watch.join()


def count_workers(session: Any) -> int:
    """How many executors are up; Spark counts this process as one, too."""
    return len(session.sparkContext._jsc.sc().statusTracker().getExecutorInfos()) - 1


def _await_first(session: Any, patience: float) -> None:
    until = time.monotonic() + patience
    while not count_workers(session):
        if time.monotonic() > until:
            raise Unavailable(f"The Spark master lent no worker within {patience:g} seconds.", _FIX)
        time.sleep(_PAUSE)


def _watch(session: Any, patience: float, done: threading.Event, deserted: threading.Event) -> None:
    """Stop the work once no worker has been there for as long as patience lasts."""
    from py4j.protocol import Py4JError

    last = time.monotonic()
    while not done.wait(_PAUSE):
        with suppress(Py4JError, OSError):  # Spark itself has stopped: what it says then is told elsewhere
            if count_workers(session):
                last = time.monotonic()
            elif time.monotonic() - last > patience:
                deserted.set()
                session.sparkContext.cancelAllJobs()


# A session on Apache Spark: a cluster by its address, or as many cores of this machine as are named.
#
#     spark://HOST:PORT?memory=2g&spill=DIR          a standalone cluster; DIR must be seen by every worker
#     local[2]?memory=2g&spill=DIR                   two cores of this machine
#
# `memory` is what an executor (here: the one process) may hold, `cores` how many the cluster may lend,
# `partitions` into how many parts results are spread, `spill` where what is needed twice is laid down, `host` the
# name under which workers reach this machine, `python` and `archive` the interpreter and a packed environment for
# workers that lack the packages, `patience` after how many seconds without any worker the work is given up.


SETTINGS = ("memory", "cores", "partitions", "spill", "host", "python", "archive", "patience")
EXAMPLES = "Use spark://HOST:PORT, or local[2] for two cores of this machine."
OLDEST_JAVA = 17
ATTEMPTS = 3  # a part of the work that failed so often fails the whole
WAIT = 5.0
_MASTER = re.compile(r"spark://(?P<host>[^:/?]+):(?P<port>[0-9]+)|local\[(?P<cores>[0-9]+|\*)\]")

_QUIET = """status = error
rootLogger.level = error
rootLogger.appenderRef.out.ref = out
appender.out.type = Console
appender.out.name = out
appender.out.target = SYSTEM_ERR
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %m%n
rootLogger.filter.none.type = ThresholdFilter
rootLogger.filter.none.level = off
"""


@dataclass(frozen=True)
class Address:
    """Where Spark is, and what it may use."""

    master: str
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def here(self) -> bool:
        """Whether it is this machine, in this program's own process."""
        return self.master.startswith("local")

    @property
    def parts(self) -> str:
        """Into how many parts results are spread, where nobody said it: enough for two cores, more for more."""
        cores = re.sub(r"\D", "", self.master) if self.here else ""
        return self.settings.get("partitions") or str(max(8, 4 * int(cores or os.cpu_count() or 2)))


def is_spark(url: str) -> bool:
    """Whether a URL means Spark, whatever is wrong with the rest of it."""
    return url.startswith(("spark:", "local["))


def parse_address(url: str) -> Address:
    """The address and settings of a URL; what is not understood is refused by name."""
    master, _, query = url.partition("?")
    if not _MASTER.fullmatch(master):
        raise RequestRefused(f"The engine {url!r} is not understood.", EXAMPLES)
    settings = dict(parse_qsl(query, keep_blank_values=True))
    unknown = sorted(set(settings) - set(SETTINGS))
    if unknown:
        raise RequestRefused(f"The engine has no setting {unknown[0]!r}.", f"Its settings: {', '.join(SETTINGS)}.")
    return Address(master, settings)


@contextmanager
def open_session(url: str) -> Iterator[tuple[Any, Path]]:
    """A session and a folder for what it lays down; both are gone afterwards."""
    address = parse_address(url)
    patience = worker_timeout(address.settings)
    _need_packages()
    _need_java()
    _need_master(address)
    folder = _own_folder(address.settings.get("spill"))
    try:
        with explain_spark_errors():
            session = _start_session(address, folder)
            try:
                with nullcontext() if address.here else require_workers(session, patience):
                    yield session, folder
            finally:
                session.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start_session(address: Address, folder: Path) -> Any:
    from pyspark.sql import SparkSession

    log = folder / "log4j2.properties"
    log.write_text(_QUIET, encoding="utf-8")
    builder = SparkSession.builder.appName("holdfast").master(address.master)
    for name, value in _configuration(address, folder, log).items():
        builder = builder.config(name, value)
    os.environ["PYSPARK_PYTHON"] = address.settings.get("python", sys.executable)
    with _errors_to(folder / "spark.log"):
        return builder.getOrCreate()


def _configuration(address: Address, folder: Path, log: Path) -> dict[str, str]:
    wanted = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": address.parts,
        # Small logs are split as well, so that every core has some of the work.
        "spark.sql.files.minPartitionNum": address.parts,
        "spark.sql.files.openCostInBytes": "65536",
        "spark.executorEnv.OMP_NUM_THREADS": "1",
        # Columns left out early would change which lines of a text file count as damaged.
        "spark.sql.csv.parser.columnPruning.enabled": "false",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.task.maxFailures": str(ATTEMPTS),
        "spark.local.dir": str(folder / "shuffle"),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={log}",
    }
    names = {
        "memory": ("spark.driver.memory",) if address.here else ("spark.executor.memory",),
        "cores": ("spark.cores.max",),
        "host": ("spark.driver.host", "spark.driver.bindAddress"),
        "archive": ("spark.archives",),
    }
    for setting, settles in names.items():
        if setting in address.settings:
            wanted |= dict.fromkeys(settles, address.settings[setting])
    return wanted


@contextmanager
def _errors_to(log: Path) -> Iterator[None]:
    """What a process started here says on stderr goes to a file: a terminal, or a program, reads ours."""
    sys.stderr.flush()
    ours = os.dup(2)
    try:
        with log.open("ab") as file:
            os.dup2(file.fileno(), 2)
        yield
    finally:
        os.dup2(ours, 2)
        os.close(ours)


def _need_packages() -> None:
    try:
        import pyspark  # noqa: F401
    except ImportError as problem:
        raise Unavailable(
            "Spark's Python package is not installed here.", "Run `make spark` once, or pip install 'pyspark==4.0.*'."
        ) from problem


def _need_java() -> None:
    """Refuse without a Java that is new enough, before Spark fails with pages of its own."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    told = f"Install Java {OLDEST_JAVA} or newer (on Debian: apt install openjdk-17-jre-headless), or set JAVA_HOME."
    try:
        done = subprocess.run([java or "java", "-version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        raise Unavailable("Spark needs Java, which was not found here.", told) from problem
    found = re.search(r'version "(?:1\.)?([0-9]+)', done.stderr)
    if found and int(found[1]) < OLDEST_JAVA:
        raise Unavailable(f"Spark needs Java {OLDEST_JAVA} or newer; this is Java {found[1]}.", told)


def _need_master(address: Address) -> None:
    """Refuse within seconds when nobody answers at the master's address; Spark itself would try for a minute."""
    place = _MASTER.fullmatch(address.master)
    if address.here or place is None:
        return
    try:
        with socket.create_connection((place["host"], int(place["port"])), timeout=WAIT):
            pass
    except (OSError, OverflowError) as problem:
        raise Unavailable(
            f"No Spark master answers at {address.master}.",
            "Check the address, and that the master and its workers are running.",
        ) from problem


def _own_folder(parent: str | None) -> Path:
    try:
        if parent:
            Path(parent).mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix="spark-", dir=parent)).resolve()
    except OSError as problem:
        raise Unavailable(
            f"The spill folder cannot be used: {problem.strerror}.", "Name another with spill=DIR."
        ) from problem


@contextmanager
def explain_spark_errors() -> Iterator[None]:
    """Turn what Spark complains of into a sentence with a next step."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except ChurnError:
        raise
    except (PySparkException, Py4JError, ConnectionError) as problem:
        raise _explain_problem(str(problem)) from problem


def _explain_problem(text: str) -> ChurnError:
    """The sentence for a complaint; its own words tell which."""
    low = text.lower()
    for words, message, fix in COMPLAINTS:
        if any(word in low for word in words):
            return Unavailable(message, fix)
    with suppress(StopIteration):
        line = next(line.strip() for line in text.splitlines() if line.strip())
        return Unavailable(f"Spark could not do this: {line[:200]}", "Nothing was written. Check its own log.")
    return Unavailable("Spark stopped without a word.", "Nothing was written. Check its own log.")


COMPLAINTS = (
    (
        ("no module named", "modulenotfounderror"),
        "A worker lacks a package that scoring needs.",
        "Nothing was written. Install the packages of requirements.txt on every worker, or send them with archive=.",
    ),
    (
        ("no space left", "disk quota"),
        "The disk filled up while Spark worked.",
        "Nothing was written. Free some space, or name a larger folder with spill=DIR in the engine's URL.",
    ),
    (
        ("outofmemory", "java heap space"),
        "The memory given to Spark is too small for this.",
        "Nothing was written. Raise memory= in the engine's URL.",
    ),
    (
        ("all masters are unresponsive", "connection refused", "sparkcontext was shut down", "stopped sparkcontext"),
        "Spark went away while it worked.",
        "Nothing was written. Check that the master and its workers are running, and try again.",
    ),
    (
        ("no such file or directory",),
        "A worker cannot see the list, or the folder to write to.",
        "Nothing was written. Put both on a disk that every machine shares, under the same name.",
    ),
    (
        (
            "cannot_read_file",
            "not a parquet file",
            "not a sound parquet file",
            "failed_read_file",
            "illegal parquet type",
        ),
        "A file could not be read as Parquet.",
        "Check that all files are sound Parquet whose times are in microseconds.",
    ),
    (
        ("most recent failure", "task failed"),
        f"A part of the work failed {ATTEMPTS} times, so the whole was given up.",
        "Nothing was written. Look at the last lines of the workers' own log for the cause.",
    ),
)
