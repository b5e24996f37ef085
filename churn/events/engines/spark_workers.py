"""Whether a cluster lends any worker: where none is left, Spark itself would wait without a word, for ever.

A worker counts once its executor, the process that works for us, has come up. Every worker may be busy for others for a
while, so there is some patience, and the URL may ask for more.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from churn.errors import RequestRefused, Unavailable

PATIENCE = 60.0  # seconds without any worker; a cluster in order lends the first one within ten
_PAUSE = 0.25
_FIX = (
    "Nothing was written. Check that workers are running with a free core and the memory= asked for, "
    "or wait longer with patience=SECONDS."
)


def patience_of(settings: Mapping[str, str]) -> float:
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
def lent_workers(session: Any, patience: float) -> Iterator[None]:
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


def number_of_workers(session: Any) -> int:
    """How many executors are up; Spark counts this process as one, too."""
    return len(session.sparkContext._jsc.sc().statusTracker().getExecutorInfos()) - 1


def _await_first(session: Any, patience: float) -> None:
    until = time.monotonic() + patience
    while not number_of_workers(session):
        if time.monotonic() > until:
            raise Unavailable(f"The Spark master lent no worker within {patience:g} seconds.", _FIX)
        time.sleep(_PAUSE)


def _watch(session: Any, patience: float, done: threading.Event, deserted: threading.Event) -> None:
    """Stop the work once no worker has been there for as long as patience lasts."""
    from py4j.protocol import Py4JError

    last = time.monotonic()
    while not done.wait(_PAUSE):
        with suppress(Py4JError, OSError):  # Spark itself has stopped: what it says then is told elsewhere
            if number_of_workers(session):
                last = time.monotonic()
            elif time.monotonic() - last > patience:
                deserted.set()
                session.sparkContext.cancelAllJobs()
