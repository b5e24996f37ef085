"""What the analyst asks of a campaign, checked and turned into limits on the choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import floor, isfinite
from typing import Any

import numpy as np

from churn.deciding.choosing.choices import Limit
from churn.errors import RequestRefused
from churn.money.comparing import Clause
from churn.money.eligibility import Rule
from churn.money.playbook import Playbook, Scenario


@dataclass(frozen=True)
class Order:
    """What the analyst asks for.

    budget      the most the campaign may be expected to cost; None: as much as pays
    capacity    per channel, in place of the playbook's
    at_most     (column, value) → so many treated customers of that segment at most; at_least the same as a minimum
    holdout     the share held out at random, to measure against
    seed        decides the draw; the same seed gives the same arms
    scenario    the assumptions to plan by: `low` makes the plan that is best if everything goes less well
    name        the campaign's id; made from its content when not given
    title       what people call it, where that is not its id
    """

    budget: float | None = None
    capacity: Mapping[str, int] = field(default_factory=dict)
    at_most: Mapping[tuple[str, str], int] = field(default_factory=dict)
    at_least: Mapping[tuple[str, str], int] = field(default_factory=dict)
    holdout: float = 0.1
    seed: int = 0
    scenario: Scenario = "mid"
    name: str = ""
    title: str = ""


def checked_order(order: Order) -> Order:
    """The order itself, or a refusal of the number that makes no sense."""
    if order.budget is not None and not (isfinite(order.budget) and order.budget >= 0):
        raise RequestRefused(f"The budget is {order.budget:,.2f}.", "Give a budget of 0 or more.")
    for what, numbers in (("capacity", order.capacity), ("at most", order.at_most), ("at least", order.at_least)):
        for name, number in numbers.items():
            if number < 0 or number != int(number):
                said = name if isinstance(name, str) else "=".join(name)
                raise RequestRefused(f"The {what} for {said} is {number:g}.", "Give a whole number, 0 or more.")
    if not 0.0 <= order.holdout <= 0.5:
        raise RequestRefused(f"The holdout share is {order.holdout:g}.", "Choose a share from 0 to 0.5, such as 0.1.")
    return order


def limits_of(order: Order, playbook: Playbook, columns: Any, *, rows: int) -> tuple[Limit, ...]:
    """The limits as they stand for the treated customers: budget, channels, segments."""
    found = [] if order.budget is None else [Limit("budget", "budget", float(order.budget))]
    capacity = playbook.with_capacity(order.capacity).capacity
    for channel, most in capacity.items():
        uses = np.array([a.channel == channel for a in playbook.actions])
        found.append(Limit("channel", channel, float(most), actions=uses))
    for kind, asked in (("at most", order.at_most), ("at least", order.at_least)):
        for (column, value), number in asked.items():
            members = _members(columns, column, value, rows)
            found.append(Limit(kind, f"{column} = {value}", float(number), members=members))
    return tuple(found)


def widened(limits: tuple[Limit, ...], factor: float) -> tuple[Limit, ...]:
    """The limits for both arms together, so that the treated arm alone fills the ones that stand."""
    return tuple(
        Limit(x.kind, x.name, _whole(x, x.most * factor), members=x.members, actions=x.actions) for x in limits
    )


def _whole(limit: Limit, most: float) -> float:
    if limit.kind == "budget":
        return most
    return -floor(-most + 1e-9) if limit.kind == "at least" else floor(most + 1e-9)


def _members(columns: Any, column: str, value: str, rows: int) -> np.ndarray:
    names = getattr(columns, "column_names", None)
    names = list(columns) if names is None else list(names)
    if column not in names:
        shown = ", ".join(str(n) for n in names[:12])
        raise RequestRefused(f"The list has no column {column!r} to set a limit on.", f"It has: {shown}.")
    members = Rule("", clause=Clause(column, "is", (value,))).holds(columns, rows)
    if not members.any():
        raise RequestRefused(f"Nobody on the list has {column} = {value}.", "Check the spelling of the value.")
    return members


def checked_minimums(limits: tuple[Limit, ...], open_to: np.ndarray) -> None:
    """Refuse a minimum that is larger than the number of customers who may be offered anything."""
    for limit in limits:
        if limit.kind == "at least" and limit.members is not None:
            there = int((limit.members & open_to).sum())
            if there < limit.most:
                asked = f"At least {limit.most:g} with {limit.name} are asked for"
                raise RequestRefused(
                    f"{asked}, but only {there} may be offered anything.",
                    "Lower the minimum or the holdout share, or widen the rules of the playbook.",
                )
