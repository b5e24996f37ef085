"""The contest: every candidate on the same folds, a blend of the best, and one champion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from churn.learning.candidates.boosting import Library, lightgbm_answers
from churn.learning.candidates.forests import DecisionTree, RandomForest
from churn.learning.candidates.ladder import MOST_BAGS, QUICK_RUNGS, RUNGS, Step, best_step, climbed, with_bags
from churn.learning.candidates.logistic import LogisticRegression
from churn.learning.candidates.mixing import honest_blend, mixing_weights
from churn.learning.candidates.rules import HandRule, OneColumnRule
from churn.learning.encoded.examples import Examples
from churn.learning.encoded.folding import fold_numbers
from churn.learning.measures.calibration import sigmoid
from churn.learning.measures.evaluation import Candidate, Checked, checked, plan_for
from churn.learning.measures.yardsticks import logloss
from churn.notices import Notice

BLEND = "Blend"
SAMPLE = 120_000  # customers on whom candidates compete; the champion then learns from all
Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Contest:
    """Who competed, what each said about customers not seen, and who won.

    sample    the customers it was held on
    margins   per candidate and for the blend: log-odds (repeats, rows), NaN where not checked
    parts     the candidates the blend is made of, with the weight each has in the champion (1 alone, or the blend's)
    """

    sample: Examples
    candidates: tuple[Candidate, ...]
    steps: tuple[Step, ...]
    checked: Checked
    margins: dict[str, np.ndarray]
    champion: str
    parts: tuple[tuple[Candidate, float], ...]
    notices: tuple[Notice, ...] = ()

    @property
    def cost(self) -> float:
        """What the champion costs to score, in trees of depth 4."""
        return sum(c.cost for c, weight in self.parts if weight)

    @property
    def best(self) -> np.ndarray:
        """The champion's log-odds of customers it had not seen."""
        return self.margins[self.champion]


def contest(
    examples: Examples,
    *,
    quick: bool,
    seed: int,
    tuned: Sequence[Step] = (),
    heard: Progress = lambda share, text: None,
) -> Contest:
    """Hold the contest; `tuned` steps replace the ladder."""
    sample = sample_of(examples, seed)
    libraries, notices = _libraries(quick)
    steps = list(tuned) or _climb(sample, libraries, quick, seed, heard)
    chosen = [best_step([s for s in steps if s.library == library]) for library in libraries]
    boosted = with_bags(chosen, most=_bags(quick, sample))
    parts: list[Candidate] = [*boosted, LogisticRegression()]
    others: list[Candidate] = [OneColumnRule(), HandRule()]
    if not quick:
        others += [DecisionTree(), RandomForest()]
    names = [p.name for p in parts]
    plan = plan_for(sample, quick=quick, seed=seed)
    heard(0.3, f"Checking {len(parts) + len(others)} candidates on {plan.said}")
    found = checked(
        [*others, *parts],
        sample,
        plan,
        seed=seed,
        always=names,
        heard=lambda share, text: heard(0.3 + 0.5 * share, text),
    )
    margins = dict(found.margins) | {BLEND: _blended(found, names, sample)}
    champion = _lowest([*names, BLEND], margins, sample)
    weights = _weights(champion, names, margins, sample)
    return Contest(
        sample=sample,
        candidates=(*others, *parts),
        steps=tuple(steps),
        checked=found,
        margins=margins,
        champion=champion,
        parts=tuple(zip(parts, weights, strict=True)),
        notices=tuple(notices),
    )


def sample_of(examples: Examples, seed: int, most: int = SAMPLE) -> Examples:
    """At most so many customers, leavers and stayers in proportion, groups whole."""
    if len(examples) <= most:
        return examples
    count = int(np.ceil(len(examples) / most))
    return examples.only(np.flatnonzero(fold_numbers(examples.labels, examples.groups, count, seed=seed) == 0))


def mean_loss(margin: np.ndarray, labels: np.ndarray) -> float:
    """The log loss over the checked rows of all repeats."""
    prices = []
    for repeat in margin:
        seen = ~np.isnan(repeat)
        if seen.any():
            prices.append(logloss(labels[seen], sigmoid(repeat[seen])))
    return float(np.mean(prices)) if prices else float("inf")


def _libraries(quick: bool) -> tuple[list[Library], list[Notice]]:
    if quick:
        return ["xgboost"], []
    missing = lightgbm_answers()
    if not missing:
        return ["xgboost", "lightgbm"], []
    return ["xgboost"], [Notice("info", f"LightGBM is left out, because it cannot be loaded here: {missing}")]


def _climb(sample: Examples, libraries: list[Library], quick: bool, seed: int, heard: Progress) -> list[Step]:
    rungs = QUICK_RUNGS if quick else RUNGS
    checks = 3 if quick or len(sample) > 20_000 else 5
    steps: list[Step] = []
    told: list[Step] = []

    def tell(step: Step) -> None:
        told.append(step)
        done = len(told) / (len(libraries) * len(rungs))
        heard(0.05 + 0.25 * done, f"{step.library}, depth {step.rung.depth}: {step.trees} trees")

    for library in libraries:
        steps += climbed(library, sample, checks=checks, seed=seed, rungs=rungs, heard=tell)
    return steps


def _bags(quick: bool, sample: Examples) -> int:
    return 1 if quick or len(sample) > 20_000 else MOST_BAGS


def _blended(found: Checked, names: Sequence[str], sample: Examples) -> np.ndarray:
    stacked = np.stack([found.margins[n] for n in names], axis=-1)
    repeats = zip(stacked, found.plan.repeats, strict=True)
    return np.stack([honest_blend(margins, sample.labels, repeat) for margins, repeat in repeats])


def _lowest(names: Sequence[str], margins: dict[str, np.ndarray], sample: Examples) -> str:
    return min(names, key=lambda n: mean_loss(margins[n], sample.labels))


def _weights(champion: str, names: Sequence[str], margins: dict[str, np.ndarray], sample: Examples) -> list[float]:
    if champion != BLEND:
        return [float(n == champion) for n in names]
    mean = np.mean(np.stack([margins[n] for n in names], axis=-1), axis=0)
    seen = ~np.isnan(mean).any(axis=1)
    return [float(w) for w in mixing_weights(mean[seen], sample.labels[seen])]
