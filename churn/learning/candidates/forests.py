"""A decision tree and a random forest: candidates that many know, beside the ones that usually win."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from churn.learning.encoded.examples import Examples
from churn.learning.measures.calibration import logit
from churn.threads import threads_for


@dataclass(frozen=True)
class Votes:
    """A fitted scikit-learn tree or forest; its share of votes is read as a probability."""

    estimator: Any

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """The log-odds of leaving of each row."""
        return logit(self.estimator.predict_proba(matrix)[:, 1])


@dataclass(frozen=True)
class DecisionTree:
    """The candidate that is one tree of depth four at most."""

    name: str = "Decision tree"
    depth: int = 4
    cost: float = 1.0

    def fit(self, examples: Examples, *, seed: int) -> Votes:
        """Grow the tree."""
        from sklearn.tree import DecisionTreeClassifier

        leaf = max(5, len(examples) // 200)
        tree = DecisionTreeClassifier(max_depth=self.depth, min_samples_leaf=leaf, random_state=seed)
        return Votes(tree.fit(examples.matrix, examples.labels))


@dataclass(frozen=True)
class RandomForest:
    """The candidate that averages a hundred deep trees, each on its own draw of customers."""

    name: str = "Random forest"
    trees: int = 100
    cost: float = 25_600.0  # about 12 levels: 256 trees of depth 4 each

    def fit(self, examples: Examples, *, seed: int) -> Votes:
        """Grow the forest; no tree sees more than 100,000 customers."""
        from sklearn.ensemble import RandomForestClassifier

        forest = RandomForestClassifier(
            n_estimators=self.trees,
            min_samples_leaf=10,
            max_samples=min(1.0, 100_000 / len(examples)),
            n_jobs=threads_for(len(examples)),
            random_state=seed,
        )
        return Votes(forest.fit(examples.matrix, examples.labels))
