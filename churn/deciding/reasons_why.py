"""Why nobody is treated, in one sentence."""

from __future__ import annotations

import numpy as np

from churn.deciding.choices import Limit
from churn.money.gain import Offers


def why_nobody(found: Offers, limits: tuple[Limit, ...]) -> str:
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
            f"the closest one loses {-best:,.2f} per customer."
        )
    shut = [_shut(x, found) for x in limits]
    which = " and ".join(s for s in shut if s) or "the limits together"
    return f"Nobody is treated, although offers would pay: {which} leave no room."


def _shut(limit: Limit, found: Offers) -> str:
    pays = found.gain > 0
    if limit.kind == "budget":
        cheapest = float(found.cost[pays].min())
        if limit.most < cheapest:
            return f"a budget of {limit.most:,.2f} (the cheapest offer that pays costs {cheapest:,.2f})"
    if limit.kind == "channel" and limit.most < 1:
        return f"the capacity 0 of {limit.name}"
    return f"at most {limit.most:g} with {limit.name}" if limit.kind == "at most" and limit.most < 1 else ""
