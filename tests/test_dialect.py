"""The separator, the quotes and the sep= line are found by what makes the lines alike."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.intake.delimited import Dialect, detect_dialect, split_line, usual_width
from tests.messy import told
from tests.messy.dialect import CASES


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_messy_file_becomes_exactly_what_it_must(case):
    assert told(case) == case


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(",;\t|"), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]))
def test_any_separator_and_quoting_of_one_list_is_found(delimiter, quoting):
    rows = [["id", "name", "paid"], *([f"A{i}", "Ann; Bob, Cid | Dee", i * 1.5] for i in range(20))]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows(rows)
    dialect = detect_dialect(text.getvalue().splitlines())
    assert (dialect.delimiter, dialect.quote) == (delimiter, '"')
    assert split_line(text.getvalue().splitlines()[1], dialect) == ["A0", "Ann; Bob, Cid | Dee", "0.0"]


def test_times_of_day_are_no_separators():
    assert detect_dialect(["date,id", "2014-03-08 00:00:00,0", "2014-05-21 00:00:00,1"]).delimiter == ","


def test_prose_above_the_list_does_not_count():
    assert usual_width([1, 1, 1, 3, 3, 2, 3]) == (3, 0.75)
    assert usual_width([1, 1]) == (1, 1.0)


def test_a_line_whose_quotes_do_not_balance_cannot_be_split():
    assert split_line('a,"b', Dialect()) is None
    assert split_line('a,"b"c', Dialect()) is None
    assert split_line('a,b"c', Dialect()) == ["a", 'b"c']
