"""Earnings: what a model's scores are worth in money, and from which probability an offer pays for itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from churn.errors import ChurnError
from churn.money.customer_worth import stakes
from churn.money.empc import expected_maximum_profit
from churn.money.gain import offers, tier_edges
from churn.money.playbook import Playbook
from churn.money.policies import compared_policies, profit_curve
from churn.notices import Notice

# The terms of EMPC's own defaults: value 200, incentive 10 for everyone contacted, contact 1, three in ten accept.
ASSUMED_BREAK_EVEN = round(11 / (0.3 * 190 + 10), 4)
LOWEST, HIGHEST = 0.005, 0.95


@dataclass(frozen=True)
class Earnings:
    """The money side of a report, per customer, reckoned on who really left.

    basis       whose assumptions these are
    break_even  the middle of the customers' break-even probabilities
    policies    ways to choose whom to treat: name, treated, and gain per customer low, mid, high
    curve       gain per customer by share of the list treated: (share, by expected gain, by risk)
    empc        expected maximum profit per customer (Verbraken 2013), and the share of the list it contacts
    """

    basis: str
    break_even: float
    policies: tuple[dict[str, Any], ...] = ()
    curve: tuple[tuple[float, float, float], ...] = ()
    empc: float | None = None
    empc_share: float | None = None

    def as_json(self) -> dict[str, Any]:
        """The earnings as a plain mapping."""
        return asdict(self)


def break_even_of(playbook: Playbook | None, table: pa.Table, value: str | None) -> tuple[float, str, list[Notice]]:
    """The probability from which the best offer pays for the customer in the middle, whose words that is, notices."""
    if playbook is None or not playbook.actions:
        return ASSUMED_BREAK_EVEN, "assumed: value 200, offer 10, contact 1, 30% accept", []
    try:
        given = stakes(np.zeros(table.num_rows), _bills(table, value), playbook, column=value or "")
        edges = tier_edges(given, playbook, table)
    except ChurnError as problem:
        note = Notice("warning", f"{problem.message} The tiers use an assumed break-even instead. {problem.fix}")
        return ASSUMED_BREAK_EVEN, "assumed", [note]
    paying = edges[np.isfinite(edges)]
    if not len(paying):
        note = Notice("warning", "No offer of the playbook ever pays for itself; the tiers use an assumed break-even.")
        return ASSUMED_BREAK_EVEN, "assumed", [note]
    return float(np.clip(np.median(paying), LOWEST, HIGHEST)), playbook.title or "playbook", []


def earnings_of(
    playbook: Playbook | None,
    table: pa.Table,
    value: str | None,
    scored: tuple[np.ndarray, np.ndarray],
    stated: Earnings,
) -> Earnings:
    """What these scores would have earned on these customers; `scored` is who left and the probabilities."""
    labels, p = scored
    empc = expected_maximum_profit(labels == 1, p)
    found = {**vars(stated), "empc": empc.profit, "empc_share": empc.share}
    if playbook is None or not playbook.actions or stated.basis == "assumed":
        return Earnings(**found)
    given = stakes(p, _bills(table, value), playbook, column=value or "")
    policies = compared_policies(given, playbook, table, left=labels == 1)
    best = offers(given, playbook, table).gain.max(axis=1, initial=-np.inf)
    curve = profit_curve(best, p, points=50)
    rows = len(p)
    parts = zip(curve.customers / rows, curve.by_gain / rows, curve.by_risk / rows, strict=True)
    per_customer = tuple(
        {"name": q.name, "treated": q.treated, "low": q.low / rows, "mid": q.mid / rows, "high": q.high / rows}
        for q in policies
    )
    return Earnings(**{**found, "policies": per_customer, "curve": tuple(tuple(map(float, x)) for x in parts)})


def _bills(table: pa.Table, value: str | None) -> np.ndarray | None:
    return None if value is None else table.column(value).cast(pa.float64()).to_numpy()
