"""Turns: work on a model that only one process may do at a time, such as training it again and letting it go live."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from churn.errors import NotFound, Unavailable
from churn.files import checked_name
from churn.shelf.version_folders import FOLDER


@contextmanager
def alone_at(home: Path, name: str, work: str, *, wait: bool = False) -> Iterator[None]:
    """Hold a model's turn at some work; where another process has it, wait for it, or refuse at once.

    The system lets go of it when its holder ends or is killed, so nothing has to be tidied up.
    """
    folder = home / FOLDER / checked_name(name, "model name")
    if not folder.is_dir():
        raise NotFound(f"There is no model {name}.", "Train it first.")
    lock = folder / f".{checked_name(work, 'work')}"
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as problem:
        raise Unavailable(
            f"{name} cannot be locked for a {work}: {problem.strerror or problem}.",
            "Nothing was changed. Free some space or ask for write access to the folder of models, then try again.",
        ) from problem
    try:
        if not _took(handle, wait):
            raise Unavailable(f"Another {work} of {name} is running.", "Wait until it has ended.")
        yield
    finally:
        os.close(handle)


def _took(handle: int, wait: bool) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows has a lock of its own
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
