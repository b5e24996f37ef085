"""A plan for both arms together, the holdout drawn among the chosen, and nothing above a limit.

The limits are widened by the holdout share, so that both arms are chosen by one rule and only chance tells them apart.
If the draw leaves the treated arm above a limit, the least valuable choices are dropped from both arms alike; if it
leaves too few of those of whom a minimum was asked, more of them are chosen.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil
from zlib import crc32

import numpy as np

from churn.deciding.choosing.choices import Choices, Limit
from churn.deciding.choosing.holdout import arms
from churn.deciding.choosing.ordering import Order, widened
from churn.deciding.choosing.pricing import dual_bound
from churn.deciding.choosing.solving import Solution, impossible, solved
from churn.errors import RequestRefused
from churn.money.gain import Offers

Limits = tuple[Limit, ...]
DRAWS = 6  # so often more customers are chosen to make up for those of a minimum whom chance held out


@dataclass(frozen=True)
class Names:
    """Who the customers are, for the draw."""

    keys: np.ndarray
    tiers: np.ndarray
    earlier: dict[str, str] | None

    @cached_property
    def together(self) -> str:
        """What tells this list from others: who is on it, in whatever order and file they came."""
        return f"{sum(map(crc32, map(str.encode, self.keys))):x}"


@dataclass(frozen=True)
class Drawn:
    """A choice with its holdout, after anything above a limit was dropped.

    left_over   how far the treated arm stays within each limit; below nothing where it breaks it
    """

    solution: Solution
    choice: np.ndarray
    held: np.ndarray
    dropped: int
    total: float
    left_over: np.ndarray

    @property
    def exact(self) -> bool:
        """Whether this is proven to be the best plan there is."""
        return self.solution.exact and not self.held.any() and not self.dropped

    @property
    def treat(self) -> np.ndarray:
        """Who is treated."""
        return (self.choice >= 0) & ~self.held


def drawn(found: Offers, limits: Limits, order: Order, names: Names) -> Drawn:
    """Plan for both arms and draw; where the treated arm alone breaks a limit, plan a little narrower as well."""
    tried: list[Drawn] = []
    share = order.holdout
    for factor in dict.fromkeys((1.0 / (1.0 - share), 1.0 / (1.0 - share / 2.0), 1.0)):
        with suppress(RequestRefused):
            one = _drawn_within(found, limits, order, names, factor)
            tried += [one] if (one.left_over >= 0).all() else []
        if tried and not tried[0].dropped:
            break
    if not tried:
        raise impossible(limits)
    return max(tried, key=lambda d: d.total)


def _drawn_within(found: Offers, limits: Limits, order: Order, names: Names, factor: float) -> Drawn:
    """A draw; where it held out too many of those of whom a minimum was asked, again with more of them chosen."""
    wide = widened(limits, factor)
    for _ in range(DRAWS):
        one = _drawn_once(found, limits, wide, order, names)
        # As many of those chosen in addition will be held out, too.
        missing = -np.minimum(0.0, one.left_over) / (1.0 - order.holdout)
        if not missing.any():
            break
        wide = tuple(
            replace(x, most=x.most + ceil(more)) if x.kind == "at least" else x
            for x, more in zip(wide, missing, strict=True)
        )
    return one


def _drawn_once(found: Offers, limits: Limits, wider: Limits, order: Order, names: Names) -> Drawn:
    wide = Choices(found.gain, found.cost, wider)
    solution = solved(wide, seed=order.seed)
    choice, held = solution.choice.copy(), np.zeros(wide.rows, bool)
    rows = np.flatnonzero(choice >= 0)
    strata = [f"{names.tiers[i]}|{choice[i]}" for i in rows]
    held[rows] = arms(
        names.keys[rows], strata, share=order.holdout, seed=order.seed, of=names.together, earlier=names.earlier
    )
    tight = Choices(found.gain, found.cost, limits)
    net = tight.surplus(solution.prices)
    dropped = sum(_drop_lowest(tight, k, choice, (held, net)) for k in range(len(limits)))
    treated = np.where(held, -1, choice)
    return Drawn(solution, choice, held, dropped, tight.total(treated), tight.left_over(treated))


def _drop_lowest(tight: Choices, which: int, choice: np.ndarray, arm: tuple[np.ndarray, np.ndarray]) -> int:
    """Drop the least valuable choices that use a limit, in both arms alike, until the treated arm keeps it."""
    held, net = arm
    if tight.limits[which].kind == "at least":
        return 0
    rows = np.flatnonzero(choice >= 0)
    use = tight.use(which, rows, choice[rows])
    rows, use = rows[use > 0], use[use > 0]
    order = np.argsort(-net[rows, choice[rows]], kind="stable")
    running = np.cumsum(np.where(held[rows[order]], 0.0, use[order]))
    most = tight.bounds[which]
    gone = rows[order][running > most + 1e-9 * max(1.0, abs(most))]
    choice[gone], held[gone] = -1, False
    return len(gone)


def best_possible(found: Offers, limits: Limits, plan: Drawn) -> float:
    """What no plan could exceed for the customers who are not held out, under the limits as they stand."""
    if plan.exact:
        return plan.total
    rest = np.flatnonzero(~plan.held)
    some = Choices(found.gain, found.cost, limits).only(rest)
    return max(plan.total, dual_bound(some, plan.solution.prices))
