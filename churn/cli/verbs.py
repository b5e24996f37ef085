"""The verbs of the command line: each is registered once, with its words, and calls the desk."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from churn.cli.printing import Printer

Run = Callable[[Namespace, Printer], "Answer | None"]
Words = Callable[[ArgumentParser], None]


@dataclass(frozen=True)
class Answer:
    """What a verb has to say: `content` for programs (--json), `lines` for people, and the exit code."""

    content: dict[str, Any] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    code: int = 0


@dataclass(frozen=True)
class Verb:
    """One verb: its name, what it does in a line, the words it takes, an example, and the function behind it."""

    name: str
    does: str
    words: Words
    run: Run
    example: str = ""


VERBS: dict[str, Verb] = {}


def verb(name: str, does: str, words: Words, *, example: str = "") -> Callable[[Run], Run]:
    """Register the function below as the verb of that name."""

    def register(run: Run) -> Run:
        VERBS[name] = Verb(name, does, words, run, example)
        return run

    return register
