"""Selection: candidates are evaluated on the same folds, the best are blended, one becomes the champion."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from churn.explain.explainer import TOLERANCE, Explainer, Linear, Proof, build_explainer, build_proof
from churn.explain.library import read_member
from churn.notices import Notice
from churn.training.baselines import DecisionTree, HandRule, LogisticRegression, OneColumnRule, RandomForest, Regression
from churn.training.boosting import (
    CAPACITIES,
    MOST_BAGS,
    QUICK_CAPACITIES,
    Bags,
    BoosterLibrary,
    SearchResult,
    best_result,
    lightgbm_import_error,
    search_capacity,
    with_bags,
)
from churn.training.calibration import Calibration, sigmoid
from churn.training.dataset import Examples, Fold, assign_folds, make_folds, make_time_folds
from churn.training.metrics import logloss, losses

BEHIND = 2.0  # standard errors by which a candidate must lose before it is dropped from further repeats


class FittedEstimator(Protocol):
    """A trained candidate."""

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """The log-odds of leaving of each row."""
        ...


class Estimator(Protocol):
    """A candidate: something that can be trained."""

    @property
    def name(self) -> str:
        """The name on the leaderboard."""
        ...

    @property
    def cost(self) -> float:
        """The cost of scoring, in trees of depth 4."""
        ...

    def fit(self, examples: Examples, *, seed: int) -> FittedEstimator:
        """Learn from these customers."""
        ...


@dataclass(frozen=True)
class FoldPlan:
    """On which folds candidates are checked.

    repeats   lists of folds, one per repeat
    by_time   whether the folds learn from earlier dates only
    """

    repeats: tuple[list[Fold], ...]
    by_time: bool = False

    @property
    def description(self) -> str:
        """The plan in words."""
        count = len(self.repeats[0])
        if self.by_time:
            return f"{count} steps forward in time"
        return f"{count} folds" if len(self.repeats) == 1 else f"{count} folds, {len(self.repeats)} times"


@dataclass(frozen=True)
class Evaluation:
    """The scores of the candidates for customers they had not seen.

    margins   per candidate the log-odds, (repeats, rows); NaN where a row was not checked
    seconds   per candidate the CPU seconds of one fit
    latency   per candidate the milliseconds of one prediction
    """

    plan: FoldPlan
    margins: Mapping[str, np.ndarray]
    seconds: Mapping[str, float] = field(default_factory=dict)
    latency: Mapping[str, float] = field(default_factory=dict)

    def repeats_of(self, name: str) -> int:
        """In how many repeats a candidate was checked."""
        return int((~np.isnan(self.margins[name])).any(axis=1).sum())


def plan_folds(examples: Examples, *, quick: bool, seed: int) -> FoldPlan:
    """Choose the folds by the size of the list: 5×3 when small, fewer when large, forward in time where dates allow."""
    if examples.days is not None:
        forward = tuple(make_time_folds(examples.days, 4))
        if len(forward) >= 2 and all(_has_both_outcomes(examples, f) for f in forward):
            return FoldPlan((list(forward),), by_time=True)
    count, repeats = (5, 3) if len(examples) <= 20_000 else (5, 1) if len(examples) <= 60_000 else (3, 1)
    count = int(min(count, examples.leavers, len(examples) - examples.leavers))
    return FoldPlan(tuple(make_folds(examples, count, seed=seed + r) for r in range(1 if quick else repeats)))


def evaluate(
    candidates: Sequence[Estimator],
    examples: Examples,
    plan: FoldPlan,
    *,
    seed: int,
    always: Sequence[str] = (),
    on_progress: Callable[[float, str], None] = lambda share, text: None,
) -> Evaluation:
    """Check every candidate on every fold; after each repeat those that have clearly lost are dropped.

    always  names that are checked in every repeat all the same, because a blend needs them
    """
    margins = {c.name: np.full((len(plan.repeats), len(examples)), np.nan) for c in candidates}
    seconds: dict[str, list[float]] = {c.name: [] for c in candidates}
    latency: dict[str, float] = {}
    left = list(candidates)
    for r, repeat in enumerate(plan.repeats):
        for k, (learn, check) in enumerate(repeat):
            done = (r + k / len(repeat)) / len(plan.repeats)
            on_progress(done, f"Checking {len(left)} candidates: fold {k + 1} of {len(repeat)}, repeat {r + 1}")
            for candidate in left:
                fitted, spent = _fit_timed(candidate, examples.take(learn), seed + 100 * r + k)
                margins[candidate.name][r, check] = fitted.margin(examples.matrix[check])
                seconds[candidate.name].append(spent)
                if k == r == 0:
                    latency[candidate.name] = _measure_latency(fitted, examples.matrix[check])
        left = [c for c in left if c.name in always or not _has_lost(c.name, margins, examples.labels, r)]
    return Evaluation(plan, margins, {n: float(np.mean(s)) for n, s in seconds.items()}, latency)


def _has_both_outcomes(examples: Examples, fold: Fold) -> bool:
    return all(5 <= examples.labels[rows].sum() <= len(rows) - 5 for rows in fold)


def _fit_timed(candidate: Estimator, examples: Examples, seed: int) -> tuple[Any, float]:
    start = time.process_time()
    return candidate.fit(examples, seed=seed), time.process_time() - start


def _measure_latency(fitted: FittedEstimator, matrix: np.ndarray) -> float:
    """Milliseconds for one customer alone, the middle of several tries."""
    spent = []
    for row in range(min(15, len(matrix))):
        start = time.perf_counter()
        fitted.margin(matrix[row : row + 1])
        spent.append(time.perf_counter() - start)
    return float(np.median(spent) * 1000)


def _has_lost(name: str, margins: Mapping[str, np.ndarray], labels: np.ndarray, repeat: int) -> bool:
    """Whether another candidate is better by more than chance explains, customer by customer."""
    own = losses(labels, sigmoid(margins[name][repeat]))
    others = [losses(labels, sigmoid(m[repeat])) for other, m in margins.items() if other != name]
    return any(_clearly_higher(own, other) for other in others)


def _clearly_higher(own: np.ndarray, other: np.ndarray) -> bool:
    gap = own - other
    gap = gap[~np.isnan(gap)]
    return len(gap) > 1 and gap.mean() > BEHIND * gap.std(ddof=1) / np.sqrt(len(gap))


LEAST_WEIGHT = 0.02  # a part with less weight than this is dropped
MOST_ROWS = 100_000
_SHRINK = 1e-3  # pulls weights towards each other where the customers do not tell parts apart


def fit_blend_weights(margins: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Find weights ≥ 0 that add up to 1 and give the lowest log loss; parts that hurt get none."""
    from scipy.optimize import minimize

    parts = margins.shape[1]
    if parts == 1:
        return np.ones(1)
    step = max(1, len(labels) // MOST_ROWS)
    m, y = margins[::step], labels[::step]

    def loss_and_slope(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total = m @ weights
        p = 1 / (1 + np.exp(-np.clip(total, -500, 500)))
        loss = np.mean(np.logaddexp(0, total) - y * total) + _SHRINK * np.sum(weights**2)
        return loss, m.T @ (p - y) / len(y) + 2 * _SHRINK * weights

    found = minimize(
        loss_and_slope,
        np.full(parts, 1 / parts),
        jac=True,
        bounds=[(0, 1)] * parts,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": lambda w: np.ones(parts)},
        method="SLSQP",
    )
    weights = np.where(found.x < LEAST_WEIGHT, 0, found.x)
    return np.round(weights / weights.sum(), 4)


def blend_out_of_fold(margins: np.ndarray, labels: np.ndarray, repeat: list[Fold]) -> np.ndarray:
    """The blend's log-odds for each checked row, its weights learnt without that row's fold."""
    blended = np.full(len(labels), np.nan)
    checked = ~np.isnan(margins).any(axis=1)
    even = np.full(margins.shape[1], 1 / margins.shape[1])
    for _, check in repeat:
        others = checked.copy()
        others[check] = False
        weights = fit_blend_weights(margins[others], labels[others]) if others.any() else even
        blended[check] = margins[check] @ weights
    return blended


# Selecting: every candidate on the same folds, a blend of the best, and one champion.


BLEND = "Blend"
SAMPLE = 120_000  # customers on whom candidates compete; the champion then learns from all
Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Selection:
    """The candidates, their scores for customers not seen, and the champion.

    sample    the customers they were compared on
    margins   per candidate and for the blend: log-odds (repeats, rows), NaN where not checked
    parts     the candidates the blend is made of, with the weight each has in the champion (1 alone, or the blend's)
    """

    sample: Examples
    candidates: tuple[Estimator, ...]
    results: tuple[SearchResult, ...]
    evaluation: Evaluation
    margins: dict[str, np.ndarray]
    champion: str
    parts: tuple[tuple[Estimator, float], ...]
    notices: tuple[Notice, ...] = ()

    @property
    def cost(self) -> float:
        """What the champion costs to score, in trees of depth 4."""
        return sum(c.cost for c, weight in self.parts if weight)

    @property
    def best(self) -> np.ndarray:
        """The champion's log-odds of customers it had not seen."""
        return self.margins[self.champion]


def select_model(
    examples: Examples,
    *,
    quick: bool,
    seed: int,
    tuned: Sequence[SearchResult] = (),
    on_progress: Progress = lambda share, text: None,
) -> Selection:
    """Evaluate all candidates and choose the champion; `tuned` results are used instead of searching capacities."""
    sample = draw_sample(examples, seed)
    libraries, notices = _available_libraries(quick)
    results = list(tuned) or _search_capacities(sample, libraries, quick, seed, on_progress)
    chosen = [best_result([s for s in results if s.library == library]) for library in libraries]
    boosted = with_bags(chosen, most=1 if quick or len(sample) > 20_000 else MOST_BAGS)
    parts: list[Estimator] = [*boosted, LogisticRegression()]
    others: list[Estimator] = [OneColumnRule(), HandRule()]
    if not quick:
        others += [DecisionTree(), RandomForest()]
    names = [p.name for p in parts]
    plan = plan_folds(sample, quick=quick, seed=seed)
    on_progress(0.3, f"Checking {len(parts) + len(others)} candidates on {plan.description}")
    evaluation = evaluate(
        [*others, *parts],
        sample,
        plan,
        seed=seed,
        always=names,
        on_progress=lambda share, text: on_progress(0.3 + 0.5 * share, text),
    )
    margins = dict(evaluation.margins) | {BLEND: _blend_all_repeats(evaluation, names, sample)}
    champion = min([*names, BLEND], key=lambda name: mean_loss(margins[name], sample.labels))
    weights = _part_weights(champion, names, margins, sample)
    return Selection(
        sample=sample,
        candidates=(*others, *parts),
        results=tuple(results),
        evaluation=evaluation,
        margins=margins,
        champion=champion,
        parts=tuple(zip(parts, weights, strict=True)),
        notices=tuple(notices),
    )


def draw_sample(examples: Examples, seed: int, most: int = SAMPLE) -> Examples:
    """At most so many customers, leavers and stayers in proportion, groups whole."""
    if len(examples) <= most:
        return examples
    count = int(np.ceil(len(examples) / most))
    return examples.take(np.flatnonzero(assign_folds(examples.labels, examples.groups, count, seed=seed) == 0))


def mean_loss(margin: np.ndarray, labels: np.ndarray) -> float:
    """The log loss over the checked rows of all repeats."""
    prices = []
    for repeat in margin:
        seen = ~np.isnan(repeat)
        if seen.any():
            prices.append(logloss(labels[seen], sigmoid(repeat[seen])))
    return float(np.mean(prices)) if prices else float("inf")


def _available_libraries(quick: bool) -> tuple[list[BoosterLibrary], list[Notice]]:
    if quick:
        return ["xgboost"], []
    missing = lightgbm_import_error()
    if not missing:
        return ["xgboost", "lightgbm"], []
    return ["xgboost"], [Notice("info", f"LightGBM is left out, because it cannot be loaded here: {missing}")]


def _search_capacities(
    sample: Examples, libraries: list[BoosterLibrary], quick: bool, seed: int, on_progress: Progress
) -> list[SearchResult]:
    capacities = QUICK_CAPACITIES if quick else CAPACITIES
    checks = 3 if quick or len(sample) > 20_000 else 5
    results: list[SearchResult] = []
    seen: list[SearchResult] = []

    def tell(result: SearchResult) -> None:
        seen.append(result)
        done = len(seen) / (len(libraries) * len(capacities))
        on_progress(0.05 + 0.25 * done, f"{result.library}, depth {result.params.depth}: {result.trees} trees")

    for library in libraries:
        results += search_capacity(library, sample, checks=checks, seed=seed, capacities=capacities, on_result=tell)
    return results


def _blend_all_repeats(evaluation: Evaluation, names: Sequence[str], sample: Examples) -> np.ndarray:
    stacked = np.stack([evaluation.margins[n] for n in names], axis=-1)
    repeats = zip(stacked, evaluation.plan.repeats, strict=True)
    return np.stack([blend_out_of_fold(margins, sample.labels, repeat) for margins, repeat in repeats])


def _part_weights(champion: str, names: Sequence[str], margins: dict[str, np.ndarray], sample: Examples) -> list[float]:
    if champion != BLEND:
        return [float(n == champion) for n in names]
    mean = np.mean(np.stack([margins[n] for n in names], axis=-1), axis=0)
    seen = ~np.isnan(mean).any(axis=1)
    return [float(w) for w in fit_blend_weights(mean[seen], sample.labels[seen])]


# The champion: it learns from all customers and becomes exact tables, its calibration inside.


CHECKED_ROWS = 2000  # customers whose scores are compared
EXPLAINED_ROWS = 200  # customers whose contributions are; the libraries take long over each


@dataclass(frozen=True)
class Champion:
    """A fitted blend: its parts with their weights, and the tables that answer for it.

    explainer   the tables; the libraries themselves for what no table covers, or where the tables disagreed
    proof       the libraries' own models and answers, which the tables were compared with
    difference  the largest difference found between explainer and libraries, in log-odds
    """

    parts: tuple[tuple[FittedEstimator, float], ...]
    explainer: Explainer
    proof: Proof
    difference: float


def fit_champion(
    parts: Sequence[tuple[Estimator, float]], examples: Examples, calibration: Calibration, *, seed: int
) -> Champion:
    """Train every part with a weight on all customers, turn them into tables, and check those."""
    fitted = tuple((c.fit(examples, seed=seed), weight) for c, weight in parts if weight)
    estimators = [m for part, weight in fitted for m in _weighted_estimators(part, weight)]
    line = {"slope": calibration.slope, "intercept": calibration.intercept}
    proof = build_proof(estimators, _spread_rows(examples.matrix, EXPLAINED_ROWS), **line)
    members = [(w, m if isinstance(m, Linear) else read_member(m)) for w, m in estimators]
    explainer = build_explainer(members, len(examples.encoder.fields), **line)
    rows = _spread_rows(examples.matrix, CHECKED_ROWS)
    margins = np.asarray(calibration.slope * sum(w * p.margin(rows) for p, w in fitted) + calibration.intercept)
    if _difference(explainer, proof, rows, margins) > TOLERANCE:
        explainer = proof.library
    difference = _difference(explainer, proof, rows, margins)
    if difference > TOLERANCE:
        raise RuntimeError(f"The explanation differs from the libraries by {difference:.2g} in log-odds.")
    return Champion(fitted, explainer, proof, difference)


def _difference(explainer: Explainer, proof: Proof, rows: np.ndarray, margins: np.ndarray) -> float:
    """The largest difference from what the libraries explain, and from what they score."""
    return max(proof.answers.max_difference(explainer), float(np.abs(explainer.margin(rows) - margins).max()))


def _spread_rows(matrix: np.ndarray, most: int) -> np.ndarray:
    """At most about so many rows, evenly from the whole list."""
    return np.ascontiguousarray(matrix[:: max(1, -(-len(matrix) // most))])


def _weighted_estimators(part: Any, weight: float) -> list[tuple[float, Any]]:
    """What a fitted part is made of, each with its weight."""
    if isinstance(part, Bags):
        return [(weight / len(part.boosters), b) for b in part.boosters]
    if isinstance(part, Regression):
        return [(weight, part.linear)]
    raise TypeError(f"{type(part).__name__} cannot be part of a champion")
