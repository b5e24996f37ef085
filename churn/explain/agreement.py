"""Whether an Explainer says what the libraries say: asked when a version is saved, loaded, and by `models verify`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from churn.errors import Damaged
from churn.explain.explainer import Explainer, Linear, explainer_for, explainer_from
from churn.explain.library import library_of

TOLERANCE = 1e-4  # on the margin


_PARTS = ("rows", "contributions", "margins")


@dataclass(frozen=True)
class AnswersOf:
    """What the libraries themselves answered for some encoded customers; needs no library to be compared with.

    rows           the customers, float32 (customers, columns), among them one of whom nothing is known
    contributions  what each column adds, (customers, columns)
    margins        the score of each
    """

    rows: np.ndarray
    contributions: np.ndarray
    margins: np.ndarray

    def differ_from(self, explainer: Explainer) -> float:
        """The largest difference, over customers, columns and margins, between an explainer and these answers."""
        ours = explainer.contributions(self.rows)
        by_column = np.abs(ours - self.contributions)
        margins = np.abs(explainer.margin_of(ours) - self.margins)
        return float(max(by_column.max(initial=0.0), margins.max(initial=0.0)))

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The answers as plain arrays; `answers_from` reads them back."""
        return {part: getattr(self, part) for part in _PARTS}


@dataclass(frozen=True)
class Proof:
    """The libraries' own models, as plain bytes, with their answers: what tables are held against.

    library  the same score without any table, as the libraries explain it themselves
    """

    library: Explainer
    answers: AnswersOf

    def asked_again(self) -> Proof:
        """The same models asked afresh: do the libraries installed here still answer what they answered then?"""
        return Proof(self.library, _answers(self.library, self.answers.rows))


def proof_for(
    members: Sequence[tuple[float, Any]], rows: np.ndarray, *, slope: float = 1.0, intercept: float = 0.0
) -> Proof:
    """What the libraries answer for some customers, and for one of whom nothing is known.

    members  per member its weight and the fitted estimator; a Linear, which no library explains, stands for itself
    """
    slow = [(weight, m if isinstance(m, Linear) else library_of(m)) for weight, m in members]
    library = explainer_for(slow, rows.shape[1], slope=slope, intercept=intercept)
    unknown = np.full((1, rows.shape[1]), np.nan, np.float32)
    return Proof(library, _answers(library, np.concatenate([rows, unknown])))


def answers_from(arrays: Mapping[str, np.ndarray]) -> AnswersOf:
    """The answers that `to_arrays` wrote."""
    if not set(_PARTS) <= set(arrays):
        raise Damaged("The libraries' stored answers are not complete.", "Roll back to another version.")
    return AnswersOf(*(arrays[part] for part in _PARTS))


def proof_from(library: Mapping[str, np.ndarray], answers: Mapping[str, np.ndarray]) -> Proof:
    """The proof whose parts were written as arrays."""
    return Proof(explainer_from(library), answers_from(answers))


def _answers(library: Explainer, rows: np.ndarray) -> AnswersOf:
    contributions = library.contributions(rows)
    return AnswersOf(rows, np.ascontiguousarray(contributions), library.margin_of(contributions))
