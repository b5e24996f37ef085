"""How many threads a computation may use: one where there are few customers, whatever was imported before.

OpenMP reads OMP_WAIT_POLICY when it is loaded. Where a notebook has imported xgboost first, its waiting threads spin
and nothing can change that later: a training of 500 customers beside busy cores then costs 23 CPU seconds instead of 2.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

MANY = 50_000  # rows from which a second thread saves more than the waiting for each other costs


def threads_for(rows: int) -> int:
    """How many threads may work on so many rows: one below `MANY`, then CHURN_THREADS, or at most two."""
    if rows < MANY:
        return 1
    given = os.environ.get("CHURN_THREADS", "")
    return max(1, int(given)) if given.isdigit() else min(2, os.cpu_count() or 1)


def set_passive_waiting() -> None:
    """Let waiting threads sleep; it has an effect only where OpenMP is not loaded yet."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@contextmanager
def one_thread() -> Iterator[None]:
    """Limit loaded libraries to one thread, where a call has no parameter for it."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield
