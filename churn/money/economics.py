"""What a customer is worth if they stay: the bill, the margin, how many periods, discounted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from churn.errors import ListRefused, RequestRefused
from churn.money.playbook import RATES, SCENARIOS, Action, Playbook, Scenario
from churn.money.rules import missing_columns
from churn.notices import Notice, do
from churn.notices import many as counted


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


def build_stakes(
    probability: Any, bill: Any | None, playbook: Playbook, *, column: str = "", called: str = "", remaining: Any = None
) -> Stakes:
    """What is at stake with each customer; bills that make no sense count as nothing and are reported.

    column      the name of the column the bill was read from, for the notices
    called      what that column is called in a sentence
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
    amounts, notices = _clean_bills(np.asarray(bill, float), column, playbook.learnt_bills)
    return Stakes(p, amounts, _periods(remaining), _basis(playbook, called or column or "value"), notices)


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


def _clean_bills(
    bill: np.ndarray, column: str, learnt: tuple[float, float] | None
) -> tuple[np.ndarray, tuple[Notice, ...]]:
    """Bills that can be added up, none missing, negative or far above all that was learnt; and what was done."""
    missing, negative = ~np.isfinite(bill), np.nan_to_num(bill) < 0
    notices = tuple(
        Notice(
            "warning",
            f"{counted(many, 'customer')} {do(many, 'has', 'have')} {what} in {column or 'the value'}; {then}.",
            column or None,
            many,
        )
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


# What each action is expected to bring with each customer, after what it costs.
#
#     net = p·s·V − p·s·c − (1−p)·u·c − f − (1−p)·w·V
#
# p probability of leaving · s save rate · u take-up among those who would have stayed · w wake-up rate · V what
# the customer is worth · c what a taken offer costs · f what the contact costs. "Low" takes every assumption at
# its less favourable end at once, "high" every one at its better end.


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


def build_terms(action: Action, bill: np.ndarray, at: Scenario = "mid", *, columns: Any = None) -> Terms:
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


def price_offers(
    given: Stakes, playbook: Playbook, columns: Any, at: Scenario = "mid", *, barred: Any = None
) -> Offers:
    """Gain and cost of every action with every customer.

    columns     the table the rules look at (Arrow, pandas or arrays by name)
    barred      rows × actions that may not be offered for another reason, such as a recent contact
    """
    value = worth(given, playbook, at)
    shape = (given.rows, len(playbook.actions))
    gain, cost, notices = np.full(shape, -np.inf), np.zeros(shape), []
    for a, action in enumerate(playbook.actions):
        missing = _missing_columns(action, columns)
        if missing:
            notices.append(_left_out_notice(action, missing))
            continue
        allowed = action.rule.holds(columns, given.rows)
        if barred is not None:
            allowed = allowed & ~barred[:, a]
        stated = build_terms(action, given.bill, at, columns=columns)
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
            stated = build_terms(action, given.bill, at, columns=columns).only(rows)
            gains[at][rows] = net_gain(some.probability, worth(some, playbook, at), stated)
    return gains


def tier_edges(given: Stakes, playbook: Playbook, columns: Any) -> np.ndarray:
    """Per customer the lowest probability at which some action would pay; inf where none would."""
    value = worth(given, playbook)
    lowest = np.full(given.rows, np.inf)
    for action in playbook.actions:
        if _missing_columns(action, columns):
            continue
        point = break_even(value, build_terms(action, given.bill, columns=columns))
        lowest = np.minimum(lowest, np.where(action.rule.holds(columns, given.rows), point, np.inf))
    return lowest


def _rate(action: Action, rate: str, at: Scenario, columns: Any, rows: int) -> np.ndarray | float:
    def case(estimate: Any) -> float:
        return estimate.at(at) if rate == "save" else estimate.against(at)

    special = [
        s for s in action.segments if rate in s.rates and columns is not None and not missing_columns(s.rule, columns)
    ]
    if not special:
        return case(getattr(action, rate))
    rates = np.full(rows, case(getattr(action, rate)))
    for segment in reversed(special):
        rates[segment.rule.holds(columns, rows)] = case(segment.rates[rate])
    return rates


def _missing_columns(action: Action, columns: Any) -> tuple[str, ...]:
    names = getattr(columns, "column_names", None)
    return missing_columns(action.rule, columns if names is None else names)


def _left_out_notice(action: Action, missing: tuple[str, ...]) -> Notice:
    what = ", ".join(missing)
    return Notice("warning", f"{action.words} is left out: the list has no column {what}, which its rule needs.")


# Value at risk: the probability of leaving times what the customer is worth, by the playbook in force.
#
# It stands on the same worth as the expected gain of an offer, over the same horizon, and is therefore never
# below it.


@dataclass(frozen=True)
class Valuation:
    """How customers are valued: by the list's value column, or by the bill the playbook assumes.

    column      the column with the money of a period; None where there is none
    """

    playbook: Playbook
    column: str | None = None

    @property
    def assumed_bill(self) -> float | None:
        """What every customer is taken to pay in a period, where no column says it."""
        return self.playbook.bill if self.column is None else None

    @property
    def basis(self) -> str:
        """What the worth is made of; two lists are comparable in money where this is the same."""
        bill, playbook = self.assumed_bill, self.playbook
        paid = self.column or ("" if bill is None else f"{bill:g} assumed")
        if not paid:
            return ""
        return f"{paid} × {playbook.margin.mid:g} over {playbook.horizon}, discounted {playbook.discount:g} a year"

    def of_list(self, names: Collection[str]) -> Valuation:
        """The same for a list with these columns: without the value column, the assumed bill counts."""
        return self if self.column in names else replace(self, column=None)

    def at_risk(self, probability: np.ndarray, bill: np.ndarray | None) -> np.ndarray:
        """Probability times worth, customer by customer; NaN where nobody knows what a customer pays."""
        if bill is None and self.playbook.bill is None:
            return np.full(len(probability), np.nan)
        given = build_stakes(probability, bill, self.playbook, column=self.column or "")
        found = given.probability * worth(given, self.playbook)
        return found if bill is None else np.where(np.isnan(bill), np.nan, found)

    def at_risk_in(self, table: pa.Table, probability: np.ndarray) -> pa.Array:
        """The same for the customers of a checked list; null where it is not known."""
        column = self.of_list(table.column_names).column
        bill = None if column is None else np.asarray(table.column(column).cast(pa.float64()).to_numpy(), float)
        return pa.array(self.at_risk(probability, bill), from_pandas=True)

    def at_risk_of(self, probability: np.ndarray, bill: float | None) -> float | None:
        """The same for one customer who pays this much in a period (None: not known); None where it is not known."""
        known = None if self.column is None else np.array([np.nan if bill is None else bill], float)
        found = float(self.at_risk(probability, known)[0])
        return None if np.isnan(found) else found


# How long customers stay: Kaplan–Meier curves by segment, expected remaining periods, and what those are worth.
#
# A customer still here after 12 months has stayed *at least* 12 (a censored time); the curve counts both kinds
# rightly. The interval is Greenwood's, on the log(−log) scale so that it never leaves 0–1.


Z95 = 1.959963984540054


@dataclass(frozen=True)
class StayCurve:
    """The share of customers still here after each period in which somebody left, with its 95 % interval."""

    times: np.ndarray
    share: np.ndarray
    low: np.ndarray
    high: np.ndarray
    customers: int
    leavers: int
    longest: float

    def at(self, periods: Any) -> np.ndarray:
        """The share still here after so many periods; beyond the longest time seen the last share stays."""
        return _step(self.times, self.share, periods)

    def interval_at(self, periods: Any) -> tuple[np.ndarray, np.ndarray]:
        """The 95 % interval of that share."""
        return _step(self.times, self.low, periods), _step(self.times, self.high, periods)

    def remaining(self, tenure: Any, horizon: float) -> np.ndarray:
        """Periods a customer of this tenure is expected to stay within the horizon.

        Beyond the longest time seen the curve goes on at its average rate of leaving, which is an assumption.
        """
        tenure = np.asarray(tenure, float)
        grid, area = self._area(float(np.nanmax(tenure, initial=0.0)) + horizon)
        now = np.interp(tenure, grid, self._extended(grid))
        stay = np.interp(tenure + horizon, grid, area) - np.interp(tenure, grid, area)
        return np.where(now > 0, stay / np.where(now > 0, now, 1.0), 0.0)

    def _extended(self, grid: np.ndarray) -> np.ndarray:
        inside = np.maximum(self.at(np.minimum(grid, self.longest)), 1e-12)
        rate = -np.log(inside[-1]) / self.longest if self.longest > 0 else 0.0
        return inside * np.exp(-rate * np.maximum(grid - self.longest, 0.0))

    def _area(self, end: float) -> tuple[np.ndarray, np.ndarray]:
        grid = np.linspace(0.0, max(end, 1.0), int(8 * max(end, 1.0)) + 1)
        share = self._extended(grid)
        steps = np.diff(grid) * (share[1:] + share[:-1]) / 2.0
        return grid, np.concatenate([[0.0], np.cumsum(steps)])


def stay_curve(tenure: Any, left: Any) -> StayCurve:
    """The Kaplan–Meier curve of one group: how long each has been a customer, and whether they have left."""
    time, gone = np.asarray(tenure, float), np.asarray(left, bool)
    known = np.isfinite(time) & (time >= 0)
    time, gone = time[known], gone[known]
    if not len(time):
        raise ListRefused("Nobody on the list has a usable tenure.", "Name the column that counts periods as customer.")
    times = np.unique(time[gone])
    left_then = np.searchsorted(np.sort(time[gone]), times, "right") - np.searchsorted(np.sort(time[gone]), times)
    at_risk = len(time) - np.searchsorted(np.sort(time), times)
    share = np.cumprod(1.0 - left_then / at_risk)
    low, high = _greenwood(share, left_then, at_risk)
    return StayCurve(times, share, low, high, len(time), int(gone.sum()), float(time.max()))


def stay_curves(tenure: Any, left: Any, segment: Any) -> dict[str, StayCurve]:
    """One curve per segment, by the segment's name; customers without one are left out."""
    names = np.array([None if _blank(s) else str(s) for s in segment], object)
    time, gone = np.asarray(tenure, float), np.asarray(left, bool)
    known = sorted({n for n in names if n is not None})
    return {name: stay_curve(time[names == name], gone[names == name]) for name in known}


def remaining_periods(
    curves: dict[str, StayCurve], tenure: Any, segment: Any, *, whole: StayCurve, horizon: float, fewest: int = 30
) -> np.ndarray:
    """Per customer the expected remaining periods by their segment's curve.

    A segment with fewer than `fewest` leavers is too thin for a curve of its own: the whole list's counts there.
    """
    names = np.array([str(s) for s in segment], object)
    left = whole.remaining(np.nan_to_num(np.asarray(tenure, float)), horizon)
    for name, curve in curves.items():
        rows = names == name
        if curve.leavers >= fewest and rows.any():
            left[rows] = curve.remaining(np.nan_to_num(np.asarray(tenure, float)[rows]), horizon)
    return left


def lifetime_value(bill: Any, remaining: Any, playbook: Playbook) -> np.ndarray:
    """What a customer will bring: bill × margin × the remaining periods in today's money."""
    return np.asarray(bill, float) * playbook.margin.mid * present_periods(np.asarray(remaining, float), playbook)


def _greenwood(share: np.ndarray, left_then: np.ndarray, at_risk: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(np.cumsum(left_then / (at_risk * (at_risk - left_then)))) / np.abs(np.log(share))
        centre = np.log(-np.log(share))
        low, high = (np.exp(-np.exp(centre + sign * Z95 * spread)) for sign in (1.0, -1.0))
    certain = ~np.isfinite(low) | ~np.isfinite(high)
    return np.where(certain, 0.0, low), np.where(certain, share.clip(0, 1), high)


def _step(times: np.ndarray, heights: np.ndarray, at: Any) -> np.ndarray:
    return np.concatenate([[1.0], heights])[np.searchsorted(times, np.asarray(at, float), "right")]


def _blank(value: Any) -> bool:
    return value is None or value != value


# EMPC: the expected maximum profit of a churn model (Verbraken 2013), shown as one line beside the others.
#
# It takes one customer value for everybody and a Beta-distributed acceptance rate, and charges the incentive to
# every contacted stayer; so it compares models, while the plan decides by expected gain.


@dataclass(frozen=True)
class Empc:
    """Profit per customer when each acceptance rate is answered with its best list, and the share contacted then."""

    profit: float
    share: float


def expected_maximum_profit(
    left: np.ndarray,
    score: np.ndarray,
    *,
    acceptance: tuple[float, float] = (6.0, 14.0),
    worth: float = 200.0,
    incentive: float = 10.0,
    contact: float = 1.0,
) -> Empc:
    """The expected maximum profit per customer of a ranking, over a Beta(a, b) acceptance rate."""
    left = np.asarray(left, bool)
    if left.all() or not left.any():
        raise RequestRefused("EMPC needs customers who left and customers who stayed.", "Use a list with both.")
    churners, stayers = left.mean(), 1.0 - left.mean()
    caught, bothered = _hull(left, np.asarray(score, float))
    # Contacting the next stretch of the curve pays from this acceptance rate on.
    gained, lost = np.diff(caught) * churners, np.diff(bothered) * stayers
    pays = (contact * gained + (incentive + contact) * lost) / ((worth - incentive) * gained)
    edges = np.concatenate([[0.0], np.clip(pays, 0.0, 1.0), [1.0]])
    weight, mean = _beta_pieces(edges, *acceptance)
    fixed = contact * churners * caught + (incentive + contact) * stayers * bothered
    profit = np.sum((worth - incentive) * churners * caught * mean - fixed * weight)
    share = np.sum((churners * caught + stayers * bothered) * weight)
    return Empc(float(profit), float(share))


def _hull(left: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The corners of the upper convex hull of the ROC curve: share of churners caught, share of stayers bothered."""
    order = np.argsort(-score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    caught = np.append(0.0, np.cumsum(left[order])[ends] / left.sum())
    bothered = np.append(0.0, np.cumsum(~left[order])[ends] / (~left).sum())
    caught, bothered = _thinned(caught, bothered)
    kept: list[int] = []
    for i in range(len(caught)):
        while len(kept) > 1 and _below(kept[-2], kept[-1], i, caught, bothered):
            kept.pop()
        kept.append(i)
    # Past the first corner that catches every leaver, contacting more can never pay.
    full = next(i for i, k in enumerate(kept) if caught[k] >= 1.0)
    corners = kept[: full + 1]
    return caught[corners], bothered[corners]


def _thinned(up: np.ndarray, along: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The points without most of those under the line between their neighbours, which are no corners for certain."""
    while len(up) > 2:
        rise, run = np.diff(up), np.diff(along)
        under = rise[:-1] * run[1:] <= rise[1:] * run[:-1]
        if under.sum() < 0.1 * len(up):
            return up, along
        stays = np.concatenate([[True], ~under, [True]])
        up, along = up[stays], along[stays]
    return up, along


def _below(a: int, b: int, c: int, up: np.ndarray, along: np.ndarray) -> bool:
    """Whether the corner b lies on or under the line from a to c."""
    return bool((up[b] - up[a]) * (along[c] - along[a]) <= (up[c] - up[a]) * (along[b] - along[a]))


def _beta_pieces(edges: np.ndarray, a: float, b: float) -> tuple[np.ndarray, np.ndarray]:
    """Between neighbouring edges: the probability of such an acceptance rate, and its share of the mean."""
    from scipy.special import betainc

    return np.diff(betainc(a, b, edges)), a / (a + b) * np.diff(betainc(a + 1.0, b, edges))
