"""The core of a choice: the few customers whose action is still open once a good plan and a bound are known.

Two proofs leave the others out. Whatever an action's surplus falls short of the customer's best is lost against the
bound, so where it falls short by more than the whole plan does, no better plan has it. And of those who bring at least
as much for no more cost, one is free for every customer who is left out: where no plan treats more than K, nobody needs
an action that K others like them would bring more with.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappush, heappushpop

import numpy as np

from churn.deciding.choosing.choices import Choices


@dataclass(frozen=True)
class Core:
    """What is left to decide.

    fixed       the action of everybody who is decided (−1: none, or still open)
    rows        whose action is open; `gain` is −inf where an action of theirs is out of the question
    """

    fixed: np.ndarray
    rows: np.ndarray
    gain: np.ndarray


def core_of(choices: Choices, regret: np.ndarray, short: float, enough: int) -> Core:
    """The customers and actions that a plan better than the known one by up to `short` may differ in.

    regret      what no action (first column) and each action fall short of the customer's best surplus
    enough      a core of no more customers than this is not looked at more closely
    """
    possible = choices.in_question & (regret[:, 1:] <= short)
    needed = regret[:, 0] > short  # whoever must have something in a better plan
    core = _open(choices, possible, needed)
    if len(core.rows) <= enough:
        return core
    return _open(choices, possible & ~_outdone(choices, possible), needed)


def most_treated(choices: Choices) -> int:
    """How many customers any plan can treat, by the budget and by the channels."""
    cheapest = np.where(choices.in_question, choices.cost, np.inf).min(axis=1, initial=np.inf)
    most = int(np.isfinite(cheapest).sum())
    reached = np.zeros(choices.gain.shape[1], bool)
    for limit in choices.limits:
        if limit.kind == "budget":
            within = np.cumsum(np.sort(cheapest)) <= limit.most * (1 + 1e-9) + 1e-9
            most = min(most, int(within.sum()))
        elif limit.actions is not None:
            reached |= limit.actions
    if reached.all():
        most = min(most, int(sum(x.most for x in choices.limits if x.actions is not None)))
    return most


def _open(choices: Choices, possible: np.ndarray, needed: np.ndarray) -> Core:
    many = possible.sum(axis=1)
    settled = needed & (many == 1)
    fixed = np.where(settled, possible.argmax(axis=1), -1)
    rows = np.flatnonzero((many > 0) & ~settled)
    return Core(fixed, rows, np.where(possible[rows], choices.gain[rows], -np.inf))


def _outdone(choices: Choices, possible: np.ndarray) -> np.ndarray:
    """Which pairs are outdone by the same action with as many other customers as a plan can treat."""
    most, found = most_treated(choices), np.zeros(possible.shape, bool)
    kinds = _kinds(choices)
    for a in range(possible.shape[1]):
        rows = np.flatnonzero(possible[:, a])
        order = rows[np.lexsort((choices.cost[rows, a], -choices.gain[rows, a]))]
        cheapest: dict[int, list[float]] = {}
        for row, cost, kind in zip(order.tolist(), choices.cost[order, a].tolist(), kinds[order].tolist(), strict=True):
            # The dearest of the K cheapest before stands first, negative: a heap gives its smallest.
            heap = cheapest.setdefault(kind, [])
            if len(heap) < most:
                heappush(heap, -cost)
            elif most == 0 or -heap[0] <= cost:
                found[row, a] = True
            else:
                heappushpop(heap, -cost)
    return found


def _kinds(choices: Choices) -> np.ndarray:
    """A number per customer that is the same for those who count alike in every limit on segments."""
    kinds = np.zeros(choices.rows, np.int64)
    for limit in choices.limits:
        if limit.members is not None:
            kinds = np.unique(kinds * 2 + limit.members, return_inverse=True)[1]
    return kinds
