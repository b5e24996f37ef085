"""What the terminal shows: tables and sentences for a person, or one JSON object for a program."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from churn.errors import ChurnError
from churn.notices import Notice

BAR = 20  # signs of a progress bar
READER, SCREEN = "CHURN_READER", "screen"  # set for the jobs of the dashboard, which shows their refusals as they are
TOGETHER = ("map",)  # options that are given several times at once; of others one is chosen
_COLOURS = {"warning": "33", "refused": "31", "strong": "1", "quiet": "2"}


@dataclass(frozen=True)
class Printer:
    """Where words go: stdout for the answer, stderr for progress and refusals; colours only on a terminal."""

    as_json: bool = False
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)

    def answer(self, content: dict[str, Any], lines: Iterable[str]) -> None:
        """Show an answer: one JSON object and nothing else, or its lines for a person."""
        if self.as_json:
            self.out.write(json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n")
        else:
            self.out.writelines(f"{line}\n" for line in lines)
        self.out.flush()

    def progress(self, done: float, text: str) -> None:
        """Show how far the work is: a JSON line for a program, one line rewritten in place for a person."""
        if self.as_json:
            self.err.write(json.dumps({"progress": round(done, 3), "text": text}, ensure_ascii=False) + "\n")
        elif self.err.isatty():
            bar = "█" * round(done * BAR) + "░" * (BAR - round(done * BAR))
            self.err.write(f"\r\033[K{bar} {done:4.0%}  {text}" + ("\n" if done >= 1 else ""))
        self.err.flush()

    def refused(self, problem: ChurnError) -> None:
        """Show what was refused and what to do next; never a traceback, and no flag to who reads it on a screen."""
        options = () if os.environ.get(READER) == SCREEN else problem.options
        self.err.write(
            f"{self.coloured(problem.message, 'refused')} {with_flags(problem.fix, options)}".rstrip() + "\n"
        )
        self.err.flush()

    def coloured(self, text: str, colour: str) -> str:
        """The text in a colour on a terminal, plain anywhere else."""
        plain = self.as_json or not self.err.isatty() or not self.out.isatty() or "NO_COLOR" in os.environ
        return text if plain else f"\033[{_COLOURS[colour]}m{text}\033[0m"


def notice_lines(notices: Iterable[Notice], *, most: int | None = None) -> list[str]:
    """Notices as a list for a person, the warnings first; beyond `most` only how many there are."""
    marks = {"warning": "!", "set_aside": "–", "repaired": "~", "info": "·"}
    ordered = sorted(notices, key=lambda n: list(marks).index(n.kind))
    more = len(ordered) - most if most is not None and len(ordered) > most + 1 else 0
    shown = [f"  {marks[n.kind]} {with_flags(n.text, n.options)}" for n in ordered[: len(ordered) - more]]
    return [*shown, f"  · {more:,} more notices about the list: `score` and --json tell them all."] if more else shown


def with_flags(text: str, options: Sequence[str]) -> str:
    """A sentence with the flags that carry it out in brackets before its full stop."""
    if not options:
        return text
    between = " " if all(option.partition("=")[0] in TOGETHER for option in options) else " or "
    return f"{text.removesuffix('.')} ({between.join(map(_as_flag, options))})."


def _as_flag(option: str) -> str:
    """One option as it is typed: a flag with its value, or the command of another verb."""
    if option.startswith("verb "):
        return f"`python -m churn {option.removeprefix('verb ')}`"
    name, _, value = option.partition("=")
    return f"--{name.replace('_', '-')}" + (f" {shlex.quote(value)}" if value else "")


def table_lines(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A table in aligned columns: text to the left, numbers to the right."""
    cells = [[_cell(value) for value in row] for row in rows]
    numeric = [_all_numbers(column) for column in zip(*cells, strict=True)] if cells else [False] * len(heads)
    widths = [max(len(c) for c in column) for column in zip(heads, *cells, strict=True)]
    return [
        "  ".join(
            c.rjust(w) if right else c.ljust(w) for c, w, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in [list(heads), *cells]
    ]


def _cell(value: object) -> str:
    """A value as one harmless line: a cell of a list must not move the cursor or colour the screen."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.3f}"
    if type(value) is int:
        return f"{value:,}"
    return "".join(c for c in " ".join(str(value).split()) if c.isprintable())


def _all_numbers(column: Sequence[str]) -> bool:
    return all(c == "–" or c.replace(",", "").replace(".", "").lstrip("-").rstrip("%").isdigit() for c in column)
