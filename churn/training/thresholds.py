"""Thresholds: from which probability a customer counts as leaving, and which tier a probability belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from churn.errors import RequestRefused

TIERS = ("High", "Medium", "Low")
HIGH_SHARE = 1 / 3  # of the customers worth an offer, the share with the highest risk that is called High
SURELY_HIGH = 0.5  # who is as likely to leave as to stay is High, whatever the others are
RECALLS = (0.79, 0.90, 0.925)


@dataclass(frozen=True)
class Thresholds:
    """The probabilities that decide.

    chosen      at or above it the prediction is "leaves"
    how         the words for how it was chosen: "money", "recall 0.79", "f1", "list 500"
    break_even  where an average offer just pays for itself
    medium, high   tiers, by risk alone: Low below medium, High from high on, Medium between
    others      the threshold each other way of choosing would give
    """

    chosen: float
    how: str
    break_even: float
    medium: float
    high: float
    others: Mapping[str, float] = field(default_factory=dict)

    def predicted(self, probability: np.ndarray) -> np.ndarray:
        """True where the customer is predicted to leave."""
        return np.asarray(probability) >= self.chosen

    def tier(self, probability: float) -> str:
        """The tier of one probability."""
        return TIERS[0] if probability >= self.high else TIERS[1] if probability >= self.medium else TIERS[2]

    def tier_places(self, probability: np.ndarray) -> np.ndarray:
        """For many probabilities: the place of each one's tier in TIERS, as int8."""
        p = np.asarray(probability)
        return (2 - (p >= self.medium).astype(np.int8) - (p >= self.high).astype(np.int8)).astype(np.int8)

    def as_json(self) -> dict[str, Any]:
        """The thresholds as a plain mapping; `thresholds_from` reads them back."""
        return asdict(self)


def thresholds_from(words: Mapping[str, Any]) -> Thresholds:
    """The thresholds that `as_json` wrote.

    Versions saved before tiers went by risk alone hold other edges; theirs follow from what they hold, so that the same
    customer is in the same tier whenever the model was saved. Edges of today come out as they are.
    """
    medium, high = tier_edges_by_risk(words["break_even"], top_third=words["high"])
    return Thresholds(**{**words, "medium": medium, "high": high})


def choose_thresholds(labels: np.ndarray, p: np.ndarray, break_even: float, *, how: str = "money") -> Thresholds:
    """Choose the threshold in one way, and list what the other ways would give; tiers never depend on it.

    labels, p   customers never seen by the model that scored them
    how         "money", "f1", "recall 0.9", or "list 500" for the riskiest 500 of a list as long as this one
    """
    refuse_bad_break_even(break_even)
    word, number = parse_threshold_rule(how)
    medium, high = find_tier_edges(p, break_even)
    others = {"money": break_even, "f1": threshold_by_f1(labels, p)}
    others |= {f"recall {r:g}": threshold_by_recall(labels, p, r) for r in RECALLS}
    if word == "recall":
        others[how] = threshold_by_recall(labels, p, number)
    if word == "list":
        others[how] = threshold_by_length(p, int(number))
    return Thresholds(others[how], how, break_even, medium, high, others)


def parse_threshold_rule(how: str) -> tuple[str, float]:
    """Read how a threshold is to be chosen: the word and its number; anything else is refused."""
    word, _, number = how.partition(" ")
    if how in ("money", "f1"):
        return word, 0.0
    if word == "recall" and number.replace(".", "", 1).isdigit() and 0 < float(number) <= 1:
        return word, float(number)
    if word == "list" and number.isdigit() and int(number) > 0:
        return word, float(number)
    raise RequestRefused(
        f"A threshold cannot be chosen by {how!r}.",
        'Choose money, f1, "recall 0.9" (the share of leavers to reach) or "list 500" (customers to contact).',
    )


def refuse_bad_break_even(break_even: float | None) -> None:
    """Refuse a break-even that is given and is not between 0 and 1."""
    if break_even is not None and not 0 < break_even < 1:
        raise RequestRefused(f"A break-even of {break_even:g} is not a probability.", "Give a number between 0 and 1.")


def find_tier_edges(p: np.ndarray, break_even: float) -> tuple[float, float]:
    """Where Medium and High begin for customers with these probabilities."""
    worth = p[p >= break_even]
    return tier_edges_by_risk(break_even, float(np.quantile(worth, 1 - HIGH_SHARE)) if len(worth) else 1.0)


def tier_edges_by_risk(break_even: float, top_third: float) -> tuple[float, float]:
    """Where Medium and High begin, by risk alone.

    High begins at .50, or where the top third of the customers worth an offer begins if that is lower, but not below
    the break-even of an average offer. Low ends at the break-even or at half of where High begins, whichever is lower.
    """
    high = min(SURELY_HIGH, max(top_third, break_even))
    return min(break_even, high / 2), high


def threshold_by_recall(labels: np.ndarray, p: np.ndarray, recall: float) -> float:
    """The highest threshold that still reaches this share of the leavers."""
    if not 0 < recall <= 1:
        raise RequestRefused(f"A recall of {recall:g} is not a share.", "Give a number above 0, at most 1.")
    leavers = np.sort(p[labels == 1])[::-1]
    return float(leavers[int(np.ceil(recall * len(leavers) - 1e-9)) - 1])


def threshold_by_f1(labels: np.ndarray, p: np.ndarray) -> float:
    """The threshold with the best balance of precision and recall (F1)."""
    order = np.argsort(-p, kind="stable")
    score, hits = p[order], np.cumsum(labels[order])
    ends = np.flatnonzero(np.append(np.diff(score) != 0, True))
    f1 = 2 * hits[ends] / (ends + 1 + labels.sum())
    return float(score[ends[f1.argmax()]])


def threshold_by_length(p: np.ndarray, customers: int) -> float:
    """The threshold that keeps the list at no more than this many customers."""
    if customers < 1:
        raise RequestRefused(f"A list of {customers} customers is empty.", "Give at least 1.")
    if customers >= len(p):
        return float(p.min())
    top = np.sort(p)[::-1]
    above = np.unique(top[:customers][top[:customers] > top[customers]])
    return float(above[0]) if len(above) else float(np.nextafter(top[0], 2.0))
