"""A scored list weighed: what each action would bring and cost with each customer, and the limits asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from churn.deciding.choosing.choices import Limit
from churn.deciding.choosing.drawing import Names
from churn.deciding.choosing.ordering import Order, checked_minimums, checked_order, limits_of
from churn.deciding.choosing.resting import History, barred
from churn.errors import ListRefused
from churn.money.customer_worth import Stakes, stakes
from churn.money.gain import Offers, offers
from churn.money.playbook import Playbook
from churn.notices import Notice

if TYPE_CHECKING:
    import pandas as pd


OURS = ("arm", "action", "channel", "cost", "expected_gain", "planned_action", "worth", "probability", "tier")


@dataclass(frozen=True)
class Weighed:
    """Everything a plan chooses from."""

    names: Names
    playbook: Playbook
    given: Stakes
    found: Offers
    limits: tuple[Limit, ...]
    notices: tuple[Notice, ...]


def weighed(
    scored: pd.DataFrame,
    playbook: Playbook,
    order: Order,
    *,
    key: str,
    value: str | None,
    said: str = "",
    history: History | None,
) -> Weighed:
    """The list against the playbook; a list or an order that makes no sense is refused here."""
    order, history = checked_order(order), history or History()
    keys = _keys(scored, key)
    playbook = playbook.with_capacity(order.capacity)
    bill = _bill(scored, value)
    named = {"column": value or "", "said": said}
    given = stakes(scored["probability"], bill, playbook, **named, remaining=scored.get("remaining"))
    stopped, resting = barred(scored, playbook, keys=keys, history=history)
    found = offers(given, playbook, scored, order.scenario, barred=stopped)
    limits = limits_of(order, playbook, scored, rows=given.rows)
    checked_minimums(limits, np.isfinite(found.gain).any(axis=1))
    names = Names(keys, _tiers(scored), history.arms)
    return Weighed(names, playbook, given, found, limits, (*given.notices, *found.notices, *resting))


def _bill(scored: pd.DataFrame, value: str | None) -> np.ndarray | None:
    if value is None:
        return None
    if value not in scored:
        raise ListRefused(f"The list has no column {value!r} to take the value from.", "Name the value column.")
    try:
        return scored[value].to_numpy(float, na_value=np.nan)
    except (TypeError, ValueError):
        raise ListRefused(f"The column {value!r} does not hold numbers.", "Name a column of amounts.") from None


def _keys(scored: pd.DataFrame, key: str) -> np.ndarray:
    if not len(scored):
        raise ListRefused("The list is empty.", "Score a list with customers first.")
    for column in (key, "probability"):
        if column not in scored:
            raise ListRefused(f"The scored list has no column {column!r}.", "Score the list first and name its key.")
    if key in OURS:
        raise ListRefused(f"The key is called {key!r}, which a campaign needs for itself.", "Give it another name.")
    if scored[key].isna().any():
        raise ListRefused(f"Some customers have no {key}.", "Every customer needs one, or arms cannot be remembered.")
    keys = scored[key].astype(str).to_numpy(object)
    if len(set(keys)) < len(keys):
        twice = scored[key].astype(str)[scored[key].astype(str).duplicated()].iloc[0]
        raise ListRefused(f"{key} {twice!r} is on the list more than once.", "Keep one row per customer.")
    return keys


def _tiers(scored: pd.DataFrame) -> np.ndarray:
    return scored["tier"].astype(str).to_numpy(object) if "tier" in scored else np.full(len(scored), "", object)
