"""The choice to be made: one action or none per customer, what each brings and costs, and every limit on the whole.

All limits have one shape, Σ use · chosen ≤ limit, so that one method serves them all: the budget uses the expected
cost, a channel uses 1 per customer it reaches, "at most N of a segment" uses 1 per member, "at least N" uses −1.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from heapq import heappush, heappushpop
from threading import Lock

import numpy as np

from churn.errors import RequestRefused


@dataclass(frozen=True)
class Limit:
    """One limit on the whole campaign.

    kind        `budget`, `channel`, `at most` or `at least`
    members     for a segment: which customers it is about; None: everybody
    actions     for a channel: which actions use it; None: all
    """

    kind: str
    name: str
    most: float
    members: np.ndarray | None = None
    actions: np.ndarray | None = None

    @property
    def sign(self) -> float:
        """−1 for "at least", which is a limit turned round."""
        return -1.0 if self.kind == "at least" else 1.0


@dataclass(frozen=True)
class Choices:
    """Gain and cost of every action with every customer (gain −inf: not open), and the limits."""

    gain: np.ndarray
    cost: np.ndarray
    limits: tuple[Limit, ...] = ()

    @property
    def rows(self) -> int:
        """How many customers there are to choose for."""
        return len(self.gain)

    @property
    def bounds(self) -> np.ndarray:
        """The right-hand side of every limit; negative for "at least"."""
        return np.array([x.sign * x.most for x in self.limits])

    @property
    def in_question(self) -> np.ndarray:
        """Which pairs may be chosen: those that bring something; all that are open where a minimum has to be met."""
        must = any(x.kind == "at least" for x in self.limits)
        return np.isfinite(self.gain) if must else self.gain > 0

    @property
    def candidates(self) -> np.ndarray:
        """The rows of customers who may be chosen at all."""
        return np.flatnonzero(self.in_question.any(axis=1))

    def use(self, which: int, rows: np.ndarray, actions: np.ndarray) -> np.ndarray:
        """How much of one limit each (customer, action) pair uses."""
        limit = self.limits[which]
        if limit.kind == "budget":
            return self.cost[rows, actions]
        if limit.actions is not None:
            return limit.actions[actions].astype(float)
        assert limit.members is not None
        return limit.sign * limit.members[rows]

    def used(self, choice: np.ndarray) -> np.ndarray:
        """How much of every limit a whole choice (−1: no action) uses."""
        rows = np.flatnonzero(choice >= 0)
        return np.array([self.use(k, rows, choice[rows]).sum() for k in range(len(self.limits))])

    def total(self, choice: np.ndarray) -> float:
        """What a whole choice brings."""
        rows = np.flatnonzero(choice >= 0)
        return float(self.gain[rows, choice[rows]].sum())

    def keeps(self, choice: np.ndarray) -> bool:
        """Whether a whole choice breaks no limit."""
        return bool(np.all(self.left_over(choice) >= 0))

    def left_over(self, choice: np.ndarray) -> np.ndarray:
        """How much of every limit a whole choice leaves over; below nothing where it breaks it."""
        rest = self.bounds - self.used(choice)
        return np.where(np.abs(rest) <= _slack(self.bounds), 0.0, rest)

    def only(self, rows: np.ndarray, *, scaled: float = 1.0) -> Choices:
        """The same for some customers, with the limits scaled to their number."""
        limits = tuple(
            replace(x, most=x.most * scaled, members=None if x.members is None else x.members[rows])
            for x in self.limits
        )
        return Choices(self.gain[rows], self.cost[rows], limits)

    def with_limits(self, most: Mapping[int, float]) -> Choices:
        """The same with some limits moved, by their place."""
        limits = tuple(replace(x, most=most.get(k, x.most)) for k, x in enumerate(self.limits))
        return Choices(self.gain, self.cost, limits)

    def surplus(self, prices: np.ndarray) -> np.ndarray:
        """What each action brings after paying the price of everything it uses."""
        net = self.gain.copy()
        for k, limit in enumerate(self.limits):
            if prices[k] == 0.0:
                continue
            if limit.kind == "budget":
                net -= prices[k] * self.cost
            elif limit.actions is not None:
                net -= prices[k] * limit.actions
            elif limit.members is not None:
                net -= (prices[k] * limit.sign * limit.members)[:, None]
        return net


def _slack(bounds: np.ndarray) -> np.ndarray:
    return 1e-9 * np.maximum(1.0, np.abs(bounds))


# What one more unit of each limit is worth (its shadow price), and the proof of how good a plan can possibly be.
#
# With prices on every limit the customers no longer compete: each takes the action with the largest surplus. The
# sum of those surpluses plus the priced limits is never less than the best plan (the dual bound); good prices
# make it tight. They come from a linear program on a sample, then from cutting planes inside a trust region over
# all customers.


SAMPLE, ROUNDS = 500, 40  # a start is enough: 4,000 customers cost ten times the work and save three rounds
CLOSE = 5e-6  # of the bound: prices are no longer improved


@dataclass(frozen=True)
class _PriceTrial:
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
    tried: tuple[_PriceTrial, ...] = ()


def find_prices(
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
        return _refine_prices(choices, after.values, after.tried, close)
    start = _sample_prices(choices, seed) if start is None else start
    return _refine_prices(
        choices, start, (_try_prices(choices, start), _try_prices(choices, np.zeros_like(start))), close
    )


def _sample_prices(choices: Choices, seed: int) -> np.ndarray:
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

    rows, actions, table = linear_program(choices)
    if not len(rows):
        return np.zeros(len(choices.limits))
    limits = np.concatenate([choices.bounds, np.ones(choices.rows)])
    solved = linprog(-choices.gain[rows, actions], A_ub=table, b_ub=limits, bounds=(0, None), method="highs")
    if not solved.success:
        return np.zeros(len(choices.limits))
    return np.maximum(0.0, -solved.ineqlin.marginals[: len(choices.limits)])


def linear_program(choices: Choices) -> tuple[np.ndarray, np.ndarray, object]:
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
    return _try_prices(choices, at).under(choices.bounds).bound


def _try_prices(choices: Choices, at: np.ndarray) -> _PriceTrial:
    net = choices.surplus(at)
    best = net.argmax(axis=1) if net.shape[1] else np.zeros(len(net), int)
    most = net[np.arange(len(net)), best] if net.shape[1] else np.zeros(len(net))
    taken = np.flatnonzero(most > 0)
    used = np.array([choices.use(k, taken, best[taken]).sum() for k in range(len(choices.limits))])
    return _PriceTrial(at, float(most[taken].sum()), used)


def _refine_prices(choices: Choices, start: np.ndarray, known: tuple[_PriceTrial, ...], close: float) -> Prices:
    """Follow the lowest point of all cuts seen, no further from the best prices than the radius allows."""
    tried = list(known)
    cuts = [one.under(choices.bounds) for one in tried]
    best = min(cuts, key=lambda c: c.bound)
    radius = np.maximum(np.abs(start) * 0.25, _scale(choices))
    for _ in range(ROUNDS):
        proposal, promised = _lowest_point(cuts, best, radius)
        if proposal is None or best.bound - promised <= close * abs(best.bound):
            break
        tried.append(_try_prices(choices, proposal))
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


def _lowest_point(cuts: list[_Cut], best: _Cut, radius: np.ndarray) -> tuple[np.ndarray | None, float]:
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


# A whole plan from prices: whoever has the largest priced surplus comes first, and nobody breaks a limit.


def fill_by_prices(choices: Choices, prices: np.ndarray) -> np.ndarray:
    """One action or −1 per customer: minimums first, then all that pays while there is room, best surplus first."""
    net = choices.surplus(prices)
    state = _Filling(choices, net)
    for limit in choices.limits:
        if limit.kind == "at least" and limit.members is not None:
            theirs = np.where(limit.members[:, None], net, -np.inf)
            missing = int(np.ceil(limit.most - (state.choice[limit.members] >= 0).sum()))
            # Where the best action of all of them is full, the next best of the others still counts.
            while missing > 0 and (many := state.take(theirs, most=missing)):
                missing -= many
    while state.take(np.where(choices.gain > 0, net, -np.inf)):
        pass
    return state.choice


class _Filling:
    """A plan being filled: who has what, and how much room each limit has left."""

    def __init__(self, choices: Choices, net: np.ndarray) -> None:
        self.choices = choices
        self.choice = np.full(choices.rows, -1)
        self.room = choices.bounds.astype(float)
        self.kept = np.array([x.kind != "at least" for x in choices.limits], bool)

    def take(self, net: np.ndarray, *, most: int | None = None) -> int:
        """Give as many free customers as fit their best action that is still open; how many were given one."""
        net = self._open_only(net)
        free = np.flatnonzero((self.choice < 0) & (net.max(axis=1, initial=-np.inf) > -np.inf))
        if not len(free) or most == 0 or (most is not None and most < 0):
            return 0
        actions = net[free].argmax(axis=1)
        order = np.argsort(-net[free, actions], kind="stable")
        rows, actions = free[order], actions[order]
        fit = self._fitting(rows, actions)
        if most is not None:
            fit = fit[:most]
        self.choice[rows[fit]] = actions[fit]
        for k in range(len(self.room)):
            self.room[k] -= self.choices.use(k, rows[fit], actions[fit]).sum()
        return len(fit)

    def _open_only(self, net: np.ndarray) -> np.ndarray:
        """Close every pair that no longer fits by itself."""
        net = net.copy()
        for k, limit in enumerate(self.choices.limits):
            room = self.room[k]
            if limit.kind == "budget":
                net[self.choices.cost > room + 1e-12 * max(1.0, abs(room))] = -np.inf
            elif limit.kind == "channel" and room < 1:
                net[:, limit.actions] = -np.inf
            elif limit.kind == "at most" and room < 1:
                net[limit.members] = -np.inf
        return net

    def _fitting(self, rows: np.ndarray, actions: np.ndarray) -> np.ndarray:
        """The places in the order of those who fit together: everybody before them counts against the room."""
        inside = np.ones(len(rows), bool)
        for k in np.flatnonzero(self.kept).tolist():
            used = self.choices.use(k, rows, actions)
            running = np.cumsum(np.where(inside, used, 0.0))
            inside &= (running <= self.room[k] * (1 + 1e-12)) | (used == 0)
        return np.flatnonzero(inside)


# The core of a choice: the few customers whose action is still open once a good plan and a bound are known.
#
# Two proofs leave the others out. Whatever an action's surplus falls short of the customer's best is lost against
# the bound, so where it falls short by more than the whole plan does, no better plan has it. And of those who
# bring at least as much for no more cost, one is free for every customer who is left out: where no plan treats
# more than K, nobody needs an action that K others like them would bring more with.


@dataclass(frozen=True)
class Core:
    """What is left to decide.

    fixed       the action of everybody who is decided (−1: none, or still open)
    rows        whose action is open; `gain` is −inf where an action of theirs is out of the question
    """

    fixed: np.ndarray
    rows: np.ndarray
    gain: np.ndarray


def find_core(choices: Choices, regret: np.ndarray, short: float, enough: int) -> Core:
    """The customers and actions that a plan better than the known one by up to `short` may differ in.

    regret      what no action (first column) and each action fall short of the customer's best surplus
    enough      a core of no more customers than this is not looked at more closely
    """
    possible = choices.in_question & (regret[:, 1:] <= short)
    needed = regret[:, 0] > short  # whoever must have something in a better plan
    core = _open_core(choices, possible, needed)
    if len(core.rows) <= enough:
        return core
    return _open_core(choices, possible & ~_outdone_pairs(choices, possible), needed)


def count_treatable(choices: Choices) -> int:
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


def _open_core(choices: Choices, possible: np.ndarray, needed: np.ndarray) -> Core:
    many = possible.sum(axis=1)
    settled = needed & (many == 1)
    fixed = np.where(settled, possible.argmax(axis=1), -1)
    rows = np.flatnonzero((many > 0) & ~settled)
    return Core(fixed, rows, np.where(possible[rows], choices.gain[rows], -np.inf))


def _outdone_pairs(choices: Choices, possible: np.ndarray) -> np.ndarray:
    """Which pairs are outdone by the same action with as many other customers as a plan can treat."""
    most, found = count_treatable(choices), np.zeros(possible.shape, bool)
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


# Keeps what a solver's C code prints away from standard output, where a door may be writing its one JSON object.


_QUIET = Lock()
_quiet_now = 0  # how many solvers are at work
_printing: int | None = None  # where C code printed before the first of them began


@contextmanager
def suppress_solver_output() -> Iterator[None]:
    """What C code prints meanwhile goes nowhere; whatever Python or another thread writes is left alone.

    HiGHS 1.x prints debug lines from its MIP heuristics whatever its options say (its issue 2783). They go to C's own
    `stdout`, which Python never uses, so only that is pointed elsewhere: the file descriptor stays where it is.
    """
    stdout, nowhere = _c_stdout(), _c_nowhere()
    if stdout is None or nowhere is None:  # another C library: a line too much is better than a guess
        yield
        return
    _count_solver(stdout, nowhere, 1)
    try:
        yield
    finally:
        _count_solver(stdout, nowhere, -1)


def _count_solver(stdout: ctypes.c_void_p, nowhere: int, change: int) -> None:
    """The first solver that begins silences C code, the last that ends gives it its voice back."""
    global _quiet_now, _printing
    with _QUIET:
        if not _quiet_now:
            _printing = stdout.value
        _quiet_now += change
        stdout.value = nowhere if _quiet_now else _printing


@cache
def _c_stdout() -> ctypes.c_void_p | None:
    """C's variable `stdout`, where it is known to be one that may be set: glibc and macOS."""
    try:
        if sys.platform == "linux":
            os.confstr("CS_GNU_LIBC_VERSION")  # refused by any other C library
        elif sys.platform != "darwin":
            return None
        return ctypes.c_void_p.in_dll(ctypes.CDLL(None), "__stdoutp" if sys.platform == "darwin" else "stdout")
    except (OSError, ValueError):
        return None


@cache
def _c_nowhere() -> int | None:
    """An open C file that keeps nothing."""
    if _c_stdout() is None:
        return None
    fopen = ctypes.CDLL(None).fopen
    fopen.restype, fopen.argtypes = ctypes.c_void_p, [ctypes.c_char_p, ctypes.c_char_p]
    return fopen(os.devnull.encode(), b"w") or None


# The best choice under all limits: exact for short lists, by prices within a proven distance for long ones.


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


def choose_best(
    choices: Choices, *, seed: int = 0, exact: int = EXACT, start: np.ndarray | None = None, close: float = CLOSE_ENOUGH
) -> Solution:
    """The best choice; a set of limits that no choice can keep is refused.

    start       prices of nearly the same choice, to begin with
    close       how near to the best possible is good enough, as a share of it
    """
    rows = choices.candidates
    some = choices.only(rows)
    found = (
        _choose_exactly(some)
        if len(rows) <= exact
        else _choose_by_prices(some, close, find_prices(some, seed=seed, start=start))
    )
    choice = np.full(choices.rows, -1)
    choice[rows] = found.choice
    return Solution(choice, found.total, found.bound, found.prices, found.exact)


def _choose_exactly(choices: Choices) -> Solution:
    choice, _ = branch_and_bound(choices, gap=0.0)
    if choice is None:
        raise contradicting_limits(choices.limits)
    total = choices.total(choice)
    return Solution(choice, total, total, linear_prices(choices), exact=True)


def _choose_by_prices(choices: Choices, close: float, found: Prices) -> Solution:
    choice, bound = fill_by_prices(choices, found.values), found.bound
    if _shortfall(choices, choice, bound) > close * bound:
        choice = _lean_prices(choices, found, choice, close)
    if _shortfall(choices, choice, bound) > close * bound:
        choice, bound = _reconsider(choices, found, choice)
    if not choices.keeps(choice):
        raise contradicting_limits(choices.limits)
    total = choices.total(choice)
    return Solution(choice, total, max(bound, total), found.values)


def _lean_prices(choices: Choices, found: Prices, choice: np.ndarray, close: float) -> np.ndarray:
    """The best of some choices filled at prices that lean a little.

    Where one limit was used up too soon for another to be filled, the first is made a little dearer. Where a limit went
    to the wrong ones of many who are hardly told apart, it alone is made a little dearer or cheaper.
    """
    used = choices.left_over(choice) <= 1e-3 * np.maximum(1.0, np.abs(choices.bounds))
    priced, alone = found.values > 0, np.eye(len(found.values))
    ways = [used.astype(float)] if (priced & ~used).any() else []
    ways += [sign * alone[k] for k in np.flatnonzero(priced) for sign in (1.0, -1.0)]
    for lean in LEANS:
        for way in ways:
            choice = _better(choices, choice, fill_by_prices(choices, (1.0 + lean * way) * found.values))
            if _shortfall(choices, choice, found.bound) <= close * found.bound:
                return choice
    return choice


def _shortfall(choices: Choices, choice: np.ndarray, bound: float) -> float:
    """How much a choice may fall short of the best possible."""
    return bound - choices.total(choice) if choices.keeps(choice) else np.inf


def _reconsider(choices: Choices, found: Prices, choice: np.ndarray) -> tuple[np.ndarray, float]:
    """The choice with its doubtful parts decided again, together and exactly, and what no choice can exceed.

    The closest calls first, in parts; once few customers are left in doubt, all of them at once, which proves the rest.
    """
    net = np.hstack([np.zeros((choices.rows, 1)), choices.surplus(found.values)])
    first, second = np.partition(net, -2, axis=1)[:, [-1, -2]].T
    regret, everybody = first[:, None] - net, np.arange(len(net))
    decided: np.ndarray | None = None
    for turn in (0, 1, 2):
        short = _shortfall(choices, choice, found.bound)
        if short <= CLOSE_ENOUGH * found.bound:
            break
        core = find_core(choices, regret, short, DOUBTFUL)
        if len(core.rows) <= WHOLE:
            better, most = _decide_core(choices, core, found.bound)
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
        choice = _better(choices, choice, _decide_core(choices, Core(fixed, rows, choices.gain[rows]), found.bound)[0])
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


def _decide_core(choices: Choices, core: Core, bound: float) -> tuple[np.ndarray | None, float]:
    """The customers of a core decided while the others stay, and what no such choice can exceed."""
    used, some, fixed = choices.used(core.fixed), choices.only(core.rows), choices.total(core.fixed)
    room = tuple(replace(x, most=x.most - x.sign * used[k]) for k, x in enumerate(some.limits))
    gap = min(0.05, 0.25 * CLOSE_ENOUGH * bound / (bound - fixed)) if bound > fixed else 1e-6
    found, most = branch_and_bound(Choices(core.gain, some.cost, room), gap=gap, nodes=NODES)
    if found is None:
        return None, np.inf
    choice = core.fixed.copy()
    choice[core.rows] = found
    return choice, fixed + most


def branch_and_bound(choices: Choices, *, gap: float, nodes: int | None = None) -> tuple[np.ndarray | None, float]:
    """The best choice by branch and bound, and what none can exceed; None where no choice keeps the limits (or none
    was found in time)."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    rows, actions, table = linear_program(choices)
    choice = np.full(choices.rows, -1)
    if not len(rows):
        return (choice if choices.keeps(choice) else None), 0.0
    above = np.concatenate([choices.bounds, np.ones(choices.rows)])
    options = {"mip_rel_gap": gap} | ({"node_limit": nodes} if nodes else {})
    with suppress_solver_output():
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


def contradicting_limits(limits: Sequence[Limit]) -> RequestRefused:
    """The refusal when the minimums and the limits contradict each other, naming them all."""
    least = " and ".join(f"at least {x.most:,g} with {x.name}" for x in limits if x.kind == "at least")
    room = ", ".join(_SAID[x.kind].format(most=x.most, name=x.name) for x in limits if x.kind in _SAID)
    return RequestRefused(
        f"No plan can keep all limits at once: {least} does not fit with {room or 'the rules of the playbook'}.",
        "Lower a minimum, or raise the limit it runs into.",
    )
