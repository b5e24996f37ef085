"""Logistic regression on the encoder's matrix: held back by a ridge, known directions kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from churn.attribution.linear import Design, Linear, design_for
from churn.learning.encoded.encoding import Field
from churn.learning.encoded.examples import Examples

BLOCK = 100_000  # rows turned into a design at once, so that memory does not grow with the list
KEPT = 20_000_000  # numbers of a design that are kept between steps instead of being made again
STEPS = 40
SETTLED = 1e-7  # no weight moves further than this: the top is reached


@dataclass(frozen=True)
class Regression:
    """A fitted regression, in the form that attribution explains."""

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
        """Learn the weights; one against a column's known direction is held at nothing and the rest learnt again."""
        from threadpoolctl import threadpool_limits

        # One thread: sums in another order would make another model, and waiting threads cost more than they save.
        with threadpool_limits(1, user_api="blas"):
            return self._learnt(examples)

    def _learnt(self, examples: Examples) -> Regression:
        fields = examples.encoder.fields
        design = design_for(examples.matrix, [_levels(f) for f in fields])
        signs = _signs(design, fields)
        blocks = _Blocks(design, examples)
        held = np.zeros(len(signs), dtype=bool)
        weights = blocks.starting_weights(len(signs))
        while True:
            weights = _newton(blocks, weights * ~held, held, self.ridge)
            wrong = (weights * signs < 0) & ~held
            if not wrong.any():
                return Regression(design.explained(weights[1:], float(weights[0])))
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
    """The weights at which the penalised likelihood is highest; weights in `held` stay at nothing."""
    penalty = np.full(len(weights), ridge)
    penalty[0] = 1e-9
    free = ~held
    height, slope, bend = _hill(blocks, weights, penalty)
    slack = 1e-12 * abs(height)  # rounding
    for _ in range(STEPS):
        step = np.zeros(len(weights))
        step[free] = np.linalg.solve(bend[np.ix_(free, free)], slope[free])
        # Where leavers and stayers nearly separate, a whole step lands on the far side of the hill, or beyond it.
        while np.abs(step).max() > SETTLED and (ahead := _hill(blocks, weights + step, penalty))[0] < height - slack:
            step /= 2
        if np.abs(step).max() <= SETTLED:
            break
        weights = weights + step
        height, slope, bend = ahead
    return weights


def _hill(blocks: _Blocks, weights: np.ndarray, penalty: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
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
