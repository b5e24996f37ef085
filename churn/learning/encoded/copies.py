"""Copies: rows that are the same customer again, whole or with a few cells shifted; folds keep them together."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from churn.learning.encoded.examples import Examples, first_seen
from churn.learning.encoded.hashing import row_hashes
from churn.learning.encoded.look_alikes import SHARE, agree_too_well, shifted_copies
from churn.notices import Notice

SHIFTED = 3  # cells that may differ between copies; one more block than this finds every such pair
SHARE_SHIFTED = 0.25  # … but never more than this share of the cells
LONGEST_RUN = 60  # a block that more rows than this agree on tells nobody apart
NEIGHBOURS = 6
TELLING = 2  # rare values that copies must share; one alone is often chance
WORTH_SAYING = 0.05  # share of rows with a copy from which the analyst is told


@dataclass(frozen=True)
class Grouped:
    """Examples whose copies are in one group, and how many distinct customers that leaves."""

    examples: Examples
    distinct: int
    notices: tuple[Notice, ...] = ()


def with_copies_together(examples: Examples) -> Grouped:
    """The examples with near-copies in one group; the analyst is told when there are many."""
    rows, keys = len(examples), len(np.unique(examples.groups))
    groups = joined_groups(joined_groups(examples.groups, near_copies(examples.matrix)), equal_customers(examples))
    shifted = shifted_copies(examples)
    if not len(shifted) and keys - len(np.unique(groups)) < WORTH_SAYING * rows:
        # A few look-alikes are chance; keeping them together costs nothing, but they are customers of their own.
        return Grouped(replace(examples, groups=groups), keys, _repeated_keys(rows, keys))
    # The list is full of copies, so one shared rare value is no longer chance: look for the more distant ones too.
    groups = joined_groups(joined_groups(groups, shifted), near_copies(examples.matrix, telling=1))
    distinct = len(np.unique(groups))
    text = (
        f"{rows - distinct:,} of {rows:,} rows are the same customer again, whole or with a few cells changed: there "
        f"are {distinct:,} distinct customers. Folds keep them together; else every figure would be too good."
    )
    notice = Notice("warning", text, count=rows - distinct)
    return Grouped(replace(examples, groups=groups), distinct, (notice,))


def _repeated_keys(rows: int, keys: int) -> tuple[Notice, ...]:
    if rows == keys:
        return ()
    text = f"{rows - keys:,} rows repeat the key of another row; the folds keep the rows of one customer together."
    return (Notice("info", text, count=rows - keys),)


def near_copies(matrix: np.ndarray, *, telling: int = TELLING) -> np.ndarray:
    """Pairs of rows, (pairs, 2), that agree in all but a few cells, among them rare ones."""
    columns = matrix.shape[1]
    rare = _rare_cells(matrix)
    blocks = _blocks(rare, min(SHIFTED + 1, columns))
    allowed = min(SHIFTED, int(SHARE_SHIFTED * columns))
    found = [_pairs_agreeing(matrix, rare, block, (allowed, telling)) for block in blocks]
    return np.unique(np.concatenate(found), axis=0)


def equal_customers(examples: Examples) -> np.ndarray:
    """Pairs of rows equal in every column, (pairs, 2); none where a list of few columns makes many equal by chance."""
    hashes = row_hashes(examples.matrix)
    pairs = _neighbours(hashes, longest=len(examples))
    few = 2 * len(pairs) < SHARE * len(examples)
    return pairs if few or agree_too_well(*_leaving_together(hashes, examples.labels)) else pairs[:0]


def _leaving_together(hashes: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Of all pairs of equal rows: in how many at least one left, and in how many both did."""
    _, place = np.unique(hashes, return_inverse=True)
    rows, left = np.bincount(place), np.bincount(place, weights=labels)
    both = float((left * (left - 1) / 2).sum())
    return both + float((left * (rows - left)).sum()), both


def joined_groups(groups: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """The groups when every pair of rows belongs together."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    if not len(pairs):
        return groups
    ends = groups[pairs]
    size = int(groups.max()) + 1
    links = coo_matrix((np.ones(len(ends), dtype=np.int8), (ends[:, 0], ends[:, 1])), shape=(size, size))
    _, whole = connected_components(links, directed=False)
    return first_seen(whole[groups])


def _rare_cells(matrix: np.ndarray) -> np.ndarray:
    """Which cells hold a value that few rows of the list have."""
    few = max(12, len(matrix) // 500)
    rare = np.zeros(matrix.shape, dtype=bool)
    for j, column in enumerate(matrix.T):
        _, code, count = np.unique(column, return_inverse=True, return_counts=True)
        rare[:, j] = (count[code] <= few) & ~np.isnan(column)
    return rare


def _blocks(rare: np.ndarray, count: int) -> list[np.ndarray]:
    """The columns dealt into blocks so that each gets some that tell customers apart."""
    order = np.argsort(-rare.mean(axis=0), kind="stable")
    return [order[k::count] for k in range(count)]


def _pairs_agreeing(matrix: np.ndarray, rare: np.ndarray, block: np.ndarray, limits: tuple[int, int]) -> np.ndarray:
    """Pairs that agree in a whole block and in nearly all other cells."""
    allowed, telling = limits
    pairs = _neighbours(row_hashes(matrix[:, block]), longest=LONGEST_RUN)
    kept = []
    for start in range(0, len(pairs), 200_000):
        some = pairs[start : start + 200_000]
        one, other = matrix[some[:, 0]], matrix[some[:, 1]]
        same = (one == other) | (np.isnan(one) & np.isnan(other))
        shared = (same & rare[some[:, 0]]).sum(axis=1) >= telling
        kept.append(some[shared & ((~same).sum(axis=1) <= allowed)])
    return np.concatenate(kept) if kept else np.empty((0, 2), dtype=np.int64)


def _neighbours(hashes: np.ndarray, *, longest: int) -> np.ndarray:
    """Pairs of rows with the same hash, a few neighbours each, where no more rows than `longest` share it."""
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    _, place, count = np.unique(ordered, return_inverse=True, return_counts=True)
    short = count[place] <= longest
    pairs = []
    for lag in range(1, NEIGHBOURS + 1):
        same = (ordered[lag:] == ordered[:-lag]) & short[lag:]
        pairs.append(np.column_stack([order[:-lag][same], order[lag:][same]]))
    return np.sort(np.concatenate(pairs), axis=1)
