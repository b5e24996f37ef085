"""Workbooks of the kinds nothing here can write, made from small ones in `files/` by changing single bytes of them."""

import io
import struct
import zipfile
from pathlib import Path

FILES = Path(__file__).parent / "files"
HIDDEN_STYLE = (
    '<office:automatic-styles><style:style xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'style:name="h" style:family="table"><style:table-properties table:display="false"/></style:style>'
    "</office:automatic-styles>"
)


def changed(content, part, change):
    """The same archive with one part of it changed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry)
            new.writestr(entry.filename, change(data) if entry.filename == part else data)
    return packed.getvalue()


def xls(*, hidden_row=None, formula=None, hidden_sheet=False):
    """An .xls with a hidden row, a formula that stores a number at (row, column), or a hidden sheet."""
    content = (FILES / "list.xls").read_bytes()
    if hidden_sheet:
        content = content.replace(bytes.fromhex("000004004c697374"), bytes.fromhex("010004004c697374"))
    more = b""
    if hidden_row is not None:
        more += struct.pack("<HHHHHHHHHH", 0x208, 16, hidden_row, 0, 3, 0x12C, 0, 0, 0x20, 0)
    if formula is not None:
        row, column, value = formula
        more += struct.pack("<HHHHHdHIHBH", 0x06, 25, row, column, 0, value, 0, 0, 3, 0x1E, 1)
    end = b"\x0a\x00\x00\x00"
    at = content.index(end, content.index(b"00123"))
    return content[:at] + more + end + content[at + len(end) + len(more) :]


def xlsb(*, hidden_row=None, formula=None, hidden_sheet=False):
    """The same as an .xlsb; the formula takes the place of the last number."""

    def rows(data):
        if hidden_row is not None:
            at = data.index(struct.pack("<BBII", 0, 25, hidden_row, 0)) + 2
            data = data[: at + 11] + bytes([data[at + 11] | 0x10]) + data[at + 12 :]
        if formula is not None:
            number = struct.pack("<BBIId", 5, 16, 2, 0, 56.95)
            made = struct.pack("<IIdHIBHI", 2, 0, formula, 0, 3, 0x1E, 1, 0)
            data = data.replace(number, bytes([9, len(made)]) + made)
        return data

    content = changed((FILES / "list.xlsb").read_bytes(), "xl/worksheets/sheet1.bin", rows)
    shown, hidden = bytes.fromhex("0000000001000000"), bytes.fromhex("0100000001000000")
    return changed(content, "xl/workbook.bin", lambda d: d.replace(shown, hidden)) if hidden_sheet else content


def ods(*, hidden_row=None, bare_formula=False, hidden_sheet=False):
    """The same as an .ods; the formula without a value takes the place of the last number."""

    def sheet(data):
        text = data.decode()
        if hidden_row is not None:
            parts = text.split("<table:table-row>")
            mark = '<table:table-row table:visibility="collapse">'
            text = (
                "<table:table-row>".join(parts[: hidden_row + 1])
                + mark
                + "<table:table-row>".join(parts[hidden_row + 1 :])
            )
        if bare_formula:
            number = 'office:value-type="float" office:value="56.95"><text:p>56.95</text:p>'
            text = text.replace(number, 'table:formula="of:=1+1">')
        if hidden_sheet:
            text = text.replace("<office:body>", HIDDEN_STYLE + "<office:body>")
            text = text.replace('table:name="List"', 'table:name="List" table:style-name="h"')
        return text.encode()

    return changed((FILES / "list.ods").read_bytes(), "content.xml", sheet)
