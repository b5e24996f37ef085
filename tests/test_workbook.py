"""Workbooks: the sheet that holds the list is read, and a hostile one leaves this process untouched."""

import io
import os
from datetime import date, datetime

import pytest
import xlsxwriter

from churn.errors import ListRefused
from churn.intake.reader import read_list
from churn.intake.sources import OLE
from tests.messy import LIST, rows_of
from tests.workbooks import FILES, changed, ods, xls, xlsb

ROWS = [["id", "tenure", "paid"], ["00123", 3, 29.85], ["A2", 14, 56.95]]


def workbook(sheets, *, first_row=0, **hidden):
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed)
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                sheet.write(first_row + i, j, cell, day if isinstance(cell, date) else None)
        if name in hidden.get("hide", ()):
            sheet.hide()
    book.close()
    return packed.getvalue()


def read(content, name="list.xlsx", **said):
    return read_list(content, filename=name, **({"profile": "general"} | said))


def refused(content, **said):
    with pytest.raises(ListRefused) as caught:
        read(content, **said)
    return caught.value.message


def test_cells_are_read_as_they_stand_with_the_line_of_the_sheet():
    reading = read(workbook({"Sheet1": ROWS}, first_row=3))
    assert rows_of(reading) == ((5, "00123", 3.0, 29.85), (6, "A2", 14.0, 56.95))
    assert reading.notices == ()


def test_days_come_by_their_format_and_true_is_yes():
    rows = [["id", "joined", "active"], ["A", date(2026, 3, 2), True], ["B", datetime(2025, 12, 1), False]]
    reading = read(workbook({"S": rows}), roles={"key": "id"})
    assert reading.table["joined"].to_pylist() == [date(2026, 3, 2), date(2025, 12, 1)]
    assert reading.raw["active"].to_pylist() == ["TRUE", "FALSE"]


def test_the_sheet_whose_headings_are_known_is_read_and_the_others_named():
    reading = read(
        workbook({"Notes": [["Written by", "Ann"], ["On", "Monday"]], "List": ROWS, "Old": [["x"]]}, hide=["Old"])
    )
    assert reading.table["paid"].to_pylist() == [29.85, 56.95]
    assert [n.text for n in reading.notices] == [
        "Sheet List was read; the workbook also has Notes.",
        "Hidden sheet was not read: Old.",
    ]


def test_two_sheets_that_fit_alike_are_asked_about():
    content = workbook({"May": ROWS, "June": ROWS})
    assert refused(content) == "list.xlsx has 2 sheets that may hold the list."
    assert read(content, sheet="june").rows == 2
    assert refused(content, sheet="July") == "list.xlsx has no sheet 'July'."


def test_an_empty_first_sheet_is_passed_over():
    assert read(workbook({"Empty": [], "List": ROWS})).rows == 2


def test_only_hidden_sheets_are_never_read_unasked():
    content = workbook({"Empty": [], "List": ROWS}, hide=["List"])
    assert refused(content) == "list.xlsx has no visible sheet with cells in it."
    assert read(content, sheet="List").rows == 2


def test_a_formula_without_a_value_and_a_hidden_row_are_named():
    content = workbook({"S": [["id", "paid"], ["A", 5], ["B", "=1+1"]]})
    content = changed(content, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</f><v>0</v>", b"</f>"))
    hide = (b'<row r="2"', b'<row r="2" hidden="1"')
    content = changed(content, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(*hide))
    reading = read(content)
    assert reading.table["paid"].to_pylist() == [5.0, None]
    assert [n.text for n in reading.notices[:2]] == [
        "1 row is hidden in the sheet and was read as well.",
        "1 formula has no value stored (B3) and was read as missing; open and save the file in Excel first.",
    ]


def test_a_cell_at_the_far_corner_ends_only_the_process_that_reads_it():
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed)
    sheet = book.add_worksheet()
    sheet.write(0, 0, "id")
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    before = os.getpid()
    assert refused(packed.getvalue()).startswith("list.xlsx needs more than 1 GB or 60 seconds to open")
    assert os.getpid() == before
    assert read(workbook({"S": ROWS})).rows == 2


def test_a_zip_bomb_is_refused_by_its_directory():
    bomb = changed(workbook({"S": ROWS}), "xl/worksheets/sheet1.xml", lambda xml: xml + b" " * (8 << 20))
    assert refused(bomb).startswith("list.xlsx needs more than 1 GB")


def test_a_bomb_that_lies_about_its_size_does_no_harm():
    content = bytearray(workbook({"S": ROWS}))
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = b"\xff\xff\xff\x7f"
    assert refused(bytes(content)).startswith("list.xlsx")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (OLE + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le"), "list.xlsx is protected by a password."),
        (OLE + b"\0" * 2000, "list.xlsx is not a sound workbook."),
        (workbook({"S": ROWS})[:-200], "list.xlsx is damaged or cut off."),
        (changed(workbook({"S": ROWS}), "xl/workbook.xml", lambda xml: xml[:90]), "list.xlsx is not a sound workbook."),
        (
            changed(workbook({"S": ROWS}), "xl/worksheets/sheet1.xml", lambda xml: xml[:150]),
            "list.xlsx is not a sound workbook.",
        ),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 90, "list.xlsx is a PNG image, not a list."),
    ],
)
def test_each_broken_workbook_has_a_sentence(content, sentence):
    assert refused(content) == sentence


@pytest.mark.parametrize("name", ["list.xls", "list.xlsb", "list.ods"])
def test_the_older_and_other_formats_read_alike(name):
    reading = read((FILES / name).read_bytes(), name)
    assert rows_of(reading) == ((2, "00123", 3.0, 29.85), (3, "A2", 14.0, 56.95))


@pytest.mark.parametrize(("made", "name"), [(xls, "list.xls"), (xlsb, "list.xlsb"), (ods, "list.ods")])
def test_a_hidden_sheet_is_never_read_unasked_in_any_format(made, name):
    content = made(hidden_sheet=True)
    assert refused(content) == "list.xlsx has no visible sheet with cells in it."
    assert read(content, name, sheet="List").rows == 2


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            xls(hidden_row=1, formula=(2, 2, 8.5)),
            [
                "1 row is hidden in the sheet and was read as well.",
                "1 formula was read by the value stored with it; this kind of file does not tell whether it was "
                "ever computed.",
            ],
        ),
        (
            xlsb(hidden_row=1, formula=8.5),
            [
                "1 row is hidden in the sheet and was read as well.",
                "1 formula was read by the value stored with it; this kind of file does not tell whether it was "
                "ever computed.",
            ],
        ),
        (
            ods(hidden_row=1, bare_formula=True),
            [
                "1 row is hidden in the sheet and was read as well.",
                "1 formula has no value stored (C3) and was read as missing; open and save the file in Excel first.",
            ],
        ),
    ],
    ids=["xls", "xlsb", "ods"],
)
def test_hidden_rows_and_formulas_are_named_as_far_as_the_format_tells(content, told):
    assert [n.text for n in read(content).notices][: len(told)] == told


def test_a_workbook_and_a_csv_of_one_list_give_one_table():
    rows = [line.split(",") for line in LIST.splitlines()]
    numbers = [rows[0], *([r[0], int(r[1]), float(r[2])] for r in rows[1:])]
    assert read(workbook({"S": numbers})).table.equals(read_list(LIST.encode(), profile="general").table)
