"""Carding: everything a contest found out becomes one ReportCard."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from churn.learning.candidates.boosting import Boosted
from churn.learning.candidates.contesting import BLEND, Contest
from churn.learning.candidates.finishing import Champion
from churn.learning.card.fairness import fairness_of
from churn.learning.card.growing import growth_of, time_gap_of
from churn.learning.card.report import (
    ReportCard,
    confusion_of,
    curves_of,
    deciles_of,
    points_of,
    scores_of,
    verdict_of,
)
from churn.learning.encoded.examples import Examples
from churn.learning.measures.calibration import sigmoid
from churn.learning.measures.earnings import Earnings, earnings_of
from churn.learning.measures.yardsticks import intervals, metrics, operating_point
from churn.learning.prepared.preparing import Prepared
from churn.learning.versions.model import Model
from churn.money.playbook import Playbook

BOARD = ("roc_auc", "pr_auc", "logloss", "brier", "ece", "max_f1")


@dataclass(frozen=True)
class Judged:
    """A model and all that is known about it before its card is written."""

    ready: Prepared
    held: Contest
    model: Model
    honest: np.ndarray
    champion: Champion
    table: pa.Table
    playbook: Playbook | None
    seed: int
    quick: bool


def card_of(judged: Judged, final: Examples | None) -> ReportCard:
    """The card, reckoned on customers the models had not seen."""
    held, model = judged.held, judged.model
    rows, p = _first_repeat(judged)
    labels = rows.labels
    scores = scores_of(held.sample.labels, judged.honest, held.checked.plan.repeats, seed=judged.seed)
    word, summary = verdict_of(scores, float(held.sample.labels.mean()))
    thresholds = {**model.thresholds.others, "chosen": model.thresholds.chosen}
    earnings = _earnings(judged, rows, p)
    card = ReportCard(
        verdict=word,
        summary=summary,
        customers=len(judged.ready.examples),
        distinct=judged.ready.distinct,
        leavers=judged.ready.examples.leavers,
        plan=held.checked.plan.said,
        champion=held.champion,
        scores=scores,
        leaderboard=tuple(leaderboard_of(judged)),
        points=points_of(labels, p, thresholds),
        confusion=confusion_of(labels, p, model.thresholds.chosen),
        bins=model.calibration.bins,
        curves=curves_of(labels, p) | {"deciles": deciles_of(labels, p)},
        earnings=earnings.as_json(),
        importance=tuple(importance_of(model)),
        learning_curve={} if judged.quick else growth_of(held, seed=judged.seed),
        fairness=tuple(fairness_of(model.encoder, rows.matrix, (labels, p), model.thresholds.chosen)),
        final=_final_scores(model, final, judged.seed),
        by_time=time_gap_of(held, scores, seed=judged.seed) if held.checked.plan.by_time else {},
        capacity=tuple(_step_words(s) for s in held.steps),
        blend={c.name: weight for c, weight in held.parts if weight},
        cost={"trees_of_depth_4": held.cost, "milliseconds": milliseconds_of(model), "budget": 2500.0},
        leaks=tuple(leak.as_json() for leak in judged.ready.leaks),
        left_out=tuple(asdict(c) for c in judged.ready.left_out),
        twins=tuple(asdict(t) for t in judged.ready.twins),
        choices=(QUICK, *CHOICES) if judged.quick else CHOICES,
    )
    return card.with_leaks_first()


QUICK = (
    "Trained with the quick setting: one check on five folds, fewer candidates and no learning curve. "
    "Train without it before relying on the model."
)
CHOICES = (
    "Leavers are not weighted up and no customers are invented (no class weights, no SMOTE): that would buy no ranking "
    "and would spoil the probabilities. The threshold moves instead.",
    "How deep and how many trees was chosen on other folds of the same customers than those reported here.",
)


def leaderboard_of(judged: Judged) -> list[dict[str, Any]]:
    """One row per candidate, the lowest log loss first, each judged on the folds of its repeats."""
    held, threshold = judged.held, judged.model.thresholds.chosen
    known = {c.name: c for c in held.candidates}
    rows = []
    for name, margins in held.margins.items():
        repeats = [r for r in range(len(margins)) if not np.isnan(margins[r]).all()]
        each = [
            _fold_scores(held, margins[r], check, threshold)
            for r in repeats
            for _, check in held.checked.plan.repeats[r]
        ]
        row = {k: float(np.mean([e[k] for e in each])) for k in each[0]}
        row |= {f"{k}_sd": float(np.std([e[k] for e in each])) for k in ("roc_auc", "pr_auc", "logloss")}
        parts = {c.name: w for c, w in held.parts} if name == BLEND else {name: 1.0}
        row["seconds"] = sum(held.checked.seconds.get(n, 0.0) for n, w in parts.items() if w)
        row["milliseconds"] = sum(held.checked.latency.get(n, 0.0) for n, w in parts.items() if w)
        row["trees_of_depth_4"] = sum(known[n].cost for n, w in parts.items() if w and n in known)
        rows.append(
            {"name": name, "champion": name == held.champion, "folds": len(each), **row, **_settings(known.get(name))}
        )
    return sorted(rows, key=lambda r: r["logloss"])


def importance_of(model: Model) -> list[dict[str, Any]]:
    """Per column how far it moves the log-odds on average, the strongest first."""
    moved = np.abs(model.explainer.contributions(model.reference.rows)).mean(axis=0)
    fields = model.encoder.fields
    rows = [{"column": f.name, "group": f.group, "size": float(m)} for f, m in zip(fields, moved, strict=True)]
    return sorted(rows, key=lambda r: -r["size"])


def milliseconds_of(model: Model, tries: int = 15) -> float:
    """Milliseconds to score one customer with all reasons, the middle of several tries."""
    taken = []
    for row in range(min(tries, len(model.reference.rows))):
        start = time.perf_counter()
        model.explainer.contributions(model.reference.rows[row : row + 1])
        taken.append(time.perf_counter() - start)
    return float(np.median(taken) * 1000)


def _first_repeat(judged: Judged) -> tuple[Examples, np.ndarray]:
    seen = np.flatnonzero(~np.isnan(judged.honest[0]))
    return judged.held.sample.only(seen), judged.honest[0][seen]


def _earnings(judged: Judged, rows: Examples, p: np.ndarray) -> Earnings:
    value = judged.ready.schema.value.name if judged.ready.schema.value else None
    stated = Earnings(str(judged.model.lineage["break_even"]), judged.model.thresholds.break_even)
    return earnings_of(judged.playbook, judged.table.take(pa.array(rows.places)), value, (rows.labels, p), stated)


def _final_scores(model: Model, final: Examples | None, seed: int) -> dict[str, Any]:
    if final is None:
        return {}
    p = model.probability(final.matrix)
    return {"customers": len(final), **metrics(final.labels, p), "intervals": intervals(final.labels, p, seed=seed)}


def _fold_scores(held: Contest, margin: np.ndarray, check: np.ndarray, threshold: float) -> dict[str, float]:
    rows = check[~np.isnan(margin[check])]
    labels, p = held.sample.labels[rows], sigmoid(margin[rows])
    judged = metrics(labels, p)
    return {k: judged[k] for k in BOARD} | operating_point(labels, p, threshold)


def _settings(candidate: Any) -> dict[str, Any]:
    if not isinstance(candidate, Boosted):
        return {}
    return {"depth": candidate.rung.depth, "trees": candidate.trees, "bags": candidate.bags}


def _step_words(step: Any) -> dict[str, Any]:
    return {
        "library": step.library,
        "depth": step.rung.depth,
        "trees": step.trees,
        "logloss": step.logloss,
        "cost": step.cost,
    }
