"""Reference: what the list a model was learnt from looked like, without anyone's key in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from churn.learning.encoded.encoding import Encoder
from churn.learning.encoded.hashing import row_hashes

MOST_ROWS = 2000
STEPS = 1000  # a percentile is read from this many steps
_PARTS = ("scores", "rows", "row_scores", "quantiles", "missing", "counts", "learnt")


@dataclass(frozen=True)
class Reference:
    """The learnt list in numbers: for percentiles, drift and pictures.

    scores      quantiles 0, 1/1000 … 1 of the probabilities of customers scored by models that had not seen them
    rows        at most 2,000 encoded customers, float32 (rows, fields)
    row_scores  the probability of each of those rows
    quantiles   (fields, 101) quantiles of the known numbers of each field; NaN for fields with levels or flags
    counts      (fields, codes) customers per code for fields with levels and flags, the unseen code included
    missing     customers without a value, per field
    learnt      a short fingerprint of every encoded row that was learnt from, sorted: tells which rows are unseen
    customers   how many customers the list had
    """

    scores: np.ndarray
    rows: np.ndarray
    row_scores: np.ndarray
    quantiles: np.ndarray
    counts: np.ndarray
    missing: np.ndarray
    learnt: np.ndarray
    customers: int

    def percentile(self, probability: np.ndarray) -> np.ndarray:
        """The share of learnt customers with a lower score, 0 to 1; ties share the middle."""
        low = np.searchsorted(self.scores, probability, side="left")
        high = np.searchsorted(self.scores, probability, side="right")
        return np.clip((low + high) / (2 * len(self.scores)), 0, 1)

    def has_learnt(self, matrix: np.ndarray) -> np.ndarray:
        """True for encoded rows that the model has learnt from."""
        return np.isin(short_hashes(matrix), self.learnt)

    def arrays(self) -> dict[str, np.ndarray]:
        """The parts as arrays; `reference_from` reads them back."""
        return {part: getattr(self, part) for part in _PARTS} | {"customers": np.array(self.customers)}


def reference_from(arrays: Mapping[str, np.ndarray]) -> Reference:
    """The Reference that `arrays` wrote."""
    return Reference(**{part: arrays[part] for part in _PARTS}, customers=int(arrays["customers"]))


def reference_of(
    encoder: Encoder, matrix: np.ndarray, scores: np.ndarray, *, learnt: np.ndarray | None = None
) -> Reference:
    """The Reference of a learnt list: its encoded rows and their honest scores, in canonical order.

    learnt  all rows that were learnt from, where these are a sample of them
    """
    picked = np.linspace(0, len(matrix) - 1, min(MOST_ROWS, len(matrix))).round().astype(int)
    widest = max((len(f.levels) + 1 if f.levels else 2 for f in encoder.fields), default=2)
    quantiles = np.full((len(encoder.fields), 101), np.nan)
    counts = np.zeros((len(encoder.fields), widest), dtype=np.int64)
    for i, field in enumerate(encoder.fields):
        known = matrix[:, i][~np.isnan(matrix[:, i])]
        if field.form in ("number", "age"):
            quantiles[i] = np.quantile(known, np.linspace(0, 1, 101)) if len(known) else np.nan
        else:
            counts[i] = np.bincount(known.astype(np.int64), minlength=widest)[:widest]
    return Reference(
        scores=np.quantile(scores, np.linspace(0, 1, STEPS + 1)),
        rows=np.ascontiguousarray(matrix[picked]),
        row_scores=scores[picked],
        quantiles=quantiles,
        counts=counts,
        missing=np.isnan(matrix).sum(axis=0),
        learnt=np.unique(short_hashes(matrix if learnt is None else learnt)),
        customers=len(matrix),
    )


def short_hashes(matrix: np.ndarray) -> np.ndarray:
    """One 32-bit number per encoded row: enough to know a row again, too little to tell what is in it."""
    return (row_hashes(np.asarray(matrix)) >> np.uint64(32)).astype(np.uint32)
