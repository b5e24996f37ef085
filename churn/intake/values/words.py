"""Words: names as they are compared, and how alike two of them are."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from churn.intake.values.marks import same_words

_NOT_LETTERS = re.compile(r"[\W_]+")
_SPECIAL = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})


@lru_cache(maxsize=20_000)
def folded(text: str) -> str:
    """The name without case, accents, blanks, dashes and letters that have no width."""
    plain = unicodedata.normalize("NFKD", same_words(text).translate(_SPECIAL))
    return _NOT_LETTERS.sub("", "".join(c for c in plain if not unicodedata.combining(c)))


def tidy(text: str) -> str:
    """A heading as it is shown: no blanks around it, single blanks inside, nothing invisible."""
    text = re.sub("[\u200b\u200c\u200d\u2060\ufeff\u00ad]", "", unicodedata.normalize("NFC", text))
    return re.sub(r"\s+", " ", text).strip()


def likeness(one: str, other: str) -> float:
    """How alike two words are, from 0 to 1: edits (swapped neighbours count once) against the longer word."""
    longest = max(len(one), len(other))
    return 1 - _edits(one, other) / longest if longest else 1.0


def _edits(one: str, other: str) -> int:
    """How many letters must be added, dropped, changed or swapped with a neighbour."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for i, a in enumerate(one):
        row = [i + 1]
        for j, b in enumerate(other):
            cost = min(above[j] + (a != b), above[j + 1] + 1, row[j] + 1)
            if i and j and a == other[j - 1] and one[i - 1] == b:
                cost = min(cost, before[j - 1] + 1)
            row.append(cost)
        before, above = above, row
    return above[-1]
