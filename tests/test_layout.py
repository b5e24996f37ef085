"""The header is found below whatever stands above it; what cannot be told apart is refused."""

import pytest

from churn.intake.delimited import Record
from churn.intake.header import classify_cell, find_layout, looks_like_header
from churn.intake.reader import read_list
from tests.messy import told
from tests.messy.layout import CASES


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_messy_file_becomes_exactly_what_it_must(case):
    assert told(case) == case


def names_of(text):
    return read_list(text.encode(), profile="general").raw.column_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            ",2024,,2025,\nid,calls,paid,calls,paid\nA1,3,4,5,6\n",
            ["id", "2024 calls", "2024 paid", "2025 calls", "2025 paid"],
        ),
        (",Usage,,Billing,\nid,calls,min,paid,owed\nA1,3,4,5,6\nA2,3,4,5,6\n", ["id", "calls", "min", "paid", "owed"]),
        ("\u00a0id\u200b, paid  monthly \nA1,5\n", ["id", "paid monthly"]),
        (",id,paid\n0,A1,5\n1,A2,6\n", ["column 1", "id", "paid"]),
        ("id,2023,2024\nA1,5,6\n", ["id", "2023", "2024"]),
        ("A1,3\nA2,4\n", ["column 1", "column 2"]),
        ("id,plan,city\nC001,Basic,Bonn\nC002,Pro,Rome\n", ["id", "plan", "city"]),
        ("C001,Basic,Bonn\nC002,Basic,Rome\nC003,Basic,Rome\n", ["column 1", "column 2", "column 3"]),
    ],
)
def test_the_headings_are_the_ones_a_person_would_name(text, names):
    assert names_of(text) == names


def test_the_body_begins_below_the_header_wherever_that_is():
    rows = [Record(1, ("Report",)), Record(3, ("id", "paid")), Record(4, ("A1", "5"))]
    layout = find_layout(rows, "list.csv", lambda text: False)
    assert (layout.names, layout.header, layout.first) == (("id", "paid"), 3, 4)


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("5", "number"),
        ("€ 5", "number"),
        ("2026-01-31", "date"),
        ("yes", "flag"),
        ("Bonn", "word"),
        ("N/A", ""),
        (" ", ""),
    ],
)
def test_a_cell_is_taken_for_what_it_looks_like(cell, kind):
    assert classify_cell(cell) == kind


def test_a_header_further_down_is_told_from_a_customer():
    body = [("A1", "3", "5.5"), ("A2", "4", "6.5")]
    assert looks_like_header(("region", "count", "sum"), body, lambda text: False)
    assert not looks_like_header(("A3", "n/a", "7.5"), body, lambda text: False)
