"""A Notice: one thing a person should know about what was just done; and how several things are named in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

NoticeKind = Literal["repaired", "set_aside", "warning", "info"]


@dataclass(frozen=True)
class Notice:
    """One sentence for the analyst, with the column, count and lines it speaks of.

    kind    `repaired`: a value was changed to what it plainly means; `set_aside`: rows were left out;
            `warning`: the result may mislead; `info`: good to know.
    text    for every door alike: no flag, no command, no path.
    lines   line numbers in the file as an editor shows them (the first line is 1), at most a handful.
    options what a program or the terminal can set to act on it, as in `churn.errors`.
    """

    kind: NoticeKind
    text: str
    column: str | None = None
    count: int | None = None
    lines: tuple[int, ...] = ()
    options: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The notice as a plain mapping without empty fields."""
        return {k: v for k, v in asdict(self).items() if v not in (None, (), [])}


def listed(words: Sequence[str]) -> str:
    """Words one after the other as in a sentence: "a, b and c"."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def many(count: int, thing: str) -> str:
    """So many of a thing: "1 row", "1,200 rows"."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def do(count: int, one: str, several: str) -> str:
    """The verb, or any other word, that goes with so many: "is" of one, "are" of several."""
    return one if count == 1 else several
