"""The choice to be made: one action or none per customer, what each brings and costs, and every limit on the whole.

All limits have one shape, Σ use · chosen ≤ limit, so that one method serves them all: the budget uses the expected
cost, a channel uses 1 per customer it reaches, "at most N of a segment" uses 1 per member, "at least N" uses −1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Limit:
    """One limit on the whole campaign.

    kind        `budget`, `channel`, `at most` or `at least`
    members     for a segment: which customers it is about; None: everybody
    actions     for a channel: which actions use it; None: all
    """

    kind: str
    name: str
    most: float
    members: np.ndarray | None = None
    actions: np.ndarray | None = None

    @property
    def sign(self) -> float:
        """−1 for "at least", which is a limit turned round."""
        return -1.0 if self.kind == "at least" else 1.0


@dataclass(frozen=True)
class Choices:
    """Gain and cost of every action with every customer (gain −inf: not open), and the limits."""

    gain: np.ndarray
    cost: np.ndarray
    limits: tuple[Limit, ...] = ()

    @property
    def rows(self) -> int:
        """How many customers there are to choose for."""
        return len(self.gain)

    @property
    def bounds(self) -> np.ndarray:
        """The right-hand side of every limit; negative for "at least"."""
        return np.array([x.sign * x.most for x in self.limits])

    @property
    def in_question(self) -> np.ndarray:
        """Which pairs may be chosen: those that bring something; all that are open where a minimum has to be met."""
        must = any(x.kind == "at least" for x in self.limits)
        return np.isfinite(self.gain) if must else self.gain > 0

    @property
    def candidates(self) -> np.ndarray:
        """The rows of customers who may be chosen at all."""
        return np.flatnonzero(self.in_question.any(axis=1))

    def use(self, which: int, rows: np.ndarray, actions: np.ndarray) -> np.ndarray:
        """How much of one limit each (customer, action) pair uses."""
        limit = self.limits[which]
        if limit.kind == "budget":
            return self.cost[rows, actions]
        if limit.actions is not None:
            return limit.actions[actions].astype(float)
        assert limit.members is not None
        return limit.sign * limit.members[rows]

    def used(self, choice: np.ndarray) -> np.ndarray:
        """How much of every limit a whole choice (−1: no action) uses."""
        rows = np.flatnonzero(choice >= 0)
        return np.array([self.use(k, rows, choice[rows]).sum() for k in range(len(self.limits))])

    def total(self, choice: np.ndarray) -> float:
        """What a whole choice brings."""
        rows = np.flatnonzero(choice >= 0)
        return float(self.gain[rows, choice[rows]].sum())

    def keeps(self, choice: np.ndarray) -> bool:
        """Whether a whole choice breaks no limit."""
        return bool(np.all(self.left_over(choice) >= 0))

    def left_over(self, choice: np.ndarray) -> np.ndarray:
        """How much of every limit a whole choice leaves over; below nothing where it breaks it."""
        rest = self.bounds - self.used(choice)
        return np.where(np.abs(rest) <= _slack(self.bounds), 0.0, rest)

    def only(self, rows: np.ndarray, *, scaled: float = 1.0) -> Choices:
        """The same for some customers, with the limits scaled to their number."""
        limits = tuple(
            replace(x, most=x.most * scaled, members=None if x.members is None else x.members[rows])
            for x in self.limits
        )
        return Choices(self.gain[rows], self.cost[rows], limits)

    def with_limits(self, most: Mapping[int, float]) -> Choices:
        """The same with some limits moved, by their place."""
        limits = tuple(replace(x, most=most.get(k, x.most)) for k, x in enumerate(self.limits))
        return Choices(self.gain, self.cost, limits)

    def surplus(self, prices: np.ndarray) -> np.ndarray:
        """What each action brings after paying the price of everything it uses."""
        net = self.gain.copy()
        for k, limit in enumerate(self.limits):
            if prices[k] == 0.0:
                continue
            if limit.kind == "budget":
                net -= prices[k] * self.cost
            elif limit.actions is not None:
                net -= prices[k] * limit.actions
            elif limit.members is not None:
                net -= (prices[k] * limit.sign * limit.members)[:, None]
        return net


def _slack(bounds: np.ndarray) -> np.ndarray:
    return 1e-9 * np.maximum(1.0, np.abs(bounds))
