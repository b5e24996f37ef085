"""Alphabets: which old encoding makes the bytes of a text read as words that people write."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ONE_BYTE = "cp1252 cp1250 cp1251 cp1253 cp1254 koi8_r mac_roman cp850 cp866 cp1255 cp1256"
_WIDE = "shift_jis euc_jp gb18030 big5 euc_kr"
# In the order in which they are believed when several read alike.
CODECS = tuple(_ONE_BYTE.split()) + tuple(_WIDE.split())
_SIGNS = frozenset("€£§°’‘“”„–—…«»©®™¿¡ºª·\u00a0½¼²³µ")
_RARE = frozenset("þðÞÐýÝƒŠšŽžŸ¸¨ª")
_WORDS = re.compile(r"[^\x00-\x40\x5b-\x60\x7b-\x7f]+")


def likeliest_codec(sample: bytes) -> str:
    """The encoding under which most words look written by a person; charset-normalizer decides between equals."""
    scored = {codec: score for codec in CODECS if (score := _natural(sample, codec)) is not None}
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


def _natural(sample: bytes, codec: str) -> float | None:
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
