"""The words every verb takes that reads a LIST, and what was said with them."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from churn.errors import NotFound, RequestRefused
from churn.intake.understanding.asking import pair_of

STDIN = "-"


def add_list_words(words: ArgumentParser, what: str = "the customer list") -> None:
    """Take a LIST and everything a person may have to say about it."""
    words.add_argument("list", metavar="LIST", help=f"{what}: CSV, workbook or Parquet; `-` reads stdin")
    words.add_argument("--sheet", metavar="NAME", help="the sheet of a workbook to read")
    words.add_argument(
        "--map",
        action="append",
        metavar="THEIRS=OURS",
        default=[],
        help="their heading is this column of ours (repeatable); nothing after = means none of ours",
    )
    words.add_argument("--dates", choices=["day-first", "month-first"], help="how to read dates such as 02/03/2026")
    words.add_argument(
        "--duplicates", choices=["newest", "first", "refuse"], help="which row of a customer listed twice to keep"
    )
    words.add_argument("--profile", metavar="P", help="the ready-made business to read the list as")


def source_of(asked: Namespace) -> Path | bytes:
    """The file named, or what comes through a pipe."""
    if asked.list == STDIN:
        return sys.stdin.buffer.read()
    path = Path(asked.list)
    if not path.exists():
        raise NotFound(f"There is no file {asked.list}.", "Check the name and the folder.")
    if path.is_dir():
        raise RequestRefused(f"{asked.list} is a folder.", "Name one file in it.")
    output = getattr(asked, "output", None)
    if output and Path(output).exists() and path.samefile(output):
        raise RequestRefused(f"{output} is the list itself, which would be lost.", "Name another file with -o.")
    return path


def said_of(asked: Namespace) -> dict[str, Any]:
    """What was said about the list, as the desk takes it."""
    said = {name: getattr(asked, name, None) for name in ("sheet", "dates", "duplicates", "profile", "as_of")}
    mapping = dict(pair_of(pair, "--map THEIRS=OURS") for pair in asked.map)
    filename = "stdin" if asked.list == STDIN else ""
    return {k: v for k, v in {**said, "mapping": mapping, "filename": filename}.items() if v}


def add_model_words(words: ArgumentParser) -> None:
    """Take the model that should answer, and the day the list speaks of."""
    words.add_argument(
        "--model", metavar="N[@V]", help="the model to use (default: the live one whose columns the list has)"
    )
    words.add_argument(
        "--as-of", metavar="DATE", help="the day ages count back from, where the list has no date column (2026-01-31)"
    )
