"""Look-alikes: copies whose numbers were all shifted a little, told from chance by outcomes that agree too well."""

from __future__ import annotations

import numpy as np

from churn.learning.encoded.examples import Examples
from churn.learning.encoded.hashing import row_hashes

NEARER = 0.5  # a look-alike is nearer than half the way to the next customer
NEAR = 0.1  # … and within a tenth of the list per number, by rank
LARGEST = 2000  # customers with the same levels; more say too little about who is who
SHARE = 0.10  # of all rows that must have a look-alike, and …
AGREEING = 0.70  # … of the pairs with a leaver, the share in which both left, before they are called copies
STEP = 400


def shifted_copies(examples: Examples) -> np.ndarray:
    """Pairs of rows that are copies with shifted numbers, (pairs, 2); none where likeness may be chance.

    Honest lists have look-alikes too, but these leave or stay each for themselves; copies share their outcome.
    """
    pairs = _look_alikes(examples)
    left = examples.labels[pairs]
    common = 2 * len(pairs) >= SHARE * len(examples)
    return pairs if common and agree_too_well(left.any(axis=1).sum(), left.all(axis=1).sum()) else pairs[:0]


def agree_too_well(one_left: float, both_left: float) -> bool:
    """Whether pairs in which one customer left are so often pairs in which both did that they must be one customer."""
    return both_left >= AGREEING * max(one_left, 10)


def _look_alikes(examples: Examples) -> np.ndarray:
    """Pairs of customers with the same levels who are each other's nearest by far, in their numbers."""
    numbers = np.array([f.form in ("number", "age") for f in examples.encoder.fields])
    if not numbers.any():
        return np.empty((0, 2), dtype=np.int64)
    ranks = np.column_stack([_ranks(column) for column in examples.matrix[:, numbers].T])
    levels = row_hashes(examples.matrix[:, ~numbers]) if (~numbers).any() else np.zeros(len(ranks), np.uint64)
    order = np.argsort(levels, kind="stable")
    blocks = np.split(order, np.flatnonzero(np.diff(levels[order])) + 1)
    found = [_pairs_within(ranks[block], block) for block in blocks if 2 <= len(block) <= LARGEST]
    return np.concatenate([np.empty((0, 2), dtype=np.int64), *found])


def _pairs_within(ranks: np.ndarray, block: np.ndarray) -> np.ndarray:
    rows = len(block)
    nearest, first, second = np.empty(rows, dtype=np.int64), np.empty(rows), np.full(rows, np.inf)
    for start in range(0, rows, STEP):
        part = slice(start, min(start + STEP, rows))
        apart = np.abs(ranks[part, None, :] - ranks[None]).sum(axis=-1)
        apart[np.arange(len(apart)), np.arange(part.start, part.stop)] = np.inf
        nearest[part], first[part] = apart.argmin(axis=1), apart.min(axis=1)
        if rows > 2:
            second[part] = np.partition(apart, 1, axis=1)[:, 1]
    lonely = (first < NEARER * second) & (first < NEAR * ranks.shape[1]) & (first > 0)
    mutual = lonely & lonely[nearest] & (nearest[nearest] == np.arange(rows)) & (np.arange(rows) < nearest)
    ends = np.flatnonzero(mutual)
    return np.column_stack([block[ends], block[nearest[ends]]])


def _ranks(column: np.ndarray) -> np.ndarray:
    """Each number's place in the list, 0 to 1; ties share the middle, missing ones a place of their own."""
    _, place, count = np.unique(column, return_inverse=True, return_counts=True)
    return ((np.cumsum(count) - count / 2) / len(column))[place]
