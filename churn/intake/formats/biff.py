"""Binary records: the parts an .xls or .xlsb workbook is made of, for what its cells alone do not tell."""

from __future__ import annotations

import struct
from collections.abc import Iterator

Record = tuple[int, bytes]
_SHEET, _EOF = 0x85, 0x0A
_STREAMS = ("Workbook", "Book")


def wide_records(data: bytes) -> Iterator[Record]:
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


def biff_records(data: bytes, at: int = 0) -> Iterator[Record]:
    """The records of an .xls from a place on to the end of that part."""
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, at)
        yield kind, data[at + 4 : at + 4 + length]
        if kind == _EOF:
            return
        at += 4 + length


def sheet_records(content: bytes, name: str) -> Iterator[Record]:
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
    entries = _chained(sectors, table, struct.unpack_from("<I", content, 48)[0])
    found = {_entry_name(entries, at): at for at in range(0, len(entries) - 127, 128)}
    at = next(found[n] for n in _STREAMS if n in found)
    start, length = struct.unpack_from("<II", entries, at + 116)
    if length >= struct.unpack_from("<I", content, 56)[0]:
        return _chained(sectors, table, start)[:length]
    small = _chained(sectors, table, struct.unpack_from("<I", entries, found["Root Entry"] + 116)[0])
    places = _numbers(_chained(sectors, table, struct.unpack_from("<I", content, 60)[0]))
    return _chained([small[i : i + 64] for i in range(0, len(small), 64)], places, start)[:length]


def _entry_name(entries: bytes, at: int) -> str:
    return entries[at : at + max(struct.unpack_from("<H", entries, at + 64)[0] - 2, 0)].decode("utf-16-le", "replace")


def _chained(sectors: list[bytes], table: tuple[int, ...], start: int) -> bytes:
    parts: list[bytes] = []
    while start < len(table) and len(parts) <= len(sectors):
        parts.append(sectors[start])
        start = table[start]
    return b"".join(parts)


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])
