"""What a customer is worth if they stay: the bill, the margin, how many periods, discounted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from churn.errors import RequestRefused
from churn.money.playbook import Playbook, Scenario
from churn.notices import Notice


@dataclass(frozen=True)
class Stakes:
    """Who might leave and what is at stake, one number per customer in the order of the list.

    bill        money per period, never negative or missing (such customers count as worth nothing)
    remaining   periods each is expected to stay, where a lifetime says so; else the playbook's periods count
    """

    probability: np.ndarray
    bill: np.ndarray
    remaining: np.ndarray | None = None
    basis: str = ""
    notices: tuple[Notice, ...] = ()

    @property
    def rows(self) -> int:
        """How many customers there are."""
        return len(self.probability)

    def only(self, rows: np.ndarray) -> Stakes:
        """The same for some of the customers."""
        remaining = None if self.remaining is None else self.remaining[rows]
        return Stakes(self.probability[rows], self.bill[rows], remaining, self.basis, self.notices)


def stakes(
    probability: Any, bill: Any | None, playbook: Playbook, *, column: str = "", said: str = "", remaining: Any = None
) -> Stakes:
    """What is at stake with each customer; bills that make no sense count as nothing and are reported.

    column      the name of the column the bill was read from, for the notices
    said        what that column is called in a sentence
    """
    p = np.asarray(probability, float)
    if len(p) and not (np.isfinite(p).all() and p.min() >= 0 and p.max() <= 1):
        raise RequestRefused("Some probabilities are not between 0 and 1.", "Score the list again.")
    if bill is None:
        if playbook.bill is None:
            raise RequestRefused(
                "The list has no column that says what a customer is worth, and the playbook assumes no bill.",
                "Name the value column, or add bill = … at the top of the playbook.",
            )
        note = Notice("warning", f"No value column: every customer is taken to pay {playbook.bill:,.2f} (assumed).")
        return Stakes(p, np.full(len(p), playbook.bill), _periods(remaining), _basis(playbook, "assumed bill"), (note,))
    amounts, notices = _sound(np.asarray(bill, float), column, playbook.learnt_bills)
    return Stakes(p, amounts, _periods(remaining), _basis(playbook, said or column or "value"), notices)


def worth(given: Stakes, playbook: Playbook, at: Scenario = "mid") -> np.ndarray:
    """The profit each customer still brings if they stay, in today's money."""
    most, by_bill = playbook.periods.at(at), given.bill * playbook.margin.at(at)
    if given.remaining is None:
        return by_bill * _present(most, playbook.discount, playbook.per_year)
    return by_bill * present_periods(np.minimum(most, given.remaining), playbook)


def present_periods(periods: np.ndarray | float, playbook: Playbook) -> np.ndarray:
    """Periods to come counted in today's money: 12 at 10 % a year count as 11.5; the first is paid at once."""
    return _in_todays_money(np.asarray(periods, float), playbook.discount, playbook.per_year)


def _in_todays_money(count: np.ndarray, discount: float, per_year: float) -> np.ndarray:
    rate = (1.0 + discount) ** (1.0 / per_year) - 1.0
    if rate == 0.0:
        return count
    whole = np.floor(count)
    last = (count - whole) * (1.0 + rate) ** -whole
    return (1.0 - (1.0 + rate) ** -whole) / rate * (1.0 + rate) + last


@lru_cache(256)
def _present(periods: float, discount: float, per_year: float) -> float:
    """The same for one number of periods that counts for everybody."""
    return float(_in_todays_money(np.full(1, periods), discount, per_year)[0])


def _periods(remaining: Any) -> np.ndarray | None:
    return None if remaining is None else np.nan_to_num(np.asarray(remaining, float), nan=0.0).clip(min=0.0)


def _sound(bill: np.ndarray, column: str, learnt: tuple[float, float] | None) -> tuple[np.ndarray, tuple[Notice, ...]]:
    """Bills that can be added up, none missing, negative or far above all that was learnt; and what was done."""
    missing, negative = ~np.isfinite(bill), np.nan_to_num(bill) < 0
    notices = tuple(
        Notice("warning", f"{many:,} customers have {what} in {column or 'the value'}; {then}.", column or None, many)
        for bad, what in ((missing, "nothing"), (negative, "a negative amount"))
        if (many := int(bad.sum()))
        for then in ("they count as worth nothing and are not treated",)
    )
    sound = np.where(missing | negative, 0.0, bill)
    if learnt is None or not (far := sound > learnt[0]).any():
        return sound, notices
    many = int(far.sum())
    who = "1 customer has" if many == 1 else f"{many:,} customers have"
    text = (
        f"{who} far more in {column or 'the value'} than anybody learnt from; they count with the largest learnt from."
    )
    return np.where(far, learnt[1], sound), (*notices, Notice("warning", text, column or None, many))


def _basis(playbook: Playbook, column: str) -> str:
    margin, periods = playbook.margin, playbook.periods
    discount = f", discounted {playbook.discount:.0%} a year" if playbook.discount else ""
    return f"{column} × {margin.mid:.0%} margin × {periods.mid:g} periods{discount}"
