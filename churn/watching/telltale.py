"""The telltale: can a classifier tell today's customers from those learnt from, and by which columns.

It sees what no column shows alone, such as two columns that no longer go together. It is the most sensitive of all
looks at a list, so it only informs: whether a difference matters is for the estimate to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from churn.learning.measures.yardsticks import auc
from churn.learning.versions.model import Model
from churn.notices import Notice, listed
from churn.scoring.wording import Wording
from churn.threads import one_thread

MOST_ROWS = 2000
FEWEST_ROWS = 500
TELLS = 0.60  # ROC-AUC, at the lower end of its interval, from which the lists are called different
NAMES = 3
_CODES = 250


@dataclass(frozen=True)
class Telltale:
    """How well today's customers can be told from those learnt from.

    auc      .5: not at all; low and high its 95 % interval
    columns  the columns it tells by, (name, how much worse it does without), the most telling first
    """

    auc: float
    low: float
    high: float
    columns: tuple[tuple[str, float], ...] = ()

    @property
    def tells(self) -> bool:
        """Whether the two lists are clearly not the same kind of customers."""
        return self.low >= TELLS

    def notice(self, wording: Wording) -> Notice:
        """The finding in one sentence."""
        names = listed([wording.label(n) for n, _ in self.columns[:NAMES]])
        share = f"{self.auc:.0%}"
        text = f"Shown a customer of each, a classifier picks today's from the learnt one in {share} of pairs"
        return Notice("info", f"{text}, mostly by {names}." if names else f"{text}.")


def telltale_of(model: Model, sample: np.ndarray, *, seed: int = 0) -> Telltale | None:
    """Learn on one half of both lists to tell them apart, check on the other; None where there are too few rows."""
    random = np.random.default_rng(seed)
    then = model.reference.rows
    size = min(len(then), len(sample), MOST_ROWS)
    if size < FEWEST_ROWS:
        return None
    rows = np.concatenate([_some(random, then, size), _some(random, sample, size)])
    today = np.repeat([0.0, 1.0], size)
    half = random.permutation(2 * size) % 2 == 0
    kinds = [f.is_set and len(f.levels) < _CODES for f in model.encoder.fields]
    checked = _checked(rows, today, (half, kinds), random)
    found = float(np.mean([c[0] for c in checked]))
    wavers = 1.96 * float(np.sqrt((2 * size + 1) / (12 * size**2)))
    worse = np.mean([c[1] for c in checked], axis=0)
    telling = [(model.encoder.names[i], float(worse[i])) for i in np.argsort(-worse) if worse[i] > 0.005]
    return Telltale(found, found - wavers, min(found + wavers, 1.0), tuple(telling))


def _some(random: np.random.Generator, rows: np.ndarray, size: int) -> np.ndarray:
    return rows[np.sort(random.permutation(len(rows))[:size])]


def _checked(
    rows: np.ndarray, today: np.ndarray, how: tuple[np.ndarray, list[bool]], random: np.random.Generator
) -> list[tuple[float, np.ndarray]]:
    import sklearn.ensemble  # noqa: F401  loaded first, or there is nothing to bound yet

    half, kinds = how
    with one_thread():  # so few rows are learnt faster alone: on a busy machine threads wait for one another
        return [_check(rows, today, (learn, kinds), random) for learn in (half, ~half)]


def _check(
    rows: np.ndarray, today: np.ndarray, how: tuple[np.ndarray, list[bool]], random: np.random.Generator
) -> tuple[float, np.ndarray]:
    """The AUC on the half not learnt from, and by how much it falls when each column is shuffled."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    learn, kinds = how
    classifier = HistGradientBoostingClassifier(
        max_iter=40, max_leaf_nodes=8, learning_rate=0.1, categorical_features=kinds, random_state=0
    ).fit(rows[learn], today[learn])
    check, truth = rows[~learn], today[~learn]
    score = _auc(classifier, check, truth)
    if score < TELLS:
        return score, np.zeros(rows.shape[1])
    return score, np.array([score - _auc(classifier, _shuffled(check, i, random), truth) for i in range(rows.shape[1])])


def _shuffled(rows: np.ndarray, column: int, random: np.random.Generator) -> np.ndarray:
    other = rows.copy()
    other[:, column] = random.permutation(other[:, column])
    return other


def _auc(classifier: Any, rows: np.ndarray, truth: np.ndarray) -> float:
    return auc(truth, classifier.decision_function(rows))
