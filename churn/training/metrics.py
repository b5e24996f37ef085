"""Metrics: how well scores tell leavers from stayers, each number with an interval where one exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from churn.errors import ChurnError
from churn.money.economics import expected_maximum_profit, offers, stakes, tier_edges
from churn.money.playbook import Playbook
from churn.money.policies import compared_policies, profit_curve
from churn.notices import Notice

RECALLS = (0.79, 0.90, 0.925)


STEEPEST = 1000.0  # a line this steep separates leavers from stayers; steeper says no more


_TINY = 1e-15


def metrics(labels: np.ndarray, p: np.ndarray) -> dict[str, float]:
    """All the numbers that judge probabilities on customers never seen."""
    order = np.argsort(-p, kind="stable")
    y, score = labels[order], p[order]
    curve = _curve(y, score, np.ones(len(y)))
    slope = calibration_slope(labels, p)
    return _from_curve(curve) | {
        "logloss": logloss(labels, p),
        "brier": float(np.mean((p - labels) ** 2)),
        "ece": expected_calibration_error(labels, p),
        "calibration_slope": slope[0],
        "calibration_intercept": slope[1],
    }


def auc(labels: np.ndarray, score: np.ndarray) -> float:
    """The chance that a leaver is scored above a stayer; ties count half."""
    order = np.argsort(-score, kind="stable")
    return _from_curve(_curve(labels[order], score[order], np.ones(len(score))))["roc_auc"]


def losses(labels: np.ndarray, p: np.ndarray) -> np.ndarray:
    """The log loss of each customer."""
    kept = np.clip(p, _TINY, 1 - _TINY)
    return -(labels * np.log(kept) + (1 - labels) * np.log1p(-kept))


def logloss(labels: np.ndarray, p: np.ndarray) -> float:
    """The mean log loss: the price of the probabilities, lower is better."""
    return float(losses(labels, p).mean())


def expected_calibration_error(labels: np.ndarray, p: np.ndarray, bins: int = 10) -> float:
    """How far, on average, the share that left is from the probability given, over ten equal-width bins."""
    place = np.minimum((p * bins).astype(int), bins - 1)
    gap = np.bincount(place, weights=labels - p, minlength=bins)
    return float(np.abs(gap).sum() / len(p))


def calibration_slope(labels: np.ndarray, p: np.ndarray) -> tuple[float, float]:
    """Slope and intercept of the outcome on the log-odds: 1 and 0 when probabilities mean what they say."""
    kept = np.clip(p, 1e-9, 1 - 1e-9)
    return line_of_best_odds(np.log(kept / (1 - kept)), labels)


def line_of_best_odds(margin: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """The slope and intercept that make log-odds fit the outcome best (Platt's line), by Newton's steps."""
    design = np.column_stack([margin, np.ones(len(margin))])
    share = np.clip(labels.mean(), 1e-6, 1 - 1e-6)
    at = np.array([0.0, np.log(share / (1 - share))])
    price = _line_price(design, labels, at)
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(design @ at, -500, 500)))
        bend = (design * (p * (1 - p))[:, None]).T @ design + 1e-9 * np.eye(2)
        step = np.linalg.solve(bend, design.T @ (labels - p))
        # A full step can overshoot; a halved one that is no dearer cannot.
        while np.abs(step).max() > 1e-10 and _line_price(design, labels, at + step) > price:
            step = step / 2
        at = at + step
        price = _line_price(design, labels, at)
        if np.abs(step).max() < 1e-9 or np.abs(at).max() > STEEPEST:
            break
    slope, intercept = np.clip(at, -STEEPEST, STEEPEST)
    return float(slope), float(intercept)


def _line_price(design: np.ndarray, labels: np.ndarray, at: np.ndarray) -> float:
    total = design @ at
    return float(np.sum(np.logaddexp(0, total) - labels * total))


def operating_point(labels: np.ndarray, p: np.ndarray, threshold: float) -> dict[str, float]:
    """Accuracy, precision, recall, F1 and the share contacted when everyone at or above the threshold is."""
    chosen = p >= threshold
    hit = float((chosen & (labels == 1)).sum())
    precision = hit / chosen.sum() if chosen.any() else 0.0
    recall = hit / max(labels.sum(), 1)
    f1 = 2 * precision * recall / (precision + recall) if hit else 0.0
    accuracy = float((chosen == (labels == 1)).mean())
    share = float(chosen.mean())
    return {"accuracy": accuracy, "precision": precision, "recall": recall, "f1": f1, "contacted": share}


def intervals(labels: np.ndarray, p: np.ndarray, *, seed: int, times: int = 200) -> dict[str, tuple[float, float]]:
    """95 % bootstrap intervals: what other customers of the same kind could have shown."""
    random = np.random.default_rng(seed)
    order = np.argsort(-p, kind="stable")
    y, score, cost, square = labels[order], p[order], losses(labels, p)[order], ((p - labels) ** 2)[order]
    drawn: list[Mapping[str, float]] = []
    for _ in range(times if len(y) < 200_000 else max(40, times // 5)):
        weight = random.poisson(1.0, len(y)).astype(np.float64)
        if not (weight * y).sum() or not (weight * (1 - y)).sum():
            continue
        means = {"logloss": float(np.average(cost, weights=weight)), "brier": float(np.average(square, weights=weight))}
        drawn.append(_from_curve(_curve(y, score, weight)) | means)
    if not drawn:
        return {}
    return {name: _percentiles([d[name] for d in drawn]) for name in drawn[0]}


def _percentiles(values: list[float]) -> tuple[float, float]:
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def _curve(y: np.ndarray, score: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Leavers and stayers reached at each distinct score, from the highest down, ties together."""
    ends = np.flatnonzero(np.append(np.diff(score) != 0, True))
    return np.cumsum(weight * y)[ends], np.cumsum(weight * (1 - y))[ends]


def _from_curve(curve: tuple[np.ndarray, np.ndarray]) -> dict[str, float]:
    hits, misses = curve
    left, stayed = hits[-1], misses[-1]
    reached = hits + misses
    precision = hits / np.maximum(reached, 1e-12)
    recall = hits / left
    steps = np.diff(recall, prepend=0.0)
    area = np.sum(np.diff(misses, prepend=0.0) * (hits + np.append(0.0, hits[:-1])) / 2) / (left * stayed)
    tenth = np.interp(0.1 * (left + stayed), np.append(0, reached), np.append(0, hits))
    found = {
        "roc_auc": float(area),
        "pr_auc": float(np.sum(steps * precision)),
        "max_f1": float(np.max(2 * hits / np.maximum(reached + left, 1e-12))),
        "times_random_top_tenth": float(tenth / (0.1 * left)),
    }
    at = {f"precision_at_recall_{r:g}": float(precision[np.searchsorted(recall, r - 1e-12)]) for r in RECALLS}
    return found | at


# Earnings: what a model's scores are worth in money, and from which probability an offer pays for itself.


# The terms of EMPC's own defaults: value 200, incentive 10 for everyone contacted, contact 1, three in ten accept.
ASSUMED_BREAK_EVEN = round(11 / (0.3 * 190 + 10), 4)


LOWEST, HIGHEST = 0.005, 0.95


@dataclass(frozen=True)
class Earnings:
    """The money side of a report, per customer, computed on who really left.

    basis       whose assumptions these are
    break_even  the middle of the customers' break-even probabilities
    policies    ways to choose whom to treat: name, treated, and gain per customer low, mid, high
    curve       gain per customer by share of the list treated: (share, by expected gain, by risk)
    empc        expected maximum profit per customer (Verbraken 2013), and the share of the list it contacts
    """

    basis: str
    break_even: float
    policies: tuple[dict[str, Any], ...] = ()
    curve: tuple[tuple[float, float, float], ...] = ()
    empc: float | None = None
    empc_share: float | None = None

    def as_json(self) -> dict[str, Any]:
        """The earnings as a plain mapping."""
        return asdict(self)


def break_even_of(playbook: Playbook | None, table: pa.Table, value: str | None) -> tuple[float, str, list[Notice]]:
    """The probability from which the best offer pays for the customer in the middle, whose words that is, notices."""
    if playbook is None or not playbook.actions:
        return ASSUMED_BREAK_EVEN, "assumed: value 200, offer 10, contact 1, 30% accept", []
    try:
        given = stakes(np.zeros(table.num_rows), _bills(table, value), playbook, column=value or "")
        edges = tier_edges(given, playbook, table)
    except ChurnError as problem:
        note = Notice("warning", f"{problem.message} The tiers use an assumed break-even instead. {problem.fix}")
        return ASSUMED_BREAK_EVEN, "assumed", [note]
    paying = edges[np.isfinite(edges)]
    if not len(paying):
        note = Notice("warning", "No offer of the playbook ever pays for itself; the tiers use an assumed break-even.")
        return ASSUMED_BREAK_EVEN, "assumed", [note]
    return float(np.clip(np.median(paying), LOWEST, HIGHEST)), playbook.title or "playbook", []


def earnings_of(
    playbook: Playbook | None,
    table: pa.Table,
    value: str | None,
    scored: tuple[np.ndarray, np.ndarray],
    stated: Earnings,
) -> Earnings:
    """What these scores would have earned on these customers; `scored` is who left and the probabilities."""
    labels, p = scored
    empc = expected_maximum_profit(labels == 1, p)
    found = {**vars(stated), "empc": empc.profit, "empc_share": empc.share}
    if playbook is None or not playbook.actions or stated.basis == "assumed":
        return Earnings(**found)
    given = stakes(p, _bills(table, value), playbook, column=value or "")
    policies = compared_policies(given, playbook, table, left=labels == 1)
    best = offers(given, playbook, table).gain.max(axis=1, initial=-np.inf)
    curve = profit_curve(best, p, points=50)
    rows = len(p)
    parts = zip(curve.customers / rows, curve.by_gain / rows, curve.by_risk / rows, strict=True)
    per_customer = tuple(
        {"name": q.name, "treated": q.treated, "low": q.low / rows, "mid": q.mid / rows, "high": q.high / rows}
        for q in policies
    )
    return Earnings(**{**found, "policies": per_customer, "curve": tuple(tuple(map(float, x)) for x in parts)})


def _bills(table: pa.Table, value: str | None) -> np.ndarray | None:
    return None if value is None else table.column(value).cast(pa.float64()).to_numpy()
