"""What a person says about a list on the command line."""

from argparse import ArgumentParser

import pytest

from churn.cli.main import add_list_words, add_model_words, said_of, source_of
from churn.errors import NotFound, RequestRefused
from churn.options import pair_of


def asked(*words):
    parser = ArgumentParser()
    add_list_words(parser)
    add_model_words(parser)
    return parser.parse_args([*map(str, words)])


def test_what_was_not_said_is_not_passed_on():
    assert said_of(asked("a.csv")) == {}


def test_everything_said_reaches_the_workspace():
    words = ["a.csv", "--sheet", "S", "--dates", "day-first", "--duplicates", "first", "--profile", "telco"]
    assert said_of(asked(*words, "--map", "A=B", "--map", "C=")) == {
        "sheet": "S",
        "dates": "day-first",
        "duplicates": "first",
        "profile": "telco",
        "mapping": {"A": "B", "C": ""},
    }


def test_a_piped_list_has_no_name_of_its_own():
    assert said_of(asked("-"))["filename"] == "stdin"


@pytest.mark.parametrize(
    ("text", "pair"),
    [("a=b", ("a", "b")), ("a=", ("a", "")), ("1+1=2=two", ("1+1=2", "two")), (" a = b ", (" a ", " b "))],
)
def test_the_last_equals_sign_divides(text, pair):
    assert pair_of(text, "COL=VALUE") == pair


@pytest.mark.parametrize("text", ["a", "", "=b"])
def test_a_pair_without_two_sides_is_refused_with_its_form(text):
    with pytest.raises(RequestRefused, match="Write it as COL=VALUE"):
        pair_of(text, "COL=VALUE")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(NotFound, match=r"no file .*a\.csv"):
        source_of(asked(tmp_path / "a.csv"))


def test_a_folder_is_no_list(tmp_path):
    with pytest.raises(RequestRefused, match="is a folder"):
        source_of(asked(tmp_path))


def test_a_list_is_the_file_named(tmp_path):
    (tmp_path / "a.csv").write_text("a\n")
    assert source_of(asked(tmp_path / "a.csv")) == tmp_path / "a.csv"


def test_a_list_is_never_written_over_by_its_own_answer(tmp_path):
    own = tmp_path / "list.csv"
    own.write_text("key\n1\n")
    said = asked(own)
    said.output = str(tmp_path / "." / "list.csv")
    with pytest.raises(RequestRefused, match="is the list itself, which would be lost"):
        source_of(said)
    said.output = str(tmp_path / "scored.csv")
    assert source_of(said) == own
