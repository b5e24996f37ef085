"""Thresholds: from which probability a customer counts as leaving, and which tier a probability belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

TIERS = ("High", "Medium", "Low")


@dataclass(frozen=True)
class Thresholds:
    """The probabilities that decide.

    chosen      at or above it the prediction is "leaves"
    how         the words for how it was chosen: "money", "recall 0.79", "f1", "longest list"
    break_even  where an average offer just pays for itself
    medium, high   tiers: Low below medium, High from high on
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
        """The thresholds as a plain mapping; `Thresholds(**mapping)` reads them back."""
        return asdict(self)
