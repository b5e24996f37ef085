"""Whether a customer stands twice in a list that is worked on in shares.

Each share leaves the numbers of its keys in a file, sorted, 8 bytes a customer. The desk looks at the files of all
shares together, one range of numbers after the other, so that it never holds the whole list. Two keys can have one
number, so where two meet, the keys themselves decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from churn.errors import ListRefused
from churn.files import TEMPORARY, whole_file
from churn.intake.formats.parquet import text_block
from churn.intake.understanding.repeats import Repeats, hashes_of
from churn.intake.values.marks import is_missing
from churn.scoring.spread.list_shares import Share

AT_ONCE = 16_000_000  # numbers looked at together: 128 MB, and as much again to sort them


def noted(share: Share, folder: Path) -> Path:
    """The file in which a share's numbers are left."""
    return folder / f"{TEMPORARY}keys-{share.number:05}.npy"


def note_keys(share: Share, heading: str, folder: Path) -> int:
    """Leave the numbers of a share's keys in the folder, where there are any; a missing key is nobody's."""
    repeats = Repeats()
    for batch in share.batches([heading]):
        repeats.add(text_block(batch, 1).cells(0))
    numbers = np.sort(np.concatenate(repeats.hashes))
    with whole_file(noted(share, folder)) as unfinished, unfinished.open("wb") as file:
        np.save(file, numbers)
    return len(numbers)


def refuse_twice(shares: Sequence[Share], heading: str, folder: Path) -> None:
    """Refuse a list in which a customer stands twice, naming the first that was found."""
    for number in _met_twice([noted(share, folder) for share in shares]):
        keys = Counter(key for share in shares for key in _keys_with(number, share, heading, folder))
        for key, times in keys.items():
            if times > 1:
                raise ListRefused(
                    f"{heading} {key!r} stands in the list {times} times.",
                    "Leave one row per customer, or score it without an engine and say which row counts.",
                    options=("duplicates=newest", "duplicates=first"),
                )


def _met_twice(files: Sequence[Path]) -> Iterator[np.uint64]:
    """The numbers that are there more than once."""
    ranges = 1 + sum(file.stat().st_size for file in files) // (8 * AT_ONCE)
    bounds = np.array([(n << 64) // ranges for n in range(1, ranges)], np.uint64)
    for n in range(ranges):
        some = np.sort(np.concatenate([_range(file, bounds, n) for file in files]))
        yield from np.unique(some[1:][some[1:] == some[:-1]])


def _range(file: Path, bounds: np.ndarray, n: int) -> np.ndarray:
    numbers = _numbers(file)
    cuts = [0, *np.searchsorted(numbers, bounds).tolist(), len(numbers)]
    return np.array(numbers[cuts[n] : cuts[n + 1]])


def _numbers(file: Path) -> np.ndarray:
    return np.load(file, mmap_mode="r")


def _keys_with(number: np.uint64, share: Share, heading: str, folder: Path) -> Iterator[str]:
    numbers = _numbers(noted(share, folder))
    if np.searchsorted(numbers, number, "left") == np.searchsorted(numbers, number, "right"):
        return
    for batch in share.batches([heading]):
        cells = text_block(batch, 1).cells(0)
        for code in cells.codes[hashes_of(cells.values)[cells.codes] == number].tolist():
            key = cells.values[code].as_py()
            if not is_missing(key, words=False):
                yield key
