"""Who is held out: drawn at random before the list leaves, evenly within each stratum, and the same again next time.

A customer's draw is a hash of the campaign's seed, of who is on the list, and of the key, so the order of the rows does
not matter. Within a stratum those with the lowest draws are held out. Arms given earlier (from the database) always
stand, so nobody changes sides when a campaign is exported again with other customers on its list. Another list is
another draw: were the same few held out every month, each campaign would be credited with the effect of the last, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from math import ceil
from zlib import crc32

import numpy as np

from churn.campaigns.limits import Order, widen_limits
from churn.campaigns.optimizer import CLOSE_ENOUGH, Choices, Limit, Solution, choose_best, contradicting_limits
from churn.errors import RequestRefused
from churn.money.economics import Offers

TREAT, HOLDOUT = "treat", "holdout"


def draw_numbers(keys: Iterable[str], seed: int, of: str = "") -> np.ndarray:
    """A number in 0–1 per customer that only the seed, the list and the key decide."""
    salt = f"{int(seed)}{of}".encode()[:64]
    seeded = blake2b(key=salt, digest_size=8)
    whole = []
    for key in keys:
        one = seeded.copy()
        one.update(str(key).encode())
        whole.append(one.digest())
    return np.frombuffer(b"".join(whole), ">u8") / 2.0**64


def assign_holdout(
    keys: Iterable[str],
    strata: Iterable[str],
    *,
    share: float = 0.1,
    seed: int = 0,
    of: str = "",
    earlier: Mapping[str, str] | None = None,
) -> np.ndarray:
    """True for each customer who is held out.

    strata      which customers are alike (the tier, the action): each kind gives its part of the holdout
    of          what tells the list from others
    earlier     arms already given, `treat` or `holdout` by key; they stand
    """
    if not 0.0 <= share <= 0.5:
        raise RequestRefused(f"The holdout share is {share:g}.", "Choose a share from 0 to 0.5, such as 0.1.")
    keys, kinds = [str(k) for k in keys], np.asarray([str(s) for s in strata], object)
    held, known = _earlier_arms(keys, earlier or {})
    draw = draw_numbers(keys, seed, of)
    start = float(draw_numbers(["where the first stratum begins"], seed, of)[0])
    for kind, many in _stratum_counts(kinds, share, start).items():
        free = np.flatnonzero((kinds == kind) & ~known)
        more = max(0, many - int((held & (kinds == kind)).sum()))
        held[free[np.argsort(draw[free], kind="stable")[:more]]] = True
    return held


def _earlier_arms(keys: list[str], earlier: Mapping[str, str]) -> tuple[np.ndarray, np.ndarray]:
    stands = [earlier.get(k) for k in keys]
    return np.array([a == HOLDOUT for a in stands], bool), np.array([a is not None for a in stands], bool)


def _stratum_counts(kinds: np.ndarray, share: float, start: float) -> dict[str, int]:
    """How many of each kind are held out: together the rounded share, each kind its part rounded up or down.

    Which way is chance's to say (`start`, 0–1). Rounding to the nearest would hold out nobody of four customers at a
    tenth, whatever the seed: the few with the largest gains would then always be treated, and lift would flatter.
    """
    names, counts = np.unique(kinds.astype(str), return_counts=True)
    whole = int(np.floor(len(kinds) * share + 0.5))
    reached = np.cumsum(counts) * (whole / max(1, len(kinds)))
    if len(reached):
        reached[-1] = whole  # not a hair less
    parts = np.diff(np.floor(reached + start).astype(int), prepend=0)
    return {str(n): int(p) for n, p in zip(names, parts, strict=True)}


# A plan for both arms together, the holdout drawn among the chosen, and the treated arm planned again without it.
#
# The limits are widened by the holdout share, so that both arms are chosen by one rule and only chance tells them
# apart. Who is held out leaves room that is not quite what the draw was made for; so the best plan for all others
# is made again, from the prices of the first. It leaves no limit unused. Whoever was in the draw stays in the
# plan as far as the limits and the worth of the plan allow; who is added afterwards could not have been held out
# and is marked, for lift to leave out. Where the draw leaves too few of those of whom a minimum was asked, more
# of them are chosen.


Limits = tuple[Limit, ...]
ROUGH = 0.01
STAY = (1.0, 0.3, 0.1, 0.03)  # what staying in the plan may be worth to it, as a share of the average gain
WORTH_STAYING = 0.9992  # of the bound: a plan that keeps those drawn may fall this short of the best possible
DRAWS = 6  # so often more customers are chosen to make up for those of a minimum whom chance held out


@dataclass(frozen=True)
class DrawKeys:
    """Who the customers are, for the draw."""

    keys: np.ndarray
    tiers: np.ndarray
    earlier: Mapping[str, str] | None

    @cached_property
    def together(self) -> str:
        """What tells this list from others: who is on it, in whatever order and file they came."""
        return f"{sum(map(crc32, map(str.encode, self.keys))):x}"

    @cached_property
    def held_before(self) -> np.ndarray:
        """Who was held out when this campaign was exported earlier; they are never treated in it."""
        if not self.earlier:
            return np.zeros(len(self.keys), bool)
        return np.fromiter((self.earlier.get(key) == HOLDOUT for key in self.keys), bool, len(self.keys))


@dataclass(frozen=True)
class HeldOutPlan:
    """A choice for both arms, who of them is held out, and how good the choice for the others is.

    solution    of the treated arm, under the limits as they stand, for all customers who are not held out
    in_draw     who was in the draw and could have been held out; the other treated are no part of a comparison
    """

    solution: Solution
    choice: np.ndarray
    held: np.ndarray
    in_draw: np.ndarray

    @property
    def total(self) -> float:
        """What the treated are expected to bring."""
        return self.solution.total

    @property
    def bound(self) -> float:
        """What no plan could exceed for the customers who are not held out, under the limits as they stand."""
        return self.solution.bound

    @property
    def exact(self) -> bool:
        """Whether the treated arm is proven to be the best there is for those who are not held out."""
        return self.solution.exact

    @property
    def treat(self) -> np.ndarray:
        """Who is treated."""
        return (self.choice >= 0) & ~self.held

    @property
    def added(self) -> int:
        """How many are treated who were not in the draw."""
        return int((self.treat & ~self.in_draw).sum())

    @property
    def dropped(self) -> int:
        """How many were in the draw, were not held out, and are not treated all the same."""
        return int((self.in_draw & ~self.held & ~self.treat).sum())


def plan_with_holdout(found: Offers, limits: Limits, order: Order, names: DrawKeys) -> HeldOutPlan:
    """Plan for both arms, draw, and plan the treated arm; where that cannot be, with fewer to be held out."""
    share = order.holdout
    for factor in dict.fromkeys((1.0 / (1.0 - share), 1.0 / (1.0 - share / 2.0), 1.0)):
        with suppress(RequestRefused):
            return _plan_within(found, limits, order, names, widen_limits(limits, factor))
    raise contradicting_limits(limits)


def _plan_within(found: Offers, limits: Limits, order: Order, names: DrawKeys, wide: Limits) -> HeldOutPlan:
    """A draw; where it held out too many of those of whom a minimum was asked, again with more of them chosen."""
    tight = Choices(found.gain, found.cost, limits)
    for _ in range(DRAWS):
        # Whom the draw is made among need not be perfect: the treated arm is planned again.
        close = ROUGH if order.holdout else CLOSE_ENOUGH
        both = choose_best(Choices(found.gain, found.cost, wide), seed=order.seed, close=close)
        held = _assign_in_plan(both.choice, order, names)
        treated = np.where(held, -1, both.choice)
        if not held.any() and not names.held_before.any() and tight.keeps(treated) and order.holdout == 0.0:
            return HeldOutPlan(both, both.choice, held, both.choice >= 0)
        with suppress(RequestRefused):
            return _plan_treated(tight, both, held, order, names)
        # As many of those chosen in addition will be held out, too.
        missing = -np.minimum(0.0, tight.left_over(treated)) / (1.0 - order.holdout)
        wide = tuple(
            replace(x, most=x.most + ceil(more)) if x.kind == "at least" else x
            for x, more in zip(wide, missing, strict=True)
        )
        if not any(more for x, more in zip(wide, missing, strict=True) if x.kind == "at least"):
            break
    raise contradicting_limits(limits)


def _assign_in_plan(choice: np.ndarray, order: Order, names: DrawKeys) -> np.ndarray:
    """Who of the chosen is held out: evenly by tier and action, by chance alone."""
    held, rows = np.zeros(len(choice), bool), np.flatnonzero(choice >= 0)
    strata = [f"{names.tiers[i]}|{choice[i]}" for i in rows]
    held[rows] = assign_holdout(
        names.keys[rows], strata, share=order.holdout, seed=order.seed, of=names.together, earlier=names.earlier
    )
    return held


def _plan_treated(tight: Choices, both: Solution, held: np.ndarray, order: Order, names: DrawKeys) -> HeldOutPlan:
    """The best treated arm among those who are not held out; the held out stay chosen for what they were."""
    rest = np.flatnonzero(~held & ~names.held_before)
    stayed = both.choice[rest] >= 0
    some = _keep_drawn(
        tight.only(rest), stayed, choose_best(tight.only(rest), seed=order.seed, start=both.prices), order.seed
    )
    choice, treated = np.where(held, both.choice, -1), np.full(tight.rows, -1)
    choice[rest] = treated[rest] = some.choice
    return HeldOutPlan(replace(some, choice=treated), choice, held, both.choice >= 0)


def _keep_drawn(choices: Choices, wanted: np.ndarray, best: Solution, seed: int) -> Solution:
    """A plan nearly as good as the best that leaves out fewer of those who were in the draw."""
    least = int((wanted & (best.choice < 0)).sum())
    if not least or not (best.choice >= 0).any():
        return best
    mean = choices.total(best.choice) / int((best.choice >= 0).sum())
    for share in STAY:
        liked = replace(choices, gain=choices.gain + (share * max(0.0, mean) * wanted)[:, None])
        with suppress(RequestRefused):
            other = choose_best(liked, seed=seed, start=best.prices).choice
            total = choices.total(other)
            fewer = int((wanted & (other < 0)).sum()) < least
            if fewer and total >= WORTH_STAYING * best.bound:
                return replace(best, choice=other, total=total, exact=best.exact and total >= best.bound * (1 - 1e-12))
    return best
