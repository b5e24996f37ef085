"""Simple candidates beside boosting: logistic regression, rules applied by hand, a tree and a forest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from churn.explain.explainer import Design, Linear, build_design
from churn.threads import threads_for
from churn.training.calibration import logit
from churn.training.dataset import Examples
from churn.training.encoder import Field
from churn.training.metrics import auc

BLOCK = 100_000  # rows turned into a design at once, so that memory does not grow with the list
KEPT = 20_000_000  # numbers of a design that are kept between steps instead of being made again
STEPS = 40
SETTLED = 1e-7  # no weight moves further than this: the top is reached


@dataclass(frozen=True)
class Regression:
    """A fitted regression, in the form that `churn.explain` reads."""

    linear: Linear

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """The log-odds of leaving of each row."""
        totals = np.zeros((matrix.shape[1], len(matrix)), np.float32)
        self.linear.add_to(totals, matrix)
        return self.linear.base + totals.sum(axis=0, dtype=np.float64)


@dataclass(frozen=True)
class LogisticRegression:
    """The logistic candidate: one weight per level and per standardised number, as in one-hot with C = 1."""

    ridge: float = 1.0
    name: str = "Logistic regression"
    cost: float = 0.0

    def fit(self, examples: Examples, *, seed: int) -> Regression:
        """Learn the weights; one that contradicts a column's known direction is fixed at 0, the rest learnt again."""
        from threadpoolctl import threadpool_limits

        # One thread: sums in another order would make another model, and waiting threads cost more than they save.
        with threadpool_limits(1, user_api="blas"):
            return self._fit(examples)

    def _fit(self, examples: Examples) -> Regression:
        fields = examples.encoder.fields
        design = build_design(examples.matrix, [_levels(f) for f in fields])
        signs = _signs(design, fields)
        blocks = _Blocks(design, examples)
        held = np.zeros(len(signs), dtype=bool)
        weights = blocks.starting_weights(len(signs))
        while True:
            weights = _newton(blocks, weights * ~held, held, self.ridge)
            wrong = (weights * signs < 0) & ~held
            if not wrong.any():
                return Regression(design.to_linear(weights[1:], float(weights[0])))
            held |= wrong


@dataclass
class _Blocks:
    """The design and the outcomes block by block; a small design is made once and kept."""

    design: Design
    examples: Examples
    kept: list[Any] | None = None

    def __iter__(self) -> Any:
        if self.kept is not None:
            yield from self.kept
            return
        made = []
        for start in range(0, len(self.examples), BLOCK):
            columns = self.design.columns(self.examples.matrix[start : start + BLOCK])
            with_one = np.column_stack([np.ones(len(columns)), columns])
            made.append((with_one, self.examples.labels[start : start + BLOCK]))
            yield made[-1]
            if len(self.examples) * with_one.shape[1] > KEPT:
                made.clear()
        self.kept = made or None

    def starting_weights(self, size: int) -> np.ndarray:
        share = np.clip(self.examples.labels.mean(), 1e-6, 1 - 1e-6)
        weights = np.zeros(size)
        weights[0] = np.log(share / (1 - share))
        return weights


def _newton(blocks: _Blocks, weights: np.ndarray, held: np.ndarray, ridge: float) -> np.ndarray:
    """The weights at which the penalised likelihood is highest; weights in `held` stay at 0."""
    penalty = np.full(len(weights), ridge)
    penalty[0] = 1e-9
    free = ~held
    height, slope, bend = _likelihood(blocks, weights, penalty)
    slack = 1e-12 * abs(height)  # rounding
    for _ in range(STEPS):
        step = np.zeros(len(weights))
        step[free] = np.linalg.solve(bend[np.ix_(free, free)], slope[free])
        # Where leavers and stayers nearly separate, a whole step lands on the far side of the hill, or beyond it.
        while (
            np.abs(step).max() > SETTLED and (ahead := _likelihood(blocks, weights + step, penalty))[0] < height - slack
        ):
            step /= 2
        if np.abs(step).max() <= SETTLED:
            break
        weights = weights + step
        height, slope, bend = ahead
    return weights


def _likelihood(blocks: _Blocks, weights: np.ndarray, penalty: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """The penalised log likelihood at these weights, how it slopes and how it bends there."""
    height, slope, bend = -0.5 * float(penalty @ weights**2), -penalty * weights, np.diag(penalty)
    for design, labels in blocks:
        margin = design @ weights
        p = 1 / (1 + np.exp(-np.clip(margin, -500, 500)))
        height += float(labels @ margin - np.logaddexp(0, margin).sum())
        slope += design.T @ (labels - p)
        bend += (design * (p * (1 - p))[:, None]).T @ design
    return height, slope, bend


def _levels(field: Field) -> int:
    """How many codes get a weight of their own; 0 for what counts as a number."""
    named = field.is_set or (field.form == "ordered" and not field.direction)
    return len(field.levels) if named else 0


def _signs(design: Design, fields: Sequence[Field]) -> np.ndarray:
    """The direction each weight must keep: those of numbers with a known direction, 0 for all others."""
    signs = [0.0]
    for levels, shares, field in zip(design.levels, design.shares, fields, strict=True):
        if levels:
            signs += [0.0] * int((shares > 0).sum())
        else:
            signs += [float(field.direction)] + [0.0] * int((shares[:-1] > 0).sum())
    return np.array(signs)


# Rules a person could apply by hand: what a model has to beat.


BINS = 10
COLUMNS = 3  # how many columns the hand rule looks at


@dataclass(frozen=True)
class SegmentRates:
    """One column cut into a few bins, with the share that left in each, pulled towards the average where few."""

    place: int
    edges: np.ndarray
    rates: np.ndarray

    def share(self, matrix: np.ndarray) -> np.ndarray:
        """The share that left among customers in the same bin."""
        return self.rates[bins_of(matrix[:, self.place], self.edges)]

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """The same as log-odds."""
        return logit(self.share(matrix))


@dataclass(frozen=True)
class Points:
    """A point for each of a few columns in which the customer's bin leaves more than average; log-odds by points."""

    columns: tuple[SegmentRates, ...]
    average: float
    odds: np.ndarray

    def points(self, matrix: np.ndarray) -> np.ndarray:
        """How many of the columns speak for leaving."""
        return np.sum([c.share(matrix) > self.average for c in self.columns], axis=0).astype(np.int64)

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """The log-odds for that many points."""
        return self.odds[self.points(matrix)]


@dataclass(frozen=True)
class OneColumnRule:
    """The candidate that looks at the single most telling column."""

    name: str = "One-column rule"
    cost: float = 0.0

    def fit(self, examples: Examples, *, seed: int) -> SegmentRates:
        """Find that column, and the share that left in each of its bins."""
        return ranked_columns(examples)[0]


@dataclass(frozen=True)
class HandRule:
    """The candidate that counts how many of the three most telling columns speak for leaving."""

    name: str = "Hand rule"
    cost: float = 0.0

    def fit(self, examples: Examples, *, seed: int) -> Points:
        """Find the columns, and the share that left for each number of points."""
        columns = tuple(ranked_columns(examples)[:COLUMNS])
        average = float(examples.labels.mean())
        blank = Points(columns, average, np.zeros(len(columns) + 1))
        points = blank.points(examples.matrix)
        return Points(columns, average, logit(_shrunk(points, examples.labels, len(columns) + 1)))


def ranked_columns(examples: Examples) -> list[SegmentRates]:
    """Every column as a rule, the most telling first."""
    rules = [column_rates(examples, i) for i in range(examples.matrix.shape[1])]
    telling = [auc(examples.labels, r.share(examples.matrix)) for r in rules]
    return [rules[i] for i in np.argsort(-np.array(telling), kind="stable")]


def column_rates(examples: Examples, place: int, bins: int = BINS) -> SegmentRates:
    """One column as a rule: its bins and the share that left in each; missing is a bin of its own."""
    numbers = examples.matrix[:, place]
    edges = bin_edges(numbers, bins, by_code=bool(examples.encoder.fields[place].levels))
    return SegmentRates(place, edges, _shrunk(bins_of(numbers, edges), examples.labels, len(edges) + 2))


def bin_edges(numbers: np.ndarray, bins: int, *, by_code: bool = False) -> np.ndarray:
    """Where one bin ends and the next begins: between codes, else so that bins hold about as many customers each."""
    known = numbers[~np.isnan(numbers)]
    if not len(known):
        return np.array([], dtype=np.float32)
    different = np.unique(known)
    if by_code or len(different) <= bins:
        return ((different[1:] + different[:-1]) / 2).astype(np.float32)
    return np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1])).astype(np.float32)


def bins_of(numbers: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """The bin of each number; the last bin is for missing ones."""
    return np.where(np.isnan(numbers), len(edges) + 1, np.searchsorted(edges, numbers, side="right"))


def _shrunk(places: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """The share that left in each place, as if ten average customers had been there as well."""
    left = np.bincount(places, weights=labels, minlength=count)
    rows = np.bincount(places, minlength=count)
    return (left + 10 * labels.mean()) / (rows + 10)


# A decision tree and a random forest, because many people know them.


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
