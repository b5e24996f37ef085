"""What each action is expected to bring with each customer, after what it costs.

    net = p·s·V − p·s·c − (1−p)·u·c − f − (1−p)·w·V

p probability of leaving · s save rate · u take-up among those who would have stayed · w wake-up rate ·
V what the customer is worth · c what a taken offer costs · f what the contact costs.
"Low" takes every assumption at its less favourable end at once, "high" every one at its better end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from churn.money.customer_worth import Stakes, worth
from churn.money.eligibility import absent
from churn.money.playbook import RATES, SCENARIOS, Action, Playbook, Scenario
from churn.notices import Notice


@dataclass(frozen=True)
class Terms:
    """The numbers of one action for every customer, in one scenario; each an array or one number for all."""

    save: np.ndarray | float
    take_up: np.ndarray | float
    wake_up: np.ndarray | float
    contact: np.ndarray | float
    offer: np.ndarray | float

    def only(self, rows: np.ndarray) -> Terms:
        """The same for some of the customers."""
        return Terms(*(v[rows] if isinstance(v, np.ndarray) else v for v in vars(self).values()))


@dataclass(frozen=True)
class Offers:
    """Every action against every customer: expected gain and expected cost; gain is −inf where it may not be offered.

    reserved    the cost if the customer takes the offer for certain
    """

    actions: tuple[Action, ...]
    gain: np.ndarray
    cost: np.ndarray
    worth: np.ndarray
    notices: tuple[Notice, ...] = ()

    @property
    def best(self) -> np.ndarray:
        """Per customer the action that brings most, or −1 where nothing brings more than nothing."""
        if not self.gain.shape[1]:
            return np.full(len(self.gain), -1)
        best = self.gain.argmax(axis=1)
        return np.where(self.gain[np.arange(len(best)), best] > 0, best, -1)


def terms(action: Action, bill: np.ndarray, at: Scenario = "mid", *, columns: Any = None) -> Terms:
    """An action's numbers for customers with these bills; segments of the playbook need the columns."""
    offer = action.offer.against(at) + action.bill_share.against(at) * action.bill_periods * bill
    rates = {rate: _rate(action, rate, at, columns, len(bill)) for rate in RATES}
    return Terms(contact=action.contact.against(at), offer=offer, **rates)


def net_gain(p: Any, value: Any, given: Terms) -> Any:
    """What treating a customer brings on average, after costs and after those it wakes up."""
    saved = p * given.save * (value - given.offer)
    return saved - (1.0 - p) * (given.take_up * given.offer + given.wake_up * value) - given.contact


def expected_effect(p: Any, given: Terms) -> Any:
    """By how much treating a customer is expected to lower the chance of leaving, wake-ups counted against it."""
    return p * given.save - (1.0 - p) * given.wake_up


def expected_cost(p: Any, given: Terms) -> Any:
    """What treating a customer is expected to cost: the contact, and the offer as often as it is taken."""
    return given.contact + (p * given.save + (1.0 - p) * given.take_up) * given.offer


def break_even(value: Any, given: Terms) -> np.ndarray:
    """The probability above which an action pays for itself; inf where it never does."""
    loss = given.take_up * given.offer + given.wake_up * value
    slope = np.asarray(given.save * (value - given.offer) + loss, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        point = (given.contact + loss) / slope
    return np.where((slope > 0) & (point <= 1), point, np.inf)


def offers(given: Stakes, playbook: Playbook, columns: Any, at: Scenario = "mid", *, barred: Any = None) -> Offers:
    """Gain and cost of every action with every customer.

    columns     the table the rules look at (Arrow, pandas or arrays by name)
    barred      rows × actions that may not be offered for another reason, such as a recent contact
    """
    value = worth(given, playbook, at)
    shape = (given.rows, len(playbook.actions))
    gain, cost, notices = np.full(shape, -np.inf), np.zeros(shape), []
    for a, action in enumerate(playbook.actions):
        missing = _absent(action, columns)
        if missing:
            notices.append(_left_out(action, missing))
            continue
        allowed = action.rule.holds(columns, given.rows)
        if barred is not None:
            allowed = allowed & ~barred[:, a]
        stated = terms(action, given.bill, at, columns=columns)
        gain[:, a] = np.where(allowed, net_gain(given.probability, value, stated), -np.inf)
        cost[:, a] = expected_cost(given.probability, stated)
    return Offers(playbook.actions, gain, cost, value, tuple(notices))


def chosen_gain(given: Stakes, playbook: Playbook, columns: Any, choice: np.ndarray) -> dict[Scenario, np.ndarray]:
    """The gain of the action chosen for each customer (−1: none) in the low, mid and high case side by side."""
    gains: dict[Scenario, np.ndarray] = {at: np.zeros(given.rows) for at in SCENARIOS}
    for a, action in enumerate(playbook.actions):
        rows = np.flatnonzero(choice == a)
        if not len(rows):
            continue
        some = given.only(rows)
        for at in SCENARIOS:
            stated = terms(action, given.bill, at, columns=columns).only(rows)
            gains[at][rows] = net_gain(some.probability, worth(some, playbook, at), stated)
    return gains


def tier_edges(given: Stakes, playbook: Playbook, columns: Any) -> np.ndarray:
    """Per customer the lowest probability at which some action would pay; inf where none would."""
    value = worth(given, playbook)
    lowest = np.full(given.rows, np.inf)
    for action in playbook.actions:
        if _absent(action, columns):
            continue
        point = break_even(value, terms(action, given.bill, columns=columns))
        lowest = np.minimum(lowest, np.where(action.rule.holds(columns, given.rows), point, np.inf))
    return lowest


def _rate(action: Action, rate: str, at: Scenario, columns: Any, rows: int) -> np.ndarray | float:
    def case(estimate: Any) -> float:
        return estimate.at(at) if rate == "save" else estimate.against(at)

    special = [s for s in action.segments if rate in s.rates and columns is not None and not absent(s.rule, columns)]
    if not special:
        return case(getattr(action, rate))
    rates = np.full(rows, case(getattr(action, rate)))
    for segment in reversed(special):
        rates[segment.rule.holds(columns, rows)] = case(segment.rates[rate])
    return rates


def _absent(action: Action, columns: Any) -> tuple[str, ...]:
    names = getattr(columns, "column_names", None)
    return absent(action.rule, columns if names is None else names)


def _left_out(action: Action, missing: tuple[str, ...]) -> Notice:
    what = ", ".join(missing)
    return Notice("warning", f"{action.words} is left out: the list has no column {what}, which its rule needs.")
