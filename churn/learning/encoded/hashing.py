"""Hashing: one number per encoded row, so that equal rows are found without comparing all pairs."""

from __future__ import annotations

import numpy as np

_MIX = np.uint64(0x9E3779B97F4A7C15)


def row_hashes(matrix: np.ndarray) -> np.ndarray:
    """One 64-bit number per row, equal for equal rows, the same on every machine."""
    hashes = np.full(len(matrix), len(matrix[0]) if len(matrix) else 0, dtype=np.uint64)
    for column in matrix.T:
        plain = np.where(np.isnan(column), np.float32(np.nan), column + np.float32(0)).astype(np.float32)
        hashes = (hashes ^ plain.view(np.uint32).astype(np.uint64)) * _MIX
        hashes ^= hashes >> np.uint64(29)
    return hashes
