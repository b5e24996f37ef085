"""Finishing: the champion learns from all customers and becomes exact tables, its calibration inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from churn.attribution.blend import Explainer, explainer_for
from churn.attribution.boosters import forest_of
from churn.learning.boosting import Bags
from churn.learning.calibration import Calibration
from churn.learning.evaluation import Candidate, Fitted
from churn.learning.examples import Examples
from churn.learning.logistic import Regression

TOLERANCE = 1e-4  # on the log-odds, between the tables and the libraries' own arithmetic
CHECKED_ROWS = 2000


@dataclass(frozen=True)
class Champion:
    """A fitted blend: its parts with their weights, and the tables that answer for it.

    difference  the largest difference found between tables and libraries, in log-odds
    """

    parts: tuple[tuple[Fitted, float], ...]
    explainer: Explainer
    difference: float


def fitted_champion(
    parts: Sequence[tuple[Candidate, float]], examples: Examples, calibration: Calibration, *, seed: int
) -> Champion:
    """Let every part with a weight learn from all customers, and put the whole into tables that are then checked."""
    fitted = tuple((c.fit(examples, seed=seed), weight) for c, weight in parts if weight)
    members = [m for part, weight in fitted for m in _members(part, weight)]
    fields = len(examples.encoder.fields)
    explainer = explainer_for(members, fields, slope=calibration.slope, intercept=calibration.intercept)
    step = max(1, len(examples) // CHECKED_ROWS)
    rows = examples.matrix[::step]
    library = calibration.slope * sum(w * p.margin(rows) for p, w in fitted) + calibration.intercept
    difference = float(np.abs(explainer.margin(rows) - library).max())
    if difference > TOLERANCE:
        raise RuntimeError(f"The tables differ from the libraries by {difference:.2g} in log-odds.")
    return Champion(fitted, explainer, difference)


def _members(part: Any, weight: float) -> list[tuple[float, Any]]:
    if isinstance(part, Bags):
        return [(weight / len(part.boosters), forest_of(b)) for b in part.boosters]
    if isinstance(part, Regression):
        return [(weight, part.linear)]
    raise TypeError(f"{type(part).__name__} cannot be put into tables")
