"""Examples to learn from: encoded customers with outcomes, folds, and copies of one customer kept together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pyarrow as pa

from churn.notices import Notice
from churn.training.encoder import Encoder

_MIX = np.uint64(0x9E3779B97F4A7C15)


def hash_rows(matrix: np.ndarray) -> np.ndarray:
    """One 64-bit number per row, equal for equal rows, the same on every machine."""
    hashes = np.full(len(matrix), len(matrix[0]) if len(matrix) else 0, dtype=np.uint64)
    for column in matrix.T:
        plain = np.where(np.isnan(column), np.float32(np.nan), column + np.float32(0)).astype(np.float32)
        hashes = (hashes ^ plain.view(np.uint32).astype(np.uint64)) * _MIX
        hashes ^= hashes >> np.uint64(29)
    return hashes


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

    def take(self, rows: np.ndarray) -> Examples:
        """The examples of these rows."""
        days = None if self.days is None else self.days[rows]
        return replace(
            self,
            matrix=self.matrix[rows],
            labels=self.labels[rows],
            groups=self.groups[rows],
            places=self.places[rows],
            days=days,
        )


def encode_examples(encoder: Encoder, table: pa.Table, labels: np.ndarray, *, keys: pa.ChunkedArray | None) -> Examples:
    """Encode the rows whose outcome is known, sorted by their content."""
    known = np.flatnonzero(labels >= 0)
    matrix = np.ascontiguousarray(encoder.matrix(table)[known])
    days = _days(encoder, table)
    order = canonical_order(matrix, labels[known])
    groups = np.arange(len(known)) if keys is None else group_by_key(keys.take(pa.array(known[order])))
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
    hashes = hash_rows(np.column_stack([matrix, labels.astype(np.float32)]))
    return np.argsort(hashes, kind="stable")


def group_by_key(keys: pa.ChunkedArray) -> np.ndarray:
    """Give rows with the same key the same number; a missing key is a customer of its own."""
    codes = keys.combine_chunks().dictionary_encode()
    codes = codes if isinstance(codes, pa.DictionaryArray) else pa.concat_arrays(codes.chunks)
    places = codes.indices.to_numpy(zero_copy_only=False).astype(np.float64)
    alone = np.isnan(places)
    places[alone] = len(codes.dictionary) + np.arange(alone.sum())
    return renumber_groups(places)


def renumber_groups(groups: np.ndarray) -> np.ndarray:
    """Renumber groups 0, 1, 2 … in order of first appearance."""
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


def _days(encoder: Encoder, table: pa.Table) -> np.ndarray | None:
    if encoder.date_column is None:
        return None
    return table.column(encoder.date_column).cast(pa.date32()).cast(pa.int32()).cast(pa.float64()).to_numpy()


# Folds: which customers to learn from and which to check on; never the same customer in both.


Fold = tuple[np.ndarray, np.ndarray]  # rows to learn from, rows to check on


def make_folds(examples: Examples, count: int, *, seed: int) -> list[Fold]:
    """Make stratified folds that keep all rows of one customer together."""
    part = assign_folds(examples.labels, examples.groups, count, seed=seed)
    return [(np.flatnonzero(part != k), np.flatnonzero(part == k)) for k in range(count)]


def assign_folds(labels: np.ndarray, groups: np.ndarray, count: int, *, seed: int) -> np.ndarray:
    """Give each row its fold: groups are shuffled and dealt out, leavers and stayers apart, largest groups first."""
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


def make_time_folds(days: np.ndarray, count: int) -> list[Fold]:
    """Make folds that learn only from dates before those they are checked on."""
    edges = np.unique(np.quantile(days, np.linspace(0, 1, count + 2)[1:-1]))
    bounds = [*edges, np.inf]
    pairs = [(days <= low, (days > low) & (days <= high)) for low, high in pairwise(bounds)]
    return [(np.flatnonzero(past), np.flatnonzero(next_)) for past, next_ in pairs if past.any() and next_.any()]


def split_final_part(examples: Examples, share: float, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Split off an untouched final part: the latest dates where there are dates, else a random part."""
    count = max(2, round(1 / share))
    if examples.days is None:
        part = assign_folds(examples.labels, examples.groups, count, seed=seed)
        return np.flatnonzero(part != 0), np.flatnonzero(part == 0)
    last = np.quantile(examples.days, 1 - share)
    late = examples.days > last
    late_groups = np.isin(examples.groups, examples.groups[~late])
    return np.flatnonzero(~late), np.flatnonzero(late & ~late_groups)


# Look-alikes: copies whose numbers were all shifted a little. Outcomes that agree too often tell them from chance.


NEARER = 0.5  # a look-alike is nearer than half the way to the next customer
NEAR_ENOUGH = 0.1  # … and within a tenth of the list per number, by rank
LARGEST_BLOCK = 2000  # customers with the same levels; more say too little about who is who
COPY_SHARE = 0.10  # of all rows that must have a look-alike, and …
AGREEING = 0.70  # … of the pairs with a leaver, the share in which both left, before they are called copies
STEP = 400


def find_shifted_copies(examples: Examples) -> np.ndarray:
    """Pairs of rows that are copies with shifted numbers, (pairs, 2); none where likeness may be chance.

    Real customers can look alike too, but their outcomes are independent; copies share theirs.
    """
    pairs = _find_look_alikes(examples)
    left = examples.labels[pairs]
    common = 2 * len(pairs) >= COPY_SHARE * len(examples)
    return pairs if common and agree_too_well(left.any(axis=1).sum(), left.all(axis=1).sum()) else pairs[:0]


def agree_too_well(one_left: float, both_left: float) -> bool:
    """Whether both rows of a pair left so often, where one did, that the pairs must be the same customer."""
    return both_left >= AGREEING * max(one_left, 10)


def _find_look_alikes(examples: Examples) -> np.ndarray:
    """Pairs of customers with the same levels who are each other's nearest by far, in their numbers."""
    numbers = np.array([f.form in ("number", "age") for f in examples.encoder.fields])
    if not numbers.any():
        return np.empty((0, 2), dtype=np.int64)
    ranks = np.column_stack([_ranks(column) for column in examples.matrix[:, numbers].T])
    levels = hash_rows(examples.matrix[:, ~numbers]) if (~numbers).any() else np.zeros(len(ranks), np.uint64)
    order = np.argsort(levels, kind="stable")
    blocks = np.split(order, np.flatnonzero(np.diff(levels[order])) + 1)
    pairs = [_pairs_within(ranks[block], block) for block in blocks if 2 <= len(block) <= LARGEST_BLOCK]
    return np.concatenate([np.empty((0, 2), dtype=np.int64), *pairs])


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
    lonely = (first < NEARER * second) & (first < NEAR_ENOUGH * ranks.shape[1]) & (first > 0)
    mutual = lonely & lonely[nearest] & (nearest[nearest] == np.arange(rows)) & (np.arange(rows) < nearest)
    ends = np.flatnonzero(mutual)
    return np.column_stack([block[ends], block[nearest[ends]]])


def _ranks(column: np.ndarray) -> np.ndarray:
    """Each number's place in the list, 0 to 1; ties share the middle, missing ones a place of their own."""
    _, place, count = np.unique(column, return_inverse=True, return_counts=True)
    return ((np.cumsum(count) - count / 2) / len(column))[place]


# Copies: rows that repeat a customer, in full or with a few cells changed; folds keep them together.


SHIFTED = 3  # cells that may differ between copies; one more block than this finds every such pair
SHARE_SHIFTED = 0.25  # … but never more than this share of the cells
LONGEST_RUN = 60  # a block that more rows than this agree on tells nobody apart
NEIGHBOURS = 6
RARE_SHARED = 2  # rare values that copies must share; one alone is often chance
WORTH_SAYING = 0.05  # share of rows with a copy from which the analyst is told


@dataclass(frozen=True)
class GroupedExamples:
    """Examples whose copies are in one group, and how many distinct customers that leaves."""

    examples: Examples
    distinct: int
    notices: tuple[Notice, ...] = ()


def group_copies(examples: Examples) -> GroupedExamples:
    """Put near-copies into one group; a notice says so when there are many."""
    rows, keys = len(examples), len(np.unique(examples.groups))
    groups = join_groups(join_groups(examples.groups, find_near_copies(examples.matrix)), find_equal_rows(examples))
    shifted = find_shifted_copies(examples)
    if not len(shifted) and keys - len(np.unique(groups)) < WORTH_SAYING * rows:
        # A few look-alikes are chance; keeping them together costs nothing, but they are customers of their own.
        return GroupedExamples(replace(examples, groups=groups), keys, _repeated_keys(rows, keys))
    # The list is full of copies, so one shared rare value is no longer chance: look for the more distant ones too.
    groups = join_groups(join_groups(groups, shifted), find_near_copies(examples.matrix, telling=1))
    distinct = len(np.unique(groups))
    text = (
        f"{rows - distinct:,} of {rows:,} rows are the same customer again, whole or with a few cells changed: there "
        f"are {distinct:,} distinct customers. Folds keep them together; else every figure would be too good."
    )
    notice = Notice("warning", text, count=rows - distinct)
    return GroupedExamples(replace(examples, groups=groups), distinct, (notice,))


def _repeated_keys(rows: int, keys: int) -> tuple[Notice, ...]:
    if rows == keys:
        return ()
    text = f"{rows - keys:,} rows repeat the key of another row; the folds keep the rows of one customer together."
    return (Notice("info", text, count=rows - keys),)


def find_near_copies(matrix: np.ndarray, *, telling: int = RARE_SHARED) -> np.ndarray:
    """Pairs of rows, (pairs, 2), that agree in all but a few cells, among them rare ones."""
    columns = matrix.shape[1]
    rare = _rare_cells(matrix)
    blocks = _blocks(rare, min(SHIFTED + 1, columns))
    allowed = min(SHIFTED, int(SHARE_SHIFTED * columns))
    pairs = [_pairs_agreeing(matrix, rare, block, allowed, telling) for block in blocks]
    return np.unique(np.concatenate(pairs), axis=0)


def find_equal_rows(examples: Examples) -> np.ndarray:
    """Pairs of rows equal in every column, (pairs, 2); none where a list of few columns makes many equal by chance."""
    hashes = hash_rows(examples.matrix)
    pairs = _neighbours(hashes, longest=len(examples))
    few = 2 * len(pairs) < COPY_SHARE * len(examples)
    return pairs if few or agree_too_well(*_count_leaving_together(hashes, examples.labels)) else pairs[:0]


def _count_leaving_together(hashes: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Of all pairs of equal rows: in how many at least one left, and in how many both did."""
    _, place = np.unique(hashes, return_inverse=True)
    rows, left = np.bincount(place), np.bincount(place, weights=labels)
    both = float((left * (left - 1) / 2).sum())
    return both + float((left * (rows - left)).sum()), both


def join_groups(groups: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Merge the groups of every pair of rows."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    if not len(pairs):
        return groups
    ends = groups[pairs]
    size = int(groups.max()) + 1
    links = coo_matrix((np.ones(len(ends), dtype=np.int8), (ends[:, 0], ends[:, 1])), shape=(size, size))
    _, whole = connected_components(links, directed=False)
    return renumber_groups(whole[groups])


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


def _pairs_agreeing(matrix: np.ndarray, rare: np.ndarray, block: np.ndarray, allowed: int, telling: int) -> np.ndarray:
    """Pairs that agree in a whole block and in nearly all other cells."""
    pairs = _neighbours(hash_rows(matrix[:, block]), longest=LONGEST_RUN)
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
