"""Chance that gives the same bytes on every machine: draws from uniform numbers only, rounded before they are used.

numpy keeps its uniform numbers the same from version to version, but not its normal or Poisson ones, and `exp` and
`log` differ in the last bits between processors. So every other draw is made here from uniform numbers, and rounded.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]
DIGITS = 6


@dataclass(frozen=True)
class Draw:
    """Seeded chance for one block of `size` customers; each call goes on where the last one stopped."""

    source: np.random.Generator
    size: int

    def uniform(self, *more: int) -> Floats:
        """Numbers from 0 up to 1, one per customer (and per further axis)."""
        return self.source.random((self.size, *more))

    def normal(self, *more: int) -> Floats:
        """Bell-shaped numbers with mean 0 and spread 1."""
        return bell(self.uniform(*more))

    def happens(self, probability: ArrayLike) -> Flags:
        """Yes with the given probability, for each customer."""
        likely = rounded(probability)
        return self.uniform(*likely.shape[1:]) < likely

    def level(self, shares: Sequence[float]) -> Integers:
        """The number of a level, drawn with fixed shares."""
        return np.searchsorted(rounded(np.cumsum(shares))[:-1], self.uniform(), side="right")

    def level_by(self, *weights: ArrayLike) -> Integers:
        """The number of a level, drawn with weights that differ between customers."""
        table = np.stack([np.broadcast_to(rounded(w), (self.size,)) for w in weights], axis=1)
        reached = np.cumsum(table, axis=1)
        return (self.uniform()[:, None] * reached[:, -1:] >= reached).sum(axis=1)

    def count(self, mean: ArrayLike) -> Integers:
        """How often something happens when `mean` is usual (Poisson); means up to some dozens."""
        usual = rounded(mean)
        wanted, counted = self.uniform(*usual.shape[1:]), np.zeros(usual.shape, np.int64)
        exactly = np.exp(-usual)
        reached = exactly
        for times in range(1, int(usual.max(initial=0) * 2) + 16):
            counted += wanted >= rounded(reached, 12)
            exactly = exactly * usual / times
            reached = reached + exactly
        return counted

    def whole(self, low: int, high: int, *more: int) -> Integers:
        """A whole number from `low` to `high`, both included."""
        return low + np.floor(self.uniform(*more) * (high - low + 1)).astype(np.int64)


def make_draw(name: str, seed: int, unit: int, size: int) -> Draw:
    """The chance of one block of one business: the same for the same seed, whatever else is drawn."""
    return Draw(np.random.Generator(np.random.PCG64((seed, zlib.crc32(name.encode()), unit))), size)


def rounded(values: ArrayLike, digits: int = DIGITS) -> Floats:
    """The values without the last bits, in which processors differ."""
    rough: Floats = np.asarray(values, dtype=np.float64)
    return np.asarray(rough.round(digits))


def chance(log_odds: ArrayLike) -> Floats:
    """The probability behind log-odds."""
    return rounded(1.0 / (1.0 + np.exp(-np.asarray(log_odds, dtype=np.float64))))


def bell(uniform: Floats) -> Floats:
    """Uniform numbers bent into a bell: the logistic curve made a little thinner in its tails."""
    edge = np.clip(uniform, 1e-9, 1 - 1e-9)
    logistic = np.log(edge / (1 - edge))
    return rounded(np.sign(logistic) * (np.sqrt(1 + 0.4199 * np.abs(logistic)) - 1) * 3.2785)


def best_auc(probability: ArrayLike) -> float:
    """The ROC-AUC that knowing the true probabilities gives on average: no honest model does better."""
    p, times = np.unique(np.asarray(probability, dtype=np.float64), return_counts=True)
    leave, stay = p * times, (1 - p) * times
    below = np.cumsum(stay) - stay
    pairs = float(np.sum(leave * (below + stay / 2)))
    return pairs / (float(leave.sum()) * float(stay.sum()))


# Numbers drawn by chance, written the way exports write them: words for levels, yes and no, dates, moments.


DAY = 86_400


def words(level: ArrayLike, known: Sequence[str | None]) -> pa.Array:
    """The word of each level's number; a yes or no is level 1 or 0. None is an empty cell."""
    return pa.array(known, pa.string()).take(pa.array(np.asarray(level).astype(np.int64)))


def whole(values: ArrayLike) -> pa.Array:
    """Whole numbers, without a decimal point."""
    return pa.array(np.asarray(values).astype(np.int64))


def dates(day: Integers) -> pa.Array:
    """Days since 1970 as 2026-06-30."""
    return pa.array(day.astype(np.int32)).cast(pa.date32()).cast(pa.string())


def date_numbers(day: Integers) -> pa.Array:
    """Days since 1970 as the number 20260630."""
    date = pa.array(day.astype(np.int32)).cast(pa.date32())
    high = pc.add(pc.multiply(pc.year(date), 10_000), pc.multiply(pc.month(date), 100))
    return pc.add(high, pc.day(date))


def moments(second: Integers, ending: str = "") -> pa.Array:
    """Seconds since 1970 as 2026-06-30 23:59:59, with an ending such as a time zone."""
    clock = pa.array(second).cast(pa.timestamp("s")).cast(pa.string())
    return pc.binary_join_element_wise(clock, ending, "") if ending else clock


def day_number(text: str) -> int:
    """Days since 1970 of a date such as 2026-06-30."""
    return int(np.datetime64(text, "D").astype(np.int64))


def first_days(month: str, months: int) -> tuple[int, ...]:
    """The day numbers on which so many months from one on begin, and the one after them."""
    begin = np.datetime64(month, "M") + np.arange(months + 1).astype("timedelta64[M]")
    return tuple(begin.astype("datetime64[D]").astype(np.int64).tolist())


# Customer numbers that are never given twice: the place in line, scrambled one to one and written out as text.


Words = NDArray[np.uint64]
Letters = NDArray[np.uint8]
NUMERALS, CAPITALS = b"0123456789", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
HEX = b"0123456789abcdef"
BASE64 = CAPITALS + CAPITALS.lower() + NUMERALS + b"+/"


def scramble(place: Integers, salt: int) -> Words:
    """A 64-bit number for each place in line, different for each place (the splitmix64 mixing steps)."""
    with np.errstate(over="ignore"):
        z = place.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt % 2**64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def serial(place: Integers, seed: int, *, first: int, span: int) -> Integers:
    """A whole number for each place in line, from `first` on, different for each of the first `span` places."""
    start = int(scramble(np.array([seed], np.int64), 17)[0] % np.uint64(span))
    step = int(span * 0.6180339887)
    while gcd(step, span) > 1:  # only then do the numbers come round after `span` and not before
        step += 1
    return first + (place * step + start) % span


def contract_codes(place: Integers, seed: int) -> pa.Array:
    """Numbers like 7590-VHVEG: four digits, a dash, five letters."""
    number = serial(place, seed, first=0, span=10**4 * 26**5).astype(np.uint64)
    left = _letters(number % np.uint64(10**4), NUMERALS, 4)
    right = _letters(number // np.uint64(10**4), CAPITALS, 5)
    return join_letters(left, b"-", right)


def uuids(place: Integers, seed: int) -> pa.Array:
    """Random-looking universal ids like 0000b06f-01f1-4c3d-b049-d769f348b35d."""
    front = _letters(scramble(place, 2 * seed), HEX, 16)
    back = _letters(scramble(place, 2 * seed + 1), HEX, 16)
    front[:, 12] = ord("4")
    return join_letters(front[:, :8], b"-", front[:, 8:12], b"-", front[:, 12:], b"-", back[:, :4], b"-", back[:, 4:])


def tokens(place: Integers, seed: int) -> pa.Array:
    """Opaque keys in base64, 24 letters ending in `==`; some begin with `+`, as such keys do."""
    front = _letters(scramble(place, 2 * seed), BASE64, 11)
    back = _letters(scramble(place, 2 * seed + 1), BASE64, 11)
    return join_letters(front[:, ::-1], back, b"==")


def join_letters(*pieces: Letters | bytes) -> pa.Array:
    """Text of one fixed width from columns of letters and fixed marks between them."""
    rows = next(len(p) for p in pieces if not isinstance(p, bytes))
    columns = [np.tile(np.frombuffer(p, np.uint8), (rows, 1)) if isinstance(p, bytes) else p for p in pieces]
    letters = np.ascontiguousarray(np.concatenate(columns, axis=1))
    ends = np.arange(rows + 1, dtype=np.int32) * np.int32(letters.shape[1])
    return pa.StringArray.from_buffers(rows, pa.py_buffer(ends), pa.py_buffer(letters))


def _letters(number: Words, alphabet: bytes, width: int) -> Letters:
    choice = np.frombuffer(alphabet, np.uint8)
    written = np.empty((len(number), width), np.uint8)
    left = number.copy()
    for column in range(width - 1, -1, -1):
        left, digit = np.divmod(left, np.uint64(len(alphabet)))
        written[:, column] = choice[digit.astype(np.int64)]
    return written
