"""Performance without outcomes: what calibrated probabilities themselves promise, with intervals (CBPE).

If of 100 customers scored .30 about 30 leave, then the list of probabilities already says how well it ranks, how many
it finds and what acting on it brings. This holds while the same customers behave the same way: it sees that the list
has changed, never that customers have begun to behave differently. For that, outcomes are needed (`realised`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from churn.learning.calibration import logit, sigmoid
from churn.learning.model import Model

GRID = 500  # steps of probability between which customers are not told apart when drawing
DRAWS = 200
MEASURES = ("auc", "recall", "precision", "churn_rate")


@dataclass(frozen=True)
class Likely:
    """A number that is not known exactly, with its 95 % interval; `learnt` is what it was when the model learnt."""

    value: float
    low: float
    high: float
    learnt: float | None = None

    def as_json(self) -> dict[str, float]:
        """The number and its interval, without what is not known."""
        whole = {"value": self.value, "low": self.low, "high": self.high, "learnt": self.learnt}
        return {k: round(v, 6) for k, v in whole.items() if v is not None}


@dataclass(frozen=True)
class Estimate:
    """What a list's probabilities promise.

    measures  ROC-AUC, recall and precision at the model's threshold, churn rate: name → Likely
    profit    expected gain per customer of acting on the list, None without money
    segments  the same for parts of the list: "column: level" → (customers, measures)
    why       one sentence
    """

    customers: int
    measures: Mapping[str, Likely] = field(default_factory=dict)
    profit: Likely | None = None
    segments: Mapping[str, Estimate] = field(default_factory=dict)
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        """The estimate as a plain mapping."""
        words: dict[str, Any] = {"customers": self.customers}
        words |= {name: likely.as_json() for name, likely in self.measures.items()}
        if self.profit is not None:
            words["profit"] = self.profit.as_json()
        if self.segments:
            words["segments"] = [{"segment": n, **e.as_json()} for n, e in self.segments.items()]
        return words | ({"why": self.why} if self.why else {})


def expected_measures(p: np.ndarray, threshold: float, weight: np.ndarray | None = None) -> dict[str, float]:
    """ROC-AUC, recall, precision and churn rate to be expected if the probabilities mean what they say."""
    w = np.ones(len(p)) if weight is None else weight
    order = np.argsort(-p, kind="stable")
    found = _measures(p[order], (w * p)[order], (w * (1 - p))[order], threshold)
    return {name: float(value) for name, value in found.items()}


def likely_measures(
    model: Model, p: np.ndarray, *, seed: int = 0, learnt: Mapping[str, float] | None = None
) -> dict[str, Likely]:
    """The expected measures with 95 % intervals: other customers, other outcomes, and a calibration that wavers."""
    threshold = model.thresholds.chosen
    value = expected_measures(p, threshold)
    random = np.random.default_rng(seed)
    at, counts = _on_grid(p)
    drawn = _drawn(random, (at, counts), threshold, wavering(model, random))
    likely = {}
    for name in MEASURES:
        spread = drawn[name][np.isfinite(drawn[name])]
        if len(spread) and np.isfinite(value[name]):
            low, high = np.percentile(spread, [2.5, 97.5])
            ends = min(float(low), value[name]), max(float(high), value[name])
            likely[name] = Likely(value[name], *ends, None if learnt is None else learnt.get(name))
    return likely


def learnt_measures(model: Model) -> dict[str, float]:
    """The same measures for the customers the model learnt from, by scores given without having seen them."""
    return expected_measures(model.reference.scores, model.thresholds.chosen)


def wavering(model: Model, random: np.random.Generator) -> np.ndarray:
    """By how much the log-odds may be off, as draws of (slope − 1, intercept): fewer customers learnt, more doubt."""
    p = model.reference.row_scores
    margin, weight = logit(p), p * (1 - p) * model.reference.customers / len(p)
    one, two = float((weight * margin).sum()), float((weight * margin**2).sum())
    known = np.array([[two, one], [one, float(weight.sum())]]) + 1e-6 * np.eye(2)
    return random.multivariate_normal(np.zeros(2), np.linalg.inv(known), size=DRAWS)


def _drawn(
    random: np.random.Generator, grid: tuple[np.ndarray, np.ndarray], threshold: float, wavers: np.ndarray
) -> dict[str, np.ndarray]:
    """The measures of lists as they could have been, one number per draw."""
    at, counts = grid
    p = sigmoid((1 + wavers[:, :1]) * logit(at) + wavers[:, 1:])
    customers = random.poisson(counts, size=p.shape)
    left = random.binomial(customers, p)
    return _measures(at, left.astype(float), (customers - left).astype(float), threshold)


def _on_grid(p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distinct probabilities from the highest down and how many customers have each; close ones are put together."""
    place = np.minimum((p * GRID).astype(int), GRID - 1)
    counts, sums = np.bincount(place, minlength=GRID), np.bincount(place, weights=p, minlength=GRID)
    filled = np.flatnonzero(counts)[::-1]
    return sums[filled] / counts[filled], counts[filled]


def _measures(p: np.ndarray, left: np.ndarray, stayed: np.ndarray, threshold: float) -> dict[str, np.ndarray]:
    """The measures of groups of customers, the highest probability first, over the last axis."""
    leavers, stayers = left.sum(axis=-1), stayed.sum(axis=-1)
    before = np.cumsum(left, axis=-1) - left
    chosen = p >= threshold
    found, called = left[..., chosen].sum(axis=-1), (left + stayed)[..., chosen].sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "auc": np.sum(stayed * (before + left / 2), axis=-1) / (leavers * stayers),
            "recall": found / leavers,
            "precision": found / called,
            "churn_rate": leavers / (leavers + stayers),
        }
