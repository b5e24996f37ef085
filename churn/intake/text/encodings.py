"""The encoding of a text file: settled over the whole file; its text handed on as UTF-8 in blocks of whole lines."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from churn.intake.text.alphabets import likeliest_codec
from churn.intake.text.opening import Opened, too_big
from churn.notices import Notice

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


def encoding_of(found: Opened) -> Encoding:
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


def text_blocks(found: Opened, encoding: Encoding, size: int = BLOCK) -> Iterator[bytes]:
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


def _utf8(found: Opened, encoding: Encoding, size: int) -> Iterator[bytes]:
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


def _by_trial(found: Opened, head: bytes) -> Encoding:
    skip = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
    old = _old_line_ends(head.decode("latin-1"))
    good, bad, sample = _tried_as_utf8(found)
    if not bad:
        return Encoding("utf-8", skip, old_line_ends=old)
    # Mostly sound UTF-8 with a few broken bytes is a damaged file, not another encoding: sound cells stay as they are.
    if skip or good >= bad:
        return Encoding("utf-8", skip, damaged=True, old_line_ends=old)
    return Encoding(likeliest_codec(sample), guessed=True, damaged=True, old_line_ends=old)


def _tried_as_utf8(found: Opened) -> tuple[int, int, bytes]:
    """How many characters beyond ASCII are sound and how many bytes are not, with a sample of the lines around them."""
    good, bad, sample, rest = 0, 0, b"", b""
    with found.stream() as stream:
        while chunk := stream.read(BLOCK):
            if not rest and chunk.isascii():
                continue
            cut = max(chunk.rfind(b"\n"), chunk.rfind(b"\r")) + 1 or len(chunk)
            block, rest = rest + chunk[:cut], chunk[cut:]
            good, bad, sample = _counted(block, good, bad, sample)
    whole = _without_cut(rest)
    good, bad, sample = _counted(whole, good, bad, sample)
    # A last character that is cut off is a damaged end; it speaks against UTF-8 only where nothing speaks for it.
    return good, bad + (len(whole) < len(rest)), sample or rest


def _without_cut(rest: bytes) -> bytes:
    try:
        rest.decode("utf-8")
    except UnicodeDecodeError as problem:
        return rest[: problem.start] if problem.reason == "unexpected end of data" else rest
    return rest


def _counted(block: bytes, good: int, bad: int, sample: bytes) -> tuple[int, int, bytes]:
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
