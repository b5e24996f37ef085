"""The gate: a challenger takes over only when it is better than the champion on the same customers, unseen by both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from churn.schema import Schema
from churn.training.boosting import BUDGET
from churn.training.metrics import auc, expected_calibration_error, intervals, losses
from churn.training.model import Model, short_hashes

FEWEST_ROWS, FEWEST_LEAVERS = 200, 20
SURE = 1.96  # standard errors
TRIFLE = 0.01  # share of the champion's profit below which a loss of profit weighs nothing beside truer probabilities
CALIBRATION_LOSS = 0.01  # of ECE, that a challenger may not lose
SLOWER = 3.0  # times the champion's scoring cost that a challenger may cost; within BUDGET any cost is fine
CHANCE = 0.5  # the ROC-AUC of scores that know nothing


# Of the candidates the best is chosen and blended on the customers compared, so what knows nothing looks a little as
# if it knew something: learnt from 40 mixed-up lists of 4,000, 9 lay above chance by their interval, 0 by twice that.
IN_DOUBT = 2.0  # times the interval's lower half that a challenger must lie above chance where the champion fell to it


@dataclass(frozen=True)
class UnseenScores:
    """What a model said about customers it had not learnt from: their rows in the table, who left, the probability."""

    places: np.ndarray
    labels: np.ndarray
    probability: np.ndarray


@dataclass(frozen=True)
class GateVerdict:
    """Whether the challenger goes live, in a sentence, with the numbers behind it.

    loss, profit  the mean advantage of the challenger per customer, with a 95 % interval; profit in shares of what
                  is at stake with one leaver, beside what the champion brings
    ranking       the ROC-AUC of both on these customers, with a 95 % interval
    """

    promoted: bool
    why: str
    customers: int = 0
    loss: Mapping[str, float] = field(default_factory=dict)
    profit: Mapping[str, float] = field(default_factory=dict)
    calibration: Mapping[str, float] = field(default_factory=dict)
    cost: Mapping[str, float] = field(default_factory=dict)
    ranking: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The verdict as a plain mapping."""
        return asdict(self)


def run_gate(challenger: Model, unseen: UnseenScores, champion: Model | None, table: pa.Table) -> GateVerdict:
    """Compare a challenger with the champion on the rows of a table that neither had learnt from.

    unseen  what the challenger said about rows of this table while they were held back from it
    """
    if champion is None:
        return GateVerdict(True, "It is the first model of this name.")
    rows, theirs = _champion_scores(champion, table.take(pa.array(unseen.places)))
    labels, ours = unseen.labels[rows], unseen.probability[rows]
    if len(rows) < FEWEST_ROWS or min(labels.sum(), len(rows) - labels.sum()) < FEWEST_LEAVERS:
        text = f"The champion has learnt from nearly all of this list: {len(rows):,} customers are too few to compare."
        return GateVerdict(False, text, len(rows))
    loss = _mean_with_interval(losses(labels, theirs) - losses(labels, ours))
    even = challenger.thresholds.break_even
    brought = _profit_by_customer(labels, theirs, champion.thresholds.chosen, even)
    profit = _mean_with_interval(_profit_by_customer(labels, ours, even) - brought) | {
        "champion": float(brought.mean())
    }
    calibration = {
        "champion": expected_calibration_error(labels, theirs),
        "challenger": expected_calibration_error(labels, ours),
    }
    cost = {"champion": _scoring_cost(champion), "challenger": _scoring_cost(challenger)}
    ranking = {"champion": _auc_with_interval(labels, theirs), "challenger": _auc_with_interval(labels, ours)}
    doubt = _why_in_doubt(ranking, champion.report.get("scores", {}).get("roc_auc", {}))
    promoted, why = (False, doubt) if doubt else _decide(loss, profit, calibration, cost)
    return GateVerdict(promoted, why, len(rows), loss, profit, calibration, cost, ranking)


def _champion_scores(champion: Model, table: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """The rows the champion can be judged on (new to it, or held back when it was trained) and its scores for them."""
    matrix = champion.encoder.matrix(table)
    p = champion.probability(matrix)
    held_back = dict(zip(short_hashes(champion.reference.rows), champion.reference.row_scores, strict=True))
    fair = ~champion.reference.has_learnt(matrix)
    for i, mark in enumerate(short_hashes(matrix)):
        if mark in held_back:
            p[i], fair[i] = held_back[mark], True
    rows = np.flatnonzero(fair)
    return rows, p[rows]


def _profit_by_customer(labels: np.ndarray, p: np.ndarray, threshold: float, even: float | None = None) -> np.ndarray:
    """What treating everyone at or above the threshold brings, such that it pays from the break-even on."""
    return (p >= threshold) * (labels - (threshold if even is None else even))


def _mean_with_interval(differences: np.ndarray) -> dict[str, float]:
    mean = float(differences.mean())
    error = float(differences.std(ddof=1) / np.sqrt(len(differences)))
    return {"mean": mean, "low": mean - SURE * error, "high": mean + SURE * error}


def _scoring_cost(model: Model) -> float:
    return float(model.report.get("cost", {}).get("trees_of_depth_4", 0.0))


def _auc_with_interval(labels: np.ndarray, p: np.ndarray) -> dict[str, float]:
    low, high = intervals(labels, p, seed=0)["roc_auc"]
    return {"auc": auc(labels, p), "low": low, "high": high}


def _why_in_doubt(ranking: Mapping[str, Mapping[str, float]], promised: Mapping[str, float]) -> str:
    """Why these outcomes cannot be trusted, whatever the other measures say; empty where they can.

    Outcomes that were mixed up make a good champion look too sure, so that a challenger which knows nothing and says
    so has the smaller log loss; outcomes the wrong way round would send offers to those who stay.
    """
    ours, theirs, knew = ranking["challenger"], ranking["champion"], promised.get("low", 0.0) > CHANCE
    if knew and theirs["high"] < CHANCE:
        return (
            "The champion stays: in this list those it holds safest left most. "
            "Check whether left and stayed are the right way round."
        )
    fell = knew and theirs["low"] <= CHANCE
    if ours["auc"] - (IN_DOUBT if fell else 1.0) * (ours["auc"] - ours["low"]) > CHANCE:
        return ""
    text = "The champion stays: the challenger tells leavers from stayers no better than chance."
    if fell:
        values = f"{theirs['auc']:.2f} here, {promised['mean']:.2f} when it learnt"
        return f"{text} Nor does the champion in this list (ROC-AUC {values}): check who is said to have left."
    return text


def _decide(loss: dict, profit: dict, calibration: dict, cost: dict) -> tuple[bool, str]:
    if loss["high"] < 0 or _clearly_less_profit(profit):
        what = "log loss" if loss["high"] < 0 else "profit"
        return False, f"The champion stays: the challenger is worse in {what}, beyond chance."
    if calibration["challenger"] > calibration["champion"] + CALIBRATION_LOSS:
        return False, "The champion stays: the challenger's probabilities are less true to what happened."
    if cost["challenger"] > max(BUDGET, SLOWER * cost["champion"]):
        return False, "The champion stays: the challenger takes too long to score."
    if loss["low"] > 0 or profit["low"] > 0:
        what = "log loss" if loss["low"] > 0 else "profit"
        return True, f"The challenger is better in {what} on the same unseen customers, beyond chance."
    return False, "The champion stays: no difference beyond chance on the same unseen customers."


def _clearly_less_profit(profit: Mapping[str, float]) -> bool:
    """Whether the challenger earns clearly less, and not just a trifle.

    Where nearly everyone is worth an offer, a champion that sees too many leavers everywhere loses next to nothing by
    it; kept for that, it would be wrong on every list to come while each of them advises a retrain.
    """
    return profit["high"] < 0 and profit["mean"] < -TRIFLE * abs(profit["champion"])


# Same business: only versions of one business are compared, or replace each other.


ENOUGH = 0.5  # the share of a model's columns that a list must have to be scored by it


def business_mismatch(new: Schema, live: Schema) -> str:
    """Why a new version could not answer for the customers of the live one, in a few words; "" where it could.

    A column may come or go between two exports of a business. What may not change is what is predicted and how
    customers are named; each version must know most columns of the other, and every column the new one cannot do
    without must stand in the lists of the live one.
    """
    for role in ("outcome", "key"):
        ours, theirs = getattr(new, role), getattr(live, role)
        if ours and theirs and ours.name != theirs.name:
            what = "who left" if role == "outcome" else "the customer"
            return f"it names {what} by {theirs.name}, this list by {ours.name}"
    needed = [c.name for c in new.columns if c.required and c.role in ("feature", "value")]
    missing = [name for name in needed if name not in live.by_name]
    if missing:
        return f"its lists have no {missing[0]}"
    if few := _too_few_shared(live, new):
        return f"of the {few[1]} columns it reads, this list has {few[0]}"
    if few := _too_few_shared(new, live):
        return f"of the {few[1]} columns of this list, its own lists have {few[0]}"
    return ""


def _too_few_shared(reader: Schema, lists: Schema) -> tuple[int, int] | None:
    """How many of the columns one learns from the other's lists have, of how many; None where they are enough."""
    wanted = [c.name for c in reader.features]
    shared = sum(name in lists.by_name for name in wanted)
    return (shared, len(wanted)) if shared < ENOUGH * len(wanted) else None
