"""Makes the disk fail, or the process die, at the k-th thing it does to a file: written, flushed, renamed, opened."""

import contextlib
import io
import os
import signal
import tempfile
from pathlib import Path

CALLS = (
    (os, "fsync"),
    (os, "rename"),
    (os, "replace"),
    (os, "open"),
    (os, "mkdir"),
    (tempfile, "mkstemp"),
    (io, "open"),
)


@contextlib.contextmanager
def at_call(number, act):
    """Do `act` instead of the k-th call that changes a file below the models; says how many calls there were."""
    seen = [0]

    def counted(real, always):
        def call(*words, **named):
            if always or _writes(words, named):
                seen[0] += 1
                if seen[0] == number:
                    act()
            return real(*words, **named)

        return call

    with contextlib.ExitStack() as stack:
        for place, name in CALLS:
            real = getattr(place, name)
            stack.callback(setattr, place, name, real)
            setattr(place, name, counted(real, name not in ("open",)))
        yield seen


def disk_full():
    """What a full disk says."""
    raise OSError(28, "No space left on device")


def die():
    """What a killed process does: nothing more at all."""
    os.kill(os.getpid(), signal.SIGKILL)


def _writes(words, named):
    """Whether an `open` is for writing."""
    mode = words[1] if len(words) > 1 else named.get("mode", "r")
    if isinstance(mode, int):
        return bool(mode & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    return any(sign in mode for sign in "wax+")


def bit_flipped(path: Path, place: int) -> None:
    """One bit of a file the other way round."""
    content = bytearray(path.read_bytes())
    content[place // 8 % len(content)] ^= 1 << place % 8
    path.write_bytes(bytes(content))
