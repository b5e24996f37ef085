"""The plan against its bound in every case of a grid: `python -m tests.bench.plan_grid [--small] [SEED]`.

Four playbooks × budgets from 1 % to 200 % of what pays × capacities from tight to none × holdouts × 2 to 200 thousand
customers. The lists are made anew with a seed that is printed; the same seed makes the same grid again.
"""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from churn.campaigns.holdout import plan_with_holdout
from churn.campaigns.limits import Order
from churn.campaigns.optimizer import Choices
from churn.campaigns.plan import PricedOffers, price_plan
from churn.money.playbook import Playbook, playbook_from_mapping
from churn.money.rules import Clause, Rule
from churn.profiles import read_profile

PROFILES = ("general", "telco", "bank", "shop")
BUDGETS = (0.01, 0.05, 0.2, 0.5, 1.0, 2.0, None)
CAPACITIES = ("tight", "own", "none")
HOLDOUTS = (0.0, 0.1, 0.3)
REACH = 0.999
SIZES = (2, 10, 50, 250, 1_000, 7_000, 72_000, 200_000)


@dataclass(frozen=True)
class Case:
    """One case of the grid and what its plan reached of the bound."""

    profile: str
    customers: int
    budget: float | None
    capacity: str
    holdout: float
    reached: float
    kept: bool
    cpu: float
    treated: int

    @property
    def words(self) -> str:
        """The case in a line."""
        money = "no budget" if self.budget is None else f"budget {self.budget:.0%} of what pays"
        return (
            f"{self.customers:,} customers, {self.profile}, {money}, capacity {self.capacity}, holdout {self.holdout:g}"
        )


def grid(seed: int, sizes: tuple[int, ...] = SIZES) -> Iterator[Case]:
    """Every case, small lists first."""
    for customers in sizes:
        for place, profile in enumerate(PROFILES):
            playbook = playbook_of(profile)
            scored = make_list_from_logs(playbook, customers, np.random.default_rng((seed, customers, place)))
            for capacity in CAPACITIES:
                yield from _cases(scored, playbook, capacity, (profile, seed))


def _cases(scored: pd.DataFrame, playbook: Playbook, capacity: str, of: tuple[str, int]) -> Iterator[Case]:
    profile, seed = of
    rooms = capacities(playbook, capacity, len(scored))
    free = _weighed(scored, playbook, Order(capacity=rooms))
    best = free.found.best
    rows = np.flatnonzero(best >= 0)
    pays = float(free.found.cost[rows, best[rows]].sum())
    for share in BUDGETS:
        for holdout in HOLDOUTS:
            order = Order(None if share is None else share * pays, rooms, holdout=holdout, seed=seed % 1000)
            ready = _weighed(scored, playbook, order)
            start = time.process_time()
            plan = plan_with_holdout(ready.found, ready.limits, order, ready.names)
            bound = plan.bound
            cpu = time.process_time() - start
            tight = Choices(ready.found.gain, ready.found.cost, ready.limits)
            treated = np.where(plan.held, -1, plan.choice)
            kept, reached = tight.keeps(treated), tight.total(treated) / bound if bound > 0 else 1.0
            yield Case(profile, len(scored), share, capacity, holdout, reached, kept, cpu, int((treated >= 0).sum()))


def _weighed(scored: pd.DataFrame, playbook: Playbook, order: Order) -> PricedOffers:
    return price_plan(scored, playbook, order, key="key", value="value", history=None)


def playbook_of(profile: str) -> Playbook:
    """The playbook that comes with a business."""
    return playbook_from_mapping(read_profile(profile).playbook)


def capacities(playbook: Playbook, how: str, customers: int) -> dict[str, int]:
    """What each channel reaches: `tight` a twentieth, the scarcest a 240th; `own` the playbook's; `none` everybody."""
    if how == "own":
        return {}
    if how == "none":
        return dict.fromkeys(playbook.channels, customers)
    scarce = min(playbook.channels, key=lambda c: playbook.capacity.get(c, customers))
    return {c: max(1, customers // (240 if c == scarce else 20)) for c in playbook.channels}


def make_list_from_logs(playbook: Playbook, customers: int, random: np.random.Generator) -> pd.DataFrame:
    """A scored list whose customers satisfy each clause of the playbook's rules about as often as not."""
    p = random.beta(random.uniform(0.8, 2.0), random.uniform(1.5, 5.0), customers)
    rows: dict[str, object] = {"key": [f"c{i}" for i in range(customers)], "probability": p}
    rows["value"] = np.round(random.lognormal(random.uniform(3.0, 5.0), random.uniform(0.3, 0.9), customers), 2)
    rows["tier"] = np.where(p > 0.5, "High", np.where(p > 0.2, "Medium", "Low"))
    for clause in _clauses(playbook):
        if clause.column not in rows:
            rows[clause.column] = _cells(clause, customers, random)
    return pd.DataFrame(rows)


def _clauses(playbook: Playbook) -> Iterator[Clause]:
    for action in playbook.actions:
        yield from _within(action.rule)
        for segment in action.segments:
            yield from _within(segment.rule)


def _within(rule: Rule) -> Iterator[Clause]:
    if rule.clause:
        yield rule.clause
    for part in rule.parts:
        yield from _within(part)


def _cells(clause: Clause, customers: int, random: np.random.Generator) -> np.ndarray:
    try:
        edge = float(clause.values[0])
    except ValueError:
        return random.choice([*map(str, clause.values), "other"], customers)
    return np.round(random.gamma(2.0, max(edge, 1.0), customers))


def filter_values(cases: list[Case]) -> str:
    """What the cases of one size reached: the worst, how many fell short, and what they cost."""
    worst = min(cases, key=lambda case: case.reached)
    cpu = np.array([case.cpu for case in cases]) * 1000
    broken, short = sum(not case.kept for case in cases), sum(case.reached < REACH for case in cases)
    return (
        f"worst {worst.reached:.3%} ({worst.words}); {short} of {len(cases)} below {REACH:.1%}, "
        f"{broken} limits broken; CPU ms median {np.median(cpu):.0f}, most {cpu.max():.0f}"
    )


if __name__ == "__main__":
    numbers = [int(a) for a in sys.argv[1:] if a.isdigit()]
    seed = numbers[0] if numbers else secrets.randbelow(10**6)
    print(f"seed {seed}")
    for size in SIZES[:6] if "--small" in sys.argv else SIZES:
        print(f"{size:>8,}: {filter_values(list(grid(seed, (size,))))}", flush=True)
