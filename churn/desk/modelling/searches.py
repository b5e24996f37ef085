"""Searches: the trials of a search for better settings, kept outside the shelf so that a stopped one can go on."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from churn.errors import Unavailable
from churn.files import checked_name

FOLDER = Path("data") / "searches"
KEPT_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True)
class Search:
    """One search on disk: a line for every trial, written as soon as it is known. It holds settings, no customers."""

    path: Path

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Every trial that was written whole; a line cut short by a kill is passed over."""
        text = self.path.read_text(encoding="utf-8") if self.path.is_file() else ""
        for line in text.splitlines():
            with suppress(ValueError):
                yield json.loads(line)

    def append(self, trial: dict[str, Any], /) -> None:
        """Write one more trial through to the disk; a torn line before it stays a line of its own."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            torn = self.path.is_file() and not self.path.read_bytes().endswith(b"\n")
            with self.path.open("a", encoding="utf-8") as file:
                file.write(("\n" if torn else "") + json.dumps(trial) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as problem:
            raise Unavailable(
                f"The search could not be kept in {self.path.parent.name}: {problem.strerror or problem}.",
                "Free some space or choose another home; the trials written before are kept.",
            ) from problem


def search_for(home: Path, fingerprint: str) -> Search:
    """The search on one list with one seed, begun or not; those nobody went on with for a month are removed."""
    folder = home / FOLDER
    for path in folder.glob("*.jsonl"):
        if time.time() - path.stat().st_mtime > KEPT_SECONDS:
            path.unlink(missing_ok=True)
    return Search(folder / f"{checked_name(fingerprint, 'search')}.jsonl")
