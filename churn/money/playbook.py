"""The Playbook: what may be offered, to whom, at what cost, with what assumed or learnt effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from churn.errors import NotFound
from churn.money.eligibility import EVERYBODY, Rule

Scenario = Literal["low", "mid", "high"]
SCENARIOS: tuple[Scenario, ...] = ("low", "mid", "high")
RATES = ("save", "take_up", "wake_up")
PERIODS: Mapping[float, str] = {1: "year", 4: "quarter", 12: "month", 52: "week", 365: "day"}

_TURNED: Mapping[Scenario, Scenario] = {"low": "high", "mid": "mid", "high": "low"}


@dataclass(frozen=True)
class Estimate:
    """A number nobody knows exactly: low, mid and high, and where it comes from.

    source      `assumed`: somebody's judgement; `learnt`: measured in campaigns, on `customers` of them
    """

    low: float
    mid: float
    high: float
    source: str = "assumed"
    customers: int = 0

    def at(self, scenario: Scenario) -> float:
        """The number in the cautious (low), expected (mid) or hopeful (high) case, where more is better."""
        return float(getattr(self, scenario))

    def against(self, scenario: Scenario) -> float:
        """The same where more is worse: the cautious case takes the high number."""
        return float(getattr(self, _TURNED[scenario]))

    @property
    def said(self) -> str:
        """Where the number comes from, in words."""
        return f"learnt from {self.customers:,} customers" if self.source == "learnt" else "assumed"

    def as_toml(self) -> dict[str, Any]:
        """The estimate as a playbook file states it."""
        words: dict[str, Any] = {"low": self.low, "mid": self.mid, "high": self.high}
        return words | ({"from": "learnt", "customers": self.customers} if self.source == "learnt" else {})


def exactly(number: float) -> Estimate:
    """An estimate without a range."""
    return Estimate(number, number, number)


NOTHING = exactly(0.0)


@dataclass(frozen=True)
class Segment:
    """Customers for whom an action's rates differ from everybody else's."""

    rule: Rule
    rates: Mapping[str, Estimate]


@dataclass(frozen=True)
class Action:
    """One thing that may be offered.

    save        share of the would-be leavers it keeps
    take_up     share of those who would have stayed anyway and take the offer (cost without effect)
    wake_up     share of those who would have stayed and leave because they were contacted (sleeping dogs)
    contact     what reaching one customer costs
    offer       what a taken offer costs, as an amount
    bill_share  … and as a share of the bill, for `bill_periods` periods
    rule        who may be offered it
    answers     the business groups or columns whose reasons it answers; with `only_answers` nobody else gets it
    rest_days   days that must pass since the customer's last contact
    segments    rates that differ for some customers; the first rule that holds counts
    """

    name: str
    title: str = ""
    channel: str = ""
    save: Estimate = NOTHING
    take_up: Estimate = NOTHING
    wake_up: Estimate = NOTHING
    contact: Estimate = NOTHING
    offer: Estimate = NOTHING
    bill_share: Estimate = NOTHING
    bill_periods: float = 0.0
    rule: Rule = EVERYBODY
    answers: tuple[str, ...] = ()
    only_answers: bool = False
    rest_days: int = 0
    segments: tuple[Segment, ...] = ()

    @property
    def words(self) -> str:
        """The action as a person reads it."""
        return self.title or self.name


@dataclass(frozen=True)
class Playbook:
    """Everything the plan may choose from, and what keeping a customer is worth.

    capacity    per channel, how many customers it can reach; a channel that is not named has no limit
    margin      share of the bill that is profit
    periods     how many periods a kept customer stays on, at most
    per_year    periods in a year (12 months, 52 weeks, 1 for a yearly value)
    discount    yearly rate by which later money counts less
    bill        the bill to assume when the list has no value column; None: such a list is refused
    learnt_bills  not stated by people: from where on a bill is far above all that a model learnt from, and the largest
                  of those, which counts in its place; None: every bill counts as it is
    """

    actions: tuple[Action, ...] = ()
    title: str = ""
    capacity: Mapping[str, int] = field(default_factory=dict)
    margin: Estimate = field(default_factory=lambda: exactly(1.0))
    periods: Estimate = field(default_factory=lambda: exactly(12.0))
    per_year: float = 12.0
    discount: float = 0.0
    bill: float | None = None
    learnt_bills: tuple[float, float] | None = field(default=None, repr=False, compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the actions, in order."""
        return tuple(a.name for a in self.actions)

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels the actions use, each once, in order."""
        return tuple(dict.fromkeys(a.channel for a in self.actions))

    def action(self, name: str) -> Action:
        """The action of that name."""
        for action in self.actions:
            if action.name == name:
                return action
        raise NotFound(f"The playbook has no action {name!r}.", f"It has: {', '.join(self.names)}.")

    def having(self, name: str, **changes: Any) -> Playbook:
        """The same playbook with one action changed."""
        changed = replace(self.action(name), **changes)
        return replace(self, actions=tuple(changed if a.name == name else a for a in self.actions))

    def with_capacity(self, capacity: Mapping[str, int]) -> Playbook:
        """The same playbook with these channel limits in place of its own."""
        for channel in capacity:
            if channel not in self.channels:
                raise NotFound(
                    f"The playbook has no channel {channel!r}.", f"Its actions use: {', '.join(self.channels)}."
                )
        return replace(self, capacity={**self.capacity, **capacity})

    @property
    def horizon(self) -> str:
        """Over how long a customer's worth is counted, in words: "18 months", "3 years"."""
        unit, many = PERIODS.get(self.per_year, "month"), self.periods.mid
        many = many if self.per_year in PERIODS else many * 12 / self.per_year
        return f"{round(many, 1):g} {unit}{'' if round(many, 1) == 1 else 's'}"

    @property
    def assumed(self) -> tuple[str, ...]:
        """The rates nobody has measured yet, as "action: rate"."""
        return tuple(f"{a.name}: {r}" for a in self.actions for r in RATES if getattr(a, r).source == "assumed")
