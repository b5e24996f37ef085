"""Ways to choose whom to treat, compared in money: by expected gain, everybody, above .50, top by risk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from churn.money.customer_worth import Stakes, worth
from churn.money.gain import net_gain, offers, terms
from churn.money.playbook import SCENARIOS, Playbook, Scenario


@dataclass(frozen=True)
class Policy:
    """One way to choose: how many it treats and what that brings, cautiously, on average, hopefully.

    leavers     how many of the treated would leave, so are reached in time; stayers are contacted for nothing
    """

    name: str
    treated: int
    low: float
    mid: float
    high: float
    leavers: float = 0.0
    stayers: float = 0.0


@dataclass(frozen=True)
class ProfitCurve:
    """Gain against the length of the list, when customers come by expected gain and when they come by risk."""

    customers: np.ndarray
    by_gain: np.ndarray
    by_risk: np.ndarray


def compared_policies(
    given: Stakes, playbook: Playbook, columns: Any, *, left: np.ndarray | None = None
) -> tuple[Policy, ...]:
    """Four ways to choose from this list without any budget, best action for each customer.

    left        who really left, where that is known: gains are then what would have happened, not expectations
    """
    best, favourite = _best(given, playbook, columns)
    open_to, by_risk = np.isfinite(best), np.argsort(-given.probability, kind="stable")
    ours = best > 0
    top = np.zeros(given.rows, bool)
    top[by_risk[open_to[by_risk]][: int(ours.sum())]] = True
    chosen = {
        "expected gain above 0": ours,
        "everybody": open_to,
        "probability above 50%": open_to & (given.probability >= 0.5),
        "as many, top by risk": top,
    }
    return tuple(_policy(name, mask, favourite, (given, playbook, columns, left)) for name, mask in chosen.items())


def above(given: Stakes, playbook: Playbook, columns: Any, threshold: float) -> Policy:
    """Treating everybody from this probability on, each with the action that suits best."""
    best, favourite = _best(given, playbook, columns)
    mask = np.isfinite(best) & (given.probability >= threshold)
    return _policy(f"probability from {threshold:.2f} on", mask, favourite, (given, playbook, columns, None))


def _best(given: Stakes, playbook: Playbook, columns: Any) -> tuple[np.ndarray, np.ndarray]:
    """What the best action for each customer brings (−inf where none is open), and which it is."""
    gain = offers(given, playbook, columns).gain
    return gain.max(axis=1, initial=-np.inf), gain.argmax(axis=1) if gain.shape[1] else np.zeros(given.rows, int)


def _policy(name: str, mask: np.ndarray, favourite: np.ndarray, world: tuple[Any, ...]) -> Policy:
    given, playbook, columns, left = world
    sums = realised(given, playbook, columns, np.where(mask, favourite, -1), left=left)
    leave = (given.probability if left is None else np.asarray(left, float))[mask]
    people = {"leavers": float(leave.sum()), "stayers": float((1.0 - leave).sum())}
    return Policy(name, int(mask.sum()), **{at: float(sums[at]) for at in SCENARIOS}, **people)


def realised(
    given: Stakes, playbook: Playbook, columns: Any, choice: np.ndarray, *, left: np.ndarray | None = None
) -> dict[Scenario, float]:
    """The total a choice of actions brings in each scenario; with `left` it is reckoned on who really left."""
    p = given.probability if left is None else np.asarray(left, float)
    sums = dict.fromkeys(SCENARIOS, 0.0)
    for a, action in enumerate(playbook.actions):
        rows = np.flatnonzero(choice == a)
        if not len(rows):
            continue
        some = given.only(rows)
        for at in SCENARIOS:
            stated = terms(action, given.bill, at, columns=columns).only(rows)
            sums[at] += float(np.sum(net_gain(p[rows], worth(some, playbook, at), stated)))
    return sums


def profit_curve(gain: np.ndarray, risk: np.ndarray, *, points: int = 200) -> ProfitCurve:
    """What a list of each length brings; `gain` is each customer's best expected gain, −inf where nothing is open."""
    open_to = np.flatnonzero(np.isfinite(gain))
    gain, risk = gain[open_to], risk[open_to]
    at = np.unique(np.linspace(0, len(gain), min(points, len(gain)) + 1).astype(int))
    running = [np.concatenate([[0.0], np.cumsum(gain[np.argsort(-by, kind="stable")])])[at] for by in (gain, risk)]
    return ProfitCurve(at, running[0], running[1])
