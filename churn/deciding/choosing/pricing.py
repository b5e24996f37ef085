"""What one more unit of each limit is worth (its shadow price), and the proof of how good a plan can possibly be.

With prices on every limit the customers no longer compete: each takes the action with the largest surplus. The sum of
those surpluses plus the priced limits is never less than the best plan (the dual bound); good prices make it tight.
They come from a linear program on a sample, then from cutting planes inside a trust region over all customers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from churn.deciding.choosing.choices import Choices

SAMPLE, ROUNDS = 500, 40  # a start is enough: 4,000 customers cost ten times the work and save three rounds
CLOSE = 5e-6  # of the bound: prices are no longer improved


@dataclass(frozen=True)
class _Tried:
    """What customers do at one set of prices, whatever the limits allow: their surplus, and what they would use."""

    at: np.ndarray
    surplus: float
    used: np.ndarray

    def under(self, bounds: np.ndarray) -> _Cut:
        """The dual under these limits."""
        return _Cut(self.at, float(self.surplus + bounds @ self.at), bounds - self.used)


@dataclass(frozen=True)
class _Cut:
    """The dual at one set of prices: its value and its slope."""

    at: np.ndarray
    bound: float
    slope: np.ndarray


@dataclass(frozen=True)
class Prices:
    """One price per limit, the bound that they prove, and all that was tried on the way."""

    values: np.ndarray
    bound: float
    tried: tuple[_Tried, ...] = ()


def prices(
    choices: Choices,
    *,
    seed: int = 0,
    after: Prices | None = None,
    start: np.ndarray | None = None,
    close: float = CLOSE,
) -> Prices:
    """The shadow price of every limit and the dual bound.

    after  the prices of the same customers under limits that allow more or less: what was tried for them is known
    start  prices of other customers under such limits, to begin with
    """
    if not choices.limits:
        return Prices(np.zeros(0), dual_bound(choices, np.zeros(0)))
    if after is not None:
        return _refined(choices, after.values, after.tried, close)
    start = _from_sample(choices, seed) if start is None else start
    return _refined(choices, start, (_tried(choices, start), _tried(choices, np.zeros_like(start))), close)


def _from_sample(choices: Choices, seed: int) -> np.ndarray:
    """Prices of the linear program over a random sample of the customers who could gain."""
    open_rows = np.flatnonzero(np.isfinite(choices.gain).any(axis=1))
    if not len(open_rows):
        return np.zeros(len(choices.limits))
    count = min(SAMPLE, len(open_rows))
    rows = np.sort(np.random.default_rng(seed).choice(open_rows, count, replace=False))
    return linear_prices(choices.only(rows, scaled=count / len(open_rows)))


def linear_prices(choices: Choices) -> np.ndarray:
    """The prices at which a linear program over all these customers is solved; zeros where it has no solution."""
    from scipy.optimize import linprog

    rows, actions, table = program(choices)
    if not len(rows):
        return np.zeros(len(choices.limits))
    limits = np.concatenate([choices.bounds, np.ones(choices.rows)])
    solved = linprog(-choices.gain[rows, actions], A_ub=table, b_ub=limits, bounds=(0, None), method="highs")
    if not solved.success:
        return np.zeros(len(choices.limits))
    return np.maximum(0.0, -solved.ineqlin.marginals[: len(choices.limits)])


def program(choices: Choices) -> tuple[np.ndarray, np.ndarray, object]:
    """The pairs that may be chosen, and one sparse row per limit and per customer saying what each pair uses."""
    from scipy.sparse import csr_matrix

    rows, actions = np.nonzero(choices.in_question)
    uses = [choices.use(k, rows, actions) for k in range(len(choices.limits))]
    data = np.concatenate([*uses, np.ones(len(rows))])
    pairs = np.arange(len(rows))
    above = [np.full(len(rows), k) for k in range(len(choices.limits))]
    height = len(choices.limits) + choices.rows
    where = (np.concatenate([*above, rows + len(choices.limits)]), np.tile(pairs, len(choices.limits) + 1))
    return rows, actions, csr_matrix((data, where), shape=(height, len(rows)))


def dual_bound(choices: Choices, at: np.ndarray) -> float:
    """What no plan can exceed, as these prices prove; any prices that are not negative prove something."""
    return _tried(choices, at).under(choices.bounds).bound


def _tried(choices: Choices, at: np.ndarray) -> _Tried:
    net = choices.surplus(at)
    best = net.argmax(axis=1) if net.shape[1] else np.zeros(len(net), int)
    most = net[np.arange(len(net)), best] if net.shape[1] else np.zeros(len(net))
    taken = np.flatnonzero(most > 0)
    used = np.array([choices.use(k, taken, best[taken]).sum() for k in range(len(choices.limits))])
    return _Tried(at, float(most[taken].sum()), used)


def _refined(choices: Choices, start: np.ndarray, known: tuple[_Tried, ...], close: float) -> Prices:
    """Follow the lowest point of all cuts seen, no further from the best prices than the radius allows."""
    tried = list(known)
    cuts = [one.under(choices.bounds) for one in tried]
    best = min(cuts, key=lambda c: c.bound)
    radius = np.maximum(np.abs(start) * 0.25, _scale(choices))
    for _ in range(ROUNDS):
        proposal, promised = _lowest(cuts, best, radius)
        if proposal is None or best.bound - promised <= close * abs(best.bound):
            break
        tried.append(_tried(choices, proposal))
        cut = tried[-1].under(choices.bounds)
        cuts.append(cut)
        better = cut.bound < best.bound - 0.1 * (best.bound - promised)
        radius = radius * (2.0 if better else 0.6)
        best = min(best, cut, key=lambda c: c.bound)
    return Prices(best.at, best.bound, tuple(tried))


def _scale(choices: Choices) -> np.ndarray:
    """How large the price of each limit may sensibly move at first: what one unit brings on average."""
    gains = choices.gain[choices.gain > 0]
    typical = float(gains.mean()) if len(gains) else 1.0
    costs = choices.cost[choices.cost > 0]
    per_cost = typical / float(costs.mean()) if len(costs) else 1.0
    return np.array([0.1 * (per_cost if x.kind == "budget" else typical) for x in choices.limits])


def _lowest(cuts: list[_Cut], best: _Cut, radius: np.ndarray) -> tuple[np.ndarray | None, float]:
    """The prices near the best ones at which all cuts together promise least."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    slopes = np.array([c.slope for c in cuts])
    heights = np.array([c.bound - c.slope @ c.at for c in cuts])
    size = max(1.0, abs(best.bound))
    table = np.hstack([slopes / size, -np.ones((len(cuts), 1))])
    solved = milp(
        np.append(np.zeros(len(best.at)), 1.0),
        constraints=LinearConstraint(table, ub=-heights / size),
        bounds=Bounds(np.append(np.maximum(0.0, best.at - radius), -np.inf), np.append(best.at + radius, np.inf)),
        options={"presolve": False},  # there is nothing to leave out, and looking for it costs as much as solving
    )
    if not solved.success:
        return None, best.bound
    return solved.x[:-1], float(solved.fun) * size
