"""Standings: how good a version is, in people and money, and how it compares with the version that was live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from churn.learning.versions.model import Model

WAYS = ("money", "f1", "recall 0.79", "recall 0.9", "recall 0.925")
BETTER = ("roc_auc", "logloss", "f1")


@dataclass(frozen=True)
class Reach:
    """What one way of choosing the threshold means, for the customers the model was checked on.

    how        the way: money, f1, "recall 0.9", "list 500"
    gain       what treating everybody from there on would bring them all together; None without a playbook
    chosen     whether this is the threshold in use
    """

    how: str
    threshold: float
    contacted: int
    caught: int
    missed: int
    bothered: int
    gain: float | None
    chosen: bool


@dataclass(frozen=True)
class Standing:
    """One candidate of the contest.

    ranks     how often it ranks a leaver above a stayer
    reached   of 100 leavers, how many it would have contacted; of 100 contacted, how many left
    """

    name: str
    champion: bool
    ranks: float
    logloss: float
    precision: float
    recall: float
    f1: float
    accuracy: float
    seconds: float
    milliseconds: float


@dataclass(frozen=True)
class Rivalry:
    """A version beside the one that was live when it was trained, on the same customers that neither had seen.

    Advantages are the newcomer's, with 95 % intervals; calibration, cost and ranking (ROC-AUC, with its interval) are
    given for both. Versions of before that was kept have no ranking.
    """

    champion: str | None
    promoted: bool
    why: str
    customers: int
    loss: Mapping[str, float]
    profit: Mapping[str, float]
    calibration: Mapping[str, float]
    cost: Mapping[str, float]
    ranking: Mapping[str, Mapping[str, float]]


def reaches_of(model: Model) -> tuple[Reach, ...]:
    """Every way of choosing the threshold, in people and money, the shortest list first."""
    report = model.report
    customers, leavers = _checked(report)
    ways = [how for how in report["points"] if how != "chosen"]
    found = [_reach(model, how, report["points"][how], (customers, leavers)) for how in ways]
    return tuple(sorted(found, key=lambda r: r.contacted))


def standings_of(model: Model) -> tuple[Standing, ...]:
    """Every candidate on the same unseen customers, the best first."""
    words = ("precision", "recall", "f1", "accuracy", "seconds", "milliseconds", "logloss")
    rows = model.report["leaderboard"]
    return tuple(
        Standing(row["name"], row["champion"], row["roc_auc"], **{word: row[word] for word in words}) for row in rows
    )


def rivalry_of(model: Model) -> Rivalry | None:
    """How the version did against the one that was live; None for versions of before this was kept."""
    gate = model.lineage.get("gate")
    if not gate:
        return None
    words = ("champion", "promoted", "why", "customers", "loss", "profit", "calibration", "cost")
    return Rivalry(**{word: gate[word] for word in words}, ranking=gate.get("ranking", {}))


def _reach(model: Model, how: str, point: Mapping[str, float], seen: tuple[int, int]) -> Reach:
    customers, leavers = seen
    contacted, caught = round(point["contacted"] * customers), round(point["recall"] * leavers)
    return Reach(
        how=how,
        threshold=point["threshold"],
        contacted=contacted,
        caught=caught,
        missed=leavers - caught,
        bothered=contacted - caught,
        gain=_gain(model.report["earnings"]["curve"], point["contacted"], customers),
        chosen=how == model.thresholds.how,
    )


def _gain(curve: Any, share: float, customers: int) -> float | None:
    """What treating the riskiest share brings, read off the profit curve."""
    if not curve:
        return None
    shares, _, by_risk = np.array(curve, dtype=float).T
    return float(np.interp(share, shares, by_risk) * customers)


def _checked(report: Mapping[str, Any]) -> tuple[int, int]:
    """How many customers the version was checked on, and how many of them left."""
    confusion = report["confusion"]
    return sum(confusion.values()), confusion["caught"] + confusion["missed"]
