"""The ladder of capacities: shallow and slow first, deeper only while customers never seen say that it pays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from churn.learning.candidates.boosting import Boosted, Library, Rung, learning_curve
from churn.learning.encoded.examples import Examples
from churn.learning.encoded.folding import folds

BUDGET = 2500.0  # what the whole champion may cost to score, in trees of depth 4
MOST_BAGS = 4
SHARE = 1200.0  # of it, for one bag of one library
SELECTION_SEED = 7_919  # capacities are chosen on folds that the report never uses
RUNGS = (
    Rung(depth=3, rate=0.03, leaf=10, columns=0.5, ridge=5),
    Rung(depth=4, rate=0.05, leaf=4, columns=0.5, ridge=2),
    Rung(depth=5, rate=0.07, leaf=1, columns=0.5, ridge=1),
    Rung(depth=6, rate=0.1, leaf=1, columns=0.6, ridge=1),
)
QUICK_RUNGS = tuple(replace(rung, rate=2 * rung.rate) for rung in RUNGS[:3])  # half as many trees, a little worse


@dataclass(frozen=True)
class Step:
    """What one rung reached: its log loss on customers not learnt from, with how many trees, at what scoring cost."""

    library: Library
    rung: Rung
    trees: int
    logloss: float

    @property
    def cost(self) -> float:
        """The cost of scoring, in trees of depth 4."""
        return self.rung.cost * self.trees


def climbed(
    library: Library,
    examples: Examples,
    *,
    checks: int,
    seed: int,
    rungs: Sequence[Rung] = RUNGS,
    heard: Callable[[Step], None] = lambda step: None,
) -> list[Step]:
    """Every rung tried, in order; climbing ends at the first that is no better than the one below."""
    steps: list[Step] = []
    for rung in rungs:
        steps.append(rung_result(library, examples, rung, checks=checks, seed=seed))
        heard(steps[-1])
        if len(steps) > 1 and steps[-1].logloss >= steps[-2].logloss:
            break
    return steps


def best_step(steps: Sequence[Step]) -> Step:
    """The rung with the lowest log loss."""
    return min(steps, key=lambda s: s.logloss)


def rung_result(library: Library, examples: Examples, rung: Rung, *, checks: int, seed: int) -> Step:
    """How far one rung gets: the mean of its curves over the checks, and the number of trees at their lowest point."""
    most = max(50, int(SHARE / rung.cost) if rung.cost > 1 else int(SHARE))
    curves = [
        learning_curve(library, examples.only(learn), examples.only(check), rung=rung, most=most, seed=seed)
        for learn, check in folds(examples, checks, seed=SELECTION_SEED + seed)
    ]
    shortest = min(len(c) for c in curves)
    mean = np.mean([c[:shortest] for c in curves], axis=0)
    return Step(library, rung, int(mean.argmin()) + 1, float(mean.min()))


def with_bags(chosen: Sequence[Step], *, most: int = MOST_BAGS) -> list[Boosted]:
    """The chosen rungs as candidates, with as many bags as the scoring budget allows."""
    single = sum(step.cost for step in chosen)
    bags = int(np.clip(BUDGET / max(single, 1.0), 1, most))
    return [Boosted(s.library, s.rung, s.trees, bags) for s in chosen]
