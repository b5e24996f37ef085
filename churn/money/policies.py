"""Ways to choose whom to treat, compared in money: by expected gain, everybody, above .50, top by risk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from churn.money.economics import Stakes, net_gain, offers, stakes, terms, worth
from churn.money.playbook import SCENARIOS, Action, Estimate, Playbook, Scenario, exactly


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
    """The total a choice of actions brings in each scenario; with `left` it is computed on who really left."""
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


# Which assumption the result hangs on: each moved from low to high while the others stay, widest first.


_OF_ACTION = ("save", "take_up", "wake_up", "contact", "offer", "bill_share")


@dataclass(frozen=True)
class Bar:
    """One assumption: its own low and high, where it comes from, and the total gain at each end."""

    assumption: str
    low: float
    high: float
    gain_low: float
    gain_high: float
    said: str

    @property
    def width(self) -> float:
        """How far the total moves between the two ends."""
        return abs(self.gain_high - self.gain_low)


def assumption_bars(given: Stakes, playbook: Playbook, columns: Any, choice: np.ndarray) -> tuple[Bar, ...]:
    """How far the total gain of this choice of actions moves with each assumption; assumptions without range left out.

    The choice stays as it is: this is what could happen to the plan, not how the plan would change.
    """
    used = {playbook.actions[a].name for a in np.unique(choice) if a >= 0}
    bars = []
    for name, estimate, changed in _assumptions(playbook, used):
        if estimate.low == estimate.high:
            continue
        ends = [realised(given, changed(exactly(v)), columns, choice)["mid"] for v in (estimate.low, estimate.high)]
        bars.append(Bar(name, estimate.low, estimate.high, ends[0], ends[1], estimate.said))
    return tuple(sorted(bars, key=lambda b: (-b.width, b.assumption)))


def _assumptions(playbook: Playbook, used: set[str]) -> Iterator[tuple[str, Estimate, Callable[[Estimate], Playbook]]]:
    """Every assumption by name, with how to put another estimate in its place."""
    for field in ("margin", "periods"):
        yield field, getattr(playbook, field), partial(_at_top, playbook, field)
    for action in playbook.actions:
        if action.name not in used:
            continue
        for field in _OF_ACTION:
            yield (
                f"{action.words}: {_WORDS[field]}",
                getattr(action, field),
                partial(_in_action, playbook, action, field),
            )
        for i, segment in enumerate(action.segments):
            for rate, estimate in segment.rates.items():
                name = f"{action.words}, {segment.rule.text}: {_WORDS[rate]}"
                yield name, estimate, partial(_in_segment, playbook, action, i, rate)


_WORDS = {
    "save": "save rate",
    "take_up": "take-up among stayers",
    "wake_up": "wake-up rate",
    "contact": "contact cost",
    "offer": "offer cost",
    "bill_share": "share of the bill",
}


def _at_top(playbook: Playbook, field: str, estimate: Estimate) -> Playbook:
    changes: dict[str, Any] = {field: estimate}
    return replace(playbook, **changes)


def _in_action(playbook: Playbook, action: Action, field: str, estimate: Estimate) -> Playbook:
    return playbook.having(action.name, **{field: estimate})


def _in_segment(playbook: Playbook, action: Action, at: int, rate: str, estimate: Estimate) -> Playbook:
    segment = action.segments[at]
    changed = replace(segment, rates={**segment.rates, rate: estimate})
    return playbook.having(action.name, segments=(*action.segments[:at], changed, *action.segments[at + 1 :]))


# The action that pays most for each scored customer, before any budget: what a ranked list suggests.


def suggestions(playbook: Playbook, *, value: str | None) -> Callable[[pa.Table, pa.Table], pa.Table]:
    """A function from a checked list and its scores to the columns `action` and `expected_gain`.

    The action is in words a person reads; customers for whom nothing pays have neither. Fit for
    `scoring.ranking.Ranking`. A list without the value column is worth what the playbook says a bill is.
    """

    def suggested(list_: pa.Table, scores: pa.Table) -> pa.Table:
        bill = _numbers(list_[value]) if value in list_.column_names else None
        given = stakes(_numbers(scores["probability"]), bill, playbook, column=value or "")
        found = offers(given, playbook, _together(list_, scores))
        best = found.best
        words = np.array([*(a.words for a in found.actions), None], object)
        gain = found.gain[np.arange(len(best)), best] if found.actions else np.zeros(len(best))
        return pa.table({"action": pa.array(words[best], pa.string()), "expected_gain": pa.array(gain, mask=best < 0)})

    return suggested


def _together(list_: pa.Table, scores: pa.Table) -> pa.Table:
    """The list's columns and the scores' side by side; of one name, the score counts."""
    columns = {name: list_[name] for name in list_.column_names}
    return pa.table(columns | {name: scores[name] for name in scores.column_names})


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(column.cast(pa.float64()).to_numpy(), float)
