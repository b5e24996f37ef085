"""Folds: which customers a model learns from and which it is checked on, never the same customer in both."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from churn.learning.encoded.examples import Examples

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
