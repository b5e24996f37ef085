"""Fairness: how the model treats groups that are protected; shown, never used as a lever."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from churn.money.playbook import Playbook
from churn.training.baselines import bin_edges, bins_of
from churn.training.boosting import Boosted
from churn.training.calibration import sigmoid, wilson
from churn.training.dataset import Examples, folds
from churn.training.encoder import Encoder
from churn.training.evaluation import Candidate
from churn.training.metrics import Earnings, auc, earnings_of, intervals, logloss, metrics, operating_point
from churn.training.model import Model
from churn.training.prepare import Prepared
from churn.training.report import ReportCard, confusion_of, curves_of, deciles_of, points_of, scores_of, verdict_of
from churn.training.selection import BLEND, Champion, Contest

FEWEST = 30  # customers below which a group is too small to speak of


BANDS = 3  # bands a protected number is cut into


def fairness_of(
    encoder: Encoder, matrix: np.ndarray, scored: tuple[np.ndarray, np.ndarray], threshold: float
) -> list[dict[str, Any]]:
    """Per protected column and group: how many, share left with interval, mean probability, share chosen, recall."""
    labels, p = scored
    rows = []
    for place, field in enumerate(encoder.fields):
        if field.lever != "protected":
            continue
        edges = bin_edges(matrix[:, place], BANDS, by_code=bool(field.levels))
        bins = bins_of(matrix[:, place], edges)
        for group in np.unique(bins):
            inside = bins == group
            if inside.sum() >= FEWEST:
                name = _group_name(encoder, place, matrix[inside, place])
                rows.append(_group(field.name, name, (labels[inside], p[inside]), threshold))
    return rows


def _group(column: str, group: str, scored: tuple[np.ndarray, np.ndarray], threshold: float) -> dict[str, Any]:
    labels, p = scored
    left, chosen = int(labels.sum()), p >= threshold
    low, high = wilson(left, len(labels))
    gap = float(p.mean() - labels.mean())
    return {
        "column": column,
        "group": group,
        "customers": len(labels),
        "left": left / len(labels),
        "left_low": low,
        "left_high": high,
        "probability": float(p.mean()),
        "gap": gap,
        "calibrated": bool(low <= p.mean() <= high),
        "chosen": float(chosen.mean()),
        "recall": float(chosen[labels == 1].mean()) if left else None,
        "roc_auc": auc(labels, p) if 0 < left < len(labels) else None,
    }


def _group_name(encoder: Encoder, place: int, numbers: np.ndarray) -> str:
    known = numbers[~np.isnan(numbers)]
    if not len(known):
        return "not known"
    field = encoder.fields[place]
    low, high = float(known.min()), float(known.max())
    if field.levels or field.form == "flag":
        shown = encoder.shown(field.name, low)
        return "other" if shown is None else {True: "yes", False: "no"}.get(shown, str(shown))
    return f"{low:g} to {high:g}" if low != high else f"{low:g}"


# Growing: would more customers, or fresher ones, make the model better?


SHARES = (0.125, 0.25, 0.5, 1.0)


HELPS = 0.002  # of log loss, gained by the last doubling


def growth_of(held: Contest, *, seed: int) -> dict[str, Any]:
    """The log loss learnt from an eighth, a quarter, half and all of the customers, and whether more would help."""
    candidate = _single(held)
    repeat = held.checked.plan.repeats[0][:3]
    random = np.random.default_rng(seed)
    points: list[dict[str, float]] = []
    for share in SHARES:
        prices = []
        for learn, check in repeat:
            some = np.sort(random.permutation(learn)[: max(50, int(share * len(learn)))])
            part = held.sample.only(some)
            if 5 <= part.leavers <= len(part) - 5:
                margin = candidate.fit(part, seed=seed).margin(held.sample.matrix[check])
                prices.append(logloss(held.sample.labels[check], sigmoid(margin)))
        if prices:
            rows = int(np.mean([max(50, int(share * len(learn))) for learn, _ in repeat]))
            points.append({"customers": rows, "logloss": float(np.mean(prices)), "sd": float(np.std(prices))})
    return {"candidate": candidate.name, "points": points, **verdict_of_growth(points)}


def time_gap_of(held: Contest, scores: Mapping[str, Mapping[str, float]], *, seed: int) -> dict[str, float]:
    """How much better random folds would look than folds forward in time: the measure of what a random split hides."""
    candidate, found = _single(held), []
    for learn, check in folds(held.sample, 4, seed=seed):
        margin = candidate.fit(held.sample.only(learn), seed=seed).margin(held.sample.matrix[check])
        found.append(auc(held.sample.labels[check], margin))
    forward = scores["roc_auc"]["mean"]
    return {"roc_auc_forward": forward, "roc_auc_random": float(np.mean(found)), "gap": float(np.mean(found)) - forward}


def _single(held: Contest) -> Candidate:
    """The heaviest part of the champion, with one bag only."""
    candidate = max(held.parts, key=lambda part: part[1])[0]
    if isinstance(candidate, Boosted):
        return Boosted(candidate.library, candidate.rung, candidate.trees)
    return candidate


def verdict_of_growth(points: list[dict[str, float]]) -> dict[str, Any]:
    """Whether the last doubling of the customers still paid, and the sentence that says so."""
    if len(points) < 2:
        return {"helps": None, "said": "Too few customers to say whether more would help."}
    gained = points[-2]["logloss"] - points[-1]["logloss"]
    if gained > HELPS:
        return {
            "helps": True,
            "said": f"More customers would help: the last doubling lowered the log loss by {gained:.3f}.",
        }
    return {"helps": False, "said": f"More customers would hardly help: the last doubling changed {abs(gained):.4f}."}


# Carding: everything a contest found out becomes one ReportCard.


BOARD = ("roc_auc", "pr_auc", "logloss", "brier", "ece", "max_f1")


@dataclass(frozen=True)
class OfferResult:
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


def card_of(judged: OfferResult, final: Examples | None) -> ReportCard:
    """The card, computed on customers the models had not seen."""
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


def leaderboard_of(judged: OfferResult) -> list[dict[str, Any]]:
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


def _first_repeat(judged: OfferResult) -> tuple[Examples, np.ndarray]:
    seen = np.flatnonzero(~np.isnan(judged.honest[0]))
    return judged.held.sample.only(seen), judged.honest[0][seen]


def _earnings(judged: OfferResult, rows: Examples, p: np.ndarray) -> Earnings:
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
