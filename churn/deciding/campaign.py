"""The Campaign: who gets what, who is held out, what it costs and brings, and the price of each limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from churn.deciding.measuring.power import Detectable
from churn.notices import Notice

if TYPE_CHECKING:
    import pandas as pd

BEST_OF_THE_OTHERS = "This is the best possible plan for those who are not held out."
FILE_COLUMNS = ("arm", "action", "channel", "cost", "expected_gain", "probability", "tier", "reason_1")


@dataclass(frozen=True)
class Price:
    """What one more unit of a limit would bring."""

    limit: str
    kind: str
    price: float

    def as_json(self) -> dict[str, Any]:
        """The same as a plain mapping."""
        return dict(vars(self))


@dataclass(frozen=True)
class Campaign:
    """A campaign, ready to be exported and, later, measured.

    table       one row per customer in either arm, best expected gain first, with every column of the scored list;
                `action`, `channel`, `cost`, `expected_gain` are what will happen (nothing, for the held out),
                `planned_action` is what the customer was chosen for, in both arms;
                `in_draw`: could have been held out, so lift may count it
    customers   how many were on the list
    bound       what no plan for these customers and limits can exceed, in expected gain
    basis       how the worth of a customer was reckoned
    words       what people call it, where that is not its id
    """

    name: str
    key: str
    table: pd.DataFrame = field(compare=False, repr=False)
    customers: int
    treated: int
    held: int
    spent: float
    reserved: float
    expected_gain: Mapping[str, float]
    bound: float
    prices: tuple[Price, ...]
    detectable: Detectable
    budget: float | None = None
    seed: int = 0
    basis: str = ""
    exact: bool = False
    notices: tuple[Notice, ...] = ()
    words: str = ""

    @property
    def title(self) -> str:
        """What people call the campaign: the words it was given, or its id."""
        return self.words or self.name

    @property
    def reached(self) -> float:
        """The share of the best possible gain that this plan is proven to reach."""
        gain = self.expected_gain["mid"]
        return 1.0 if self.bound <= 0 else min(1.0, max(0.0, gain / self.bound))

    @property
    def proof(self) -> str:
        """How good the plan is proven to be, in words."""
        if self.exact:
            return "This is the best possible plan." if not self.held else BEST_OF_THE_OTHERS
        short = (1.0 - self.reached) * 100
        return f"This plan is within {max(0.01, short):.2g}% of the best possible."

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the campaign file, in order."""
        return (self.key, *(c for c in FILE_COLUMNS if c in self.table.columns))

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        return {
            "campaign": self.name,
            "title": self.title,
            "customers": self.customers,
            "treated": self.treated,
            "holdout": self.held,
            "spent": round(self.spent, 2),
            "expected_gain": {at: round(v, 2) for at, v in self.expected_gain.items()},
            "bound": round(self.bound, 2),
            "prices": [p.as_json() for p in self.prices],
            "detectable": self.detectable.as_json(),
            "notices": [n.as_json() for n in self.notices],
        }
