"""Logistic regression on the encoder's matrix: one weight per level and per standardised number, directions kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from churn.learning.encoding import Field
from churn.learning.examples import Examples

BLOCK = 100_000  # rows turned into a design at once, so that memory does not grow with the list
STEPS = 40


@dataclass(frozen=True)
class Spread:
    """How one field enters: a number standardised by its centre and width, or one weight per code.

    weights   the weight of each code (the unseen one last), or the one weight of the standardised number
    missing   what is added where the value is missing
    """

    weights: tuple[float, ...]
    missing: float = 0.0
    centre: float | None = None
    width: float = 1.0

    def margin(self, numbers: np.ndarray) -> np.ndarray:
        """What this field adds to the log-odds of each row."""
        absent = np.isnan(numbers)
        if self.centre is not None:
            added = self.weights[0] * (np.where(absent, self.centre, numbers) - self.centre) / self.width
        else:
            codes = np.clip(np.where(absent, 0, numbers), 0, len(self.weights) - 1).astype(np.int64)
            added = np.asarray(self.weights)[codes]
        return np.where(absent, self.missing, added)


@dataclass(frozen=True)
class Logistic:
    """A fitted logistic regression: the log-odds are the intercept plus what each field adds."""

    intercept: float
    spreads: tuple[Spread, ...]

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """The log-odds of leaving of each row."""
        parts = (s.margin(matrix[:, i].astype(np.float64)) for i, s in enumerate(self.spreads))
        return self.intercept + sum(parts, np.zeros(len(matrix)))


@dataclass(frozen=True)
class LogisticRegression:
    """The logistic candidate: weights held back by a ridge, as in one-hot with C = 1."""

    ridge: float = 1.0
    name: str = "Logistic regression"
    cost: float = 0.0

    def fit(self, examples: Examples, *, seed: int) -> Logistic:
        """Learn the weights; one against a column's known direction is held at nothing and the rest learnt again."""
        plan = tuple(_planned(f, examples.matrix[:, i]) for i, f in enumerate(examples.encoder.fields))
        held = np.zeros(1 + sum(p.size for p in plan), dtype=bool)
        signs = np.concatenate([[0], *(p.signs for p in plan)])
        while True:
            weights = _newton(examples, plan, held, self.ridge)
            wrong = (weights * signs < 0) & ~held
            if not wrong.any():
                return _fitted(weights, plan)
            held |= wrong


@dataclass(frozen=True)
class _Plan:
    """The columns one field takes in the design: a standardised number or one per code, and one for missing."""

    codes: int
    has_missing: bool
    centre: float
    width: float
    direction: int

    @property
    def size(self) -> int:
        return max(self.codes, 1) + self.has_missing

    @property
    def signs(self) -> np.ndarray:
        signs = np.zeros(self.size)
        signs[0] = self.direction
        return signs

    def design(self, column: np.ndarray) -> np.ndarray:
        numbers = column.astype(np.float64)
        absent = np.isnan(numbers)
        if self.codes:
            columns = (numbers[:, None] == np.arange(self.codes)).astype(np.float64)
        else:
            columns = (np.where(absent, 0.0, (numbers - self.centre) / self.width))[:, None]
        return np.column_stack([columns, absent]) if self.has_missing else columns


def _planned(field: Field, numbers: np.ndarray) -> _Plan:
    codes = 0
    if field.is_set or (field.form == "ordered" and not field.direction):
        codes = len(field.levels) + 1
    known = numbers[~np.isnan(numbers)].astype(np.float64)
    centre, width = (float(known.mean()), float(known.std())) if len(known) else (0.0, 1.0)
    return _Plan(codes, len(known) < len(numbers), centre, width or 1.0, 0 if codes else field.direction)


def _newton(examples: Examples, plan: tuple[_Plan, ...], held: np.ndarray, ridge: float) -> np.ndarray:
    """The weights at which the penalised likelihood is highest; weights in `held` stay at nothing."""
    size = len(held)
    share = np.clip(examples.labels.mean(), 1e-6, 1 - 1e-6)
    weights = np.zeros(size)
    weights[0] = np.log(share / (1 - share))
    penalty = np.full(size, ridge)
    penalty[0] = 1e-9
    for _ in range(STEPS):
        slope, bend = -penalty * weights, np.diag(penalty)
        for design, labels in _blocks(examples, plan):
            p = 1 / (1 + np.exp(-np.clip(design @ weights, -500, 500)))
            slope += design.T @ (labels - p)
            bend += (design * (p * (1 - p))[:, None]).T @ design
        free = ~held
        step = np.zeros(size)
        step[free] = np.linalg.solve(bend[np.ix_(free, free)], slope[free])
        weights = weights + np.clip(step, -4, 4)
        if np.abs(step).max() < 1e-8:
            break
    return weights


def _blocks(examples: Examples, plan: tuple[_Plan, ...]) -> Any:
    for start in range(0, len(examples), BLOCK):
        part = examples.matrix[start : start + BLOCK]
        columns = [p.design(part[:, i]) for i, p in enumerate(plan)]
        yield np.column_stack([np.ones(len(part)), *columns]), examples.labels[start : start + BLOCK]


def _fitted(weights: np.ndarray, plan: tuple[_Plan, ...]) -> Logistic:
    spreads, at = [], 1
    for p in plan:
        own = weights[at : at + p.size]
        missing = float(own[-1]) if p.has_missing else (0.0 if not p.codes else float(own.mean()))
        centre = None if p.codes else p.centre
        spreads.append(Spread(tuple(float(w) for w in own[: max(p.codes, 1)]), missing, centre, p.width))
        at += p.size
    return Logistic(float(weights[0]), tuple(spreads))
