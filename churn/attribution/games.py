"""Shapley values of single leaves, for every pattern of their conditions: what each column is owed."""

from __future__ import annotations

from math import factorial

import numpy as np


def leaf_credits(shares: np.ndarray, values: np.ndarray) -> np.ndarray:
    """What each of k columns adds at each of n leaves, for all 2^k patterns: float64 (n, 2^k, k).

    A column plays with 1 or 0 when it is known (its conditions hold or fail), and with the share of training
    customers who met them when it is not. Bit j of a pattern says whether column j's conditions hold.
    """
    n, k = shares.shape
    holds = (np.arange(1 << k)[:, None] >> np.arange(k)) & 1
    weights = np.array([factorial(m) * factorial(k - m - 1) / factorial(k) for m in range(k)])
    credits = np.empty((n, 1 << k, k))
    for j in range(k):
        others = [i for i in range(k) if i != j]
        gain = (holds[:, j] - shares[:, [j]]) * values[:, None]
        credits[:, :, j] = gain * (_coalitions(holds, shares, others) @ weights)
    return credits


def _coalitions(holds: np.ndarray, shares: np.ndarray, others: list[int]) -> np.ndarray:
    """Per leaf, pattern and size, the sum over coalitions of the others: the product of all (share + bit z)."""
    sums = np.zeros((len(shares), len(holds), len(others) + 1))
    sums[:, :, 0] = 1.0
    for i in others:
        share = shares[:, None, [i]]
        sums[:, :, 1:] = sums[:, :, 1:] * share + sums[:, :, :-1] * holds[None, :, [i]]
        sums[:, :, 0] *= share[:, :, 0]
    return sums
