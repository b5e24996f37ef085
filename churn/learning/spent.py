"""Spent: how long one prediction takes."""

from __future__ import annotations

import time

import numpy as np

from churn.learning.model import Model


def milliseconds_of(model: Model, tries: int = 15) -> float:
    """Milliseconds to score one customer with all reasons, the middle of several tries."""
    taken = []
    for row in range(min(tries, len(model.reference.rows))):
        start = time.perf_counter()
        model.explainer.contributions(model.reference.rows[row : row + 1])
        taken.append(time.perf_counter() - start)
    return float(np.median(taken) * 1000)
