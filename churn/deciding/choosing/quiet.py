"""Keeps what a solver's C code prints away from standard output, where a door may be writing its one JSON object."""

from __future__ import annotations

import ctypes
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock

_ONE_AT_A_TIME = Lock()
_CHATTER = b"HighsMipSolverData::"


@contextmanager
def solver_hushed() -> Iterator[None]:
    """Whatever reaches standard output meanwhile is written afterwards, without the solver's debug lines.

    HiGHS 1.x prints such lines from its MIP heuristics whatever its options say; nothing else helps against them.
    """
    with _ONE_AT_A_TIME, tempfile.TemporaryFile() as aside:
        try:
            _flush_c()
            kept = os.dup(1)
            os.dup2(aside.fileno(), 1)
        except OSError:  # no standard output at all, as under a service manager
            yield
            return
        try:
            yield
        finally:
            _flush_c()
            os.dup2(kept, 1)
            os.close(kept)
            aside.seek(0)
            _write_on(b"".join(line for line in aside if not line.startswith(_CHATTER)))


def _write_on(rest: bytes) -> None:
    with suppress(OSError):
        while rest:
            rest = rest[os.write(1, rest) :]


def _flush_c() -> None:
    """Empty the buffers of the C library, which Python's own flush does not reach."""
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).fflush(None)
