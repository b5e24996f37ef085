"""The command line refuses in one sentence and tells programs what it did by exit code."""

import json

import pytest

from churn.cli import main as line
from churn.cli.main import VERBS, Answer, Verb, parser_of_all, register_verbs, run_line
from churn.errors import ListRefused


@pytest.fixture
def verb(monkeypatch):
    """A verb of this test's own, in place of all others."""

    def known(run, words=lambda parser: None):
        monkeypatch.setattr(line, "FAMILIES", ())
        for name in list(VERBS):
            monkeypatch.delitem(VERBS, name)
        monkeypatch.setitem(VERBS, "greet", Verb("greet", "say hello", words, run, "greet"))

    return known


def test_an_answer_is_lines_for_a_person_and_one_object_for_a_program(verb, capsys):
    verb(lambda asked, printer: Answer({"said": "hello"}, ("Hello.",)))
    assert run_line(["greet"]) == 0
    assert capsys.readouterr() == ("Hello.\n", "")
    assert run_line(["greet", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"said": "hello"}


def test_a_refusal_is_a_sentence_on_stderr_and_exit_2(verb, capsys):
    def refuse(asked, printer):
        raise ListRefused("The file is empty.", "Export it again.")

    verb(refuse)
    assert run_line(["greet"]) == 2
    assert capsys.readouterr() == ("", "The file is empty. Export it again.\n")


def test_ctrl_c_is_a_sentence_too(verb, capsys):
    def stop(asked, printer):
        raise KeyboardInterrupt

    verb(stop)
    assert run_line(["greet"]) == 2
    assert capsys.readouterr().err == "Stopped on request. Nothing was half-written.\n"


def test_a_verb_chooses_its_own_exit_code(verb):
    verb(lambda asked, printer: Answer({"verdict": "retrain"}, code=3))
    assert run_line(["greet", "--json"]) == 3


@pytest.mark.parametrize("words", [[], ["greed"], ["greet", "--loud"], ["greet", "--hom", "x"]])
def test_wrong_words_are_one_sentence_with_where_to_look(verb, capsys, words):
    verb(lambda asked, printer: None)
    assert run_line(words) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "--help`." in err


def test_help_shows_each_verb_with_an_example():
    register_verbs()
    parsers = parser_of_all()._subparsers._group_actions[0].choices
    assert [name for name in VERBS if f"python -m churn {name}" not in parsers[name].format_help()] == []


def test_a_list_and_an_answer_never_share_stdout(verb, capsys):
    verb(lambda asked, printer: Answer({"said": "hello"}), lambda parser: parser.add_argument("-o", dest="output"))
    assert (run_line(["greet", "-o", "-"]), capsys.readouterr().err) == (0, "")
    assert run_line(["greet", "-o", "-", "--json"]) == 2
    said = "`-o -` and --json both want stdout. Name a file with -o, or leave out --json."
    assert capsys.readouterr() == ("", f"{said}\n")
