"""Hashing: one number per encoded row, so that equal rows are found without comparing all pairs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pyarrow as pa

from churn.notices import Notice
from churn.training.encoder import Encoder

_MIX = np.uint64(0x9E3779B97F4A7C15)


def row_hashes(matrix: np.ndarray) -> np.ndarray:
    """One 64-bit number per row, equal for equal rows, the same on every machine."""
    hashes = np.full(len(matrix), len(matrix[0]) if len(matrix) else 0, dtype=np.uint64)
    for column in matrix.T:
        plain = np.where(np.isnan(column), np.float32(np.nan), column + np.float32(0)).astype(np.float32)
        hashes = (hashes ^ plain.view(np.uint32).astype(np.uint64)) * _MIX
        hashes ^= hashes >> np.uint64(29)
    return hashes


# Examples: encoded customers with their outcomes, in an order that does not depend on the file's.


@dataclass(frozen=True)
class Examples:
    """Customers to learn from, in canonical order.

    groups  rows with the same number are the same customer (a repeated key, or a near-copy) and stay together
    days    when each row was true, as days since 1970, where the list says so
    places  the row of the checked table each example came from
    """

    encoder: Encoder
    matrix: np.ndarray
    labels: np.ndarray
    groups: np.ndarray
    places: np.ndarray
    days: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def leavers(self) -> int:
        """How many left."""
        return int(self.labels.sum())

    def only(self, rows: np.ndarray) -> Examples:
        """These rows of the examples."""
        days = None if self.days is None else self.days[rows]
        return replace(
            self,
            matrix=self.matrix[rows],
            labels=self.labels[rows],
            groups=self.groups[rows],
            places=self.places[rows],
            days=days,
        )


def examples_of(encoder: Encoder, table: pa.Table, labels: np.ndarray, *, keys: pa.ChunkedArray | None) -> Examples:
    """The rows whose outcome is known, encoded and sorted by what is in them."""
    known = np.flatnonzero(labels >= 0)
    matrix = np.ascontiguousarray(encoder.matrix(table)[known])
    days = _days(encoder, table)
    order = canonical_order(matrix, labels[known])
    groups = np.arange(len(known)) if keys is None else key_groups(keys.take(pa.array(known[order])))
    return Examples(
        encoder=encoder,
        matrix=matrix[order],
        labels=labels[known][order].astype(np.float64),
        groups=groups,
        places=known[order],
        days=None if days is None else days[known][order],
    )


def canonical_order(matrix: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """An order of the rows that depends only on what is in them."""
    hashes = row_hashes(np.column_stack([matrix, labels.astype(np.float32)]))
    return np.argsort(hashes, kind="stable")


def key_groups(keys: pa.ChunkedArray) -> np.ndarray:
    """A number per row, the same for rows with the same key; a missing key is a customer of its own."""
    codes = keys.combine_chunks().dictionary_encode()
    codes = codes if isinstance(codes, pa.DictionaryArray) else pa.concat_arrays(codes.chunks)
    places = codes.indices.to_numpy(zero_copy_only=False).astype(np.float64)
    alone = np.isnan(places)
    places[alone] = len(codes.dictionary) + np.arange(alone.sum())
    return first_seen(places)


def first_seen(groups: np.ndarray) -> np.ndarray:
    """The groups renumbered 0, 1, 2 … in the order in which they first appear."""
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


def _days(encoder: Encoder, table: pa.Table) -> np.ndarray | None:
    if encoder.date_column is None:
        return None
    return table.column(encoder.date_column).cast(pa.date32()).cast(pa.int32()).cast(pa.float64()).to_numpy()


# Folds: which customers a model learns from and which it is checked on, never the same customer in both.


Fold = tuple[np.ndarray, np.ndarray]  # rows to learn from, rows to check on


def folds(examples: Examples, count: int, *, seed: int) -> list[Fold]:
    """Stratified folds in which all rows of one customer stay together."""
    part = fold_numbers(examples.labels, examples.groups, count, seed=seed)
    return [(np.flatnonzero(part != k), np.flatnonzero(part == k)) for k in range(count)]


def fold_numbers(labels: np.ndarray, groups: np.ndarray, count: int, *, seed: int) -> np.ndarray:
    """The fold of each row: groups are shuffled and dealt out, leavers and stayers apart, the largest groups first."""
    _, group = np.unique(groups, return_inverse=True)
    size = np.bincount(group)
    left = np.bincount(group, weights=labels) > 0
    shuffled = np.random.default_rng(seed).permutation(len(size))
    fold_of = np.empty(len(size), dtype=np.int64)
    for side in (True, False):
        mine = shuffled[left[shuffled] == side]
        mine = mine[np.argsort(-size[mine], kind="stable")]
        fold_of[mine] = (np.arange(len(mine)) + (0 if side else int(left.sum()))) % count
    return fold_of[group]


def time_folds(days: np.ndarray, count: int) -> list[Fold]:
    """Folds that learn only from earlier dates than those they are checked on."""
    edges = np.unique(np.quantile(days, np.linspace(0, 1, count + 2)[1:-1]))
    bounds = [*edges, np.inf]
    pairs = [(days <= low, (days > low) & (days <= high)) for low, high in pairwise(bounds)]
    return [(np.flatnonzero(past), np.flatnonzero(next_)) for past, next_ in pairs if past.any() and next_.any()]


def final_part(examples: Examples, share: float, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows to work with, and an untouched final part: the latest dates where there are dates, else by lot."""
    count = max(2, round(1 / share))
    if examples.days is None:
        part = fold_numbers(examples.labels, examples.groups, count, seed=seed)
        return np.flatnonzero(part != 0), np.flatnonzero(part == 0)
    last = np.quantile(examples.days, 1 - share)
    late = examples.days > last
    late_groups = np.isin(examples.groups, examples.groups[~late])
    return np.flatnonzero(~late), np.flatnonzero(late & ~late_groups)


# Look-alikes: copies whose numbers were all shifted a little, told from chance by outcomes that agree too well.


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


# Copies: rows that are the same customer again, whole or with a few cells shifted; folds keep them together.


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
