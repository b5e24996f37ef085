"""Shadow scoring: a challenger scores the same list as the champion, and nobody acts on it yet.

How far the two agree, who would change tier, and, when outcomes are known, which of them was right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from churn.errors import RequestRefused
from churn.monitoring.drift import percent
from churn.monitoring.performance import Likely
from churn.training.metrics import auc, losses
from churn.training.model import Model
from churn.training.thresholds import TIERS

Z95 = 1.959964


@dataclass(frozen=True)
class Agreement:
    """How far two models agree on one list.

    same_tier, same_prediction   share of customers on whom they agree
    rank      Spearman's correlation of the two orders, 1 when they are the same
    top       share of the champion's top tenth that the challenger has in its top tenth
    moves     customers per (champion's tier, challenger's tier), High, Medium, Low
    changed   True where a customer would change tier
    """

    customers: int
    same_tier: float
    same_prediction: float
    rank: float
    top: float
    mean_gap: float
    moves: tuple[tuple[int, ...], ...]
    changed: np.ndarray

    @property
    def why(self) -> str:
        """The agreement in one sentence."""
        up = sum(self.moves[a][b] for a in range(3) for b in range(3) if b < a)
        down = sum(self.moves[a][b] for a in range(3) for b in range(3) if b > a)
        return (
            f"The models put {percent(self.same_tier)} of {self.customers:,} customers into the same tier; "
            f"{up:,} would move up and {down:,} down."
        )

    def as_json(self) -> dict[str, Any]:
        """The agreement as a plain mapping, without the customers themselves."""
        moves = {a: dict(zip(TIERS, row, strict=True)) for a, row in zip(TIERS, self.moves, strict=True)}
        numbers = ("customers", "same_tier", "same_prediction", "rank", "top", "mean_gap")
        return {n: getattr(self, n) for n in numbers} | {"moves": moves, "why": self.why}


@dataclass(frozen=True)
class ShadowComparison:
    """Champion and challenger on customers whose outcomes are known; positive differences favour the challenger."""

    customers: int
    auc: Likely
    logloss: Likely

    @property
    def verdict(self) -> str:
        """`challenger`, `champion` or `inconclusive`, by log loss, the price of the probabilities."""
        if self.logloss.low > 0:
            return "challenger"
        return "champion" if self.logloss.high < 0 else "inconclusive"

    def as_json(self) -> dict[str, Any]:
        """The duel as a plain mapping."""
        better = {"auc_gain": self.auc.as_json(), "logloss_gain": self.logloss.as_json()}
        return {"customers": self.customers, "verdict": self.verdict} | better


def measure_agreement(champion: Model, challenger: Model, p: np.ndarray, q: np.ndarray) -> Agreement:
    """How far two models agree on one list: the champion says p, the challenger q, each by its own thresholds."""
    _refuse_unequal(p, q)
    a, b = champion.thresholds.tier_places(p), challenger.thresholds.tier_places(q)
    moves = np.bincount(a.astype(int) * 3 + b, minlength=9).reshape(3, 3)
    same = champion.thresholds.predicted(p) == challenger.thresholds.predicted(q)
    tenth = max(1, len(p) // 10)
    tops = [set(np.argsort(-x, kind="stable")[:tenth].tolist()) for x in (p, q)]
    return Agreement(
        customers=len(p),
        same_tier=float((a == b).mean()),
        same_prediction=float(same.mean()),
        rank=_rank_correlation(p, q),
        top=len(tops[0] & tops[1]) / tenth,
        mean_gap=float(np.abs(p - q).mean()),
        moves=tuple(tuple(int(n) for n in row) for row in moves),
        changed=a != b,
    )


def compare_on_outcomes(
    left: np.ndarray, p: np.ndarray, q: np.ndarray, *, seed: int = 0, draws: int = 200
) -> ShadowComparison:
    """Which of two models was right about the same customers: champion p, challenger q, with 95 % intervals."""
    _refuse_unequal(p, q, left)
    y = np.asarray(left, float)
    if not 0 < y.sum() < len(y):
        raise RequestRefused("All outcomes are the same, so nothing can be compared.", "Wait for more outcomes.")
    gap = losses(y, p) - losses(y, q)
    half = Z95 * float(gap.std() / np.sqrt(len(gap)))
    random = np.random.default_rng(seed)
    drawn = [_auc_gain(y, p, q, random.integers(0, len(y), len(y))) for _ in range(draws)]
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    gain = auc(y, q) - auc(y, p)
    price = float(gap.mean())
    return ShadowComparison(len(y), Likely(gain, float(low), float(high)), Likely(price, price - half, price + half))


def assign_to_challenger(keys: Iterable[str], share: float, *, salt: str) -> np.ndarray:
    """True for the customers the challenger serves; by their key, so the same ones on every list and every machine.

    salt  the name of the trial; another trial draws other customers
    """
    if not 0 <= share <= 1:
        raise RequestRefused(f"A share of {share:g} is not between 0 and 1.", "Give for example 0.1 for a tenth.")
    edge = share * 2.0**64
    lots = (_draw_for(f"{salt}\0{key}") for key in keys)
    return np.fromiter((lot < edge for lot in lots), dtype=bool)


def _draw_for(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _auc_gain(y: np.ndarray, p: np.ndarray, q: np.ndarray, rows: np.ndarray) -> float:
    some = y[rows]
    return auc(some, q[rows]) - auc(some, p[rows]) if 0 < some.sum() < len(some) else float("nan")


def _rank_correlation(p: np.ndarray, q: np.ndarray) -> float:
    a, b = (_ranks(x) for x in (p, q))
    if a.std() == 0 or b.std() == 0:
        return float("nan") if len(p) < 2 else float(np.array_equal(a, b))
    return float(np.corrcoef(a, b)[0, 1])


def _ranks(x: np.ndarray) -> np.ndarray:
    _, place, counts = np.unique(x, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[place]


def _refuse_unequal(*arrays: np.ndarray) -> None:
    if len({len(a) for a in arrays}) != 1 or not len(arrays[0]):
        raise RequestRefused(
            "The two models did not score the same customers.", "Score one list with both, then compare."
        )
