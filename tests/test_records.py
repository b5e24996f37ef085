"""A broken row is set aside by itself, with its line and reason; the rows after it are read."""

import pytest

from churn.intake.delimited import JOINED, UNBALANCED, Dialect, Record, SetAside, read_records
from tests.messy import told
from tests.messy.records import CASES


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_messy_file_becomes_exactly_what_it_must(case):
    assert told(case) == case


def test_a_value_over_several_lines_is_one_row_when_the_width_fits():
    lines = ['a,"x', "y", 'z"', "b,c"]
    assert list(read_records(lines, Dialect(), width=2)) == [Record(1, ("a", "x\ny\nz"), "", 3), Record(4, ("b", "c"))]


def test_a_quote_that_never_closes_breaks_its_own_line_only():
    lines = ['a,"x', *["b,c"] * (JOINED + 10)]
    found = list(read_records(lines, Dialect(), width=2))
    assert found[0] == Record(1, ('a,"x',), UNBALANCED)
    assert [r.cells for r in found[1:]] == [("b", "c")] * (JOINED + 10)


def test_a_stray_quote_never_joins_two_customers():
    lines = ['1,"Ann,5', '2,"Bob",6', "3,Cid,7"]
    assert [(r.line, r.why) for r in read_records(lines, Dialect(), width=3)] == [(1, UNBALANCED), (2, ""), (3, "")]


def test_two_halves_of_a_quoted_value_are_not_taken_for_two_values():
    assert next(read_records(['1,KölnX"Team, big",5'], Dialect(), width=4)).why == UNBALANCED


def test_with_more_to_come_an_open_quote_waits():
    assert [r.line for r in read_records(["a,b", 'c,"d'], Dialect(), width=2, more=True)] == [1]


def test_a_row_left_out_shows_its_line_and_reason():
    assert SetAside(14, "it has 5 values for 7 columns", ("a",)).as_json() == {
        "line": 14,
        "why": "it has 5 values for 7 columns",
    }
