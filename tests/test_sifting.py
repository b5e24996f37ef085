"""Totals, notes, repeated headers and tables below the list are no customers."""

import pytest

from churn.errors import ListRefused
from churn.intake.reader import read_list
from tests.messy import LIST, told
from tests.messy.sifting import CASES


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_messy_file_becomes_exactly_what_it_must(case):
    assert told(case) == case


@pytest.mark.parametrize("word", ["Total", "TOTALS:", "Grand Total", "Summe", "Sum", "Average", "Total (3 customers)"])
def test_a_totals_row_at_the_end_is_set_aside_in_any_words(word):
    reading = read_list(f"{LIST}{word},19,140.65\n".encode(), profile="general")
    assert (reading.rows, [s.line for s in reading.set_aside]) == (3, [5])


def test_a_customer_called_total_energies_stays():
    reading = read_list(b"name,tenure\nTotal Energies,5\nAcme,6\nShell,7\n", profile="general")
    assert reading.rows == 3


def test_two_lists_of_like_size_are_refused_naming_both_lines():
    first = "alpha,beta,gamma\n" + "x1,1,2\n" * 4
    second = "delta,epsilon\n" + "y1,1\n" * 5
    with pytest.raises(ListRefused, match="3 columns from line 1, and 2 columns from line 7"):
        read_list(f"{first}\n{second}".encode(), profile="general")


def test_most_rows_not_fitting_the_header_is_refused():
    rows = "A1,1,2\nA2,1\nA3,1,2,3\nA4,1,2\nA5,1\nA6,1,2,3\n" * 5 + "A7,1,2\n"
    with pytest.raises(ListRefused, match="line 1 has 3 names, but 20 of 31 rows do not fit it"):
        read_list(f"id,a,b\n{rows}".encode(), profile="general")
