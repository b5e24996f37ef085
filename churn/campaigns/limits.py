"""What the analyst asks of a campaign, checked and turned into limits on the choice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import floor, isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from churn.campaigns.optimizer import Limit
from churn.errors import RequestRefused
from churn.money.economics import Offers
from churn.money.playbook import Playbook, Scenario
from churn.money.rules import Clause, Rule
from churn.notices import Notice, do, listed
from churn.notices import many as counted
from churn.options import pair_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Order:
    """What the analyst asks for.

    budget      the most the campaign may be expected to cost; None: as much as pays
    capacity    per channel, in place of the playbook's
    at_most     (column, value) → so many treated customers of that segment at most; at_least the same as a minimum
    holdout     the share held out at random, to measure against
    seed        decides the draw; the same seed gives the same arms
    scenario    the assumptions to plan by: `low` makes the plan that is best if everything goes less well
    name        the campaign's id; made from its content when not given
    title       what people call it, where that is not its id
    """

    budget: float | None = None
    capacity: Mapping[str, int] = field(default_factory=dict)
    at_most: Mapping[tuple[str, str], int] = field(default_factory=dict)
    at_least: Mapping[tuple[str, str], int] = field(default_factory=dict)
    holdout: float = 0.1
    seed: int = 0
    scenario: Scenario = "mid"
    name: str = ""
    title: str = ""


def check_order(order: Order) -> Order:
    """The order itself, or a refusal of the number that makes no sense."""
    if order.budget is not None and not (isfinite(order.budget) and order.budget >= 0):
        raise RequestRefused(f"The budget is {order.budget:,.2f}.", "Give a budget of 0 or more.")
    for what, numbers in (("capacity", order.capacity), ("at most", order.at_most), ("at least", order.at_least)):
        for name, number in numbers.items():
            if number < 0 or number != int(number):
                said = name if isinstance(name, str) else "=".join(name)
                raise RequestRefused(f"The {what} for {said} is {number:g}.", "Give a whole number, 0 or more.")
    if not 0.0 <= order.holdout <= 0.5:
        raise RequestRefused(f"The holdout share is {order.holdout:g}.", "Choose a share from 0 to 0.5, such as 0.1.")
    return order


def build_limits(order: Order, playbook: Playbook, columns: Any, *, rows: int) -> tuple[Limit, ...]:
    """The limits as they stand for the treated customers: budget, channels, segments."""
    found = [] if order.budget is None else [Limit("budget", "budget", float(order.budget))]
    capacity = playbook.with_capacity(order.capacity).capacity
    for channel, most in capacity.items():
        uses = np.array([a.channel == channel for a in playbook.actions])
        found.append(Limit("channel", channel, float(most), actions=uses))
    for kind, asked in (("at most", order.at_most), ("at least", order.at_least)):
        for (column, value), number in asked.items():
            members = _members(columns, column, value, rows)
            found.append(Limit(kind, f"{column} = {value}", float(number), members=members))
    return tuple(found)


def widen_limits(limits: tuple[Limit, ...], factor: float) -> tuple[Limit, ...]:
    """The limits for both arms together, so that the treated arm alone fills the ones that stand."""
    return tuple(
        Limit(x.kind, x.name, _whole(x, x.most * factor), members=x.members, actions=x.actions) for x in limits
    )


def _whole(limit: Limit, most: float) -> float:
    if limit.kind == "budget":
        return most
    return -floor(-most + 1e-9) if limit.kind == "at least" else floor(most + 1e-9)


def _members(columns: Any, column: str, value: str, rows: int) -> np.ndarray:
    names = getattr(columns, "column_names", None)
    names = list(columns) if names is None else list(names)
    if column not in names:
        shown = ", ".join(str(n) for n in names[:12])
        raise RequestRefused(f"The list has no column {column!r} to set a limit on.", f"It has: {shown}.")
    members = Rule("", clause=Clause(column, "is", (value,))).holds(columns, rows)
    if not members.any():
        raise RequestRefused(f"Nobody on the list has {column} = {value}.", "Check the spelling of the value.")
    return members


def check_minimums(limits: tuple[Limit, ...], open_to: np.ndarray) -> None:
    """Refuse a minimum that is larger than the number of customers who may be offered anything."""
    for limit in limits:
        if limit.kind == "at least" and limit.members is not None:
            there = int((limit.members & open_to).sum())
            if there < limit.most:
                asked = f"At least {limit.most:g} with {limit.name} are asked for"
                raise RequestRefused(
                    f"{asked}, but only {there} may be offered anything.",
                    "Lower the minimum or the holdout share, or widen the rules of the playbook.",
                )


# An order as it is said in words, the same on the command line and over HTTP: CHANNEL=N, COL=VALUE:N.


Texts = Sequence[str]


def parse_order(*, capacity: Texts = (), at_least: Texts = (), at_most: Texts = (), **words: Any) -> Order:
    """The order these words make; `words` are its other fields."""
    return Order(
        capacity=dict(_channel(text) for text in capacity),
        at_least=dict(_segment(text) for text in at_least),
        at_most=dict(_segment(text) for text in at_most),
        **words,
    )


def _channel(text: str) -> tuple[str, int]:
    channel, number = pair_of(text, "CHANNEL=N")
    return channel, _whole_number(number, "capacity")


def _segment(text: str) -> tuple[tuple[str, str], int]:
    pair, mark, number = text.rpartition(":")
    if not mark:
        raise RequestRefused(f"{text!r} does not say how many.", "Write it as COL=VALUE:N.")
    return pair_of(pair, "COL=VALUE:N"), _whole_number(number, f"limit for {pair}")


def _whole_number(text: str, what: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise RequestRefused(f"The {what} is {text!r}.", "Give a whole number, 0 or more.") from None


# Who may not be offered what just now: contacted too recently, or for reasons the action does not answer.


DRIVER = "driver_"


@dataclass(frozen=True)
class History:
    """What the database remembers about the customers.

    arms        of an earlier export of this campaign, `treat` or `holdout` by key; they stand
    contacts    earlier contacts: `key` and `date`; `as_of` is then the day of the campaign
    never       keys of customers who are better left alone: an experiment has named them sleeping dogs
    """

    arms: dict[str, str] | None = None
    contacts: pd.DataFrame | None = None
    as_of: Any = None
    never: frozenset[str] = frozenset()


def contact_cooldown(
    scored: pd.DataFrame, playbook: Playbook, *, keys: np.ndarray, history: History
) -> tuple[np.ndarray | None, tuple[Notice, ...]]:
    """Customers × actions that may not be offered now, and what to say about it."""
    stopped = np.zeros((len(scored), len(playbook.actions)), bool)
    resting, unanswered = _stop_resting(stopped, playbook, keys, history), _stop_unanswered(stopped, scored, playbook)
    notices = (*resting, *unanswered, *_stop_suppressed(stopped, keys, history))
    return (stopped if stopped.any() else None), notices


def _stop_resting(stopped: np.ndarray, playbook: Playbook, keys: np.ndarray, history: History) -> tuple[Notice, ...]:
    import pandas as pd

    contacts, as_of = history.contacts, history.as_of
    if contacts is None or contacts.empty:
        return ()
    if as_of is None:
        raise RequestRefused("Earlier contacts are known, but not the day of the campaign.", "Give the day as as_of.")
    last = contacts.assign(key=contacts["key"].astype(str)).groupby("key")["date"].max()
    days = (pd.Timestamp(as_of) - pd.to_datetime(last.reindex(keys))).dt.days.to_numpy(float)
    for a, action in enumerate(playbook.actions):
        stopped[:, a] |= np.nan_to_num(days, nan=np.inf) < action.rest_days
    many = int(stopped.any(axis=1).sum())
    if not many:
        return ()
    who = f"{counted(many, 'customer')} {do(many, 'was', 'were')} contacted recently"
    text = f"{who} and {do(many, 'rests', 'rest')} from some or all actions."
    return (Notice("info", text, None, many),)


def _stop_unanswered(stopped: np.ndarray, scored: pd.DataFrame, playbook: Playbook) -> tuple[Notice, ...]:
    drivers = [c for c in scored.columns if str(c).startswith(DRIVER)]
    picky = [a for a, action in enumerate(playbook.actions) if action.only_answers]
    if not picky:
        return ()
    if not drivers:
        names = ", ".join(playbook.actions[a].words for a in picky)
        return (Notice("warning", f"The list has no drivers, so {names} may go to anyone its rule allows."),)
    for a in picky:
        answers = np.column_stack([scored[c].isin(playbook.actions[a].answers) for c in drivers]).any(axis=1)
        stopped[:, a] |= ~answers
    return ()


def _stop_suppressed(stopped: np.ndarray, keys: np.ndarray, history: History) -> tuple[Notice, ...]:
    if not history.never:
        return ()
    alone = np.fromiter((k in history.never for k in keys), bool, len(keys))
    stopped[alone] = True
    many = int(alone.sum())
    if not many:
        return ()
    who = f"{counted(many, 'customer')} {do(many, 'is', 'are')} left alone"
    text = f"{who}: an experiment has shown that contacting them makes them leave."
    return (Notice("info", text, None, many),)


# Why nobody is treated, in one sentence.


Money = Callable[[float], str]


def bare_amount(amount: float) -> str:
    """An amount without a currency."""
    return f"{amount:,.2f}"


def explain_nobody(found: Offers, limits: tuple[Limit, ...], money: Money = bare_amount) -> str:
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
            f"the closest one loses {money(-best)} per customer."
        )
    shut = _closed_limits(limits, found, money) or ["the limits together"]
    leave = "leaves" if len(shut) == 1 and shut[0] != "the limits together" else "leave"
    return f"Nobody is treated, although offers would pay: {listed(shut)} {leave} no room."


def _closed_limits(limits: tuple[Limit, ...], found: Offers, money: Money) -> list[str]:
    """Every limit that lets nobody through by itself."""
    cheapest = float(found.cost[found.gain > 0].min())
    told = [
        f"a budget of {money(x.most)} (the cheapest offer that pays costs {money(cheapest)})"
        for x in limits
        if x.kind == "budget" and x.most < cheapest
    ]
    channels = [x.name for x in limits if x.kind == "channel" and x.most < 1]
    told += [f"a capacity of 0 for {listed(channels)}"] if channels else []
    return told + [f"at most {x.most:g} with {x.name}" for x in limits if x.kind == "at most" and x.most < 1]
