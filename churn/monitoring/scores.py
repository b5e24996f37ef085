"""Score drift: does the model give other answers than it gave when it learnt, or on the last list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from churn.errors import RequestRefused
from churn.monitoring.drift import FEWEST, LARGE_PSI, Distance, measure_distance, percent
from churn.training.model import STEPS, Model
from churn.training.thresholds import TIERS

BINS = 20  # bins of equal learnt share over the scores
ALARMING_PSI, FEWEST_FOR_ALARM = 0.2, 1000
LARGEST_CHANCE = 0.001


@dataclass(frozen=True)
class ScoreShape:
    """How a model scored one list; the database keeps it, so that the next list has one to stand beside.

    rate    the mean probability: the share expected to leave
    tiers   share of customers per tier, High, Medium, Low
    bins    customers per twentieth of the learnt scores
    """

    customers: int
    rate: float
    tiers: tuple[float, ...]
    bins: tuple[float, ...]

    def as_json(self) -> dict[str, Any]:
        """The shape as a plain mapping; `score_shape_from_json` reads it back."""
        return {
            "customers": self.customers,
            "rate": self.rate,
            "tiers": dict(zip(TIERS, self.tiers, strict=True)),
            "bins": list(self.bins),
        }


@dataclass(frozen=True)
class ScoreDrift:
    """How far a list's scores lie from the learnt ones, and from the last list's where there was one.

    moved      different beyond chance and large enough to see
    alarming   PSI more than .2 above its floor on 1,000 customers or more: a reason to retrain if it lasts
    """

    now: ScoreShape
    then: ScoreShape
    apart: Distance
    moved: bool
    alarming: bool
    why: str
    last: ScoreShape | None = None
    from_last: Distance | None = None

    def as_json(self) -> dict[str, Any]:
        """The drift as a plain mapping."""
        beside = (
            {"last": self.last.as_json(), "from_last": asdict(self.from_last)} if self.last and self.from_last else {}
        )
        named = ("customers", "rate", "tiers", "bins")
        now, then = self.now.as_json(), self.then.as_json()
        return {
            "moved": self.moved,
            "size": round(self.apart.psi, 4),
            "interval": [round(self.apart.low, 4), round(self.apart.high, 4)],
            "why": self.why,
            **{name: now[name] for name in named},
            "learnt": {name: then[name] for name in named},
        } | beside


def score_shape_from_json(words: Mapping[str, Any]) -> ScoreShape:
    """The ScoreShape that `as_json` wrote; one of another kind is refused."""
    try:
        tiers = tuple(float(words["tiers"][t]) for t in TIERS)
        bins = tuple(float(b) for b in words["bins"])
        return ScoreShape(int(words["customers"]), float(words["rate"]), tiers, bins)
    except (KeyError, TypeError, ValueError) as problem:
        raise RequestRefused(
            "What was kept of the last list's scores cannot be read.", "Leave the last list out; the next will have it."
        ) from problem


def measure_score_drift(
    model: Model, probability: np.ndarray, *, customers: int, last: ScoreShape | None = None
) -> ScoreDrift:
    """How a list's probabilities stand against the learnt ones, and against the last list's."""
    now, then = measure_score_shape(model, probability, customers), learnt_scores(model)
    learnt = model.reference.customers
    apart = measure_distance(_counts(now, len(probability)), np.array(then.bins), learnt, ordered=True)
    moved = apart.psi >= LARGE_PSI and apart.p_value < LARGEST_CHANCE and len(probability) >= FEWEST
    alarming = moved and apart.psi > ALARMING_PSI and len(probability) >= FEWEST_FOR_ALARM
    beside = None
    if last is not None and len(last.bins) == len(now.bins):
        beside = measure_distance(_counts(now, len(probability)), np.array(last.bins), last.customers, ordered=True)
    why = _why(now, then, len(probability), moved)
    return ScoreDrift(now, then, apart, moved, alarming, why, last if beside else None, beside)


def measure_score_shape(model: Model, probability: np.ndarray, customers: int) -> ScoreShape:
    """How these probabilities are spread; with a sample of a longer list, `customers` is the list's length."""
    places = model.thresholds.tier_places(probability)
    counts = np.bincount(np.searchsorted(_cuts(model), probability, side="left"), minlength=len(_cuts(model)) + 1)
    tiers = np.bincount(places, minlength=len(TIERS)) / len(probability)
    return ScoreShape(customers, float(probability.mean()), _plain(tiers), _plain(counts / len(probability)))


def learnt_scores(model: Model) -> ScoreShape:
    """How the customers learnt from were scored by models that had not seen them."""
    scores = model.reference.scores
    cuts = np.concatenate([[0.0], np.searchsorted(scores, _cuts(model), side="right") / len(scores), [1.0]])
    tiers = np.bincount(model.thresholds.tier_places(scores), minlength=len(TIERS)) / len(scores)
    return ScoreShape(model.reference.customers, float(scores.mean()), _plain(tiers), _plain(np.diff(cuts)))


def _cuts(model: Model) -> np.ndarray:
    """Cuts between learnt scores that differ, at about every twentieth of the customers."""
    scores = model.reference.scores
    inner = scores[np.arange(1, BINS) * STEPS // BINS]
    return np.unique(inner[inner < scores[-1]])


def _counts(shape: ScoreShape, sampled: int) -> np.ndarray:
    return np.array(shape.bins) * sampled


def _plain(shares: np.ndarray) -> tuple[float, ...]:
    return tuple(float(s) for s in shares)


def _why(now: ScoreShape, then: ScoreShape, sampled: int, moved: bool) -> str:
    said = f"{percent(now.rate)} of the customers are expected to leave; it was {percent(then.rate)} when it learnt"
    if sampled < FEWEST:
        return (
            f"{said}. With {sampled:,} customer{'s' * (sampled != 1)} that may be chance; at least {FEWEST} are needed."
        )
    if not moved:
        return f"{said}. The scores are spread as they were."
    is_, was, tier = max(zip(now.tiers, then.tiers, TIERS, strict=True), key=lambda t: abs(t[0] - t[1]))
    if percent(is_) == percent(was):
        return f"{said}. The scores are spread differently, though each tier holds as many as it did."
    return f"{said}. The scores are spread differently: {percent(is_)} are in tier {tier} instead of {percent(was)}."
