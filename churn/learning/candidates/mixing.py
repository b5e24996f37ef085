"""The margin blend: a weighted sum of log-odds, the weights earned on customers none of the parts had seen."""

from __future__ import annotations

import numpy as np

from churn.learning.encoded.folding import Fold

LEAST = 0.02  # a part with less weight than this is dropped
MOST_ROWS = 100_000
_SHRINK = 1e-3  # pulls weights towards each other where the customers do not tell parts apart


def mixing_weights(margins: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Weights ≥ 0 that add up to 1 and give the lowest log loss; parts that hurt get none."""
    from scipy.optimize import minimize

    parts = margins.shape[1]
    if parts == 1:
        return np.ones(1)
    step = max(1, len(labels) // MOST_ROWS)
    m, y = margins[::step], labels[::step]

    def price(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total = m @ weights
        p = 1 / (1 + np.exp(-np.clip(total, -500, 500)))
        loss = np.mean(np.logaddexp(0, total) - y * total) + _SHRINK * np.sum(weights**2)
        return loss, m.T @ (p - y) / len(y) + 2 * _SHRINK * weights

    found = minimize(
        price,
        np.full(parts, 1 / parts),
        jac=True,
        bounds=[(0, 1)] * parts,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": lambda w: np.ones(parts)},
        method="SLSQP",
    )
    weights = np.where(found.x < LEAST, 0, found.x)
    return np.round(weights / weights.sum(), 4)


def honest_blend(margins: np.ndarray, labels: np.ndarray, repeat: list[Fold]) -> np.ndarray:
    """The blend's log-odds for each checked row, its weights learnt without that row's fold."""
    blended = np.full(len(labels), np.nan)
    checked = ~np.isnan(margins).any(axis=1)
    for _, check in repeat:
        others = checked.copy()
        others[check] = False
        weights = mixing_weights(margins[others], labels[others]) if others.any() else _even(margins)
        blended[check] = margins[check] @ weights
    return blended


def _even(margins: np.ndarray) -> np.ndarray:
    return np.full(margins.shape[1], 1 / margins.shape[1])
