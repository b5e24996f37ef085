"""What a campaign with a holdout can learn: the smallest effect it would show, and the chance to see the expected one.

A campaign too small to tell its effect from chance still earns its money, but proves nothing; that is said before
the list leaves. Both use the two-sided 5 % test and, for the smallest effect, 80 % power.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, inf, sqrt
from typing import Any

Z_ALPHA = 1.959963984540054
Z_POWER = 0.8416212335729143
FEWEST = 20
SURE_ENOUGH = 0.8  # a lower chance to see the expected effect is a warning
MOST_HELD = 0.5


@dataclass(frozen=True)
class Detectable:
    """What the planned arms can show.

    smallest    the smallest drop of the share who leave that is seen 4 times of 5 (None: none at all)
    expected    the drop the playbook expects
    chance      the chance of seeing that expected drop
    needed      customers, both arms together, for an 80 % chance (None: never, nothing is expected)
    hold_out    the share of the same customers to hold out for an 80 % chance (None: no share does)
    """

    smallest: float | None
    expected: float
    chance: float
    needed: int | None
    words: str
    hold_out: float | None = None

    @property
    def weak(self) -> bool:
        """Whether the expected effect will probably not show, or not surely enough."""
        return self.smallest is None or self.chance < SURE_ENOUGH

    def as_json(self) -> dict[str, Any]:
        """The same as a plain mapping."""
        return dict(vars(self))


def detectable(treated: int, held: int, *, leave: float, effect: float) -> Detectable:
    """What arms of this size can show where so many leave untreated and the playbook expects this drop."""
    smallest = smallest_effect(treated, held, leave)
    seen = chance_to_see(treated, held, leave, effect)
    needed = customers_needed(leave, effect, held / max(1, treated + held))
    enough = holdout_needed(treated + held, leave, effect) if seen < SURE_ENOUGH else None
    words = _words(treated, held, smallest, (effect, seen, needed, enough))
    return Detectable(smallest, effect, seen, needed, words, enough)


def smallest_effect(treated: int, held: int, leave: float) -> float | None:
    """The smallest drop from `leave` that 80 % of such campaigns would show; None where no drop is large enough."""
    if treated < 2 or held < 2 or leave <= 0:
        return None
    low, high = 0.0, leave
    if (Z_ALPHA + Z_POWER) * _error(treated, held, leave, leave) > leave:
        return None
    for _ in range(60):
        middle = (low + high) / 2
        small = middle < (Z_ALPHA + Z_POWER) * _error(treated, held, leave, middle)
        low, high = (middle, high) if small else (low, middle)
    return high


def chance_to_see(treated: int, held: int, leave: float, effect: float) -> float:
    """The chance that a drop of this size comes out as different from chance."""
    if treated < 2 or held < 2:
        return 0.0
    error = _error(treated, held, leave, effect)
    if error == 0:
        return float(effect != 0)
    return _below(abs(effect) / error - Z_ALPHA) + _below(-abs(effect) / error - Z_ALPHA)


def customers_needed(leave: float, effect: float, share: float) -> int | None:
    """Customers in both arms together for an 80 % chance of seeing the effect, with this share held out."""
    if effect == 0 or not 0 < share < 1:
        return None
    after = min(1.0, max(0.0, leave - effect))
    spread = after * (1 - after) / (1 - share) + leave * (1 - leave) / share
    return int((Z_ALPHA + Z_POWER) ** 2 * spread / effect**2 + 1)


def holdout_needed(customers: int, leave: float, effect: float) -> float | None:
    """The smallest share of these customers, in whole percent, that shows the effect with an 80 % chance."""
    for percent in range(1, round(100 * MOST_HELD) + 1):
        held = round(customers * percent / 100)
        if held >= FEWEST and chance_to_see(customers - held, held, leave, effect) >= SURE_ENOUGH:
            return percent / 100
    return None


def _error(treated: int, held: int, leave: float, effect: float) -> float:
    after = min(1.0, max(0.0, leave - effect))
    return sqrt(after * (1 - after) / treated + leave * (1 - leave) / held)


def _below(z: float) -> float:
    return 0.0 if z == -inf else 0.5 * (1.0 + erf(z / sqrt(2.0)))


def _words(
    treated: int, held: int, smallest: float | None, expected: tuple[float, float, int | None, float | None]
) -> str:
    effect, chance, needed, enough = expected
    if treated + held == 0:
        return "Nobody is treated, so there is nothing to measure."
    if held == 0:
        return "Nobody is held out, so this campaign cannot be measured."
    arms = f"{treated:,} treated and {held:,} held out"
    if smallest is None or held < FEWEST:
        small = f"With {arms} this campaign is too small to learn anything from."
        return f"{small} Hold out {enough:.0%} instead: that shows what the playbook expects." if enough else small
    sees = f"With {arms}, a drop of {smallest * 100:.1f} points or more would show; "
    sees += f"the playbook expects {effect * 100:.1f}, which shows with a chance of {_chance(chance)}."
    if chance >= SURE_ENOUGH:
        return sees
    if enough:
        return f"{sees} Too few to rely on: hold out {enough:.0%} of them for a chance of {SURE_ENOUGH:.0%}."
    return f"{sees} Too few to rely on: about {needed:,} customers would be needed." if needed else sees


def _chance(chance: float) -> str:
    """A chance in percent; nothing is certain, and nothing impossible."""
    if chance > 0.99:
        return "over 99%"
    return "under 1%" if chance < 0.01 else f"{chance:.0%}"
