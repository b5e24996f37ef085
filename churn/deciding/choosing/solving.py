"""The best choice under all limits: exact for short lists, by prices within a proven distance for long ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from churn.deciding.choosing.choices import Choices, Limit
from churn.deciding.choosing.core import Core, core_of
from churn.deciding.choosing.filling import filled
from churn.deciding.choosing.pricing import Prices, linear_prices, prices, program
from churn.deciding.choosing.quiet import solver_hushed
from churn.errors import RequestRefused

EXACT = 200
DOUBTFUL = 400  # of a longer list, so many of the closest calls are decided again, exactly
LEANS = (0.0005, 0.002, 0.005, 0.01, 0.02, 0.05)
WHOLE = 1_000  # where no more than this are left in doubt, all of them are decided at once
NODES = 500
CLOSE_ENOUGH = 4e-4  # of the bound: nearer than this to the best possible, close calls are not worth the wait
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


def solved(
    choices: Choices, *, seed: int = 0, exact: int = EXACT, start: np.ndarray | None = None, close: float = CLOSE_ENOUGH
) -> Solution:
    """The best choice; a set of limits that no choice can keep is refused.

    start       prices of nearly the same choice, to begin with
    close       how near to the best possible is good enough, as a share of it
    """
    rows = choices.candidates
    some = choices.only(rows)
    found = _short(some) if len(rows) <= exact else _long(some, close, prices(some, seed=seed, start=start))
    choice = np.full(choices.rows, -1)
    choice[rows] = found.choice
    return Solution(choice, found.total, found.bound, found.prices, found.exact)


def _short(choices: Choices) -> Solution:
    choice, _ = searched(choices, gap=0.0)
    if choice is None:
        raise impossible(choices.limits)
    total = choices.total(choice)
    return Solution(choice, total, total, linear_prices(choices), exact=True)


def _long(choices: Choices, close: float, found: Prices) -> Solution:
    choice, bound = filled(choices, found.values), found.bound
    if _short_of(choices, choice, bound) > close * bound:
        choice = _leaned(choices, found, choice, close)
    if _short_of(choices, choice, bound) > close * bound:
        choice, bound = _reconsidered(choices, found, choice)
    if not choices.keeps(choice):
        raise impossible(choices.limits)
    total = choices.total(choice)
    return Solution(choice, total, max(bound, total), found.values)


def _leaned(choices: Choices, found: Prices, choice: np.ndarray, close: float) -> np.ndarray:
    """The best of some choices filled at prices that lean a little: where one limit was used up too soon for another
    to be filled, the first is made a little dearer."""
    used = choices.left_over(choice) <= 1e-3 * np.maximum(1.0, np.abs(choices.bounds))
    if used.all() or not (found.values[~used] > 0).any():
        return choice
    for lean in LEANS:
        choice = _better(choices, choice, filled(choices, np.where(used, 1.0 + lean, 1.0) * found.values))
        if _short_of(choices, choice, found.bound) <= close * found.bound:
            break
    return choice


def _short_of(choices: Choices, choice: np.ndarray, bound: float) -> float:
    """How much a choice may fall short of the best possible."""
    return bound - choices.total(choice) if choices.keeps(choice) else np.inf


def _reconsidered(choices: Choices, found: Prices, choice: np.ndarray) -> tuple[np.ndarray, float]:
    """The choice with its doubtful parts decided again, together and exactly, and what no choice can exceed.

    The closest calls first, in parts; once few customers are left in doubt, all of them at once, which proves the rest.
    """
    net = np.hstack([np.zeros((choices.rows, 1)), choices.surplus(found.values)])
    first, second = np.partition(net, -2, axis=1)[:, [-1, -2]].T
    regret, everybody = first[:, None] - net, np.arange(len(net))
    decided: np.ndarray | None = None
    for turn in (0, 1, 2):
        short = _short_of(choices, choice, found.bound)
        if short <= CLOSE_ENOUGH * found.bound:
            break
        core = core_of(choices, regret, short, DOUBTFUL)
        if len(core.rows) <= WHOLE:
            better, most = _decided(choices, core, found.bound)
            choice = _better(choices, choice, better)
            return choice, min(found.bound, max(most, choices.total(choice)))
        if turn == 2:
            break
        doubt = first - second
        if turn == 0:  # whoever has not got what suits best comes before every close call
            doubt = np.where(regret[everybody, choice + 1] > 1e-9, -1.0, doubt)
        rows = _closest(doubt, regret if turn == 0 else regret[:, :0])
        if decided is not None and np.array_equal(rows, decided):
            break
        decided, fixed = rows, choice.copy()
        fixed[rows] = -1
        choice = _better(choices, choice, _decided(choices, Core(fixed, rows, choices.gain[rows]), found.bound)[0])
    return choice, found.bound


def _closest(doubt: np.ndarray, regret: np.ndarray) -> np.ndarray:
    """The customers most in doubt: of every action those to whom it is closest, for a scarce one has few, then any."""
    parts = regret.shape[1] + 1
    found: list[np.ndarray] = []
    for short in np.where(regret > 0, regret, doubt[:, None]).T:
        found.append(_smallest(short, DOUBTFUL // parts))
    picked = np.unique(np.concatenate(found)) if found else np.zeros(0, int)
    left = doubt.copy()
    left[picked] = np.inf
    return np.sort(np.concatenate([picked, _smallest(left, DOUBTFUL - len(picked))]))


def _smallest(values: np.ndarray, many: int) -> np.ndarray:
    """The places of the smallest values, the first of equals first."""
    if many < len(values):
        edge = np.partition(values, many)[many]
        near = np.flatnonzero(values <= edge)
        return near[np.argsort(values[near], kind="stable")][:many]
    return np.argsort(values, kind="stable")


def _better(choices: Choices, choice: np.ndarray, other: np.ndarray | None) -> np.ndarray:
    """The better of two choices; one that breaks a limit gives way to any that keeps them."""
    if other is None or not choices.keeps(other):
        return choice
    return other if not choices.keeps(choice) or choices.total(other) > choices.total(choice) else choice


def _decided(choices: Choices, core: Core, bound: float) -> tuple[np.ndarray | None, float]:
    """The customers of a core decided while the others stay, and what no such choice can exceed."""
    used, some, fixed = choices.used(core.fixed), choices.only(core.rows), choices.total(core.fixed)
    room = tuple(replace(x, most=x.most - x.sign * used[k]) for k, x in enumerate(some.limits))
    gap = min(0.05, 0.25 * CLOSE_ENOUGH * bound / (bound - fixed)) if bound > fixed else 1e-6
    found, most = searched(Choices(core.gain, some.cost, room), gap=gap, nodes=NODES)
    if found is None:
        return None, np.inf
    choice = core.fixed.copy()
    choice[core.rows] = found
    return choice, fixed + most


def searched(choices: Choices, *, gap: float, nodes: int | None = None) -> tuple[np.ndarray | None, float]:
    """The best choice by branch and bound, and what none can exceed; None where no choice keeps the limits (or none
    was found in time)."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    rows, actions, table = program(choices)
    choice = np.full(choices.rows, -1)
    if not len(rows):
        return (choice if choices.keeps(choice) else None), 0.0
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
        return None, np.inf
    taken = found.x > 0.5
    choice[rows[taken]] = actions[taken]
    most = np.inf if found.mip_dual_bound is None else -float(found.mip_dual_bound)
    return (choice, most) if choices.keeps(choice) else (None, np.inf)


def impossible(limits: Sequence[Limit]) -> RequestRefused:
    """The refusal when the minimums and the limits contradict each other, naming them all."""
    least = " and ".join(f"at least {x.most:,g} with {x.name}" for x in limits if x.kind == "at least")
    room = ", ".join(_SAID[x.kind].format(most=x.most, name=x.name) for x in limits if x.kind in _SAID)
    return RequestRefused(
        f"No plan can keep all limits at once: {least} does not fit with {room or 'the rules of the playbook'}.",
        "Lower a minimum, or raise the limit it runs into.",
    )
