"""One command line, read and carried out: exit 0 done, 2 refused, 3 a retrain is advised, 1 a bug of ours."""

from __future__ import annotations

import importlib
import os
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from typing import NoReturn

from churn import __version__
from churn.cli.printing import Printer
from churn.cli.verbs import VERBS, Answer
from churn.errors import ChurnError, RequestRefused

# Each module registers its verbs when imported; `--help` shows them in this order.
FAMILIES = ("list_verbs", "model_verbs", "campaign_verbs", "watch_verbs", "event_verbs", "key_verbs", "service_verbs")

DONE, A_BUG, REFUSED = 0, 1, 2


class Parser(ArgumentParser):
    """A parser that refuses wrong words as we refuse everything: one sentence, and where to look."""

    def error(self, message: str) -> NoReturn:
        """Refuse the line instead of printing usage over several lines."""
        raise RequestRefused(f"{message[:1].upper()}{message[1:]}.", f"See `{self.prog} --help`.")


def run_line(words: Sequence[str]) -> int:
    """Carry out one command line and return its exit code."""
    register_verbs()
    printer = Printer(as_json="--json" in words)
    try:
        asked = parser_of_all().parse_args(words)
        return _carry_out(asked, printer)
    except ChurnError as problem:
        printer.refused(problem)
        _let_go_of_stdout()
        return REFUSED
    except KeyboardInterrupt:
        printer.refused(RequestRefused("Stopped on request.", "Nothing was half-written."))
        return REFUSED
    except BrokenPipeError:
        # The reader of a pipe went away, as `head` does; that is not a failure of ours.
        _let_go_of_stdout(gone=True)
        return DONE


def _let_go_of_stdout(*, gone: bool = False) -> None:
    """Leave nothing in the way of a quiet end: what a full or vanished stdout would not take is dropped."""
    try:
        if not gone:
            sys.stdout.flush()
            return
    except OSError:
        pass
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def register_verbs() -> None:
    """Make every verb known, in the order `--help` shows them."""
    for family in FAMILIES:
        importlib.import_module(f"churn.cli.{family}")


def parser_of_all() -> ArgumentParser:
    """The parser for every verb, with help and an example for each."""
    parser = Parser(prog="python -m churn", description="A customer list goes in, a retention campaign comes out.")
    parser.add_argument("--version", action="version", version=f"Holdfast {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True, parser_class=Parser)
    for verb in VERBS.values():
        example = f"example:\n  python -m churn {verb.example}" if verb.example else ""
        one = verbs.add_parser(
            verb.name,
            help=verb.does,
            description=verb.does,
            epilog=example,
            formatter_class=RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        one.add_argument("--home", metavar="DIR", help="where models and the score book live (CHURN_HOME)")
        one.add_argument("--json", action="store_true", help="one JSON object on stdout, nothing else")
        verb.words(one)
    return parser


def _carry_out(asked: Namespace, printer: Printer) -> int:
    if asked.json and getattr(asked, "output", "") == "-":
        raise RequestRefused("`-o -` and --json both want stdout.", "Name a file with -o, or leave out --json.")
    answer = VERBS[asked.verb].run(asked, printer) or Answer()
    if answer.content or answer.lines:
        printer.answer(answer.content, answer.lines)
    return answer.code
