"""What each budget would bring: the curve that shows where more money stops paying."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from churn.campaigns.limits import History, Order
from churn.campaigns.optimizer import Choices, Limit, fill_by_prices, find_prices
from churn.campaigns.plan import Campaign, PricedOffers, price_plan
from churn.money.economics import build_stakes
from churn.money.playbook import Playbook
from churn.money.policies import (
    Policy,
    ProfitCurve,
    SensitivityBar,
    assumption_sensitivity,
    at_threshold,
    compare_policies,
    profit_curve,
)

if TYPE_CHECKING:
    import pandas as pd

SAMPLE = 20_000
CLOSE = 1e-4  # of the bound: finer than any picture shows


@dataclass(frozen=True)
class BudgetPoint:
    """One budget: what it brings, what no plan could exceed, how many it treats, and what it really spends."""

    budget: float
    expected_gain: float
    bound: float
    treated: int
    spent: float


@dataclass(frozen=True)
class BudgetCurve:
    """Gain by budget, with the share held out that was ordered; `sampled` customers stand for all of a long list."""

    points: tuple[BudgetPoint, ...]
    customers: int
    sampled: int
    holdout: float = 0.0

    @property
    def knee(self) -> float:
        """The budget from which more money brings less than the average of the whole curve: where it bends."""
        last = self.points[-1]
        if last.expected_gain <= 0 or last.spent <= 0:
            return last.budget
        best = max(self.points, key=lambda p: p.expected_gain / last.expected_gain - p.spent / last.spent)
        return best.budget

    @property
    def words(self) -> str:
        """Where more money stops paying."""
        last = self.points[-1]
        enough = next(p for p in self.points if p.expected_gain >= 0.999 * last.expected_gain)
        return f"A budget of {enough.spent:,.0f} brings {enough.expected_gain:,.0f}; more brings next to nothing."


def curve_through(curve: BudgetCurve, campaign: Campaign) -> BudgetCurve:
    """The curve with the holdout as it was drawn: at its own budget it brings what the campaign brings, to the cent.

    Who is held out is chance, and the curve shows the average; all of it is scaled to the draw that was made.
    """
    at = curve.points[-1].budget if campaign.budget is None else campaign.budget
    average = next((p.expected_gain for p in curve.points if p.budget == at), 0.0)
    scale = campaign.expected_gain["mid"] / average if average > 0 else 1.0
    drawn = BudgetPoint(at, campaign.expected_gain["mid"], campaign.bound, campaign.treated, campaign.spent)
    points = (
        drawn if p.budget == at else replace(p, expected_gain=scale * p.expected_gain, bound=scale * p.bound)
        for p in curve.points
    )
    return replace(curve, points=tuple(points))


def gain_by_budget(
    scored: pd.DataFrame,
    playbook: Playbook,
    order: Order,
    *,
    key: str = "key",
    value: str | None = "value",
    history: History | None = None,
    budgets: Iterable[float] | None = None,
) -> BudgetCurve:
    """The gain of the best plan for each budget, all other limits and the share held out as ordered."""
    ready = price_plan(scored, playbook, order, key=key, value=value, history=history)
    # Both arms are chosen together from limits so much wider, and of what they would bring the treated get their part.
    treated = 1.0 - order.holdout
    some, share, sampled = _sample_of(ready, order.seed, treated)
    share /= treated
    asked = sorted(set(budgets)) if budgets is not None else _steps(ready, order.budget)
    points: list[BudgetPoint] = []
    found, costliest = None, float(some.cost[some.in_question].max(initial=0.0)) / share
    for budget in asked:
        if found is not None and found.values[0] == 0.0 and points[-1].spent + costliest <= points[-1].budget:
            points.append(replace(points[-1], budget=budget))  # money held nothing back: more changes nothing
            continue
        tried = Choices(some.gain, some.cost, (Limit("budget", "budget", budget * share), *some.limits))
        found = find_prices(tried, seed=order.seed, after=found, close=CLOSE)
        choice = fill_by_prices(tried, found.values)
        rows = np.flatnonzero(choice >= 0)
        spent = float(tried.cost[rows, choice[rows]].sum())
        gain, most, many = tried.total(choice) / share, found.bound / share, round(len(rows) / share)
        points.append(BudgetPoint(budget, gain, most, many, spent / share))
    return BudgetCurve(tuple(points), ready.given.rows, sampled, order.holdout)


def _sample_of(ready: PricedOffers, seed: int, treated: float) -> tuple[Choices, float, int]:
    """All customers, or a random part of a long list with the limits scaled to it; without the budget."""
    rows = np.arange(ready.given.rows)
    if len(rows) > SAMPLE:
        rows = np.sort(np.random.default_rng(seed).choice(rows, SAMPLE, replace=False))
    share = len(rows) / ready.given.rows
    limits = tuple(x for x in ready.limits if x.kind != "budget")
    some = Choices(ready.found.gain, ready.found.cost, limits).only(rows, scaled=share / treated)
    return some.only(some.candidates), share, len(rows)


def _steps(ready: PricedOffers, budget: float | None, count: int = 12) -> list[float]:
    """Budgets from nothing to what the best action for everybody would cost, the one asked for among them."""
    best = ready.found.best
    rows = np.flatnonzero(best >= 0)
    full = float(ready.found.cost[rows, best[rows]].sum())
    steps = {round(full * k / count, 2) for k in range(count + 1)}
    return sorted(steps | ({float(budget)} if budget is not None else set()))


# What a campaign's money hangs on, and what other ways to choose would bring on the same list.


def campaign_bars(campaign: Campaign, playbook: Playbook, *, value: str | None) -> tuple[SensitivityBar, ...]:
    """How far the gain of the treated moves with each assumption, widest first; the choice stays as it is.

    value       the name of the value column the campaign was planned with
    """
    treat = campaign.table[campaign.table["arm"] == "treat"]
    bill = None if value is None else treat[value]
    given = build_stakes(treat["probability"], bill, playbook, column=value or "", remaining=treat.get("remaining"))
    places = {name: place for place, name in enumerate(playbook.names)}
    choice = np.array([places[name] for name in treat["action"]], int)
    return assumption_sensitivity(given, playbook, treat, choice)


def list_policies(
    scored: pd.DataFrame, playbook: Playbook, *, key: str = "key", value: str | None = "value"
) -> tuple[tuple[Policy, ...], ProfitCurve]:
    """Four ways to choose from a scored list without a budget, and the gain by length of the list."""
    ready = price_plan(scored, playbook, Order(), key=key, value=value, history=None)
    best = ready.found.gain.max(axis=1, initial=-np.inf)
    return compare_policies(ready.given, playbook, scored), profit_curve(best, ready.given.probability)


def list_above(
    scored: pd.DataFrame, playbook: Playbook, threshold: float, *, key: str = "key", value: str | None = "value"
) -> Policy:
    """What treating everybody from a probability on would bring and reach."""
    ready = price_plan(scored, playbook, Order(), key=key, value=value, history=None)
    return at_threshold(ready.given, playbook, scored, threshold)
