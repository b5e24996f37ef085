"""Building the report of a trained model: leaderboard, fairness, learning curve, final scores."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from churn.money.playbook import Playbook
from churn.training.baselines import bin_edges, bins_of
from churn.training.boosting import BUDGET, Boosted
from churn.training.calibration import sigmoid, wilson_interval
from churn.training.dataset import Examples, make_folds
from churn.training.encoder import Encoder
from churn.training.metrics import Earnings, auc, estimate_earnings, intervals, logloss, metrics, operating_point
from churn.training.model import Model
from churn.training.prepare import Prepared
from churn.training.report import (
    ReportCard,
    count_confusion,
    count_deciles,
    draw_curves,
    judge_scores,
    operating_points,
    summarise_scores,
)
from churn.training.selection import BLEND, Estimator, Selection

FEWEST = 30  # customers below which a group is too small to speak of
BANDS = 3  # bands a protected number is cut into


def measure_fairness(
    encoder: Encoder, matrix: np.ndarray, labels: np.ndarray, p: np.ndarray, threshold: float
) -> list[dict[str, Any]]:
    """For each group of a protected column: size, share left with interval, mean probability, share chosen, recall."""
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
                rows.append(_group_row(field.name, name, labels[inside], p[inside], threshold))
    return rows


def _group_row(column: str, group: str, labels: np.ndarray, p: np.ndarray, threshold: float) -> dict[str, Any]:
    left, chosen = int(labels.sum()), p >= threshold
    low, high = wilson_interval(left, len(labels))
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


# Learning curve: would more customers, or fresher ones, make the model better?


CURVE_SHARES = (0.125, 0.25, 0.5, 1.0)
WORTHWHILE_GAIN = 0.002  # of log loss, gained by the last doubling


def learning_curve(selection: Selection, *, seed: int) -> dict[str, Any]:
    """Train on an eighth, a quarter, half and all of the customers: log loss of each, and whether more would help."""
    candidate = _single_bag(selection)
    repeat = selection.evaluation.plan.repeats[0][:3]
    random = np.random.default_rng(seed)
    points: list[dict[str, float]] = []
    for share in CURVE_SHARES:
        prices = []
        for learn, check in repeat:
            some = np.sort(random.permutation(learn)[: max(50, int(share * len(learn)))])
            part = selection.sample.take(some)
            if 5 <= part.leavers <= len(part) - 5:
                margin = candidate.fit(part, seed=seed).margin(selection.sample.matrix[check])
                prices.append(logloss(selection.sample.labels[check], sigmoid(margin)))
        if prices:
            rows = int(np.mean([max(50, int(share * len(learn))) for learn, _ in repeat]))
            points.append({"customers": rows, "logloss": float(np.mean(prices)), "sd": float(np.std(prices))})
    return {"candidate": candidate.name, "points": points, **judge_learning_curve(points)}


def measure_time_gap(selection: Selection, scores: Mapping[str, Mapping[str, float]], *, seed: int) -> dict[str, float]:
    """How much better random folds look than folds forward in time, which is what a random split would hide."""
    candidate, areas = _single_bag(selection), []
    for learn, check in make_folds(selection.sample, 4, seed=seed):
        margin = candidate.fit(selection.sample.take(learn), seed=seed).margin(selection.sample.matrix[check])
        areas.append(auc(selection.sample.labels[check], margin))
    forward = scores["roc_auc"]["mean"]
    return {"roc_auc_forward": forward, "roc_auc_random": float(np.mean(areas)), "gap": float(np.mean(areas)) - forward}


def _single_bag(selection: Selection) -> Estimator:
    """The heaviest part of the champion, with one bag only."""
    candidate = max(selection.parts, key=lambda part: part[1])[0]
    if isinstance(candidate, Boosted):
        return Boosted(candidate.library, candidate.params, candidate.trees)
    return candidate


def judge_learning_curve(points: list[dict[str, float]]) -> dict[str, Any]:
    """Whether doubling the customers still helped, and a sentence that says so."""
    if len(points) < 2:
        return {"helps": None, "said": "Too few customers to say whether more would help."}
    gained = points[-2]["logloss"] - points[-1]["logloss"]
    if gained > WORTHWHILE_GAIN:
        return {
            "helps": True,
            "said": f"More customers would help: the last doubling lowered the log loss by {gained:.3f}.",
        }
    return {"helps": False, "said": f"More customers would hardly help: the last doubling changed {abs(gained):.4f}."}


# The report itself.


LEADERBOARD_METRICS = ("roc_auc", "pr_auc", "logloss", "brier", "ece", "max_f1")


@dataclass(frozen=True)
class ReportInputs:
    """What a report is built from."""

    prepared: Prepared
    selection: Selection
    model: Model
    out_of_fold: np.ndarray
    table: pa.Table
    playbook: Playbook | None
    seed: int
    quick: bool


def build_report(inputs: ReportInputs, final: Examples | None) -> ReportCard:
    """Build the report from customers the models had not seen."""
    selection, model = inputs.selection, inputs.model
    rows, p = _first_repeat(inputs)
    labels = rows.labels
    scores = summarise_scores(
        selection.sample.labels, inputs.out_of_fold, selection.evaluation.plan.repeats, seed=inputs.seed
    )
    word, summary = judge_scores(scores, float(selection.sample.labels.mean()))
    thresholds = {**model.thresholds.others, "chosen": model.thresholds.chosen}
    earnings = _earnings(inputs, rows, p)
    card = ReportCard(
        verdict=word,
        summary=summary,
        customers=len(inputs.prepared.examples),
        distinct=inputs.prepared.distinct,
        leavers=inputs.prepared.examples.leavers,
        plan=selection.evaluation.plan.description,
        champion=selection.champion,
        scores=scores,
        leaderboard=tuple(build_leaderboard(inputs)),
        points=operating_points(labels, p, thresholds),
        confusion=count_confusion(labels, p, model.thresholds.chosen),
        bins=model.calibration.bins,
        curves=draw_curves(labels, p) | {"deciles": count_deciles(labels, p)},
        earnings=earnings.as_json(),
        importance=tuple(rank_columns(model)),
        learning_curve={} if inputs.quick else learning_curve(selection, seed=inputs.seed),
        fairness=tuple(measure_fairness(model.encoder, rows.matrix, labels, p, model.thresholds.chosen)),
        final=_final_scores(model, final, inputs.seed),
        by_time=measure_time_gap(selection, scores, seed=inputs.seed) if selection.evaluation.plan.by_time else {},
        capacity=tuple(_capacity_row(s) for s in selection.results),
        blend={c.name: weight for c, weight in selection.parts if weight},
        cost={"trees_of_depth_4": selection.cost, "milliseconds": measure_milliseconds(model), "budget": BUDGET},
        leaks=tuple(leak.as_json() for leak in inputs.prepared.leaks),
        left_out=tuple(asdict(c) for c in inputs.prepared.left_out),
        twins=tuple(asdict(t) for t in inputs.prepared.twins),
        choices=(QUICK_NOTE, *METHOD_NOTES) if inputs.quick else METHOD_NOTES,
    )
    return card.with_leaks_first()


QUICK_NOTE = (
    "Trained with the quick setting: one check on five folds, fewer candidates and no learning curve. "
    "Train without it before relying on the model."
)

METHOD_NOTES = (
    "Leavers are not weighted up and no customers are invented (no class weights, no SMOTE): that would buy no ranking "
    "and would spoil the probabilities. The threshold moves instead.",
    "How deep and how many trees was chosen on other folds of the same customers than those reported here.",
)


def build_leaderboard(inputs: ReportInputs) -> list[dict[str, Any]]:
    """One row per candidate, the lowest log loss first, each judged on the folds of its repeats."""
    selection, threshold = inputs.selection, inputs.model.thresholds.chosen
    known = {c.name: c for c in selection.candidates}
    rows = []
    for name, margins in selection.margins.items():
        repeats = [r for r in range(len(margins)) if not np.isnan(margins[r]).all()]
        each = [
            _fold_scores(selection, margins[r], check, threshold)
            for r in repeats
            for _, check in selection.evaluation.plan.repeats[r]
        ]
        row = {k: float(np.mean([e[k] for e in each])) for k in each[0]}
        row |= {f"{k}_sd": float(np.std([e[k] for e in each])) for k in ("roc_auc", "pr_auc", "logloss")}
        parts = {c.name: w for c, w in selection.parts} if name == BLEND else {name: 1.0}
        row["seconds"] = sum(selection.evaluation.seconds.get(n, 0.0) for n, w in parts.items() if w)
        row["milliseconds"] = sum(selection.evaluation.latency.get(n, 0.0) for n, w in parts.items() if w)
        row["trees_of_depth_4"] = sum(known[n].cost for n, w in parts.items() if w and n in known)
        rows.append(
            {
                "name": name,
                "champion": name == selection.champion,
                "folds": len(each),
                **row,
                **_booster_settings(known.get(name)),
            }
        )
    return sorted(rows, key=lambda r: r["logloss"])


def rank_columns(model: Model) -> list[dict[str, Any]]:
    """Per column how far it moves the log-odds on average, the strongest first."""
    moved = np.abs(model.explainer.contributions(model.reference.rows)).mean(axis=0)
    fields = model.encoder.fields
    rows = [{"column": f.name, "group": f.group, "size": float(m)} for f, m in zip(fields, moved, strict=True)]
    return sorted(rows, key=lambda r: -r["size"])


def measure_milliseconds(model: Model, tries: int = 15) -> float:
    """Milliseconds to score one customer with all reasons, the middle of several tries."""
    taken = []
    for row in range(min(tries, len(model.reference.rows))):
        start = time.perf_counter()
        model.explainer.contributions(model.reference.rows[row : row + 1])
        taken.append(time.perf_counter() - start)
    return float(np.median(taken) * 1000)


def _first_repeat(inputs: ReportInputs) -> tuple[Examples, np.ndarray]:
    seen = np.flatnonzero(~np.isnan(inputs.out_of_fold[0]))
    return inputs.selection.sample.take(seen), inputs.out_of_fold[0][seen]


def _earnings(inputs: ReportInputs, rows: Examples, p: np.ndarray) -> Earnings:
    value = inputs.prepared.schema.value.name if inputs.prepared.schema.value else None
    stated = Earnings(str(inputs.model.lineage["break_even"]), inputs.model.thresholds.break_even)
    return estimate_earnings(inputs.playbook, inputs.table.take(pa.array(rows.places)), value, rows.labels, p, stated)


def _final_scores(model: Model, final: Examples | None, seed: int) -> dict[str, Any]:
    if final is None:
        return {}
    p = model.probability(final.matrix)
    return {"customers": len(final), **metrics(final.labels, p), "intervals": intervals(final.labels, p, seed=seed)}


def _fold_scores(selection: Selection, margin: np.ndarray, check: np.ndarray, threshold: float) -> dict[str, float]:
    rows = check[~np.isnan(margin[check])]
    labels, p = selection.sample.labels[rows], sigmoid(margin[rows])
    scores = metrics(labels, p)
    return {k: scores[k] for k in LEADERBOARD_METRICS} | operating_point(labels, p, threshold)


def _booster_settings(candidate: Any) -> dict[str, Any]:
    if not isinstance(candidate, Boosted):
        return {}
    return {"depth": candidate.params.depth, "trees": candidate.trees, "bags": candidate.bags}


def _capacity_row(step: Any) -> dict[str, Any]:
    return {
        "library": step.library,
        "depth": step.params.depth,
        "trees": step.trees,
        "logloss": step.logloss,
        "cost": step.cost,
    }
