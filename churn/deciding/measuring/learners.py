"""Who reacts to a contact, learnt from a randomised experiment: an X-learner, and an S-learner as the check.

The X-learner learns what happens with and without treatment, turns each customer's own outcome into a guess of the
effect on them, and learns that guess. The S-learner is one model that knows the treatment as a column. Every customer's
uplift comes from models that never saw that customer (cross-fitting), so it can be judged on the same list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from churn.errors import ListRefused

FOLDS = 3
REPEATS = 3
FEWEST = 50
SETTINGS = {
    "max_depth": 3,
    "learning_rate": 0.05,
    "subsample": 0.8,
    "colsample_bynode": 0.6,
    "reg_lambda": 5.0,
    "tree_method": "hist",
    "nthread": 1,
}
ROUNDS = 120


@dataclass(frozen=True)
class Predicted:
    """The predicted uplift of every customer by each learner, from models that never saw the customer.

    noise       how far an X-learner's prediction moves when it learns from other customers (one standard deviation)
    """

    x: np.ndarray
    s: np.ndarray
    noise: float

    @property
    def agreement(self) -> float:
        """How alike the two learners rank the customers: 1 the same, 0 not at all."""
        ranks = [np.argsort(np.argsort(v, kind="stable"), kind="stable") for v in (self.x, self.s)]
        return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def predicted_uplift(matrix: np.ndarray, treated: np.ndarray, good: np.ndarray, *, seed: int = 0) -> Predicted:
    """The uplift of the wanted outcome for every row of a float matrix (NaN where a value is missing)."""
    matrix, treated, good = np.asarray(matrix, np.float32), np.asarray(treated, bool), np.asarray(good, float)
    _checked(treated, good)
    x, s = np.zeros(len(matrix)), np.zeros(len(matrix))
    for again in range(REPEATS):
        folds = _folds(treated, good, seed + 100 * again)
        for fold in range(FOLDS):
            rest, here = folds != fold, folds == fold
            learnt = x_learner(matrix[rest], treated[rest], good[rest], seed=seed + 100 * again + fold)
            x[here] += learnt.uplift(matrix[here]) / REPEATS
            if not again:
                s[here] = _s_uplift(matrix[rest], treated[rest], good[rest], matrix[here], seed + fold)
    return Predicted(x, s, _noise(matrix, treated, good, seed))


def _noise(matrix: np.ndarray, treated: np.ndarray, good: np.ndarray, seed: int) -> float:
    """Two learners from separate halves differ by twice what one from the whole list is off by."""
    half = _folds(treated, good, seed + 7, parts=2) == 0
    views = [x_learner(matrix[m], treated[m], good[m], seed=seed + 9).uplift(matrix) for m in (half, ~half)]
    return float(np.sqrt(np.mean((views[0] - views[1]) ** 2)) / 2.0)


@dataclass(frozen=True)
class XLearner:
    """Two models of the effect, one learnt from the treated, one from the untreated, weighed by the other's size."""

    from_treated: Any
    from_others: Any
    share: float

    def uplift(self, matrix: np.ndarray) -> np.ndarray:
        """The predicted uplift of each row."""
        given = _data(matrix)
        return np.asarray(
            self.share * self.from_others.predict(given) + (1.0 - self.share) * self.from_treated.predict(given), float
        )


def x_learner(matrix: np.ndarray, treated: np.ndarray, good: np.ndarray, *, seed: int = 0) -> XLearner:
    """An X-learner fitted on one experiment."""
    with_ = _fitted(matrix[treated], good[treated], seed, chance=True)
    without = _fitted(matrix[~treated], good[~treated], seed + 1, chance=True)
    gained = good[treated] - without.predict(_data(matrix[treated]))
    missed = with_.predict(_data(matrix[~treated])) - good[~treated]
    effects = (_fitted(matrix[treated], gained, seed + 2), _fitted(matrix[~treated], missed, seed + 3))
    return XLearner(*effects, float(treated.mean()))


def _s_uplift(matrix: np.ndarray, treated: np.ndarray, good: np.ndarray, new: np.ndarray, seed: int) -> np.ndarray:
    model = _fitted(np.column_stack([matrix, treated]), good, seed, chance=True, every=True)
    sides = [model.predict(_data(np.column_stack([new, np.full(len(new), t)]))) for t in (1.0, 0.0)]
    return np.asarray(sides[0] - sides[1], float)


def _fitted(matrix: np.ndarray, target: np.ndarray, seed: int, *, chance: bool = False, every: bool = False) -> Any:
    """A small boosted model; effects are noisier than outcomes, so their leaves need more customers."""
    import xgboost

    heavy = max(20.0, len(matrix) / 200)
    weight = heavy * float(max(target.mean() * (1 - target.mean()), 0.01)) if chance else heavy
    settings = SETTINGS | {"seed": seed, "min_child_weight": weight}
    settings |= {"objective": "binary:logistic" if chance else "reg:squarederror"}
    settings |= {"colsample_bynode": 1.0} if every else {}
    return xgboost.train(settings, _data(matrix, target), ROUNDS)


def _data(matrix: np.ndarray, target: np.ndarray | None = None) -> Any:
    import xgboost

    return xgboost.DMatrix(np.asarray(matrix, np.float32), label=target, nthread=1)


def _folds(treated: np.ndarray, good: np.ndarray, seed: int, *, parts: int = FOLDS) -> np.ndarray:
    """A fold for every customer, even within arm and outcome."""
    folds, random = np.zeros(len(treated), int), np.random.default_rng(seed)
    for kind in range(4):
        rows = random.permutation(np.flatnonzero(2 * treated + good == kind))
        folds[rows] = np.arange(len(rows)) % parts
    return folds


def _checked(treated: np.ndarray, good: np.ndarray) -> None:
    for name, arm in (("treated", good[treated]), ("untreated", good[~treated])):
        if min(arm.sum(), (1 - arm).sum()) < FEWEST:
            raise ListRefused(
                f"Among the {len(arm):,} {name} customers fewer than {FEWEST} had one of the two outcomes.",
                "Collect more outcomes; nothing can be learnt about differences between so few.",
            )
