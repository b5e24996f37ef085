"""Honest evaluation: every candidate scores customers it has not learnt from, on the same folds."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from churn.training.calibration import sigmoid
from churn.training.dataset import Examples, Fold, folds, time_folds
from churn.training.metrics import losses

BEHIND = 2.0  # standard errors by which a candidate must lose before it is spared further repeats


class Fitted(Protocol):
    """What a candidate becomes when it has learnt."""

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """The log-odds of leaving of each row."""
        ...


class Candidate(Protocol):
    """A way to learn."""

    @property
    def name(self) -> str:
        """The name on the leaderboard."""
        ...

    @property
    def cost(self) -> float:
        """The cost of scoring, in trees of depth 4."""
        ...

    def fit(self, examples: Examples, *, seed: int) -> Fitted:
        """Learn from these customers."""
        ...


@dataclass(frozen=True)
class Plan:
    """On which folds candidates are checked.

    repeats   lists of folds, one per repeat
    by_time   whether the folds learn from earlier dates only
    """

    repeats: tuple[list[Fold], ...]
    by_time: bool = False

    @property
    def said(self) -> str:
        """The plan in words."""
        count = len(self.repeats[0])
        if self.by_time:
            return f"{count} steps forward in time"
        return f"{count} folds" if len(self.repeats) == 1 else f"{count} folds, {len(self.repeats)} times"


@dataclass(frozen=True)
class Checked:
    """What the candidates said about customers they had not seen.

    margins   per candidate the log-odds, (repeats, rows); NaN where a row was not checked
    seconds   per candidate the CPU seconds of one fit
    latency   per candidate the milliseconds of one prediction
    """

    plan: Plan
    margins: Mapping[str, np.ndarray]
    seconds: Mapping[str, float] = field(default_factory=dict)
    latency: Mapping[str, float] = field(default_factory=dict)

    def repeats_of(self, name: str) -> int:
        """In how many repeats a candidate was checked."""
        return int((~np.isnan(self.margins[name])).any(axis=1).sum())


def plan_for(examples: Examples, *, quick: bool, seed: int) -> Plan:
    """The folds a table of this size deserves: 5×3 when small, fewer when large, forward in time where dates allow."""
    if examples.days is not None:
        forward = tuple(time_folds(examples.days, 4))
        if len(forward) >= 2 and all(_both_sides(examples, f) for f in forward):
            return Plan((list(forward),), by_time=True)
    count, repeats = (5, 3) if len(examples) <= 20_000 else (5, 1) if len(examples) <= 60_000 else (3, 1)
    count = int(min(count, examples.leavers, len(examples) - examples.leavers))
    return Plan(tuple(folds(examples, count, seed=seed + r) for r in range(1 if quick else repeats)))


def checked(
    candidates: Sequence[Candidate],
    examples: Examples,
    plan: Plan,
    *,
    seed: int,
    always: Sequence[str] = (),
    heard: Callable[[float, str], None] = lambda share, text: None,
) -> Checked:
    """Check every candidate on every fold; those that have clearly lost after the first repeat are spared the rest.

    always  names that are checked in every repeat all the same, because a blend needs them
    """
    margins = {c.name: np.full((len(plan.repeats), len(examples)), np.nan) for c in candidates}
    seconds: dict[str, list[float]] = {c.name: [] for c in candidates}
    latency: dict[str, float] = {}
    left = list(candidates)
    for r, repeat in enumerate(plan.repeats):
        for k, (learn, check) in enumerate(repeat):
            done = (r + k / len(repeat)) / len(plan.repeats)
            heard(done, f"Checking {len(left)} candidates: fold {k + 1} of {len(repeat)}, repeat {r + 1}")
            for candidate in left:
                fitted, spent = _timed(candidate, examples.only(learn), seed + 100 * r + k)
                margins[candidate.name][r, check] = fitted.margin(examples.matrix[check])
                seconds[candidate.name].append(spent)
                if k == r == 0:
                    latency[candidate.name] = _latency(fitted, examples.matrix[check])
        left = [c for c in left if c.name in always or not _has_lost(c.name, margins, examples.labels, r)]
    return Checked(plan, margins, {n: float(np.mean(s)) for n, s in seconds.items()}, latency)


def _both_sides(examples: Examples, fold: Fold) -> bool:
    return all(5 <= examples.labels[rows].sum() <= len(rows) - 5 for rows in fold)


def _timed(candidate: Candidate, examples: Examples, seed: int) -> tuple[Any, float]:
    start = time.process_time()
    return candidate.fit(examples, seed=seed), time.process_time() - start


def _latency(fitted: Fitted, matrix: np.ndarray) -> float:
    """Milliseconds for one customer alone, the middle of several tries."""
    spent = []
    for row in range(min(15, len(matrix))):
        start = time.perf_counter()
        fitted.margin(matrix[row : row + 1])
        spent.append(time.perf_counter() - start)
    return float(np.median(spent) * 1000)


def _has_lost(name: str, margins: Mapping[str, np.ndarray], labels: np.ndarray, repeat: int) -> bool:
    """Whether another candidate is better by more than chance explains, customer by customer."""
    own = _losses(margins[name][repeat], labels)
    others = [_losses(m[repeat], labels) for other, m in margins.items() if other != name]
    return any(_clearly_above(own, other) for other in others)


def _losses(margin: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return losses(labels, sigmoid(margin))


def _clearly_above(own: np.ndarray, other: np.ndarray) -> bool:
    gap = own - other
    gap = gap[~np.isnan(gap)]
    return len(gap) > 1 and gap.mean() > BEHIND * gap.std(ddof=1) / np.sqrt(len(gap))
