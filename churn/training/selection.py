"""The margin blend: a weighted sum of log-odds, the weights earned on customers none of the parts had seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from churn.explain.agreement import TOLERANCE, Proof, proof_for
from churn.explain.explainer import Explainer, Linear, explainer_for
from churn.explain.library import member_of
from churn.notices import Notice
from churn.training.baselines import DecisionTree, HandRule, LogisticRegression, OneColumnRule, RandomForest, Regression
from churn.training.boosting import (
    MOST_BAGS,
    QUICK_RUNGS,
    RUNGS,
    Bags,
    Library,
    Step,
    best_step,
    climbed,
    lightgbm_answers,
    with_bags,
)
from churn.training.calibration import Calibration, sigmoid
from churn.training.dataset import Examples, Fold, fold_numbers
from churn.training.evaluation import Candidate, Checked, Fitted, checked, plan_for
from churn.training.metrics import logloss

LEAST = 0.02  # a part with less weight than this is dropped


MOST_ROWS = 100_000


_SHRINK = 1e-3  # pulls weights towards each other where the customers do not tell parts apart


def mixing_weights(margins: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Weights ≥ 0 that add up to 1 and give the lowest log loss; parts that hurt get none."""
    from scipy.optimize import minimize

    parts = margins.shape[1]
    if parts == 1:
        return np.ones(1)
    step = max(1, len(labels) // MOST_ROWS)
    m, y = margins[::step], labels[::step]

    def price(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total = m @ weights
        p = 1 / (1 + np.exp(-np.clip(total, -500, 500)))
        loss = np.mean(np.logaddexp(0, total) - y * total) + _SHRINK * np.sum(weights**2)
        return loss, m.T @ (p - y) / len(y) + 2 * _SHRINK * weights

    found = minimize(
        price,
        np.full(parts, 1 / parts),
        jac=True,
        bounds=[(0, 1)] * parts,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": lambda w: np.ones(parts)},
        method="SLSQP",
    )
    weights = np.where(found.x < LEAST, 0, found.x)
    return np.round(weights / weights.sum(), 4)


def honest_blend(margins: np.ndarray, labels: np.ndarray, repeat: list[Fold]) -> np.ndarray:
    """The blend's log-odds for each checked row, its weights learnt without that row's fold."""
    blended = np.full(len(labels), np.nan)
    checked = ~np.isnan(margins).any(axis=1)
    for _, check in repeat:
        others = checked.copy()
        others[check] = False
        weights = mixing_weights(margins[others], labels[others]) if others.any() else _even(margins)
        blended[check] = margins[check] @ weights
    return blended


def _even(margins: np.ndarray) -> np.ndarray:
    return np.full(margins.shape[1], 1 / margins.shape[1])


# The contest: every candidate on the same folds, a blend of the best, and one champion.


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


# Finishing: the champion learns from all customers and becomes exact tables, its calibration inside.


CHECKED_ROWS = 2000  # customers whose scores are compared


EXPLAINED_ROWS = 200  # customers whose contributions are; the libraries take long over each


@dataclass(frozen=True)
class Champion:
    """A fitted blend: its parts with their weights, and the tables that answer for it.

    explainer   the tables; the libraries themselves for what no table covers, or where the tables said otherwise
    proof       the libraries' own models and answers, which the tables were held against
    difference  the largest difference found between explainer and libraries, in log-odds
    """

    parts: tuple[tuple[Fitted, float], ...]
    explainer: Explainer
    proof: Proof
    difference: float


def fitted_champion(
    parts: Sequence[tuple[Candidate, float]], examples: Examples, calibration: Calibration, *, seed: int
) -> Champion:
    """Let every part with a weight learn from all customers, and put the whole into tables that are then checked."""
    fitted = tuple((c.fit(examples, seed=seed), weight) for c, weight in parts if weight)
    estimators = [m for part, weight in fitted for m in _estimators(part, weight)]
    line = {"slope": calibration.slope, "intercept": calibration.intercept}
    proof = proof_for(estimators, _every(examples.matrix, EXPLAINED_ROWS), **line)
    members = [(w, m if isinstance(m, Linear) else member_of(m)) for w, m in estimators]
    explainer = explainer_for(members, len(examples.encoder.fields), **line)
    rows = _every(examples.matrix, CHECKED_ROWS)
    margins = np.asarray(calibration.slope * sum(w * p.margin(rows) for p, w in fitted) + calibration.intercept)
    if _difference(explainer, proof, rows, margins) > TOLERANCE:
        explainer = proof.library
    difference = _difference(explainer, proof, rows, margins)
    if difference > TOLERANCE:
        raise RuntimeError(f"The explanation differs from the libraries by {difference:.2g} in log-odds.")
    return Champion(fitted, explainer, proof, difference)


def _difference(explainer: Explainer, proof: Proof, rows: np.ndarray, margins: np.ndarray) -> float:
    """The largest difference from what the libraries explain, and from what they score."""
    return max(proof.answers.differ_from(explainer), float(np.abs(explainer.margin(rows) - margins).max()))


def _every(matrix: np.ndarray, most: int) -> np.ndarray:
    """At most about so many rows, evenly from the whole list."""
    return np.ascontiguousarray(matrix[:: max(1, -(-len(matrix) // most))])


def _estimators(part: Any, weight: float) -> list[tuple[float, Any]]:
    """What a fitted part is made of, each with its weight."""
    if isinstance(part, Bags):
        return [(weight / len(part.boosters), b) for b in part.boosters]
    if isinstance(part, Regression):
        return [(weight, part.linear)]
    raise TypeError(f"{type(part).__name__} cannot be part of a champion")
