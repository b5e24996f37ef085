"""Money, shares, thousands marks and decimal commas become the numbers they mean."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn.intake.numbers import find_currencies, parse_number, parse_numbers, parse_written
from tests.messy import told
from tests.messy.numbers import CASES


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_messy_file_becomes_exactly_what_it_must(case):
    assert told(case) == case


@pytest.mark.parametrize(
    ("text", "point", "comma"),
    [
        ("1.234,50", None, 1234.5),
        ("1,234.50", 1234.5, None),
        ("1.234", 1.234, 1234.0),
        ("1,234", 1234.0, 1.234),
        ("(12.00)", -12.0, None),
        ("€ 5", 5.0, 5.0),
        ("5 EUR", 5.0, 5.0),
        ("-€5", -5.0, -5.0),
        ("12%", 0.12, 0.12),
        ("1 234 567", 1234567.0, 1234567.0),
        ("1'234.50", 1234.5, None),
        ("12,34,567.00", 1234567.0, None),
        ("1e3", 1000.0, 1000.0),
        (".5e1", 5.0, None),
        ("1234.", 1234.0, None),
        ("1234,", None, 1234.0),
        ("\u22125", -5.0, -5.0),
        ("1e999", None, None),
    ],
)
def test_a_cell_is_read_under_either_mark_or_not_at_all(text, point, comma):
    assert (parse_number(text, "."), parse_number(text, ",")) == (point, comma)


@pytest.mark.parametrize(
    "text", ["", "abc", "12 34", "1.2.3", "1,2,3", "--5", "(5", "5)", "$€5", "99 Luft", "0x1F", "inf", "nan"]
)
def test_what_is_no_number_is_not_made_one(text):
    assert parse_written(text) is None


@given(st.lists(st.floats(-1e9, 1e9).map(lambda x: round(x, 4)), min_size=1), st.sampled_from(".,"))
def test_a_column_reads_as_its_cells_do_one_by_one(values, mark):
    texts = [repr(v).replace(".", mark) for v in values] + ["€ 5", "x", ""]
    expected = [parse_number(t, mark) for t in texts]
    assert parse_numbers(pa.array(texts), mark).to_pylist() == expected
    assert expected[: len(values)] == values


@given(st.lists(st.text(alphabet="0123456789.,-+eE% €$()'", max_size=8), min_size=1), st.sampled_from(".,"))
def test_any_cells_read_the_same_at_once_and_one_by_one(texts, mark):
    assert parse_numbers(pa.array(texts), mark).to_pylist() == [parse_number(t, mark) for t in texts]


@pytest.mark.parametrize("mark", [".", ","])
def test_an_exponent_of_many_digits_is_a_code_in_a_column_of_plain_numbers_too(mark):
    texts = ["0E0000", "1e+0005", "1e005", "7"]
    assert (
        parse_numbers(pa.array(texts), mark).to_pylist()
        == [parse_number(t, mark) for t in texts]
        == [None, None, 1e5, 7]
    )


def test_currencies_are_told_apart_by_sign_and_code():
    assert find_currencies(["5", "€ 5", "USD 6", "7 £", "8 EUR"]) == {"EUR": "€ 5", "USD": "USD 6", "GBP": "7 £"}
