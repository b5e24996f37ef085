"""What may be said about a list, a training, a retrain or outcomes: stated once, for every door.

The Python keywords are the fields of the `…Options` classes; flags of the command line, words of an address, fields of
a form and the arguments of a job are made from the tables of `Option` below, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date as Day
from typing import Any, Literal, NamedTuple, TypedDict, cast

from churn.errors import RequestRefused


class ReadOptions(TypedDict, total=False):
    """What may be said about a list beside the file itself.

    filename    what a list that comes as bytes is called
    mapping     their heading -> our column; an empty column name means: not one of ours
    as_of       the day ages count back from, where the list has no date column
    limits      how large a list may be; each door sets its own
    """

    filename: str | None
    sheet: str | None
    mapping: Mapping[str, str]
    dates: Literal["day-first", "month-first"] | None
    duplicates: Literal["newest", "first", "refuse"] | None
    profile: str | None
    as_of: Day | str | None
    limits: Any


class TrainOptions(ReadOptions, total=False):
    """What may be said about a training; `break_even` is the probability from which an offer pays."""

    outcome: str | None
    positive: Sequence[str] | None
    key: str | None
    value: str | None
    date: str | None
    drop: Sequence[str] | None
    drop_class: Sequence[str] | None
    suspects: Literal["keep", "drop"] | None
    quick: bool
    tune: int | None
    aim: Literal["profit", "recall", "logloss"] | None
    threshold: str | None
    seed: int | None
    break_even: float | None


class RetrainOptions(ReadOptions, total=False):
    """What may be said about a retrain: the rest is as it was trained before."""

    quick: bool
    seed: int | None
    positive: Sequence[str] | None
    drop: Sequence[str] | None


class OutcomeOptions(ReadOptions, total=False):
    """What may be said about a list of outcomes: which column names the customer, which says who left, and how."""

    key: str | None
    outcome: str | None
    positive: Sequence[str] | None


class Option(NamedTuple):
    """One thing that may be said, as the doors offer it.

    name     the Python keyword; `word` where the doors call it otherwise
    value    how its value is written, for help
    kind     text, whole number, flag (there or not), words (several), or pairs (THEIRS=OURS, repeatable)
    """

    name: str
    help: str
    value: str = ""
    choices: tuple[str, ...] = ()
    kind: Literal["text", "whole", "flag", "words", "pairs"] = "text"
    word: str = ""

    @property
    def called(self) -> str:
        """How the doors call it."""
        return self.word or self.name

    @property
    def flag(self) -> str:
        """How the command line calls it."""
        return f"--{self.called.replace('_', '-')}"


READ = (
    Option("sheet", "the sheet of a workbook to read", "NAME"),
    Option(
        "mapping",
        "their heading is this column of ours (repeatable); nothing after = means none of ours",
        "THEIRS=OURS",
        kind="pairs",
        word="map",
    ),
    Option("dates", "how to read dates such as 02/03/2026", choices=("day-first", "month-first")),
    Option("duplicates", "which row of a customer listed twice to keep", choices=("newest", "first", "refuse")),
    Option("profile", "the ready-made business to read the list as", "P"),
)

AS_OF = Option("as_of", "the day ages count back from, where the list has no date column (2026-01-31)", "DATE")

QUICK = Option("quick", "fewer candidates, one 5-fold check; said on the card", kind="flag")
SEED = Option("seed", "the seed of every draw (default 0)", "S", kind="whole")

TRAIN = (
    Option("outcome", "the column that says who left", "COL"),
    Option("positive", "the words that mean the customer left", "VALUE", kind="words"),
    Option("key", "the column that names the customer", "COL"),
    Option("value", "the column with the money a customer brings in a period", "COL"),
    Option("date", "the column that says when each row was true", "COL"),
    Option("drop", "columns not to learn from", "COL", kind="words"),
    Option("suspects", "columns that may be leaks: learn from them or not", choices=("keep", "drop")),
    Option("drop_class", "outcomes to leave out altogether", "VALUE", kind="words"),
    QUICK,
    Option("tune", "search for better settings; one that was stopped goes on", "TRIALS", kind="whole"),
    Option("aim", "what the search looks for", choices=("profit", "recall", "logloss")),
    Option("threshold", 'who counts as leaving: money (default), f1, "recall 0.9" or "list 500"', "HOW"),
    SEED,
)

RETRAIN = (QUICK, SEED)

OUTCOME = (
    Option("key", "the column that names the customer", "COL"),
    Option("outcome", "the column that says who left", "COL"),
    Option("positive", "the words that mean the customer left", "VALUE", kind="words"),
)


def read_options_in(options: Mapping[str, Any]) -> ReadOptions:
    """Of the options of any piece of work, those that say how its list is read; what was left open is left out."""
    named = ReadOptions.__annotations__
    return cast(ReadOptions, {n: value for n, value in options.items() if n in named and value is not None})


def flags_for(options: Sequence[Option], values: Mapping[str, Any]) -> list[str]:
    """The words of a command line that say these values; each is joined to its flag, so it can never be one itself."""
    words: list[str] = []
    for option in options:
        value = values.get(option.name)
        if not value:
            continue
        if option.kind == "flag":
            words.append(option.flag)
        elif option.kind == "pairs":
            words += [f"{option.flag}={theirs}={ours}" for theirs, ours in value.items()]
        else:
            words += [f"{option.flag}={one}" for one in (value if option.kind == "words" else [value])]
    return words


def pair_of(text: str, form: str = "THEIRS=OURS") -> tuple[str, str]:
    """The two sides of `A=B`; the last = divides, since headings may hold one."""
    left, mark, right = text.rpartition("=")
    if not mark or not left:
        raise RequestRefused(f"{text!r} does not say what equals what.", f"Write it as {form}.")
    return left, right
