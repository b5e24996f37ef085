"""Finishing: the champion learns from all customers and becomes exact tables, its calibration inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from churn.attribution.agreement import TOLERANCE, Proof, proof_for
from churn.attribution.blend import Explainer, explainer_for
from churn.attribution.library import member_of
from churn.attribution.linear import Linear
from churn.learning.candidates.boosting import Bags
from churn.learning.candidates.logistic import Regression
from churn.learning.encoded.examples import Examples
from churn.learning.measures.calibration import Calibration
from churn.learning.measures.evaluation import Candidate, Fitted

CHECKED_ROWS = 2000  # customers whose scores are compared
EXPLAINED_ROWS = 200  # customers whose contributions are; the libraries take long over each


@dataclass(frozen=True)
class Champion:
    """A fitted blend: its parts with their weights, and the tables that answer for it.

    explainer   the tables; the libraries themselves for what no table covers, or where the tables said otherwise
    proof       the libraries' own models and answers, which the tables were held against
    difference  the largest difference found between explainer and libraries, in log-odds
    """

    parts: tuple[tuple[Fitted, float], ...]
    explainer: Explainer
    proof: Proof
    difference: float


def fitted_champion(
    parts: Sequence[tuple[Candidate, float]], examples: Examples, calibration: Calibration, *, seed: int
) -> Champion:
    """Let every part with a weight learn from all customers, and put the whole into tables that are then checked."""
    fitted = tuple((c.fit(examples, seed=seed), weight) for c, weight in parts if weight)
    estimators = [m for part, weight in fitted for m in _estimators(part, weight)]
    line = {"slope": calibration.slope, "intercept": calibration.intercept}
    proof = proof_for(estimators, _every(examples.matrix, EXPLAINED_ROWS), **line)
    members = [(w, m if isinstance(m, Linear) else member_of(m)) for w, m in estimators]
    explainer = explainer_for(members, len(examples.encoder.fields), **line)
    rows = _every(examples.matrix, CHECKED_ROWS)
    margins = np.asarray(calibration.slope * sum(w * p.margin(rows) for p, w in fitted) + calibration.intercept)
    if _difference(explainer, proof, rows, margins) > TOLERANCE:
        explainer = proof.library
    difference = _difference(explainer, proof, rows, margins)
    if difference > TOLERANCE:
        raise RuntimeError(f"The explanation differs from the libraries by {difference:.2g} in log-odds.")
    return Champion(fitted, explainer, proof, difference)


def _difference(explainer: Explainer, proof: Proof, rows: np.ndarray, margins: np.ndarray) -> float:
    """The largest difference from what the libraries explain, and from what they score."""
    return max(proof.answers.differ_from(explainer), float(np.abs(explainer.margin(rows) - margins).max()))


def _every(matrix: np.ndarray, most: int) -> np.ndarray:
    """At most about so many rows, evenly from the whole list."""
    return np.ascontiguousarray(matrix[:: max(1, -(-len(matrix) // most))])


def _estimators(part: Any, weight: float) -> list[tuple[float, Any]]:
    """What a fitted part is made of, each with its weight."""
    if isinstance(part, Bags):
        return [(weight / len(part.boosters), b) for b in part.boosters]
    if isinstance(part, Regression):
        return [(weight, part.linear)]
    raise TypeError(f"{type(part).__name__} cannot be part of a champion")
