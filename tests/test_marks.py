"""What stands for nothing, yes and no is known in any spelling, and left alone where it is an answer."""

import pyarrow as pa
import pytest

from churn.intake.reader import read_list
from churn.intake.values import is_missing, real_levels, same_words, strip_marks, strip_marks_in
from tests.messy import told
from tests.messy.marks import CASES


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_messy_file_becomes_exactly_what_it_must(case):
    assert told(case) == case


def test_blanks_of_every_kind_are_taken_off():
    cells = ["a", " a", "a\u00a0", "\u200ba\ufeff", "\ta b\n"]
    assert [strip_marks(c) for c in cells] == ["a", "a", "a", "a", "a b"]
    assert strip_marks_in(pa.array(cells)).to_pylist() == ["a", "a", "a", "a", "a b"]


def test_a_column_without_blanks_is_handed_back_as_it_is():
    column = pa.array(["a", "b c"])
    assert strip_marks_in(column) is column


@pytest.mark.parametrize("text", ["", "NA", "n/a", "#N/A", "NULL", "NaN", "-", "--", "?", "(blank)", "#DIV/0!"])
def test_marks_for_nothing_are_known_in_any_case(text):
    assert is_missing(text, words=True)


@pytest.mark.parametrize("text", ["None", "Unknown"])
def test_words_for_nothing_are_answers_in_a_column_of_words(text):
    assert is_missing(text, words=False)
    assert not is_missing(text, words=True)


def test_na_is_a_level_only_among_codes():
    assert real_levels({"EU": 5, "APAC": 3, "NA": 4}) == {"NA"}
    assert real_levels({"Basic": 5, "Gold": 3, "NA": 4}) == frozenset()


def test_words_are_compared_without_case_and_width():
    assert same_words("  Credit\u00a0CARD\u200b ") == "credit card"


def test_a_mark_that_the_schema_names_as_a_level_stays():
    text = "customerID,tenure,MonthlyCharges,Contract,InternetService\nA,1,5,One year,No\nB,2,6,Two year,-\n"
    table = read_list(text.encode(), profile="telco").table
    assert table["InternetService"].to_pylist() == ["No", None]
