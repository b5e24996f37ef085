"""Opening a file: what it really is by its bytes, one layer of gzip or zip taken off, and refused if it is no list."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any, BinaryIO, Literal, cast

from churn.errors import ListRefused, Unavailable

Source = Path | bytes


class Reread(bytes):
    """A list in memory that is read more than once: how it was taken apart waits with it for the next reading."""

    apart: dict[Hashable, Any]

    def __init__(self, *_: object) -> None:
        self.apart = {}


FileKind = Literal["text", "workbook", "parquet"]
Wrapping = Literal["", "gzip", "zip"]

READABLE = ".csv .tsv .txt .xlsx .xlsm .xls .xlsb .ods .parquet, or one of these in .gz or .zip"
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD = 65536

# How a file that is no list begins, and what a person calls it.
_NO_LISTS = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"BM": "a bitmap image",
    b"RIFF": "a media file",
    b"II*\x00": "a TIFF image",
    b"MM\x00*": "a TIFF image",
    b"%PDF": "a PDF document",
    b"{\\rtf": "a text document (RTF)",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"SQLite format 3": "a database",
    b"\x7fELF": "a program",
    b"ARROW1": "an Arrow file",
}
_MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml")


@dataclass(frozen=True)
class Limits:
    """What is read at most, unpacked; a list beyond it is refused with the limit in the sentence."""

    bytes: int = 8 << 30
    rows: int = 50_000_000
    columns: int = 2_000
    cells: int = 100_000_000_000  # rows × columns: what a table takes, however small the file is
    cell: int = 32_767  # what one cell of a spreadsheet can hold; csv's own bound is higher


@dataclass(frozen=True)
class Opened:
    """A file found to be readable: its name, what it is, and a way to its unpacked bytes as often as needed."""

    source: Source
    name: str
    kind: FileKind
    fingerprint: str
    limits: Limits
    wrapping: Wrapping = ""
    member: str = ""

    @contextmanager
    def stream(self) -> Iterator[BinaryIO]:
        """The unpacked bytes from the beginning; a damaged archive is refused, not cut short."""
        try:
            with _raw(self.source) as raw:
                if self.wrapping == "gzip":
                    yield cast(BinaryIO, gzip.GzipFile(fileobj=raw))
                elif self.wrapping == "zip":
                    with zipfile.ZipFile(raw) as archive, archive.open(self.member) as member:
                        yield cast(BinaryIO, member)
                else:
                    yield raw
        except (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error) as problem:
            raise ListRefused(
                f"{self.name} is damaged or cut off: it cannot be unpacked.", "Export it again."
            ) from problem
        except (RuntimeError, NotImplementedError) as problem:
            raise ListRefused(
                f"{self.name} is packed in a way that cannot be read here.", "Unpack it first."
            ) from problem

    def content(self, at_most: int) -> bytes:
        """All unpacked bytes, for kinds of file that must be read whole."""
        with self.stream() as stream:
            content = stream.read(at_most + 1)
        if len(content) > at_most:
            raise ListRefused(f"{self.name} is over {at_most >> 20} MB unpacked.", "Export the list as CSV instead.")
        return content


def too_many_cells(found: Opened) -> ListRefused:
    """The refusal of a list whose table would be too large, although its rows and columns each are not."""
    return ListRefused(
        f"{found.name} has more than {found.limits.cells:,} cells, rows × columns.",
        "Split the list into smaller files, or leave out columns.",
    )


def opened(source: Source, filename: str = "", *, limits: Limits | None = None) -> Opened:
    """Find out what the file is by its bytes, whatever it is called."""
    name = filename or (source.name if isinstance(source, Path) else "the list")
    size, fingerprint = _size_and_fingerprint(source, name)
    if size == 0:
        raise ListRefused(f"{name} is empty.", "Export the list again and check that the export finished.")
    found = Opened(source, name, "text", fingerprint, limits or Limits())
    if size > found.limits.bytes:
        raise too_big(found)
    found = _unwrapped(found)
    with found.stream() as stream:
        head = stream.read(_HEAD)
    return replace(found, kind=_kind_of(head, found))


def _kind_of(head: bytes, found: Opened) -> FileKind:
    if not head.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise ListRefused(f"{found.name} holds nothing but blanks.", "Export the list again.")
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((OLE, b"PK\x03\x04")):
        return "workbook"
    what = next((what for magic, what in _NO_LISTS.items() if head.startswith(magic)), None)
    # Two letters are a weak sign: a list may well begin with the word BMI.
    if what and not (head.startswith(b"BM") and b"\x00" not in head[:64]):
        raise ListRefused(f"{found.name} is {what}, not a list.", f"Give one of: {READABLE}.")
    start = head.lstrip().lower()
    if start.startswith(_MARKUP):
        raise ListRefused(f"{found.name} is a web page, not a list.", "Open it in Excel and save it as .xlsx or .csv.")
    if start.startswith((b'{"', b'[{"', b"[\n", b"{\n")):
        raise ListRefused(f"{found.name} holds JSON, not a list of rows.", "Save the list as CSV.")
    if _is_binary(head):
        raise ListRefused(f"{found.name} is not text: it holds binary data.", f"Give one of: {READABLE}.")
    return "text"


def _is_binary(head: bytes) -> bool:
    """True for bytes that no text holds; a wide encoding has NULs in every second place and is text."""
    nulls = head.count(0)
    if nulls > len(head) / 5 and (
        not any(head[0::2][:2000]) or max(head[0::2].count(0), head[1::2].count(0)) > nulls * 0.9
    ):
        return False
    control = len(head) - len(head.translate(None, bytes([*range(9), *range(14, 26), *range(28, 32), 127])))
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    return control > 3 and control > len(head) / 100


def _unwrapped(found: Opened) -> Opened:
    with found.stream() as stream:
        head = stream.read(4)
    if head.startswith(b"\x1f\x8b"):
        name = found.name[:-3] if found.name.lower().endswith(".gz") else found.name
        return replace(found, wrapping="gzip", name=name)
    if not head.startswith(b"PK"):
        return found
    return _out_of_zip(found)


def _out_of_zip(found: Opened) -> Opened:
    with found.stream() as stream:
        try:
            entries = zipfile.ZipFile(stream).infolist()
        except (zipfile.BadZipFile, ValueError) as problem:
            raise ListRefused(f"{found.name} is damaged or cut off.", "Export or download it again.") from problem
    names = {e.filename for e in entries}
    if names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml", "[Content_Types].xml"}:
        return found
    files = [e for e in entries if not e.is_dir() and not _is_clutter(e.filename)]
    if len(files) != 1:
        named = ", ".join(PurePath(e.filename).name for e in files[:3]) or "none"
        raise ListRefused(
            f"{found.name} holds {len(files)} files ({named}), not one list.", "Take out the one list and give that."
        )
    if files[0].flag_bits & 1:
        raise ListRefused(f"{found.name} is protected by a password.", "Unpack it and give the list itself.")
    if files[0].file_size > found.limits.bytes:
        raise too_big(found)
    return replace(found, wrapping="zip", member=files[0].filename, name=PurePath(files[0].filename).name)


def _is_clutter(name: str) -> bool:
    return name.startswith("__MACOSX/") or PurePath(name).name.startswith(".")


def too_big(found: Opened) -> ListRefused:
    """The refusal of a list that is larger than the limit once it is unpacked."""
    return ListRefused(
        f"{found.name} is larger than {found.limits.bytes >> 20:,} MB unpacked.", "Split the list into smaller files."
    )


@contextmanager
def _raw(source: Source) -> Iterator[BinaryIO]:
    if isinstance(source, bytes):
        yield io.BytesIO(source)
        return
    with source.open("rb") as file:
        yield file


def _size_and_fingerprint(source: Source, name: str) -> tuple[int, str]:
    if isinstance(source, bytes):
        return len(source), hashlib.sha256(source).hexdigest()
    if source.is_dir():
        raise ListRefused(f"{name} is a folder, not a list.", f"Give one file: {READABLE}.")
    try:
        with source.open("rb") as file:
            return source.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as problem:
        raise ListRefused(f"There is no file {name}.", "Check the path.") from problem
    except OSError as problem:
        raise Unavailable(
            f"{name} cannot be read: {problem.strerror}.", "Check its rights, or close it elsewhere."
        ) from problem
