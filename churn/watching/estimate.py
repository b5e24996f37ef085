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

from churn.learning.measures.calibration import logit, sigmoid
from churn.learning.measures.yardsticks import line_of_best_odds
from churn.learning.versions.model import Model

GRID = 500  # steps of probability between which customers are not told apart when drawing
DRAWS = 200
FEWEST_BINS = 5  # bins of customers with known outcomes that a correction is drawn through
LINES = (0.5, 2.0)  # a flatter or steeper line says that bins are all of one kind, not how the model leans
USUAL = (0.1, 1.0)  # how far models of five businesses lean in slope and intercept, as standard deviations
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


def expected_measures(p: np.ndarray, threshold: float, chance: np.ndarray | None = None) -> dict[str, float]:
    """ROC-AUC, recall, precision and churn rate to be expected of customers who are ranked and chosen by p.

    chance  how likely each truly is to leave; p itself where it means what it says
    """
    order = np.argsort(-p, kind="stable")
    leaves = (p if chance is None else chance)[order]
    found = _measures(p[order], leaves, 1 - leaves, threshold)
    return {name: float(value) for name, value in found.items()}


def promised(model: Model, p: np.ndarray) -> dict[str, float]:
    """The measures to be expected of customers whom the model gave these probabilities."""
    return expected_measures(p, model.thresholds.chosen, set_right(model, p))


def set_right(model: Model, p: np.ndarray) -> np.ndarray:
    """The probabilities as what became of customers the model had not seen corrects them.

    A model is left as it is where a correction makes single scores no better; but that its scores all lean a little the
    same way still shows in a ROC-AUC, which adds them up.
    """
    more, shift = leaning(model)
    return sigmoid((1 + more) * logit(p) + shift) if more or shift else p


def leaning(model: Model) -> np.ndarray:
    """By how much the log-odds lean, as (slope − 1, intercept): a line through the reliability bins.

    It is drawn back towards nothing as far as so few outcomes leave it in doubt.
    """
    bins = [b for b in model.calibration.bins if b.customers]
    if len(bins) < FEWEST_BINS:
        return np.zeros(2)
    slope, shift = line_of_best_odds(logit(np.array([b.scored for b in bins])), np.array([b.share for b in bins]))
    if not LINES[0] <= slope <= LINES[1]:
        return np.zeros(2)
    usual = np.diag(np.square(USUAL))
    return usual @ np.linalg.solve(usual + doubt(model), np.array([slope - 1, shift]))


def likely_measures(
    model: Model, p: np.ndarray, *, seed: int = 0, learnt: Mapping[str, float] | None = None
) -> dict[str, Likely]:
    """The expected measures with 95 % intervals: other customers, other outcomes, and a calibration that wavers."""
    value, random = promised(model, p), np.random.default_rng(seed)
    at, counts = _on_grid(p)
    drawn = _drawn(random, (at, set_right(model, at), counts), model.thresholds.chosen, wavering(model, random))
    likely = {}
    for name in MEASURES:
        spread = drawn[name][np.isfinite(drawn[name])]
        if len(spread) and np.isfinite(value[name]):
            low, high = np.percentile(spread, [2.5, 97.5])
            ends = min(float(low), value[name]), max(float(high), value[name])
            before = np.nan if learnt is None else learnt.get(name, np.nan)  # NaN: none of those learnt was called
            likely[name] = Likely(value[name], *ends, before if np.isfinite(before) else None)
    return likely


def learnt_measures(model: Model) -> dict[str, float]:
    """The same measures for the customers the model learnt from, by scores given without having seen them."""
    return promised(model, model.reference.scores)


def wavering(model: Model, random: np.random.Generator) -> np.ndarray:
    """By how much the log-odds may be off, as draws of (slope − 1, intercept): fewer customers learnt, more doubt."""
    return random.multivariate_normal(np.zeros(2), doubt(model), size=DRAWS)


def doubt(model: Model) -> np.ndarray:
    """The covariance of slope and intercept of a line through the outcomes of the customers learnt from."""
    p = model.reference.row_scores
    margin, weight = logit(p), p * (1 - p) * model.reference.customers / len(p)
    one, two = float((weight * margin).sum()), float((weight * margin**2).sum())
    known = np.array([[two, one], [one, float(weight.sum())]]) + 1e-6 * np.eye(2)
    return np.linalg.inv(known)


def _drawn(
    random: np.random.Generator, grid: tuple[np.ndarray, ...], threshold: float, wavers: np.ndarray
) -> dict[str, np.ndarray]:
    """The measures of lists as they could have been, one number per draw."""
    at, chance, counts = grid
    p = sigmoid((1 + wavers[:, :1]) * logit(chance) + wavers[:, 1:])
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
