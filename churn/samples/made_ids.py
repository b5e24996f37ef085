"""Customer numbers that are never given twice: the place in line, scrambled one to one and written out as text."""

from __future__ import annotations

from math import gcd

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from churn.samples.latent import Integers

Words = NDArray[np.uint64]
Letters = NDArray[np.uint8]
DIGITS, CAPITALS = b"0123456789", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
HEX = b"0123456789abcdef"
BASE64 = CAPITALS + CAPITALS.lower() + DIGITS + b"+/"


def scrambled(place: Integers, salt: int) -> Words:
    """A 64-bit number for each place in line, different for each place (the splitmix64 mixing steps)."""
    with np.errstate(over="ignore"):
        z = place.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt % 2**64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def serial(place: Integers, seed: int, *, first: int, span: int) -> Integers:
    """A whole number for each place in line, from `first` on, different for each of the first `span` places."""
    start = int(scrambled(np.array([seed], np.int64), 17)[0] % np.uint64(span))
    step = int(span * 0.6180339887)
    while gcd(step, span) > 1:  # only then do the numbers come round after `span` and not before
        step += 1
    return first + (place * step + start) % span


def contract_codes(place: Integers, seed: int) -> pa.Array:
    """Numbers like 7590-VHVEG: four digits, a dash, five letters."""
    number = serial(place, seed, first=0, span=10**4 * 26**5).astype(np.uint64)
    left = _letters(number % np.uint64(10**4), DIGITS, 4)
    right = _letters(number // np.uint64(10**4), CAPITALS, 5)
    return joined(left, b"-", right)


def uuids(place: Integers, seed: int) -> pa.Array:
    """Random-looking universal ids like 0000b06f-01f1-4c3d-b049-d769f348b35d."""
    front = _letters(scrambled(place, 2 * seed), HEX, 16)
    back = _letters(scrambled(place, 2 * seed + 1), HEX, 16)
    front[:, 12] = ord("4")
    return joined(front[:, :8], b"-", front[:, 8:12], b"-", front[:, 12:], b"-", back[:, :4], b"-", back[:, 4:])


def tokens(place: Integers, seed: int) -> pa.Array:
    """Opaque keys in base64, 24 letters ending in `==`; some begin with `+`, as such keys do."""
    front = _letters(scrambled(place, 2 * seed), BASE64, 11)
    back = _letters(scrambled(place, 2 * seed + 1), BASE64, 11)
    return joined(front[:, ::-1], back, b"==")


def joined(*pieces: Letters | bytes) -> pa.Array:
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
