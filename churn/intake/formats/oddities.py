"""Oddities: what the cells of a sheet do not show: hidden rows, and formulas with no value or only a stored one.

    {"hidden_rows": 2, "formulas": 1, "formula_cells": ["B3"], "stored": 0}

`formulas` counts those without a value, which only .xlsx, .xlsm and .ods can hold: .xls and .xlsb keep a number with
every formula, 0 where nothing was ever computed, so there all that can be said is how many are `stored`. Of a very
large .xls or .xlsb only the first part is looked through; `partly` says so.
"""

from __future__ import annotations

import html
import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from itertools import islice

from churn.intake.formats.biff import Record, sheet_records, wide_records

Found = dict[str, object]
EXAMPLES, MOST_RECORDS = 3, 3_000_000
OLE = b"\xd0\xcf\x11\xe0"
_XLS_ROW, _XLS_FORMULA = 0x208, 0x06
_XLSB_ROW, _XLSB_FORMULAS, _XLSB_SHEET = 0, {8, 9, 10, 11}, 156
_NOT_AS_WRITTEN = (KeyError, StopIteration, IndexError, ValueError, struct.error, zipfile.BadZipFile, OSError)


def oddities_of(content: bytes, name: str) -> Found:
    """The oddities of one sheet, as far as its format tells; nothing where the file is not written as usual."""
    try:
        return _reader_of(content)(content, name)
    except _NOT_AS_WRITTEN:
        return {}


def _reader_of(content: bytes) -> Callable[[bytes, str], Found]:
    if content.startswith(OLE):
        return _of_xls
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
    return _of_xlsb if "xl/workbook.bin" in names else _of_ods if "content.xml" in names else _of_xlsx


def _found(hidden: int, without: list[str], stored: int = 0) -> Found:
    return {
        "hidden_rows": hidden,
        "formulas": len(without),
        "formula_cells": without[:EXAMPLES],
        "stored": stored,
    }


def _of_xls(content: bytes, name: str) -> Found:
    return _counted(sheet_records(content, name), lambda k, d: k == _XLS_ROW and bool(d[12] & 0x20), {_XLS_FORMULA})


def _of_xlsb(content: bytes, name: str) -> Found:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [data for kind, data in wide_records(archive.read("xl/workbook.bin")) if kind == _XLSB_SHEET]
        link = next(link for link, called in map(_link_and_name, sheets) if called == name)
        links = archive.read("xl/_rels/workbook.bin.rels").decode("utf-8", "replace")
        records = wide_records(archive.read(_target_of(links, link)))
    return _counted(records, lambda k, d: k == _XLSB_ROW and bool(d[11] & 0x10), _XLSB_FORMULAS)


def _counted(records: Iterator[Record], is_hidden: Callable[[int, bytes], bool], formulas: set[int]) -> Found:
    hidden, stored = 0, 0
    for kind, data in islice(records, MOST_RECORDS):
        hidden += is_hidden(kind, data)
        stored += kind in formulas
    return {**_found(hidden, [], stored), "partly": next(records, None) is not None}


def _link_and_name(sheet: bytes) -> tuple[str, str]:
    texts, at = [], 8
    for _ in range(2):
        length = struct.unpack_from("<I", sheet, at)[0] * 2
        texts.append(sheet[at + 4 : at + 4 + length].decode("utf-16-le"))
        at += 4 + length
    return texts[0], texts[1]


def _of_ods(content: bytes, name: str) -> Found:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read("content.xml").decode("utf-8", "replace")
    starts = [m for m in re.finditer(r"<table:table [^>]*>", text) if _attribute(m[0], "table:name") == name]
    body = text[starts[0].end() : text.index("</table:table>", starts[0].end())]
    hidden, row = 0, 0
    without: list[str] = []
    for part in body.split("<table:table-row")[1:]:
        tag, _, cells = part.partition(">")
        if tag[:1] not in ("", " ", "/"):  # a group of rows, not a row
            continue
        times = int(_attribute(tag, "table:number-rows-repeated") or 1)
        filled = "office:value" in cells or "<text:p>" in cells
        hidden += times if filled and _attribute(tag, "table:visibility") in ("collapse", "filter") else 0
        without += [f"{_letters(column)}{row + 1}" for column in _bare_formulas(cells)]
        row += times
    return _found(hidden, without)


def _bare_formulas(row: str) -> Iterator[int]:
    """The columns of one row whose formula has no value beside it."""
    column = 0
    for cell in re.finditer(r"<table:(?:covered-)?table-cell\b([^>]*)>", row):
        if "table:formula=" in cell[1] and "office:value-type=" not in cell[1]:
            yield column
        column += int(_attribute(cell[1], "table:number-columns-repeated") or 1)


def _letters(column: int) -> str:
    return (_letters(column // 26 - 1) if column >= 26 else "") + chr(ord("A") + column % 26)


def _of_xlsx(content: bytes, name: str) -> Found:
    xml = _sheet_xml(content, name)
    without = [where for m in re.finditer(rb"<f[ />]", xml) if (where := _without_value(xml, m.start()))]
    hidden = sum(1 for _ in re.finditer(rb'<row [^>]*\bhidden="(?:1|true)"', xml))
    return _found(hidden, without)


def _without_value(xml: bytes, at: int) -> str:
    end = xml.find(b"</c>", at)
    value = re.search(rb"<v[^>]*>([^<]*)</v>|<is>", xml[at : end if end > 0 else at + 1000])
    if value and (value[1] is None or value[1].strip()):
        return ""
    start = xml.rfind(b"<c ", 0, at)
    # A formula whose answer is an empty text says so by its type and has a value that is empty.
    if value and b't="str"' in xml[start:at]:
        return ""
    named = re.search(rb'r="([A-Z]+\d+)"', xml[start:at])
    return named[1].decode() if named else "?"


def _sheet_xml(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
        tag = next(s for s in re.findall(r"<sheet [^>]*>", book) if _attribute(s, "name") == name)
        links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
        return archive.read(_target_of(links, _attribute(tag, "r:id")))


def _target_of(links: str, wanted: str) -> str:
    """Where in the archive a sheet stands, by its link."""
    tags = re.findall(r"<Relationship [^>]*>", links)
    target = _attribute(next(t for t in tags if _attribute(t, "Id") == wanted), "Target").lstrip("/")
    return target if target.startswith("xl/") else f"xl/{target}"


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'(?:^|\s){re.escape(name)}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else ""
