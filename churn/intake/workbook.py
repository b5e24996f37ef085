"""Workbooks: the sheet that holds the list, read by a process of its own after a look at the file's directory."""

from __future__ import annotations

import html
import io
import json
import os
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from churn.errors import ChurnError, ListRefused, OpenQuestion
from churn.intake.delimited import Record
from churn.intake.header import Known, find_layout
from churn.intake.sources import OLE, SourceFile
from churn.intake.values import same_words
from churn.notices import Notice, do, many

UNPACKED, RATIO, ENTRIES, PACKED = 400 << 20, 200, 2_000, 200 << 20
SECONDS = 60  # by the clock; the process itself is bound to fewer of its own
_ROOT = Path(__file__).parents[2]
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True)
class Sheet:
    """The rows of the chosen sheet with their line numbers, and what was noticed about the workbook."""

    name: str
    records: tuple[Record, ...]
    notices: tuple[Notice, ...] = ()


def read_sheet(found: SourceFile, *, wanted: str | None, known: Known) -> Sheet:
    """The sheet asked for, or the one whose headings are known; two that fit alike are asked about."""
    content = found.content(PACKED)
    _check_directory(found.name, content)
    cells = found.limits.cells
    sheets = _read_in_process(found.name, content, None, cells)
    chosen = _choose_sheet(found.name, sheets, wanted, known)
    if len(sheets) > 1:
        again = _read_in_process(found.name, content, chosen["name"], cells)
        chosen = again[0] if again else chosen
    records = tuple(Record(chosen["first"] + i, tuple(row)) for i, row in enumerate(chosen["rows"]))
    return Sheet(chosen["name"], records, tuple(_sheet_notices(chosen, sheets, wanted)))


def _check_directory(name: str, content: bytes) -> None:
    """Refuse by the directory alone what would not fit in memory, before anything is unpacked."""
    if content.startswith(OLE):
        if _ENCRYPTED in content:
            raise _locked(name)
        return
    try:
        entries = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as problem:
        raise _damaged(name) from problem
    total = sum(e.file_size for e in entries)
    swollen = [e for e in entries if e.file_size > 1 << 20 and e.file_size > RATIO * max(e.compress_size, 1)]
    if total > UNPACKED or len(entries) > ENTRIES or swollen:
        raise _too_large(name)
    if any(e.flag_bits & 1 for e in entries):
        raise _locked(name)


def _read_in_process(name: str, content: bytes, sheet: str | None, cells: int) -> list[dict[str, Any]]:
    """Let the process of its own read the workbook; whatever happens to it, this one goes on."""
    command = [
        sys.executable,
        "-P",
        "-m",
        "churn.intake.workbook_cells",
        str(cells),
        *([sheet] if sheet is not None else []),
    ]
    quiet = {**os.environ, "RUST_BACKTRACE": "0", "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(_ROOT)}
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS, env=quiet, check=False)
    except subprocess.TimeoutExpired as problem:
        raise _too_large(name) from problem
    if done.returncode:
        # A panic on broken data ends the process with 1; being stopped for memory or time ends it by a signal.
        raise _too_large(name) if done.returncode < 0 or b"memory" in done.stderr.lower() else _damaged(name)
    try:
        answer = json.loads(done.stdout)
    except ValueError as problem:
        raise _damaged(name) from problem
    refused = answer.get("refused")
    if refused:
        raise {"password": _locked, "large": _too_large}.get(refused, _damaged)(name)
    return answer["sheets"]


def _choose_sheet(name: str, sheets: list[dict[str, Any]], wanted: str | None, known: Known) -> dict[str, Any]:
    if wanted is not None:
        found = [s for s in sheets if s["name"] == wanted] or [
            s for s in sheets if same_words(s["name"]) == same_words(wanted)
        ]
        if not found:
            raise _which_sheet(f"{name} has no sheet {wanted!r}.", "Name one", sheets)
        return found[0]
    filled = [s for s in sheets if s["visible"] and s["rows"]]
    if not filled:
        hidden = [s for s in sheets if s["rows"]]
        empty = f"{name} has no visible sheet with cells in it."
        if not hidden:
            raise ListRefused(empty, "Export the list again.")
        raise _which_sheet(empty, "Show the hidden sheet or name it", hidden)
    scored = sorted(((_known_headings(s, name, known), s) for s in filled), key=lambda pair: -pair[0])
    if len(scored) > 1 and scored[0][0] == scored[1][0]:
        raise _which_sheet(f"{name} has {len(filled)} sheets that may hold the list.", "Name one", filled)
    return scored[0][1]


def _which_sheet(what: str, fix: str, sheets: list[dict[str, Any]]) -> OpenQuestion:
    return OpenQuestion(
        what,
        f"{fix}: {_names(sheets)}.",
        asks="sheet",
        choices=tuple(s["name"] for s in sheets),
        options=("sheet=NAME",),
    )


def _known_headings(sheet: dict[str, Any], name: str, known: Known) -> float:
    """How many known headings a sheet begins with; less than nothing when it holds no list."""
    records = [Record(sheet["first"] + i, tuple(row)) for i, row in enumerate(sheet["rows"])]
    try:
        layout = find_layout(records, name, known)
    except ChurnError:
        return -1
    return sum(map(known, layout.names)) + (0.5 if layout.width > 1 and layout.header else 0)


def _sheet_notices(chosen: dict[str, Any], sheets: list[dict[str, Any]], wanted: str | None) -> Iterator[Notice]:
    others = [s for s in sheets if s["name"] != chosen["name"] and s["visible"]]
    if others and wanted is None:
        yield Notice("info", f"Sheet {chosen['name']} was read; the workbook also has {_names(others)}.")
    hidden = [s for s in sheets if not s["visible"] and s["name"] != chosen["name"]]
    if hidden:
        yield Notice(
            "info",
            f"{do(len(hidden), 'Hidden sheet was', 'Hidden sheets were')} not read: {_names(hidden)}.",
            count=len(hidden),
        )
    yield from _oddity_notices(chosen)


def _oddity_notices(chosen: dict[str, Any]) -> Iterator[Notice]:
    if hidden := chosen.get("hidden_rows"):
        are, were = do(hidden, "is", "are"), do(hidden, "was", "were")
        text = f"{many(hidden, 'row')} {are} hidden in the sheet and {were} read as well."
        yield Notice("warning", text, count=hidden)
    if formulas := chosen.get("formulas"):
        cells = ", ".join(chosen["formula_cells"])
        have, were = do(formulas, "has", "have"), do(formulas, "was", "were")
        bare = f"{many(formulas, 'formula')} {have} no value stored ({cells}) and {were} read as missing"
        yield Notice("warning", f"{bare}; open and save the file in Excel first.", count=formulas)
    if stored := chosen.get("stored"):
        were, it = do(stored, "was", "were"), do(stored, "it", "them")
        kept = f"{many(stored, 'formula')} {were} read by the value stored with {it}"
        text = f"{kept}; this kind of file does not tell whether it was ever computed."
        yield Notice("info", text, count=stored)
    if chosen.get("partly"):
        yield Notice(
            "info", "The sheet is so large that only its first part was searched for hidden rows and formulas."
        )


def _names(sheets: list[dict[str, Any]]) -> str:
    return ", ".join(s["name"] for s in sheets[:8]) or "none"


def _locked(name: str) -> ListRefused:
    return ListRefused(
        f"{name} is protected by a password.", "Open it in Excel, save it without a password, and give that."
    )


def _damaged(name: str) -> ListRefused:
    return ListRefused(f"{name} is not a sound workbook.", "Open it in Excel and save it as .xlsx or .csv.")


def _too_large(name: str) -> ListRefused:
    return ListRefused(
        f"{name} needs more than 1 GB or {SECONDS} seconds to open; a stray cell far from the list does that too.",
        "Copy the list into a new workbook, or save it as CSV.",
    )


# Binary records: the parts an .xls or .xlsb workbook is made of, for what its cells alone do not tell.


SheetRecord = tuple[int, bytes]
_SHEET, _EOF = 0x85, 0x0A
_STREAMS = ("Workbook", "Book")


def wide_records(data: bytes) -> Iterator[SheetRecord]:
    """The records of one part of an .xlsb: kind and length are written in as few bytes as they need."""
    at = 0
    while at < len(data):
        kind, at = data[at], at + 1
        if kind & 0x80:
            kind, at = (kind & 0x7F) | data[at] << 7, at + 1
        length, shift, more = 0, 0, True
        while more:
            length, shift, more, at = length | (data[at] & 0x7F) << shift, shift + 7, bool(data[at] & 0x80), at + 1
        yield kind, data[at : at + length]
        at += length


def biff_records(data: bytes, at: int = 0) -> Iterator[SheetRecord]:
    """The records of an .xls from a place on to the end of that part."""
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, at)
        yield kind, data[at + 4 : at + 4 + length]
        if kind == _EOF:
            return
        at += 4 + length


def sheet_records(content: bytes, name: str) -> Iterator[SheetRecord]:
    """The records of one sheet of an .xls; KeyError where it has no such sheet."""
    stream = _workbook_stream(content)
    places = {
        _name_of(data): struct.unpack_from("<I", data)[0] for kind, data in biff_records(stream) if kind == _SHEET
    }
    return biff_records(stream, places[name])


def _name_of(sheet: bytes) -> str:
    wide = sheet[7] & 1
    return sheet[8 : 8 + sheet[6] * (1 + wide)].decode("utf-16-le" if wide else "latin-1")


def _workbook_stream(content: bytes) -> bytes:
    """The one stream that holds the workbook, its sectors in order; a small one lies in sectors of its own kind."""
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    sectors = [content[i : i + size] for i in range(size, len(content), size)]
    heads = [n for n in struct.unpack_from("<109I", content, 76) if n < len(sectors)]
    table = _numbers(b"".join(sectors[n] for n in heads))
    entries = _chain_of_sectors(sectors, table, struct.unpack_from("<I", content, 48)[0])
    found = {_entry_name(entries, at): at for at in range(0, len(entries) - 127, 128)}
    at = next(found[n] for n in _STREAMS if n in found)
    start, length = struct.unpack_from("<II", entries, at + 116)
    if length >= struct.unpack_from("<I", content, 56)[0]:
        return _chain_of_sectors(sectors, table, start)[:length]
    small = _chain_of_sectors(sectors, table, struct.unpack_from("<I", entries, found["Root Entry"] + 116)[0])
    places = _numbers(_chain_of_sectors(sectors, table, struct.unpack_from("<I", content, 60)[0]))
    return _chain_of_sectors([small[i : i + 64] for i in range(0, len(small), 64)], places, start)[:length]


def _entry_name(entries: bytes, at: int) -> str:
    return entries[at : at + max(struct.unpack_from("<H", entries, at + 64)[0] - 2, 0)].decode("utf-16-le", "replace")


def _chain_of_sectors(sectors: list[bytes], table: tuple[int, ...], start: int) -> bytes:
    parts: list[bytes] = []
    while start < len(table) and len(parts) <= len(sectors):
        parts.append(sectors[start])
        start = table[start]
    return b"".join(parts)


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])


# Oddities: what the cells of a sheet do not show: hidden rows, and formulas with no value or only a stored one.
#
#     {"hidden_rows": 2, "formulas": 1, "formula_cells": ["B3"], "stored": 0}
#
# `formulas` counts those without a value, which only .xlsx, .xlsm and .ods can hold: .xls and .xlsb keep a number
# with every formula, 0 where nothing was ever computed, so there all that can be said is how many are `stored`.
# Of a very large .xls or .xlsb only the first part is looked through; `partly` says so.


Found = dict[str, object]
EXAMPLES, MOST_RECORDS = 3, 3_000_000
OLE_START = b"\xd0\xcf\x11\xe0"
_XLS_ROW, _XLS_FORMULA = 0x208, 0x06
_XLSB_ROW, _XLSB_FORMULAS, _XLSB_SHEET = 0, {8, 9, 10, 11}, 156
_NOT_AS_WRITTEN = (KeyError, StopIteration, IndexError, ValueError, struct.error, zipfile.BadZipFile, OSError)


def find_oddities(content: bytes, name: str) -> Found:
    """The oddities of one sheet, as far as its format tells; nothing where the file is not written as usual."""
    try:
        return _reader_of(content)(content, name)
    except _NOT_AS_WRITTEN:
        return {}


def _reader_of(content: bytes) -> Callable[[bytes, str], Found]:
    if content.startswith(OLE_START):
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
    return _count_oddities(
        sheet_records(content, name), lambda k, d: k == _XLS_ROW and bool(d[12] & 0x20), {_XLS_FORMULA}
    )


def _of_xlsb(content: bytes, name: str) -> Found:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [data for kind, data in wide_records(archive.read("xl/workbook.bin")) if kind == _XLSB_SHEET]
        link = next(link for link, called in map(_link_and_name, sheets) if called == name)
        links = archive.read("xl/_rels/workbook.bin.rels").decode("utf-8", "replace")
        records = wide_records(archive.read(_target_of(links, link)))
    return _count_oddities(records, lambda k, d: k == _XLSB_ROW and bool(d[11] & 0x10), _XLSB_FORMULAS)


def _count_oddities(
    records: Iterator[SheetRecord], is_hidden: Callable[[int, bytes], bool], formulas: set[int]
) -> Found:
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
