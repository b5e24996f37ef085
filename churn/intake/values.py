"""Marks: what stands for nothing, for yes and for no, and how a cell looks once blanks around it are taken off."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.files import REPOSITORY
from churn.profiles import GENERAL, read_profile

# Blanks of every kind, the ones without width included; taken off at both ends of a cell.
BLANKS = (
    " \t\n\r\x0b\x0c\x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff\u00ad"
)


# Nothing at all, in any column; the empty cell is the first of them.
_NOTHING = (
    "|na|n/a|n.a.|n.a|#n/a|nan|null|(null)|\\n|nil|-|--|---|–|—|.|?|<na>|(blank)|missing|k.a.|s/o|n.d."
    "|#ref!|#div/0!|#value!|#name?|#num!|#null!"
)

MISSING = frozenset(_NOTHING.split("|"))


# Words that are an answer in a column of words, and nothing in a column of numbers, dates or yes and no.
# Days that stand for `never` or `open` in databases are among them: no customer ends in the year 9999.
_WORDS = (
    "none|unknown|not available|not applicable|keine|unbekannt|inconnu|nd|tbd"
    "|0000-00-00|0000-00-00 00:00:00|00.00.0000|00/00/0000"
    "|9999-12-31|9999-12-31 00:00:00|9999-12-31 23:59:59|31.12.9999|31/12/9999|12/31/9999"
)

WORDS_FOR_NOTHING = frozenset(_WORDS.split("|"))
_YES = "yes y true t 1 1.0 on ja j wahr oui o vrai sí si sì s verdadero vero sim tak x ✓ ✔"
_NO = "no n false f 0 0.0 off nein falsch non faux falso não nao nie nee ✗ ✘"


# The one list of words for yes and no, for lists, single customers, what-ifs, outcomes, rules of offers and logs.
YES, NO = frozenset(_YES.split()), frozenset(_NO.split())


# Letters that also stand for other things: alone they mean yes or no only where nothing else speaks for it.
LETTERS = frozenset(w for w in YES | NO if len(w) == 1 and not w.isdigit())
_RUNS = re.compile(r"\s+")
_ZERO_WIDTH = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_CODE = re.compile(r"[A-Z]{2,4}")
_MARKS_OF_TEXT = r"""^(?:="([^"]*)"|'([-0-9=+@].*))$"""
_MARKED = re.compile(_MARKS_OF_TEXT)


# Cells worth a look of their own among very many: short without a digit, a mark that has digits, a shortened number.
SHORTENED = r"[0-9][.,][0-9]{2,}[eE]\+[0-9]{2}"

MAY_BE_NOTHING = (
    rf"^(?:[^0-9]{{0,20}}|#[dD][iI][vV]/0!|(?:0000-00-00|9999-12-31)(?: [0-9:]{{8}})?|00[./]00[./]0000"
    rf"|31[./]12[./]9999|12/31/9999|{SHORTENED})$"
)


def strip_marks(text: str) -> str:
    """The cell without the blanks around it, and without the mark by which a spreadsheet keeps text as text."""
    stripped = text.strip(BLANKS)
    marked = _MARKED.fullmatch(stripped) if stripped.startswith(('="', "'")) else None
    return marked[1] or marked[2] or "" if marked else stripped


def strip_marks_in(values: pa.Array) -> pa.Array:
    """A text column without the blanks around each cell; the very same column where there are none."""
    trimmed = pc.utf8_trim(values, BLANKS)
    return values if _bytes_of_text(trimmed) == _bytes_of_text(values) else trimmed


def unmarked_column(values: pa.Array) -> tuple[pa.Array, np.ndarray | None]:
    """The cells without a mark for text (="5", '5), and which had one; the very same column where none had."""
    if not pc.any(pc.or_(pc.starts_with(values, '="'), pc.starts_with(values, "'"))).as_py():
        return values, None
    bare = pc.replace_substring_regex(values, _MARKS_OF_TEXT, r"\1\2")
    return bare, pc.not_equal(bare, values).to_numpy(zero_copy_only=False)


def _bytes_of_text(values: pa.Array) -> int:
    if not len(values):
        return 0
    ends = np.frombuffer(values.buffers()[1], np.int32)
    return int(ends[values.offset + len(values)] - ends[values.offset])


def same_words(text: str) -> str:
    """The cell as it is compared: one kind of blank, no case, no letters without width."""
    if text.isascii() and text.isprintable() and "  " not in text:  # nothing to take out or to put together
        return text.strip().casefold()
    return _RUNS.sub(" ", _ZERO_WIDTH.sub("", unicodedata.normalize("NFKC", text))).strip().casefold()


def is_missing(text: str, *, words: bool) -> bool:
    """True when the cell stands for nothing; in a column of words, words such as None are answers."""
    if len(text) > 20:
        return False
    seen = same_words(text)
    # A column too narrow for its numbers is exported as a row of ####.
    return seen in MISSING or (len(seen) > 2 and not seen.strip("#")) or (not words and seen in WORDS_FOR_NOTHING)


def real_levels(levels: dict[str, int]) -> frozenset[str]:
    """Marks that are a level after all: NA among EU and APAC is North America, not a gap."""
    others = [v for v in levels if not is_missing(v, words=True)]
    total = sum(levels.values())
    if len(others) < 2 or not all(_CODE.fullmatch(v) for v in others):
        return frozenset()
    return frozenset(v for v in levels if v == "NA" and levels[v] >= total * 0.02)


# Words: names as they are compared, and how alike two of them are.


_NOT_LETTERS = re.compile(r"[\W_]+")
_SPECIAL = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})


@lru_cache(maxsize=20_000)
def fold_text(text: str) -> str:
    """The name without case, accents, blanks, dashes and letters that have no width."""
    plain = unicodedata.normalize("NFKD", same_words(text).translate(_SPECIAL))
    return _NOT_LETTERS.sub("", "".join(c for c in plain if not unicodedata.combining(c)))


def tidy_text(text: str) -> str:
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


# Words that only an outcome has: churned, left, exited against stayed, active; kept as data in the general profile.


@lru_cache(1)
def outcome_words() -> tuple[frozenset[str], frozenset[str]]:
    """The words for having left and for having stayed, beside yes and no, as they are compared."""
    roles = read_profile(GENERAL, REPOSITORY).roles
    left, stayed = (frozenset(map(same_words, roles.get(side, ()))) - YES - NO for side in ("left", "stayed"))
    return left, stayed


# Headings of days: on which a customer left, or on which something ended; kept as data in the general profile.


def names_a_leaving_day(heading: str) -> bool:
    """Whether a heading says that its column holds the day on which a customer left."""
    return _whole_or_owned(heading) & _headings_of("left_on") != set()


def names_an_end(heading: str) -> bool:
    """Whether a heading says that something ended on a day, which may be the customer's leaving or not."""
    return _whole_or_owned(heading) & _headings_of("ended_on") != set()


def _whole_or_owned(heading: str) -> set[str]:
    """The heading as it is compared, and without what it says belongs to whom: `customer_left_on` is `left on`."""
    whole = fold_text(heading)
    return {whole, *(whole.removeprefix(owner) for owner in _headings_of("belongs_to"))} - {""}


@lru_cache(8)
def _headings_of(role: str) -> frozenset[str]:
    return frozenset(map(fold_text, read_profile(GENERAL, REPOSITORY).roles.get(role, ())))
