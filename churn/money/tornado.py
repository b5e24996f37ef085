"""Which assumption the result hangs on: each moved from low to high while the others stay, widest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from churn.money.customer_worth import Stakes
from churn.money.playbook import Action, Estimate, Playbook, exactly
from churn.money.policies import realised

_OF_ACTION = ("save", "take_up", "wake_up", "contact", "offer", "bill_share")


@dataclass(frozen=True)
class Bar:
    """One assumption: its own low and high, where it comes from, and the total gain at each end."""

    assumption: str
    low: float
    high: float
    gain_low: float
    gain_high: float
    said: str

    @property
    def width(self) -> float:
        """How far the total moves between the two ends."""
        return abs(self.gain_high - self.gain_low)


def assumption_bars(given: Stakes, playbook: Playbook, columns: Any, choice: np.ndarray) -> tuple[Bar, ...]:
    """How far the total gain of this choice of actions moves with each assumption; assumptions without range left out.

    The choice stays as it is: this is what could happen to the plan, not how the plan would change.
    """
    used = {playbook.actions[a].name for a in np.unique(choice) if a >= 0}
    bars = []
    for name, estimate, changed in _assumptions(playbook, used):
        if estimate.low == estimate.high:
            continue
        ends = [realised(given, changed(exactly(v)), columns, choice)["mid"] for v in (estimate.low, estimate.high)]
        bars.append(Bar(name, estimate.low, estimate.high, ends[0], ends[1], estimate.said))
    return tuple(sorted(bars, key=lambda b: (-b.width, b.assumption)))


def _assumptions(playbook: Playbook, used: set[str]) -> Iterator[tuple[str, Estimate, Callable[[Estimate], Playbook]]]:
    """Every assumption by name, with how to put another estimate in its place."""
    for field in ("margin", "periods"):
        yield field, getattr(playbook, field), partial(_at_top, playbook, field)
    for action in playbook.actions:
        if action.name not in used:
            continue
        for field in _OF_ACTION:
            yield (
                f"{action.words}: {_WORDS[field]}",
                getattr(action, field),
                partial(_in_action, playbook, action, field),
            )
        for i, segment in enumerate(action.segments):
            for rate, estimate in segment.rates.items():
                name = f"{action.words}, {segment.rule.text}: {_WORDS[rate]}"
                yield name, estimate, partial(_in_segment, playbook, action, i, rate)


_WORDS = {
    "save": "save rate",
    "take_up": "take-up among stayers",
    "wake_up": "wake-up rate",
    "contact": "contact cost",
    "offer": "offer cost",
    "bill_share": "share of the bill",
}


def _at_top(playbook: Playbook, field: str, estimate: Estimate) -> Playbook:
    changes: dict[str, Any] = {field: estimate}
    return replace(playbook, **changes)


def _in_action(playbook: Playbook, action: Action, field: str, estimate: Estimate) -> Playbook:
    return playbook.having(action.name, **{field: estimate})


def _in_segment(playbook: Playbook, action: Action, at: int, rate: str, estimate: Estimate) -> Playbook:
    segment = action.segments[at]
    changed = replace(segment, rates={**segment.rates, rate: estimate})
    return playbook.having(action.name, segments=(*action.segments[:at], changed, *action.segments[at + 1 :]))
