"""Cells of a workbook as text, as a person would have typed them."""

import datetime
import io

import pytest
import xlsxwriter

from churn.intake.workbook import _read_in_process
from churn.intake.workbook_cells import _sheets, cell_text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("00123", "00123"),
        (3.0, "3"),
        (29.85, "29.85"),
        (-0.5, "-0.5"),
        (1e22, "1e+22"),
        (123456789012345.0, "123456789012345"),
        (True, "TRUE"),
        (False, "FALSE"),
        (datetime.date(2026, 3, 2), "2026-03-02"),
        (datetime.datetime(2026, 3, 2), "2026-03-02"),
        (datetime.datetime(2026, 3, 2, 13, 4), "2026-03-02 13:04:00"),
        (datetime.time(13, 4), "13:04:00"),
        ("", ""),
    ],
)
def test_a_cell_becomes_the_text_a_person_would_type(cell, text):
    assert cell_text(cell) == text


def test_only_a_few_rows_of_several_sheets_are_shown_before_one_is_asked_for():
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed)
    for name in ("A", "B"):
        sheet = book.add_worksheet(name)
        for i in range(100):
            sheet.write(i, 0, f"{name}{i}")
    book.close()
    heads = _sheets(packed.getvalue(), None)["sheets"]
    assert [(s["name"], len(s["rows"]), s["height"]) for s in heads] == [("A", 60, 100), ("B", 60, 100)]
    whole = _sheets(packed.getvalue(), "B")["sheets"]
    assert [(s["name"], len(s["rows"])) for s in whole] == [("B", 100)]


def test_what_is_no_workbook_is_said_and_not_raised():
    assert _sheets(b"PK\x03\x04 nothing", None) == {"refused": "damaged"}


def test_what_may_be_taken_for_a_file_is_counted_beside_the_libraries_that_read_it():
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed)
    book.add_worksheet("A").write(0, 0, "x")
    book.close()
    (sheet,) = _read_in_process("a.xlsx", packed.getvalue(), None, 100_000)  # 8 MB, less than any library takes
    assert sheet["rows"] == [["x"]]
