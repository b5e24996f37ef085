"""The best choice under all limits: exact for short lists, by prices within a proven distance for long ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from churn.deciding.choosing.choices import Choices, Limit
from churn.deciding.choosing.filling import filled
from churn.deciding.choosing.pricing import linear_prices, prices, program
from churn.deciding.choosing.quiet import solver_hushed
from churn.errors import RequestRefused

EXACT = 200
DOUBTFUL = 400  # of a longer list, so many of the closest calls are decided again, exactly
LONGEST_DOUBTED = 50_000  # beyond, four hundred close calls no longer change anything that shows
NODES = 300
CLOSE_ENOUGH = 5e-4  # of the bound: nearer than this to the best possible, close calls are not worth the wait
_SAID = {
    "budget": "a budget of {most:,g}",
    "channel": "{most:,g} customers by {name}",
    "at most": "at most {most:,g} with {name}",
}


@dataclass(frozen=True)
class Solution:
    """A choice, what no choice could exceed, and the price of every limit.

    exact       the choice is proven best, so the bound is its own total
    """

    choice: np.ndarray
    total: float
    bound: float
    prices: np.ndarray
    exact: bool = False

    @property
    def reached(self) -> float:
        """The share of the best possible that this choice is proven to reach."""
        return 1.0 if self.bound <= 0 else max(0.0, self.total / self.bound)


def solved(choices: Choices, *, seed: int = 0, exact: int = EXACT) -> Solution:
    """The best choice; a set of limits that no choice can keep is refused."""
    rows = choices.candidates
    some = choices.only(rows)
    found = _short(some) if len(rows) <= exact else _long(some, seed)
    choice = np.full(choices.rows, -1)
    choice[rows] = found.choice
    return Solution(choice, found.total, found.bound, found.prices, found.exact)


def _short(choices: Choices) -> Solution:
    choice = searched(choices, gap=0.0)
    if choice is None:
        raise impossible(choices.limits)
    total = choices.total(choice)
    return Solution(choice, total, total, linear_prices(choices), exact=True)


def _long(choices: Choices, seed: int) -> Solution:
    found = prices(choices, seed=seed)
    choice = filled(choices, found.values)
    near = choices.keeps(choice) and choices.total(choice) >= (1.0 - CLOSE_ENOUGH) * found.bound
    if choices.rows <= LONGEST_DOUBTED and not near:
        choice = _reconsidered(choices, found.values, choice)
    if not choices.keeps(choice):
        raise impossible(choices.limits)
    total = choices.total(choice)
    return Solution(choice, total, max(found.bound, total), found.values)


def _reconsidered(choices: Choices, at: np.ndarray, choice: np.ndarray) -> np.ndarray:
    """The choice with its most doubtful parts decided again, together and exactly: regrets first, then close calls."""
    net = np.hstack([np.zeros((choices.rows, 1)), choices.surplus(at)])
    first, second = np.partition(net, -2, axis=1)[:, [-1, -2]].T
    regret = first - net[np.arange(len(net)), choice + 1]
    doubts = (np.where(regret > 1e-9, -1.0, first - second), first - second)
    closest = [tuple(sorted(np.argsort(doubt, kind="stable")[:DOUBTFUL].tolist())) for doubt in doubts]
    for rows in map(np.array, dict.fromkeys(closest)):
        rest = choice.copy()
        rest[rows] = -1
        used, some = choices.used(rest), choices.only(rows)
        room = tuple(replace(x, most=x.most - x.sign * used[k]) for k, x in enumerate(some.limits))
        found = searched(Choices(some.gain, some.cost, room), gap=1e-6, nodes=NODES)
        if found is None:
            continue
        rest[rows] = found
        if choices.keeps(rest) and (choices.total(rest) > choices.total(choice) or not choices.keeps(choice)):
            choice = rest
    return choice


def searched(choices: Choices, *, gap: float, nodes: int | None = None) -> np.ndarray | None:
    """The best choice by branch and bound; None where no choice keeps the limits (or none was found in time)."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    rows, actions, table = program(choices)
    choice = np.full(choices.rows, -1)
    if not len(rows):
        return choice if choices.keeps(choice) else None
    above = np.concatenate([choices.bounds, np.ones(choices.rows)])
    options = {"mip_rel_gap": gap} | ({"node_limit": nodes} if nodes else {})
    with solver_hushed():
        found = milp(
            -choices.gain[rows, actions],
            constraints=LinearConstraint(table, -np.inf, above),
            integrality=np.ones(len(rows)),
            bounds=Bounds(0, 1),
            options=options,
        )
    if found.x is None:
        return None
    taken = found.x > 0.5
    choice[rows[taken]] = actions[taken]
    return choice if choices.keeps(choice) else None


def impossible(limits: Sequence[Limit]) -> RequestRefused:
    """The refusal when the minimums and the limits contradict each other, naming them all."""
    least = " and ".join(f"at least {x.most:,g} with {x.name}" for x in limits if x.kind == "at least")
    room = ", ".join(_SAID[x.kind].format(most=x.most, name=x.name) for x in limits if x.kind in _SAID)
    return RequestRefused(
        f"No plan can keep all limits at once: {least} does not fit with {room or 'the rules of the playbook'}.",
        "Lower a minimum, or raise the limit it runs into.",
    )
