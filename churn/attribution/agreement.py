"""Whether an Explainer says what the libraries say; asked when a version is saved and by `models verify`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from churn.attribution.blend import Explainer, explainer_for
from churn.attribution.library import library_of
from churn.attribution.linear import Linear

TOLERANCE = 1e-4  # on the margin


def largest_difference(
    explainer: Explainer,
    members: Sequence[tuple[float, Any]],
    matrix: np.ndarray,
    *,
    slope: float = 1.0,
    intercept: float = 0.0,
) -> float:
    """The largest difference, over customers, columns and margins, from what the libraries themselves answer.

    members  per member its weight and the fitted estimator; a Linear, which no library explains, stands for itself
    """
    slow = [(weight, m if isinstance(m, Linear) else library_of(m)) for weight, m in members]
    theirs = explainer_for(slow, explainer.features, slope=slope, intercept=intercept)
    by_column = np.abs(explainer.contributions(matrix) - theirs.contributions(matrix))
    margins = np.abs(explainer.margin(matrix) - theirs.margin(matrix))
    return float(max(by_column.max(initial=0.0), margins.max(initial=0.0)))
