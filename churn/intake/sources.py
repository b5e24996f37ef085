"""Opening a file: what it really is by its bytes, one layer of gzip or zip taken off, and refused if it is no list."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Hashable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any, BinaryIO, Literal, cast

from churn.errors import ListRefused, Unavailable
from churn.notices import Notice

Source = Path | bytes


class CachedSource(bytes):
    """A list in memory that is read more than once: how it was taken apart waits with it for the next reading."""

    apart: dict[Hashable, Any]

    def __init__(self, *_: object) -> None:
        self.apart = {}


FileKind = Literal["text", "workbook", "parquet"]
Wrapping = Literal["", "gzip", "zip"]
READABLE = ".csv .tsv .txt .xlsx .xlsm .xls .xlsb .ods .parquet, or one of these in .gz or .zip"
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PARQUET = b"PAR1"
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
class SourceFile:
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


def too_many_cells(found: SourceFile) -> ListRefused:
    """The refusal of a list whose table would be too large, although its rows and columns each are not."""
    return ListRefused(
        f"{found.name} has more than {found.limits.cells:,} cells, rows × columns.",
        "Split the list into smaller files, or leave out columns.",
    )


def open_source(source: Source, filename: str = "", *, limits: Limits | None = None) -> SourceFile:
    """Find out what the file is by its bytes, whatever it is called."""
    name = filename or (source.name if isinstance(source, Path) else "the list")
    size, fingerprint = _size_and_fingerprint(source, name)
    if size == 0:
        raise ListRefused(f"{name} is empty.", "Export the list again and check that the export finished.")
    found = SourceFile(source, name, "text", fingerprint, limits or Limits())
    if size > found.limits.bytes:
        raise too_big(found)
    found = _unwrap(found)
    with found.stream() as stream:
        head = stream.read(_HEAD)
    return replace(found, kind=_detect_kind(head, found))


def _detect_kind(head: bytes, found: SourceFile) -> FileKind:
    if not head.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise ListRefused(f"{found.name} holds nothing but blanks.", "Export the list again.")
    if head.startswith(PARQUET):
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


def _unwrap(found: SourceFile) -> SourceFile:
    with found.stream() as stream:
        head = stream.read(4)
    if head.startswith(b"\x1f\x8b"):
        name = found.name[:-3] if found.name.lower().endswith(".gz") else found.name
        return replace(found, wrapping="gzip", name=name)
    if not head.startswith(b"PK"):
        return found
    return _out_of_zip(found)


def _out_of_zip(found: SourceFile) -> SourceFile:
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


def is_parquet(source: Source) -> bool:
    """Whether this is a Parquet file by its first bytes, whatever it is called."""
    if isinstance(source, bytes):
        return source.startswith(PARQUET)
    with suppress(OSError), source.open("rb") as file:
        return file.read(len(PARQUET)) == PARQUET
    return False


def too_big(found: SourceFile) -> ListRefused:
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


# Alphabets: which old encoding makes the bytes of a text read as words that people write.


_ONE_BYTE = "cp1252 cp1250 cp1251 cp1253 cp1254 koi8_r mac_roman cp850 cp866 cp1255 cp1256"
_WIDE = "shift_jis euc_jp gb18030 big5 euc_kr"


# In the order in which they are believed when several read alike.
CODECS = tuple(_ONE_BYTE.split()) + tuple(_WIDE.split())
_SIGNS = frozenset("€£§°’‘“”„–—…«»©®™¿¡ºª·\u00a0½¼²³µ")
_RARE = frozenset("þðÞÐýÝƒŠšŽžŸ¸¨ª")
_WORDS = re.compile(r"[^\x00-\x40\x5b-\x60\x7b-\x7f]+")


def likeliest_codec(sample: bytes) -> str:
    """The encoding under which most words look written by a person; charset-normalizer decides between equals."""
    scored = {codec: score for codec in CODECS if (score := _reads_naturally(sample, codec)) is not None}
    if not scored:
        return _by_normalizer(sample, ()) or "cp1252"
    best = max(scored.values())
    alike = [codec for codec, score in scored.items() if score >= best - 0.02]
    if alike[0] in ("cp1252", "cp1250") or len(alike) == 1:
        return alike[0]
    return _by_normalizer(sample, tuple(alike)) or alike[0]


def _by_normalizer(sample: bytes, among: tuple[str, ...]) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=list(among) or None, cp_exclusion=["utf_8", "ascii"]).best()
    return best.encoding if best else None


def _reads_naturally(sample: bytes, codec: str) -> float | None:
    """The share of words beyond ASCII that look natural, or None when the bytes are not of that encoding at all."""
    try:
        text = sample.decode(codec)
    except UnicodeDecodeError:
        return None
    words = [w for w in _WORDS.findall(text) if not w.isascii()]
    return sum(map(_looks_written, words)) / len(words) if words else 0.0


@lru_cache(maxsize=10_000)
def _looks_written(word: str) -> float:
    """From 0 to 1: one alphabet, capitals only where capitals stand, and not made of rare letters alone."""
    letters = word.strip("".join(_SIGNS))
    if not letters:
        return 1.0
    if not all(c.isalpha() for c in letters) or (letters != word and any(c in "£§°©®" for c in word)):
        return 0.0
    scripts = {unicodedata.name(c, "?").split()[0] for c in letters}
    if scripts <= {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"} or scripts == {"HANGUL"}:
        return 0.95 if len(letters) > 1 else 0.6
    if len(scripts) > 1 or not (letters.islower() or letters.isupper() or letters[1:].islower()):
        return 0.0
    if "LATIN" in scripts and sum(not c.isascii() for c in letters) > len(letters) / 2 and len(letters) > 2:
        return 0.1
    return 0.6 if _RARE & set(letters) else 1.0


# The encoding of a text file: settled over the whole file; its text handed on as UTF-8 in blocks of whole lines.


BLOCK = 16 << 20
_LONGEST = 1 << 20  # how far is read on for the end of a line
DAMAGED = "\ufffd"  # stands where bytes were no text; a row that holds it is set aside

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class Encoding:
    """How the bytes become text: the codec, how many bytes of mark to skip, and whether the guess may be wrong."""

    name: str
    skip: int = 0
    guessed: bool = False
    damaged: bool = False
    old_line_ends: bool = False  # lines end in a lone carriage return


def detect_encoding(found: SourceFile) -> Encoding:
    """The encoding: by its mark, else strict UTF-8, else UTF-16 by its NULs, else the likeliest guess."""
    with found.stream() as stream:
        head = stream.read(BLOCK // 16)
    name, skip = _by_mark(head)
    if not name:
        return _by_trial(found, head)
    text = head[skip:].decode(name, "replace")
    return Encoding(name, skip, old_line_ends=_old_line_ends(text), damaged=not name.startswith("utf-32"))


def encoding_notice(encoding: Encoding, words: tuple[str, ...]) -> Notice | None:
    """What was assumed about the encoding, with words of the file to judge it by."""
    shown = f" Check that these read well: {', '.join(words)}." if words else ""
    if encoding.guessed:
        return Notice("warning", f"The text is not UTF-8; it was read as {encoding.name}, which is a guess.{shown}")
    if not encoding.name.startswith("utf-8"):
        return Notice("info", f"The text was read as {encoding.name}.")
    return None


def odd_words(text: str, at_most: int = 3) -> tuple[str, ...]:
    """A few different words with letters beyond plain English, to judge an encoding by."""
    words = (w for w in re.findall(r"[^\s,;|\"]{1,40}", text) if not w.isascii())
    return tuple(dict.fromkeys(words))[:at_most]


def misread_words(text: str, at_most: int = 3) -> tuple[tuple[str, str], ...]:
    """Words that an earlier program spoiled by reading UTF-8 as something else, each with what it must have been."""
    found = ((w, _unspoiled(w)) for w in odd_words(text, 200))
    return tuple((w, meant) for w, meant in found if meant)[:at_most]


def _unspoiled(word: str) -> str:
    try:
        meant = word.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return ""
    return meant if meant != word else ""


def text_blocks(found: SourceFile, encoding: Encoding, size: int = BLOCK) -> Iterator[bytes]:
    """The text as UTF-8 in blocks of whole lines that end in a line feed; the last one may lack it."""
    rest = b""
    for block in _utf8(found, encoding, size):
        if not rest and block.endswith(b"\n"):
            yield block
            continue
        cut = block.rfind(b"\n") + 1
        if not cut:
            rest += block
            continue
        yield rest + block[:cut]
        rest = block[cut:]
    if rest:
        yield rest


def _utf8(found: SourceFile, encoding: Encoding, size: int) -> Iterator[bytes]:
    plain = encoding.name == "utf-8" and not encoding.damaged
    decoder = codecs.getincrementaldecoder(encoding.name)("replace")
    held, total = b"", 0
    with found.stream() as stream:
        stream.read(encoding.skip)
        # Reading on to the end of the line spares cutting and joining whole blocks.
        while chunk := stream.read(_to_line_end(stream, size) if plain and not found.wrapping else size):
            total += len(chunk)
            if total > found.limits.bytes:
                raise too_big(found)
            block = held + (chunk if plain else decoder.decode(chunk).encode("utf-8", "replace"))
            # A carriage return at the very end may be part of a line end.
            held = b"" if encoding.old_line_ends else block[len(block.rstrip(b"\r")) :]
            yield _line_feeds(block[: len(block) - len(held)], encoding)
        last = held + (b"" if plain else decoder.decode(b"", True).encode("utf-8", "replace"))
    if last:
        yield _line_feeds(last, encoding)


def _to_line_end(stream: BinaryIO, size: int) -> int:
    """How many bytes reach to the end of the line that stands after so many."""
    at = stream.tell()
    stream.seek(at + size)
    further = len(stream.readline(_LONGEST))
    stream.seek(at)
    return size + further


def _line_feeds(block: bytes, encoding: Encoding) -> bytes:
    # One byte is found many times faster than three, and most files have none of it.
    if b"\r" not in block:
        return block
    if encoding.old_line_ends:
        return block.replace(b"\r", b"\n")
    # Some line ends went through a translation twice.
    return block.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n")


def _by_mark(head: bytes) -> tuple[str, int]:
    marked = next(((name, len(bom)) for bom, name in _BOMS if head.startswith(bom)), None)
    if marked and marked[0] != "utf-8":
        return marked
    even, odd = head[0::2], head[1::2]
    if odd.count(0) > len(odd) * 0.4 and even.count(0) < len(even) * 0.1:
        return "utf-16-le", 0
    if even.count(0) > len(even) * 0.4 and odd.count(0) < len(odd) * 0.1:
        return "utf-16-be", 0
    return "", 0


def _by_trial(found: SourceFile, head: bytes) -> Encoding:
    skip = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
    old = _old_line_ends(head.decode("latin-1"))
    good, bad, sample = _tried_as_utf8(found)
    if not bad:
        return Encoding("utf-8", skip, old_line_ends=old)
    # Mostly sound UTF-8 with a few broken bytes is a damaged file, not another encoding: sound cells stay as they are.
    if skip or good >= bad:
        return Encoding("utf-8", skip, damaged=True, old_line_ends=old)
    return Encoding(likeliest_codec(sample), guessed=True, damaged=True, old_line_ends=old)


def _tried_as_utf8(found: SourceFile) -> tuple[int, int, bytes]:
    """How many characters beyond ASCII are sound and how many bytes are not, with a sample of the lines around them."""
    good, bad, sample, rest = 0, 0, b"", b""
    with found.stream() as stream:
        while chunk := stream.read(BLOCK):
            if not rest and chunk.isascii():
                continue
            cut = max(chunk.rfind(b"\n"), chunk.rfind(b"\r")) + 1 or len(chunk)
            block, rest = rest + chunk[:cut], chunk[cut:]
            good, bad, sample = _count_words(block, good, bad, sample)
    whole = _without_cut(rest)
    good, bad, sample = _count_words(whole, good, bad, sample)
    # A last character that is cut off is a damaged end; it speaks against UTF-8 only where nothing speaks for it.
    return good, bad + (len(whole) < len(rest)), sample or rest


def _without_cut(rest: bytes) -> bytes:
    try:
        rest.decode("utf-8")
    except UnicodeDecodeError as problem:
        return rest[: problem.start] if problem.reason == "unexpected end of data" else rest
    return rest


def _count_words(block: bytes, good: int, bad: int, sample: bytes) -> tuple[int, int, bytes]:
    try:
        text = block.decode("utf-8")
    except UnicodeDecodeError:
        text = block.decode("utf-8", "surrogateescape")
        broken = sum(1 for c in text if "\udc80" <= c <= "\udcff")
        bad += broken
        good -= broken
        if len(sample) < 65536:
            sample += b"\n".join(line for line in block.splitlines() if not line.isascii())[:65536]
    return good + (0 if text.isascii() else sum(1 for c in text if c > "\x7f")), bad, sample


def _old_line_ends(text: str) -> bool:
    return "\r" in text and "\n" not in text
