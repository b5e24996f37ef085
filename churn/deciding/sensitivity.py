"""What a campaign's money hangs on, and what other ways to choose would bring on the same list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from churn.deciding.campaign import Campaign
from churn.deciding.choosing.ordering import Order
from churn.deciding.choosing.weighing import weighed
from churn.money.customer_worth import stakes
from churn.money.playbook import Playbook
from churn.money.policies import Policy, ProfitCurve, above, compared_policies, profit_curve
from churn.money.tornado import Bar, assumption_bars

if TYPE_CHECKING:
    import pandas as pd


def campaign_bars(campaign: Campaign, playbook: Playbook, *, value: str | None) -> tuple[Bar, ...]:
    """How far the gain of the treated moves with each assumption, widest first; the choice stays as it is.

    value       the name of the value column the campaign was planned with
    """
    treat = campaign.table[campaign.table["arm"] == "treat"]
    bill = None if value is None else treat[value]
    given = stakes(treat["probability"], bill, playbook, column=value or "", remaining=treat.get("remaining"))
    places = {name: place for place, name in enumerate(playbook.names)}
    choice = np.array([places[name] for name in treat["action"]], int)
    return assumption_bars(given, playbook, treat, choice)


def list_policies(
    scored: pd.DataFrame, playbook: Playbook, *, key: str = "key", value: str | None = "value"
) -> tuple[tuple[Policy, ...], ProfitCurve]:
    """Four ways to choose from a scored list without a budget, and the gain by length of the list."""
    ready = weighed(scored, playbook, Order(), key=key, value=value, history=None)
    best = ready.found.gain.max(axis=1, initial=-np.inf)
    return compared_policies(ready.given, playbook, scored), profit_curve(best, ready.given.probability)


def list_above(
    scored: pd.DataFrame, playbook: Playbook, threshold: float, *, key: str = "key", value: str | None = "value"
) -> Policy:
    """What treating everybody from a probability on would bring and reach."""
    ready = weighed(scored, playbook, Order(), key=key, value=value, history=None)
    return above(ready.given, playbook, scored, threshold)
