"""What the terminal shows: tables and sentences for a person, or one JSON object for a program."""

from __future__ import annotations

import importlib
import json
import os
import shlex
import sys
from argparse import Action, ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, TextIO

from churn import __version__
from churn.errors import ChurnError, NotFound, RequestRefused
from churn.files import REPOSITORY
from churn.notices import Notice
from churn.options import AS_OF, READ, Option, pair_of

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


# The verbs of the command line: each is registered once, with its words, and calls the workspace.


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


# One command line, read and carried out: exit 0 done, 2 refused, 3 a retrain is advised, 1 a bug of ours.


# Each module registers its verbs when imported; `--help` shows them in this order.
FAMILIES = ("lists", "models", "campaigns", "businesses")
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
        one.add_argument("--home", metavar="DIR", help="where models and the database live (CHURN_HOME)")
        one.add_argument("--json", action="store_true", help="one JSON object on stdout, nothing else")
        verb.words(one)
    return parser


def _carry_out(args: Namespace, printer: Printer) -> int:
    if args.json and getattr(args, "output", "") == "-":
        raise RequestRefused("`-o -` and --json both want stdout.", "Name a file with -o, or leave out --json.")
    answer = VERBS[args.verb].run(args, printer) or Answer()
    if answer.content or answer.lines:
        printer.answer(answer.content, answer.lines)
    return answer.code


# What the TAB key offers: a script for bash and zsh with every verb and flag, made from the parser itself.


SHELLS = ("bash", "zsh")
_ZSH = "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n"


# A word that begins with a dash is a flag; any other is one of the verb's own words, else a file.
_SCRIPT = """\
churn() {{ PYTHONPATH={root}${{PYTHONPATH:+:$PYTHONPATH}} {python} -m churn "$@"; }}
_churn() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}" verb="${{COMP_WORDS[1]}}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="{verbs}"
  else
    case "$verb $before" in
{values}
    *)
      case "$verb $word" in
{words}
      esac ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o bashdefault -o default -F _churn churn
"""


def completion_script(parser: ArgumentParser, shell: str) -> str:
    """The script to be read by a shell; it also lets `churn` stand for `python -m churn`, from any folder."""
    verbs = _verbs(parser)
    script = _SCRIPT.format(
        root=shlex.quote(str(REPOSITORY)),
        python=shlex.quote(sys.executable),
        verbs=" ".join(verbs),
        values="\n".join(line for name, verb in verbs.items() for line in _values(name, verb)),
        words="\n".join(line for name, verb in verbs.items() for line in _words(name, verb)),
    )
    return (_ZSH if shell == "zsh" else "") + script


def flags_of(verb: ArgumentParser) -> list[str]:
    """The long flags of a verb."""
    return [word for action in verb._actions for word in action.option_strings if word.startswith("--")]


def _verbs(parser: ArgumentParser) -> dict[str, ArgumentParser]:
    return next(dict(a.choices) for a in parser._actions if isinstance(a.choices, dict))


def _values(name: str, verb: ArgumentParser) -> Iterator[str]:
    """What may follow a flag that takes one of a few words."""
    for action in verb._actions:
        if action.option_strings and action.choices:
            pattern = "|".join(f'"{name} {word}"' for word in action.option_strings)
            yield f'    {pattern}) words="{" ".join(_choices(action))}" ;;'


def _words(name: str, verb: ArgumentParser) -> Iterator[str]:
    own = [word for a in verb._actions if not a.option_strings for word in _choices(a)]
    yield f'      "{name} -"*) words="{" ".join(flags_of(verb))}" ;;'
    if own:
        yield f'      "{name} "*) words="{" ".join(own)}" ;;'


def _choices(action: Action) -> Sequence[str]:
    return [str(c) for c in action.choices] if action.choices else []


# The words every verb takes that reads a LIST, and what was said with them.


STDIN = "-"


def add_list_words(words: ArgumentParser, what: str = "the customer list") -> None:
    """Take a LIST and everything a person may have to say about it."""
    words.add_argument("list", metavar="LIST", help=f"{what}: CSV, workbook or Parquet; `-` reads stdin")
    add_options(words, READ)


def add_options(words: ArgumentParser, options: Iterable[Option]) -> None:
    """Take options as flags; a verb leaves out what nobody said."""
    for option in options:
        how: dict[str, Any] = {"dest": option.name, "help": option.help}
        if option.kind == "flag":
            words.add_argument(option.flag, action="store_true", **how)
            continue
        if option.choices:
            how["choices"] = list(option.choices)
        else:
            how["metavar"] = option.value
        if option.kind == "whole":
            how["type"] = int
        elif option.kind == "words":
            how |= {"nargs": "+", "action": "extend"}
        elif option.kind == "pairs":
            how |= {"action": "append", "default": []}
        words.add_argument(option.flag, **how)


def options_in(args: Namespace, options: Iterable[Option]) -> dict[str, Any]:
    """What was said of these options, by their Python keywords."""
    return {o.name: getattr(args, o.name) for o in options if getattr(args, o.name, None)}


def source_of(args: Namespace) -> Path | bytes:
    """The file named, or what comes through a pipe."""
    if args.list == STDIN:
        return sys.stdin.buffer.read()
    path = Path(args.list)
    if not path.exists():
        raise NotFound(f"There is no file {args.list}.", "Check the name and the folder.")
    if path.is_dir():
        raise RequestRefused(f"{args.list} is a folder.", "Name one file in it.")
    output = getattr(args, "output", None)
    if output and Path(output).exists() and path.samefile(output):
        raise RequestRefused(f"{output} is the list itself, which would be lost.", "Name another file with -o.")
    return path


def said_of(args: Namespace) -> dict[str, Any]:
    """What was said about the list, as a workspace takes it."""
    said = options_in(args, (*READ, AS_OF))
    said |= {"mapping": dict(pair_of(pair, "--map THEIRS=OURS") for pair in args.mapping)} if args.mapping else {}
    return {**said, "filename": "stdin"} if args.list == STDIN else said


def add_model_words(words: ArgumentParser) -> None:
    """Take the model that should answer, and the day the list speaks of."""
    words.add_argument(
        "--model",
        "--business",
        metavar="N[@V]",
        help="the business whose model answers, or one version of it (default: the one whose columns the list has)",
    )
    add_options(words, [AS_OF])
