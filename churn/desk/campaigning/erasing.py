"""Forgetting at the counter: a customer removed from the book and from what was left lying about."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from churn.book.forgetting import forget, forget_before
from churn.desk.business.playbooks import the_book
from churn.errors import RequestRefused

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Forgotten:
    """What went: rows of the book, and lists that an interrupted job had left behind."""

    rows: int
    files: int

    @property
    def words(self) -> str:
        """The same in a sentence, with what nobody but the person can remove."""
        went = f"{self.rows} rows about this customer were removed." if self.rows else "The book holds nothing of them."
        lists = f" {self.files} uploaded lists that a job had left behind went too." if self.files else ""
        return f"{went}{lists} Models hold no customer; files that were downloaded or sent are not ours to remove."

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        return asdict(self)


def forgotten(home: Path, key: str) -> Forgotten:
    """Remove one customer everywhere we keep anything."""
    with the_book(home) as book:
        return Forgotten(forget(book, key), _left_behind(home))


def forgotten_before(home: Path, day: str) -> Forgotten:
    """Remove what is known of customers from before a day, whoever they are; sums and lifts stay."""
    try:
        date.fromisoformat(day if DAY.fullmatch(day) else "")
    except ValueError:
        raise RequestRefused(f"{day!r} is not a day.", "Write it as 2026-01-31.") from None
    with the_book(home) as book:
        return Forgotten(forget_before(book, day), _left_behind(home))


def _left_behind(home: Path) -> int:
    """Lists that were uploaded for work which ended without tidying up, as after a power cut; returns how many went."""
    lists = [path for path in (home / "data" / "jobs").glob("*/list*") if not _still_works(path.parent)]
    for path in lists:
        path.unlink(missing_ok=True)
    return len(lists)


def _still_works(folder: Path) -> bool:
    with suppress(OSError, ValueError):
        os.kill(int((folder / "pid").read_text()), 0)
        return True
    return False
