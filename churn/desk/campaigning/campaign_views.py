"""Views of a campaign: what the screens show of it, cut and counted here so that no screen has to reckon."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from churn.book.journal import CampaignRecord, campaigns
from churn.book.measurements import Measurement, measured_so_far
from churn.deciding.budget_curve import BudgetCurve, gain_by_budget, through
from churn.deciding.sensitivity import campaign_bars, list_above, list_policies
from churn.desk.business.playbooks import the_book
from churn.desk.campaigning.campaigns import Planned
from churn.errors import RequestRefused
from churn.money.gain import break_even, terms
from churn.money.playbook import RATES, Action, Estimate, Playbook
from churn.money.playbook_files import playbook_from, playbook_words
from churn.money.policies import Policy, ProfitCurve
from churn.money.tornado import Bar
from churn.profiles import profile_names, read_profile

if TYPE_CHECKING:
    import pandas as pd

SHOWN = ("action", "channel", "cost", "gain_low", "gain_mid", "gain_high", "probability", "break_even", "tier")
ESTIMATES = (*RATES, "contact", "offer", "bill_share")
ENDS = ("low", "mid", "high")
SHARES = (*RATES, "bill_share")
ESTIMATE_WORDS = {
    "save": "share it saves",
    "take_up": "taken by stayers",
    "wake_up": "woken up to leave",
    "contact": "cost of contact",
    "offer": "cost of offer",
    "bill_share": "share of the bill",
}


@dataclass(frozen=True)
class KeptCampaign:
    """A campaign of the book, and what was measured of it."""

    record: CampaignRecord
    measured: Measurement | None
    currency: str = ""

    @property
    def title(self) -> str:
        """What people call it."""
        return str(self.record.asked.get("title") or self.record.campaign)


@dataclass(frozen=True)
class ActionTotal:
    """What a campaign does with one action: how many are treated and held out, what it costs and brings."""

    action: str
    channel: str
    treated: int
    held: int
    cost: float
    low: float
    mid: float
    high: float


def kept_campaigns(home: Path) -> tuple[KeptCampaign, ...]:
    """Every campaign of the book, the latest first."""
    with the_book(home) as book:
        done = measured_so_far(book)
        kept = [(record, done.get(record.campaign)) for record in campaigns(book)]
    return tuple(KeptCampaign(record, measured, campaign_currency(home, record)) for record, measured in kept)


def campaign_currency(home: Path, record: CampaignRecord) -> str:
    """The currency a campaign was planned in; of an older one that of its business, if that is still here."""
    known = record.profile in profile_names(home)
    return str(record.asked.get("currency") or (read_profile(record.profile, home).currency if known else ""))


def chosen_customers(
    planned: Planned, *, arm: str = "treat", most: int = 200, said: Callable[[str], str] = str
) -> pd.DataFrame:
    """Who gets what and why: the first customers of an arm, best expected gain first; `said` shortens a reason."""
    table = planned.campaign.table
    some = table[table["arm"] == arm].head(most)
    words = {a.name: a.words for a in planned.basis.playbook.actions}
    told = some.assign(action=some["planned_action"].map(words), break_even=_break_even(planned, some))
    told = told.assign(channel=some["planned_action"].map({a.name: a.channel for a in planned.basis.playbook.actions}))
    reasons = [c for c in ("reason_1", "reason_2") if c in told]
    told = told.assign(**{c: told[c].map(said, na_action="ignore") for c in reasons})
    found = told[[planned.basis.key, *(c for c in SHOWN if c in told), *reasons]].reset_index(drop=True)
    return found.round(dict.fromkeys(("cost", "gain_low", "gain_mid", "gain_high"), 2))


def action_totals(planned: Planned) -> tuple[ActionTotal, ...]:
    """What the campaign does with each action, the one that brings most first."""
    looked_at = ["planned_action", "arm", "cost", *(f"gain_{end}" for end in ENDS)]
    table, found = planned.campaign.table[looked_at], []
    for action in planned.basis.playbook.actions:
        rows = table[table["planned_action"] == action.name]
        treat = rows[rows["arm"] == "treat"]
        if len(rows):
            gains = {end: round(float(treat[f"gain_{end}"].sum()), 2) for end in ENDS}
            cost, held = round(float(treat["cost"].sum()), 2), len(rows) - len(treat)
            found.append(ActionTotal(action.words, action.channel, len(treat), held, cost, **gains))
    return tuple(sorted(found, key=lambda t: -t.mid))


def budget_curve(planned: Planned) -> BudgetCurve:
    """What each budget would bring with this list and these offers; at its own, what the campaign brings."""
    basis = planned.basis
    curve = gain_by_budget(
        basis.frame, basis.playbook, basis.order, key=basis.key, value=basis.value, history=basis.history
    )
    return through(curve, planned.campaign)


def hangs_on(planned: Planned) -> tuple[Bar, ...]:
    """Which assumptions the campaign's gain hangs on, the widest first."""
    if not planned.campaign.treated:
        return ()
    return campaign_bars(planned.campaign, planned.basis.playbook, value=planned.basis.value)


def other_ways(planned: Planned) -> tuple[tuple[Policy, ...], ProfitCurve]:
    """What other ways to choose would bring on the same list, without a budget."""
    basis = planned.basis
    return list_policies(basis.frame, basis.playbook, key=basis.key, value=basis.value)


def above(planned: Planned, threshold: float) -> Policy:
    """What treating everybody from a probability on would bring and reach, on the same list without a budget."""
    basis = planned.basis
    return list_above(basis.frame, basis.playbook, threshold, key=basis.key, value=basis.value)


def playbook_rows(playbook: Playbook) -> list[dict[str, Any]]:
    """The playbook as rows to look at and to edit: one per action and estimate, with where it comes from."""
    return [
        {"action": a.name, "title": a.words, "segment": where, "estimate": name, **_ends(told), "said": told.said}
        for a in playbook.actions
        for where, name, told in _estimates(a)
    ]


def playbook_with(playbook: Playbook, rows: Sequence[Mapping[str, Any]]) -> Playbook:
    """The playbook with the estimates of edited rows; a number that was changed by hand is assumed again."""
    for row in rows:
        action = playbook.action(str(row["action"]))
        before = {(where, name): told for where, name, told in _estimates(action)}
        where, name = str(row["segment"]), str(row["estimate"])
        told = _told(row, action.words)
        if _ends(told) != _ends(before[where, name]):
            playbook = playbook.having(action.name, **_changed(action, where, name, told))
    return playbook_from(playbook_words(playbook), source="The playbook")


def _told(row: Mapping[str, Any], title: str) -> Estimate:
    """The estimate a row states; a cell that cannot be right is refused by its name."""
    name, where = str(row["estimate"]), f", {row['segment']}" if row["segment"] else ""
    cell = f"{title}, {ESTIMATE_WORDS[name]}{where}"
    ends = [row[end] for end in ENDS]
    for end, number in zip(ENDS, ends, strict=True):
        if number is None or not np.isfinite(number) or number < 0:
            said = "is empty" if number is None or number != number else f"is {number:g}"
            raise RequestRefused(f"{cell}: {end} {said}.", "Write a number, 0 or more.")
        if name in SHARES and number > 1:
            raise RequestRefused(f"{cell}: {end} is {number:g}, more than everybody.", "Write a share from 0 to 1.")
    low, mid, high = map(float, ends)
    if not low <= mid <= high:
        raise RequestRefused(f"{cell}: {low:g}, {mid:g}, {high:g} are not in order.", "Low comes first, high last.")
    return Estimate(low, mid, high)


def _changed(action: Action, where: str, name: str, told: Estimate) -> dict[str, Any]:
    if not where:
        return {name: told}
    parts = [replace(s, rates={**s.rates, name: told}) if s.rule.text == where else s for s in action.segments]
    return {"segments": tuple(parts)}


def _estimates(action: Action) -> list[tuple[str, str, Estimate]]:
    """Every estimate of an action: for whom (empty for everybody), which, and what it is."""
    own = [("", name, getattr(action, name)) for name in ESTIMATES]
    used = [(where, name, told) for where, name, told in own if name == "save" or told.high > 0]
    return used + [(s.rule.text, name, told) for s in action.segments for name, told in s.rates.items()]


def _ends(told: Estimate) -> dict[str, float]:
    return {end: float(getattr(told, end)) for end in ENDS}


def _break_even(planned: Planned, some: pd.DataFrame) -> np.ndarray:
    """The probability from which the chosen action pays for itself with each customer."""
    basis, point = planned.basis, np.full(len(some), np.nan)
    bill = basis.playbook.bill or 0.0
    bills = some[basis.value].to_numpy(float) if basis.value else np.full(len(some), bill)
    for action in basis.playbook.actions:
        rows = np.flatnonzero((some["planned_action"] == action.name).to_numpy())
        if len(rows):
            part = some.iloc[rows]
            point[rows] = break_even(part["worth"].to_numpy(float), terms(action, bills[rows], columns=part))
    return point
