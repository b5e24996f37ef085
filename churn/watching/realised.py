"""Realised performance: what became of customers who were scored, against what their scores promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from churn.errors import ListRefused
from churn.learning.measures.calibration import logit, sigmoid
from churn.learning.measures.reliability import wilson
from churn.learning.measures.yardsticks import auc, line_of_best_odds
from churn.learning.versions.model import Model
from churn.money.customer_worth import Stakes
from churn.money.gain import chosen_gain, offers
from churn.money.playbook import Playbook
from churn.watching.changes import percent
from churn.watching.estimate import Likely, learnt_measures
from churn.watching.expected_profit import ALARMING_FALL, SURE, Z95

FEWEST_CUSTOMERS, FEWEST_LEAVERS = 500, 50
SLOPES = RATES = (0.8, 1.25)
Measured = tuple[Likely, Likely, Likely, Likely | None]  # ranking, calibration slope, churn rate, profit


@dataclass(frozen=True)
class Followed:
    """A scored list whose outcomes are known, one entry per customer.

    left                  1 for those who left
    if_leaves, if_stays   what the action chosen for the customer brings in either case; None without money
    """

    name: str
    probability: np.ndarray
    left: np.ndarray
    if_leaves: np.ndarray | None = None
    if_stays: np.ndarray | None = None


@dataclass(frozen=True)
class Performance:
    """How a model did on customers whose outcomes are known; `learnt` is what the scores or the training promised.

    churn_rate  its `learnt` is the rate the scores promised for these very customers
    profit      gain per customer of the actions the scores chose; its `learnt` is what the scores promised
    signs       what is clearly worse: "auc", "calibration", "rate", "profit"
    """

    name: str
    customers: int
    leavers: int
    auc: Likely
    slope: Likely
    churn_rate: Likely
    profit: Likely | None = None
    signs: tuple[str, ...] = ()
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        """The performance as a plain mapping."""
        parts = {"auc": self.auc, "calibration_slope": self.slope, "churn_rate": self.churn_rate, "profit": self.profit}
        said = {"list": self.name, "customers": self.customers, "leavers": self.leavers}
        return said | {k: v.as_json() for k, v in parts.items() if v} | {"signs": list(self.signs), "why": self.why}


def followed_list(
    name: str, given: Stakes, left: np.ndarray, *, playbook: Playbook | None = None, columns: Any = None
) -> Followed:
    """A scored list with its outcomes, and what acting on its scores brings whether a customer leaves or stays.

    given  probabilities as they were given then, and the bills; leave out customers who got an action, for whom
           leaving less often is what the action was for
    """
    y = np.asarray(left, float)
    if len(y) != given.rows or not np.isin(y, (0.0, 1.0)).all():
        raise ListRefused("Some outcomes are neither 0 nor 1.", "Give one outcome per scored customer.")
    if playbook is None or not playbook.actions:
        return Followed(name, given.probability, y)
    choice = offers(given, playbook, columns).best
    worlds = (replace(given, probability=np.full(given.rows, leaves)) for leaves in (1.0, 0.0))
    if_leaves, if_stays = (chosen_gain(world, playbook, columns, choice)["mid"] for world in worlds)
    return Followed(name, given.probability, y, if_leaves, if_stays)


def performance_of(model: Model, followed: Followed) -> Performance:
    """How the model did on one list with outcomes; too few customers or leavers are refused with the numbers."""
    y = followed.left
    leavers = int(y.sum())
    if len(y) < FEWEST_CUSTOMERS or min(leavers, len(y) - leavers) < FEWEST_LEAVERS:
        raise ListRefused(
            f"{followed.name}: too few outcomes to judge the model ({len(y):,} known, {leavers:,} of them left).",
            f"Wait for at least {FEWEST_CUSTOMERS} outcomes with {FEWEST_LEAVERS} who left and as many who stayed.",
        )
    found = rank, slope, rate, profit = _measured(model, followed)
    signs = _signs(found, followed, vouched(model)[1])
    return Performance(followed.name, len(y), leavers, rank, slope, rate, profit, signs, _why(rank, rate, profit))


def _measured(model: Model, followed: Followed) -> Measured:
    y, p = followed.left, followed.probability
    return _rank(model, y, p), _slope(y, p), _rate(y, p), _profit(followed)


def together(lists: Sequence[Followed]) -> Followed:
    """Some lists as one, named after the last."""

    def column(part: str) -> np.ndarray | None:
        values = [getattr(one, part) for one in lists]
        return None if any(v is None for v in values) else np.concatenate(values)

    p, left = (np.concatenate([getattr(one, part) for one in lists]) for part in ("probability", "left"))
    return Followed(lists[-1].name, p, left, column("if_leaves"), column("if_stays"))


def borne_out(model: Model, over_several: Performance, newest: Followed) -> Performance:
    """What several lists together show, as far as the newest outcomes among them show it by themselves.

    Two bad lists weigh so much that a sound one after them would be called bad, too; the alarm would come once more
    although what caused it is over. The newest has to be as sure as any list: that leaves up to 3 false alarms in 100,
    where 1.28 standard errors left 11 to 18 and noticed a harm that costs 5 % hardly more often.
    """
    if len(np.unique(newest.left)) < 2:  # nobody left, or everybody did: that ranks nothing
        return over_several
    off = _signs(_measured(model, newest), newest, vouched(model)[1])
    return replace(over_several, signs=tuple(sign for sign in over_several.signs if sign in off))


def _rank(model: Model, y: np.ndarray, p: np.ndarray) -> Likely:
    found = auc(y, p)
    half = Z95 * auc_error(found, int(y.sum()), int(len(y) - y.sum()))
    return Likely(found, max(0.0, found - half), min(1.0, found + half), vouched(model)[0])


def vouched(model: Model) -> tuple[float, float]:
    """The ROC-AUC the report card vouches for, and the floor below which it no longer does (mean − 2 sd over folds)."""
    card = model.report.get("scores", {}).get("roc_auc", {})
    mean = float(card.get("mean", learnt_measures(model)["auc"]))
    return mean, mean - 2 * float(card.get("sd", 0.0))


def auc_error(found: float, leavers: int, stayers: int) -> float:
    """The standard error of a ROC-AUC (Hanley and McNeil)."""
    one, two = found / (2 - found), 2 * found**2 / (1 + found)
    spread = found * (1 - found) + (leavers - 1) * (one - found**2) + (stayers - 1) * (two - found**2)
    return float(np.sqrt(max(spread, 0.0) / (leavers * stayers)))


def _slope(y: np.ndarray, p: np.ndarray) -> Likely:
    margin = logit(p)
    slope, shift = line_of_best_odds(margin, y)
    q = sigmoid(slope * margin + shift)
    w = q * (1 - q)
    spread = float((w * margin**2).sum() - (w * margin).sum() ** 2 / max(w.sum(), 1e-12))
    half = Z95 / np.sqrt(max(spread, 1e-12))
    return Likely(slope, slope - half, slope + half, 1.0)


def _rate(y: np.ndarray, p: np.ndarray) -> Likely:
    low, high = wilson(int(y.sum()), len(y))
    return Likely(float(y.mean()), low, high, float(p.mean()))


def _profit(followed: Followed) -> Likely | None:
    if followed.if_leaves is None or followed.if_stays is None:
        return None
    difference, p = followed.if_leaves - followed.if_stays, followed.probability
    promised = float((followed.if_stays + p * difference).mean())
    came = float((followed.if_stays + followed.left * difference).mean())
    half = Z95 * float(np.sqrt(np.sum(difference**2 * p * (1 - p)))) / len(p)
    return Likely(came, came - half, came + half, promised)


def _signs(found: Measured, followed: Followed, floor: float) -> tuple[str, ...]:
    """What is far off, further than chance does."""
    rank, slope, rate, profit = found
    p = followed.probability
    wavers = np.sqrt(np.sum(p * (1 - p))) / len(p)
    clear = {
        "auc": _below(rank),
        "calibration": abs(slope.value - 1.0) > SURE * _error(slope),
        "rate": abs(rate.value - (rate.learnt or 0.0)) > SURE * wavers,
        "profit": profit is not None and _below(profit),
    }
    return tuple(sign for sign in _far_off(found, floor) if clear[sign])


def _far_off(found: Measured, floor: float) -> tuple[str, ...]:
    """What lies further off than is harmless, whether or not chance could do that."""
    rank, slope, rate, profit = found
    far = {
        "auc": rank.value < floor,
        "calibration": not SLOPES[0] <= slope.value <= SLOPES[1],
        "rate": not RATES[0] <= rate.value / (rate.learnt or 1e-12) <= RATES[1],
        "profit": profit is not None and profit.value < (1 - ALARMING_FALL) * (profit.learnt or 0),
    }
    return tuple(sign for sign, is_far in far.items() if is_far)


def _below(found: Likely) -> bool:
    return found.learnt is not None and found.learnt - found.value > SURE * _error(found)


def _error(found: Likely) -> float:
    return (found.high - found.low) / (2 * Z95)


def _why(rank: Likely, rate: Likely, profit: Likely | None) -> str:
    said = (
        f"{percent(rate.value)} left where {percent(rate.learnt or 0)} were expected; a leaver was scored above a "
        f"stayer in {percent(rank.value)} of pairs, {percent(rank.learnt or 0)} when it learnt"
    )
    if profit is not None and profit.learnt:
        said += f"; acting on the scores brings {percent(profit.value / profit.learnt)} of what they promised"
    return said + "."
