"""What a client may say about a file it sends: the words of the command line, in the address or in the form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query

from churn.api.sent.bodies import SentFile
from churn.intake.understanding.asking import pair_of
from churn.intake.understanding.repeats import Duplicates
from churn.intake.values.moments import Order

SINGLE = ("sheet", "dates", "duplicates", "profile")
DESCRIBED: dict[str, dict[str, Any]] = {
    "sheet": {"type": "string", "description": "the sheet of a workbook to read"},
    "map": {
        "type": "array",
        "items": {"type": "string"},
        "description": "THEIRS=OURS: their heading is this column of ours; nothing after = means none of ours",
    },
    "dates": {"type": "string", "enum": ["day-first", "month-first"], "description": "how to read 02/03/2026"},
    "duplicates": {
        "type": "string",
        "enum": ["newest", "first", "refuse"],
        "description": "which row of a customer listed twice to keep",
    },
    "profile": {"type": "string", "description": "the ready-made business to read the list as"},
}


@dataclass(frozen=True)
class FileWords:
    """What was said about a file in the address of a request."""

    sheet: str | None = None
    map: tuple[str, ...] = ()
    dates: Order | None = None
    duplicates: Duplicates | None = None
    profile: str | None = None

    def about(self, sent: SentFile) -> dict[str, Any]:
        """The words as the desk takes them; a field of the form stands before the address."""
        said = {n: sent.said.get(n, [None])[-1] or getattr(self, n) for n in SINGLE}
        mapping = dict(pair_of(pair) for pair in (*self.map, *sent.said.get("map", ())))
        return {k: v for k, v in {**said, "mapping": mapping, "filename": sent.filename}.items() if v}


def words_in_address(
    sheet: Annotated[str | None, Query(description=DESCRIBED["sheet"]["description"])] = None,
    map: Annotated[list[str] | None, Query(description=DESCRIBED["map"]["description"])] = None,
    dates: Annotated[Order | None, Query(description=DESCRIBED["dates"]["description"])] = None,
    duplicates: Annotated[Duplicates | None, Query(description=DESCRIBED["duplicates"]["description"])] = None,
    profile: Annotated[str | None, Query(description=DESCRIBED["profile"]["description"])] = None,
) -> FileWords:
    """The answers to what a file may leave open, as the address of a request gives them."""
    return FileWords(sheet, tuple(map or ()), dates, duplicates, profile)


FileSaid = Annotated[FileWords, Depends(words_in_address)]
