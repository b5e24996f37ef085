"""What measured campaigns teach: save and take-up rates per action and segment, between the assumption and the data.

A few answers from one segment say little; all segments together say more. So each rate is drawn towards the average of
its action, which itself is drawn towards the playbook's assumption (empirical Bayes). The more customers, the less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from churn.campaigns.lift import match_outcomes, measure_difference
from churn.money.playbook import Estimate, Playbook, RateSegment
from churn.money.rules import equality_rule

if TYPE_CHECKING:
    import pandas as pd

Z90 = 1.6448536269514722  # an assumption's low and high are read as its 90 % range


@dataclass(frozen=True)
class Cell:
    """What one campaign saw in one segment: of so many customers offered an action, so many took it."""

    action: str
    segment: str
    offered: int
    took: int


@dataclass(frozen=True)
class SaveCell:
    """What one campaign saved in one segment: the share of would-be leavers kept, with its standard error."""

    action: str
    segment: str
    saved: float
    error: float
    customers: int


@dataclass(frozen=True)
class LearntRate:
    """A rate beside its assumption: the estimate with its 90 % range, and how much of it is evidence (0–1)."""

    action: str
    segment: str
    rate: str
    estimate: Estimate
    assumed: Estimate
    raw: float
    weight: float

    @property
    def words(self) -> str:
        """The rate, its assumption and the weight of the evidence."""
        name = "save rate" if self.rate == "save" else "take-up"
        where = f", {self.segment}" if self.segment else ""
        now, many = self.estimate, f"{self.estimate.customers:,} customers"
        return (
            f"{self.action}{where}: {name} {now.mid:.1%} ({now.low:.1%} to {now.high:.1%}), "
            f"assumed {self.assumed.mid:.1%}; {self.weight:.0%} of it is evidence from {many}."
        )


def estimate_take_up(cells: Sequence[Cell], assumed: Estimate) -> tuple[LearntRate, ...]:
    """The take-up of one action in each segment, from how many were offered it and took it."""
    from scipy.stats import beta

    offered = np.array([c.offered for c in cells], float)
    took = np.array([c.took for c in cells], float)
    prior = assumed_customers(assumed)
    centre = (assumed.mid * prior + took.sum()) / (prior + offered.sum()) if prior + offered.sum() else assumed.mid
    centre = float(np.clip(centre, 1e-4, 1 - 1e-4))
    strength = _strength(offered, took, centre)
    found = []
    for cell in cells:
        a, b = cell.took + centre * strength, cell.offered - cell.took + (1 - centre) * strength
        low, high = beta.ppf([0.05, 0.95], a, b)
        estimate = _bounded_estimate(float(low), a / (a + b), float(high), cell.offered)
        raw = cell.took / cell.offered if cell.offered else float("nan")
        weight = cell.offered / (cell.offered + strength)
        found.append(LearntRate(cell.action, cell.segment, "take_up", estimate, assumed, raw, weight))
    return tuple(found)


def estimate_save(cells: Sequence[SaveCell], assumed: Estimate) -> tuple[LearntRate, ...]:
    """The save rate of one action in each segment, from measured lifts with their standard errors."""
    prior = max((assumed.high - assumed.low) / (2 * Z90), 0.02) ** 2
    saved, spread = np.array([c.saved for c in cells]), np.array([c.error for c in cells]) ** 2
    weights = 1.0 / np.maximum(spread, 1e-12)
    pooled, pooled_spread = float((saved * weights).sum() / weights.sum()), 1.0 / float(weights.sum())
    centre = (assumed.mid / prior + pooled / pooled_spread) / (1 / prior + 1 / pooled_spread)
    between = max(float((weights * (saved - pooled) ** 2).sum() - (len(cells) - 1)) / _scale(weights), 0.0)
    # With few segments their spread is often estimated as nothing; never believe them closer than this.
    between = max(between, prior / 4)
    around = between + 1.0 / (1 / prior + 1 / pooled_spread)
    found = []
    for cell, error2 in zip(cells, spread, strict=True):
        weight = around / (around + error2)
        mid = weight * cell.saved + (1 - weight) * centre
        reach = Z90 * float(np.sqrt(weight * error2))
        estimate = _bounded_estimate(mid - reach, mid, mid + reach, cell.customers)
        found.append(LearntRate(cell.action, cell.segment, "save", estimate, assumed, cell.saved, float(weight)))
    return tuple(found)


def apply_rates(playbook: Playbook, rates: Sequence[LearntRate], *, column: str = "tier") -> Playbook:
    """The playbook with learnt rates in place of assumed ones; rates of a segment come before everybody's.

    column      the column whose values the segments are
    """
    for found in rates:
        action = playbook.action(found.action)
        if not found.segment:
            playbook = playbook.having(found.action, **{found.rate: found.estimate})
            continue
        rule = equality_rule(column, found.segment)
        mine = next((s for s in action.segments if s.rule.text == rule.text), RateSegment(rule, {}))
        changed = replace(mine, rates={**mine.rates, found.rate: found.estimate})
        others = tuple(s for s in action.segments if s.rule.text != rule.text)
        playbook = playbook.having(found.action, segments=(changed, *others))
    return playbook


def assumed_customers(assumed: Estimate) -> float:
    """How many customers an assumption is worth: as many as would leave the same range open."""
    spread = (assumed.high - assumed.low) / (2 * Z90)
    if spread <= 0:
        return 20.0
    return float(np.clip(assumed.mid * (1 - assumed.mid) / spread**2 - 1, 2.0, 2000.0))


def _strength(offered: np.ndarray, took: np.ndarray, centre: float) -> float:
    """How alike the segments are, as a number of customers: large when they differ no more than chance explains."""
    seen = offered > 0
    if seen.sum() < 2:
        return 20.0
    n, share = offered[seen], took[seen] / offered[seen]
    pooled = took.sum() / offered.sum()
    chance = max(pooled * (1 - pooled), 1e-6)
    excess = float((n * (share - pooled) ** 2).sum() - (seen.sum() - 1) * chance) / _scale(n)
    if excess <= 0:
        return 1000.0
    return float(np.clip(centre * (1 - centre) / excess - 1, 2.0, 1000.0))


def _scale(weights: np.ndarray) -> float:
    """The divisor of the moment estimate of the spread between segments."""
    if len(weights) < 2:
        return float("inf")
    return max(float(weights.sum() - (weights**2).sum() / weights.sum()), 1e-12)


def _bounded_estimate(low: float, mid: float, high: float, customers: int) -> Estimate:
    """A learnt estimate, kept a share and in order."""
    # Plain floats: an estimate is written into a playbook file, where NumPy's own would not be read back.
    mid = float(min(max(mid, 0.0), 1.0))
    return Estimate(float(min(max(low, 0.0), mid)), mid, float(max(min(high, 1.0), mid)), "learnt", customers)


# A measured campaign taken apart into what it teaches: per action and segment, who took the offer and who was kept.


FEWEST = 20


def estimate_rates(
    campaign: pd.DataFrame, outcomes: pd.DataFrame, playbook: Playbook, *, key: str, outcome: str, segment: str = "tier"
) -> tuple[LearntRate, ...]:
    """Every rate this campaign says something about, beside its assumption.

    The save rate is learnt from the arms. Take-up is learnt from the treated who stayed, where the outcomes say who
    `accepted`; the saved are among them, so it comes out a little high, which is the cautious side.
    """
    table = match_outcomes(campaign, outcomes, key=key, outcome=outcome).table
    names = [n for n in dict.fromkeys(table["planned_action"]) if n in playbook.names]
    found: list[LearntRate] = []
    for name in names:
        rows, action = table[table["planned_action"] == name], playbook.action(name)
        parts = list(rows.groupby(segment, observed=True)) if segment in rows else [("", rows)]
        if saves := [s for value, part in parts if (s := _saves(name, str(value), part))]:
            found += estimate_save(saves, action.save)
        if takes := [t for value, part in parts if (t := _takes(name, str(value), part))]:
            found += estimate_take_up(takes, action.take_up)
    return tuple(found)


def teach_playbook(playbook: Playbook, rates: tuple[LearntRate, ...], *, segment: str = "tier") -> Playbook:
    """The playbook after a campaign's lessons."""
    return apply_rates(playbook, rates, column=segment)


def _saves(action: str, segment: str, rows: pd.DataFrame) -> SaveCell | None:
    """The share of would-be leavers kept: the drop against the share who leave when nothing is done."""
    treat = (rows["arm"] == "treat").to_numpy()
    if min(treat.sum(), (~treat).sum()) < FEWEST:
        return None
    score = rows["probability"].to_numpy(float) if "probability" in rows else None
    found = measure_difference(rows["left"].to_numpy(float), treat, score)
    leave = float(rows.loc[~treat, "left"].mean())
    if found is None or leave <= 0:
        return None
    return SaveCell(action, segment, found.size / leave, max(found.error / leave, 1e-6), len(rows))


def _takes(action: str, segment: str, rows: pd.DataFrame) -> Cell | None:
    if "accepted" not in rows:
        return None
    asked = rows[(rows["arm"] == "treat") & (rows["left"] == 0) & rows["accepted"].notna()]
    return Cell(action, segment, len(asked), int(asked["accepted"].sum())) if len(asked) else None
