"""What a person reads on a screen or over HTTP names no flag and no command; the terminal adds its flags by itself."""

import ast
import re
from pathlib import Path

import pytest

from app.words import sentences
from churn.api.refusals import with_words
from churn.cli.main import READER, SCREEN, Printer, with_flags
from churn.errors import ChurnError, MissingColumns, OpenQuestion, RequestRefused, UnsureColumns
from churn.intake.matching import Match
from churn.notices import Notice

ROOT = Path(__file__).resolve().parent.parent
FLAG = re.compile(r"(?<![\w-])--[a-z]|python -m")
PLACE = re.compile(r"\w/\w+\.\w+|\.(?:py|md|toml)\b")
# What starts programs or documents them for the terminal, and is read by nobody on a screen.
FOR_THE_TERMINAL = ("churn/cli/", "app/jobs.py", "app/demo.py", "app/__main__.py", "app/deploy/")


def sentences_in(path):
    """Every text of a module that is no docstring, each part of a text with values in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        (f"{path.relative_to(ROOT)}:{node.lineno}", node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
    ]


def modules():
    every = [path for folder in ("churn", "app") for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in every if not path.relative_to(ROOT).as_posix().startswith(FOR_THE_TERMINAL)]


def test_no_sentence_outside_the_terminal_names_a_flag():
    found = [(place, text) for path in modules() for place, text in sentences_in(path) if FLAG.search(text)]
    assert [text for _, text in found if not text.startswith("verb ")] == []  # an option, which the terminal writes out


def test_the_collector_sees_parts_of_sentences_and_no_docstrings(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.test_no_flag_on_screen.ROOT", tmp_path)
    module = tmp_path / "one.py"
    module.write_text('"""Says --this."""\nx = f"Say {1} with --that."\n')
    assert [text for _, text in sentences_in(module) if FLAG.search(text)] == [" with --that."]


def test_no_word_on_screen_names_a_flag_a_command_or_a_file():
    words = sentences("en")
    hint = "logs.place_hint", "logs.text_place"  # the form of an answer: a person types the place of their own files
    assert {key: s for key, s in words.items() if FLAG.search(s) or (PLACE.search(s) and key not in hint)} == {}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "Say which."),
        (("outcome=COLUMN",), "Say which (--outcome COLUMN)."),
        (("dates=day-first", "dates=month-first"), "Say which (--dates day-first or --dates month-first)."),
        (("map=My plan=Plan", "map=a=b"), "Say which (--map 'My plan=Plan' --map a=b)."),
        (("drop_class=WORD",), "Say which (--drop-class WORD)."),
        (("verb train LIST",), "Say which (`python -m churn train LIST`)."),
    ],
)
def test_the_terminal_adds_its_flags_before_the_full_stop(options, said):
    assert with_flags("Say which.", options) == said


def test_http_names_its_own_words_and_nothing_else():
    assert with_words(RequestRefused("x", "Say which.", options=("model=a", "model=b"))) == (
        "Say which (?model=a or ?model=b)."
    )
    assert with_words(RequestRefused("x", "Say which.", options=("outcome=COLUMN",))) == "Say which."


def test_an_open_question_offers_its_choices_as_options():
    asked = OpenQuestion("x", "Say which.", asks="dates", choices=("day-first", "month-first"))
    assert asked.options == ("dates=day-first", "dates=month-first")
    match = Match("Contrakt", "Contract", 0.6, "spelling")
    unsure = UnsureColumns("x", "Confirm it.", matches=(match,), headings=("Contrakt",))
    assert unsure.options == ("map=Contrakt=Contract",)
    assert MissingColumns("x", "Add it.", template="a").options == ()


def test_a_job_of_the_dashboard_is_refused_without_a_flag(monkeypatch, capsys):
    problem = ChurnError("No column says who left.", "Name it.", options=("outcome=COLUMN",))
    Printer().refused(problem)
    monkeypatch.setenv(READER, SCREEN)
    Printer().refused(problem)
    assert capsys.readouterr().err.splitlines() == [
        "No column says who left. Name it (--outcome COLUMN).",
        "No column says who left. Name it.",
    ]


def test_a_notice_tells_programs_the_options_apart_from_its_words():
    notice = Notice("info", "Say the day.", options=("as_of=DATE",))
    assert notice.as_json() == {"kind": "info", "text": "Say the day.", "options": ("as_of=DATE",)}
