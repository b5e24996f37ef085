"""Why nobody is treated, in one sentence."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from churn.deciding.choosing.choices import Limit
from churn.money.gain import Offers
from churn.notices import listed

Money = Callable[[float], str]


def bare(amount: float) -> str:
    """An amount without a currency."""
    return f"{amount:,.2f}"


def why_nobody(found: Offers, limits: tuple[Limit, ...], money: Money = bare) -> str:
    """The reason that an empty plan is empty: the rules, the money, or the limits."""
    open_to = np.isfinite(found.gain)
    if not open_to.any():
        return "Nobody is treated: no action of the playbook may be offered to anyone on this list."
    if not (found.worth > 0).any():
        return "Nobody is treated: no customer on this list is worth anything, by the value column and the margin."
    best = float(found.gain[open_to].max())
    if best <= 0:
        return (
            "Nobody is treated: every offer costs more than it is expected to save; "
            f"the closest one loses {money(-best)} per customer."
        )
    shut = _shut(limits, found, money) or ["the limits together"]
    leave = "leaves" if len(shut) == 1 and shut[0] != "the limits together" else "leave"
    return f"Nobody is treated, although offers would pay: {listed(shut)} {leave} no room."


def _shut(limits: tuple[Limit, ...], found: Offers, money: Money) -> list[str]:
    """Every limit that lets nobody through by itself."""
    cheapest = float(found.cost[found.gain > 0].min())
    told = [
        f"a budget of {money(x.most)} (the cheapest offer that pays costs {money(cheapest)})"
        for x in limits
        if x.kind == "budget" and x.most < cheapest
    ]
    channels = [x.name for x in limits if x.kind == "channel" and x.most < 1]
    told += [f"a capacity of 0 for {listed(channels)}"] if channels else []
    return told + [f"at most {x.most:g} with {x.name}" for x in limits if x.kind == "at most" and x.most < 1]
