"""Campaigns: planned from a scored list, kept, written to a file, and looked at from several sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from hashlib import sha256
from io import BytesIO
from math import ceil, floor, log10
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from churn.campaigns.curves import BudgetCurve, campaign_bars, curve_through, gain_by_budget, list_above, list_policies
from churn.campaigns.export import campaign_id, campaign_rows, clean_title, write_campaign
from churn.campaigns.limits import DRIVER, History, Order, check_order
from churn.campaigns.plan import Campaign, plan_campaign, price_plan
from churn.errors import RequestRefused, Unavailable
from churn.explain.explainer import sum_contributions
from churn.files import whole_file
from churn.money.amounts import Amounts
from churn.money.economics import break_even, build_terms
from churn.money.playbook import RATES, Action, Estimate, Playbook, playbook_from_mapping, playbook_text, playbook_words
from churn.money.policies import Policy, ProfitCurve, SensitivityBar
from churn.notices import Notice
from churn.profiles import profile_names, read_profile
from churn.reports.campaign_words import price_words
from churn.scoring import reasons
from churn.scoring.score import ROW
from churn.store.campaigns import (
    CampaignRecord,
    Measurement,
    arms_given,
    campaigns,
    contacts_before,
    measured_so_far,
    record_campaign,
    suppressed_customers,
)
from churn.store.customers import ListRecord, record_list
from churn.workspace.businesses import currency_of, profile_of, with_learnt_bills, wording_of
from churn.workspace.list_history import worth_basis_of
from churn.workspace.lists import ScoredCustomers
from churn.workspace.playbooks import active_playbook
from churn.workspace.store import now, open_store

if TYPE_CHECKING:
    import pandas as pd
    import sqlalchemy as sa

    from churn.reports.charts import Chart
    from churn.schema import Column


DRIVERS = 3


@dataclass(frozen=True)
class PlanInputs:
    """Everything a campaign is planned from; `frame` is the list and its scores side by side."""

    ranked: ScoredCustomers
    playbook: Playbook
    order: Order
    history: History
    profile: str
    frame: pd.DataFrame
    currency: str = ""
    value_said: str = ""

    @property
    def key(self) -> str:
        """The name of the key column."""
        return self.ranked.scored.table.column_names[0]

    @property
    def value(self) -> str | None:
        """The name of the value column, where the list has one."""
        return value_column(self.ranked)


def plan_inputs(
    home: Path, ranked: ScoredCustomers, order: Order, *, playbook: Playbook | None = None, rested: bool = False
) -> PlanInputs:
    """A scored list made ready to plan with.

    playbook    in place of the one in force for the model's business
    rested      whether earlier contacts are left out of account
    """
    profile = profile_of(ranked.model, home).name
    playbook = playbook or active_playbook(home, ranked.model.name, profile=profile).playbook
    order = _named(check_order(order), ranked, playbook)
    history = _history(home, order, ranked, playbook)
    history = replace(history, contacts=None) if rested else history
    value = value_column(ranked)
    said = wording_of(ranked.model, home).label(value) if value else ""
    return PlanInputs(
        ranked,
        with_learnt_bills(playbook, ranked.model),
        order,
        history,
        profile,
        scored_frame(ranked),
        currency_of(ranked.model, home),
        said,
    )


def value_column(ranked: ScoredCustomers) -> str | None:
    """The name of the value column, where the list has one."""
    column = ranked.model.schema.value
    return column.name if column and column.name in ranked.reading.table.column_names else None


def scored_frame(ranked: ScoredCustomers) -> pd.DataFrame:
    """One row per customer: what the list says, the scores, and the groups whose reasons raise the risk most."""
    listed, scores = ranked.reading.table, ranked.scored.table
    own = {name: listed[name] for name in listed.column_names if name not in scores.column_names}
    scored = {name: scores[name] for name in scores.column_names if name not in ("action", "expected_gain")}
    for name, cells in scored.items():
        if pa.types.is_dictionary(cells.type):
            scored[name] = cells.cast(cells.type.value_type)
    return pa.table({**scored, **own, **_drivers(ranked)}).to_pandas()


def _drivers(ranked: ScoredCustomers) -> dict[str, pa.Array]:
    model = ranked.model
    groups = reasons.build_groups(model.schema, model.encoder)
    margin = sum_contributions(model.explainer.base, ranked.contributions)
    found = reasons.rank_groups(model, ranked.contributions, margin, groups, top=DRIVERS)
    names = pa.array([g.name for g in groups], pa.string())
    return {
        f"{DRIVER}{k}": names.take(pa.array(group, mask=points <= 0))
        for k, (group, points) in enumerate(zip(found.group, found.points, strict=True), start=1)
    }


def _named(order: Order, ranked: ScoredCustomers, playbook: Playbook) -> Order:
    """The order with its campaign's id: the same list, model, playbook and order have the same one again."""
    title = clean_title(order.name)
    if title:
        name = campaign_id(title)
        return replace(order, name=name, title="" if name == title else title)
    order = replace(order, name="")
    model = ranked.model
    words = (ranked.reading.fingerprint, model.name, model.version, playbook_text(playbook), repr(order))
    return replace(order, name=f"{campaign_id(model.name)[:40]}-{sha256('|'.join(words).encode()).hexdigest()[:10]}")


def _history(home: Path, order: Order, ranked: ScoredCustomers, playbook: Playbook) -> History:
    """The arms this campaign has given before, and who was contacted by others not long ago."""
    import pandas as pd

    business = ranked.model.name
    today, longest = date.fromisoformat(now()[:10]), max((a.rest_days for a in playbook.actions), default=0)
    since = (today - timedelta(days=longest)).isoformat()
    with open_store(home) as store:
        arms = arms_given(store, order.name)
        rows = contacts_before(store, business, without=order.name, list_=ranked.reading.fingerprint, since=since)
        never = frozenset(suppressed_customers(store, business))
    return History(arms=arms or None, contacts=pd.DataFrame(rows) if rows else None, as_of=today, never=never)


# Campaigns: a scored list is planned, kept in the database, and leaves as a file.


ENDINGS = (".csv", ".parquet", ".xlsx")
MOST_TRAITS = 12  # different values up to which a column is a segment worth measuring
TIMES = 5


@dataclass(frozen=True)
class PlannedCampaign:
    """A campaign and what it was planned from, ready to be exported."""

    campaign: Campaign
    basis: PlanInputs

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What a person should know of the list and of the plan."""
        return (*self.basis.ranked.notices, *self.campaign.notices)

    @property
    def beside(self) -> tuple[Notice, ...]:
        """What to know of the plan, for a door that says by itself what the list was like and the holdout can prove."""
        return tuple(n for n in self.campaign.notices if n.text != self.campaign.detectable.words)

    @property
    def weak(self) -> bool:
        """Whether the campaign will probably not show its effect."""
        return self.campaign.detectable.weak

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        amounts, campaign = Amounts(self.basis.currency), self.campaign
        prices = [{**p.as_json(), "words": price_words(p, campaign.budget, amounts)} for p in campaign.prices]
        return {**campaign.as_json(), "prices": prices, "notices": [n.as_json() for n in self.notices]}


def plan(home: Path, ranked: ScoredCustomers, order: Order, **order_words: Any) -> PlannedCampaign:
    """The most valuable campaign for a scored list; nothing is written yet. `order_words`: see `plan_inputs`."""
    return plan_from_inputs(plan_inputs(home, ranked, order, **order_words))


def plan_from_inputs(basis: PlanInputs) -> PlannedCampaign:
    """The campaign for what is at hand."""
    found = plan_campaign(
        basis.frame,
        basis.playbook,
        basis.order,
        key=basis.key,
        value=basis.value,
        called=basis.value_said,
        history=basis.history,
        money=partial(Amounts(basis.currency).money, digits=2),
    )
    if basis.key == ROW:
        text = "The list has no key: customers are named by their row, so outcomes must name the same rows."
        found = replace(found, notices=(Notice("warning", text), *found.notices))
    return PlannedCampaign(found, basis)


def export(
    home: Path, planned: PlannedCampaign, target: Path | Any, columns: Sequence[str] | None = None, *, keep: bool = True
) -> PlannedCampaign:
    """Keep the campaign in the database and write its file: both, or neither.

    Where somebody exported the same campaign in the meantime, the arms given there stand and it is planned again.

    keep        False only writes the file: no campaign, no arm and no contact is remembered
    """
    campaign_rows(planned.campaign, columns)  # a column that is not there is refused before anything is written
    if not isinstance(target, Path):
        content = BytesIO()
        planned = recorded(home, planned) if keep else planned
        write_campaign(planned.campaign, content, columns)
        target.write(content.getvalue())
        return planned
    if target.suffix.lower() not in ENDINGS:
        raise RequestRefused(f"{target.name} has no ending that can be written.", "Use .csv, .parquet or .xlsx.")
    with whole_file(target) as unfinished:
        # Written first where it can still vanish: a full disk must not leave a campaign that never was sent.
        write_campaign(planned.campaign, unfinished, columns)
        kept = recorded(home, planned) if keep else planned
        if kept is not planned:
            write_campaign(kept.campaign, unfinished, columns)
    return kept


def recorded(home: Path, planned: PlannedCampaign) -> PlannedCampaign:
    """The campaign as it stands in the database: this one, or planned again with the arms that were given already."""
    with open_store(home) as store:
        for _ in range(TIMES):
            standing = record_campaign(store, _record(planned), _members(planned))
            if not standing:
                _record_list(store, planned)
                return planned
            basis = planned.basis
            planned = plan_from_inputs(replace(basis, history=replace(basis.history, arms=standing)))
    raise Unavailable("Somebody else keeps exporting the same campaign.", "Wait a moment, then export again.")


def _record(planned: PlannedCampaign) -> CampaignRecord:
    basis, order, model = planned.basis, planned.basis.order, planned.basis.ranked.model
    said = {f"{column}={value}": n for (column, value), n in (*order.at_most.items(), *order.at_least.items())}
    outcome = model.schema.outcome
    returned = model.schema.only([planned.basis.key, outcome.name if outcome else ""]).as_json()
    asked = {"budget": order.budget, "capacity": dict(order.capacity), "limits": said, "holdout": order.holdout}
    return CampaignRecord(
        campaign=planned.campaign.name,
        made=now(),
        profile=basis.profile,
        model=model.name,
        version=model.version,
        list=basis.ranked.reading.fingerprint,
        source=basis.ranked.reading.source,
        keyed=planned.basis.key,
        playbook=playbook_text(planned.basis.playbook),
        seed=order.seed,
        asked={**asked, "returned": returned, "title": planned.campaign.title, "currency": basis.currency},
        summary=planned.campaign.as_json(),
    )


def _members(planned: PlannedCampaign) -> list[dict[str, Any]]:
    table, words = planned.campaign.table, ("arm", "planned_action", "action", "channel", "tier")
    numbers = ("cost", "probability", "expected_gain", "worth", "gain_low", "gain_mid", "gain_high", "in_draw")
    rows = table.assign(key=table[planned.basis.key].astype(str))[["key", *words, *numbers]].to_dict("records")
    traits = table[[]].assign(**{c: _in_words(table[c]) for c in _traits(planned)}).to_dict("records")
    return [{**row, "traits": trait} for row, trait in zip(rows, traits, strict=True)]


def _in_words(cells: pd.Series) -> np.ndarray:
    """The cells of a segment's column as a person reads them: 2 rather than 2.0."""
    import pandas as pd

    codes, different = pd.factorize(cells, use_na_sentinel=False)
    words = ["missing" if pd.isna(v) else f"{v:g}" if isinstance(v, float) else str(v) for v in different]
    return np.array(words, object)[codes]


def _traits(planned: PlannedCampaign) -> list[str]:
    """The columns that the order or a rule speaks of, where they divide the customers into a few segments."""
    order, table = planned.basis.order, planned.campaign.table
    named = [column for column, _ in (*order.at_most, *order.at_least)]
    named += [c for action in planned.basis.playbook.actions for c in action.rule.columns]
    return [c for c in dict.fromkeys(named) if c in table and c != "tier" and table[c].nunique() <= MOST_TRAITS]


def _record_list(store: sa.Engine, planned: PlannedCampaign) -> None:
    """Keep that the list was scored, and what was last seen of every customer who has a key."""
    ranked = planned.basis.ranked
    frame, at_risk = planned.basis.frame, planned.basis.frame["value_at_risk"]
    record = ListRecord(
        list=ranked.reading.fingerprint,
        model=ranked.model.name,
        version=ranked.model.version,
        scored=now(),
        source=ranked.reading.source,
        rows=len(frame),
        leavers=float(frame["probability"].sum()),
        value_at_risk=float(at_risk.sum()) if at_risk.notna().any() else None,
        tiers={str(tier): int(many) for tier, many in frame["tier"].value_counts().items()},
        worth_basis=worth_basis_of(ranked, planned.basis.currency),
    )
    record_list(store, record, () if planned.basis.key == ROW else _seen(ranked))


def _seen(ranked: ScoredCustomers) -> Iterator[dict[str, Any]]:
    names = [n for n in ranked.model.encoder.names if n in ranked.reading.table.column_names]
    scores, features = ranked.scored.table, ranked.reading.table.select(names)
    keys = scores.column(0).cast(pa.string()).to_pylist()
    tiers, probability = scores["tier"].cast(pa.string()).to_pylist(), scores["probability"].to_pylist()
    rows = (row for batch in features.to_batches(4096) for row in batch.to_pylist())
    for key, tier, p, row in zip(keys, tiers, probability, rows, strict=True):
        yield {"key": key, "tier": tier, "probability": p, "features": row}


# What a screen offers to choose from when a campaign is ordered: how far budget and channels reach, which segments.


MOST_LEVELS = 12
KNEES = 20  # budgets that are tried to find where the curve bends
STEPS = 100  # of a budget slider


@dataclass(frozen=True)
class Scale:
    """How far a campaign can reach: what all offers that pay would cost, and how many customers each channel.

    opening     the budget to begin with: from there on more money brings less than it does on average
    """

    budget: float
    step: float
    channels: Mapping[str, int]
    opening: float = 0.0

    @property
    def order(self) -> Order:
        """The campaign that is suggested before anybody has chosen anything."""
        return Order(budget=self.opening if self.opening < self.budget else None)


@dataclass(frozen=True)
class SegmentChoice:
    """A segment that may get a limit: a column, one of its values, and how many customers have it."""

    column: str
    value: str
    customers: int

    @property
    def words(self) -> str:
        """The segment as a person picks it."""
        return f"{self.column}: {self.value} ({self.customers:,})"


def campaign_scale(home: Path, ranked: ScoredCustomers, playbook: Playbook) -> Scale:
    """How far a campaign for this list can reach with these offers, before any limit."""
    basis = plan_inputs(home, ranked, Order(), playbook=replace(playbook, capacity={}), rested=True)
    found = price_plan(basis.frame, basis.playbook, Order(), key=basis.key, value=basis.value, history=None).found
    best, pays = found.best, found.gain > 0
    rows = np.flatnonzero(best >= 0)
    cost = float(found.cost[rows, best[rows]].sum())
    names = np.array([a.channel for a in playbook.actions], object)
    reach = {c: int(pays[:, names == c].any(axis=1).sum()) for c in playbook.channels}
    step = _step(cost)
    most = ceil(cost / step) * step
    budgets = [most * k / KNEES for k in range(KNEES + 1)]
    curve = gain_by_budget(basis.frame, playbook, Order(), key=basis.key, value=basis.value, budgets=budgets)
    return Scale(most, step, reach, min(most, max(step, round(curve.knee / step) * step)))


def segment_choices(ranked: ScoredCustomers) -> tuple[SegmentChoice, ...]:
    """The segments a limit can be set on: every value of the columns that divide the list into a few groups."""
    table = ranked.reading.table
    columns = [c for c in ranked.reading.schema.columns if c.name in table.column_names and _divides(c)]
    return tuple(choice for column in columns for choice in _levels(column.name, table[column.name]))


def limits_from_rows(rows: Sequence[Mapping[str, Any]], choices: Sequence[SegmentChoice]) -> dict[str, dict[Any, int]]:
    """The limits of edited rows (`segment`, `least`, `most`) as an order takes them; an empty row says nothing."""
    known = {choice.words: (choice.column, choice.value) for choice in choices}
    found: dict[str, dict[Any, int]] = {"at_least": {}, "at_most": {}}
    for row in rows:
        numbers = {"at_least": row.get("least"), "at_most": row.get("most")}
        stated = {kind: int(number) for kind, number in numbers.items() if number is not None and number == number}
        segment = row.get("segment")
        if segment is None and stated:
            raise RequestRefused("A limit does not say for whom it is.", "Choose its segment, or remove the row.")
        for kind, number in stated.items():
            found[kind][known[str(segment)]] = number
    return found


def _divides(column: Column) -> bool:
    return column.kind in ("category", "flag") and column.role in ("feature", "ignored")


def _levels(name: str, cells: pa.ChunkedArray) -> list[SegmentChoice]:
    counts = [(c["values"], c["counts"]) for c in cells.value_counts().to_pylist() if c["values"] not in (None, "")]
    if not 2 <= len(counts) <= MOST_LEVELS:
        return []
    told = [(("yes" if v else "no") if isinstance(v, bool) else str(v), n) for v, n in counts]
    return [SegmentChoice(name, value, n) for value, n in sorted(told, key=lambda pair: (-pair[1], pair[0]))]


def _step(cost: float) -> float:
    """A round step that divides a budget into about a hundred."""
    if cost <= 0:
        return 1.0
    size = 10.0 ** floor(log10(max(cost / STEPS, 1.0)))
    return float(next(size * n for n in (1, 2, 5, 10) if size * n * STEPS >= cost or n == 10))


# Views of a campaign: what the screens show of it, cut and counted here so that no screen has to compute.


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
    """A campaign of the database, and what was measured of it."""

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


def list_campaigns(home: Path) -> tuple[KeptCampaign, ...]:
    """Every campaign of the database, the latest first."""
    with open_store(home) as store:
        done = measured_so_far(store)
        kept = [(record, done.get(record.campaign)) for record in campaigns(store)]
    return tuple(KeptCampaign(record, measured, campaign_currency(home, record)) for record, measured in kept)


def campaign_currency(home: Path, record: CampaignRecord) -> str:
    """The currency a campaign was planned in; of an older one that of its business, if that is still here."""
    known = record.profile in profile_names(home)
    return str(record.asked.get("currency") or (read_profile(record.profile, home).currency if known else ""))


def customers_in_plan(
    planned: PlannedCampaign, *, arm: str = "treat", most: int = 200, shorten: Callable[[str], str] = str
) -> pd.DataFrame:
    """Who gets what and why: the first customers of an arm, best expected gain first; `shorten` shortens a reason."""
    table = planned.campaign.table
    some = table[table["arm"] == arm].head(most)
    words = {a.name: a.words for a in planned.basis.playbook.actions}
    told = some.assign(action=some["planned_action"].map(words), break_even=_break_even(planned, some))
    told = told.assign(channel=some["planned_action"].map({a.name: a.channel for a in planned.basis.playbook.actions}))
    reasons = [c for c in ("reason_1", "reason_2") if c in told]
    told = told.assign(**{c: told[c].map(shorten, na_action="ignore") for c in reasons})
    found = told[[planned.basis.key, *(c for c in SHOWN if c in told), *reasons]].reset_index(drop=True)
    return found.round(dict.fromkeys(("cost", "gain_low", "gain_mid", "gain_high"), 2))


def action_totals(planned: PlannedCampaign) -> tuple[ActionTotal, ...]:
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


def budget_curve(planned: PlannedCampaign) -> BudgetCurve:
    """What each budget would bring with this list and these offers; at its own, what the campaign brings."""
    basis = planned.basis
    curve = gain_by_budget(
        basis.frame, basis.playbook, basis.order, key=basis.key, value=basis.value, history=basis.history
    )
    return curve_through(curve, planned.campaign)


def sensitivity(planned: PlannedCampaign) -> tuple[SensitivityBar, ...]:
    """Which assumptions the campaign's gain hangs on, the widest first."""
    if not planned.campaign.treated:
        return ()
    return campaign_bars(planned.campaign, planned.basis.playbook, value=planned.basis.value)


def compare_policies(planned: PlannedCampaign) -> tuple[tuple[Policy, ...], ProfitCurve]:
    """What other ways to choose would bring on the same list, without a budget."""
    basis = planned.basis
    return list_policies(basis.frame, basis.playbook, key=basis.key, value=basis.value)


def above(planned: PlannedCampaign, threshold: float) -> Policy:
    """What treating everybody from a probability on would bring and reach, on the same list without a budget."""
    basis = planned.basis
    return list_above(basis.frame, basis.playbook, threshold, key=basis.key, value=basis.value)


def playbook_rows(playbook: Playbook) -> list[dict[str, Any]]:
    """The playbook as rows to look at and to edit: one per action and estimate, with where it comes from."""
    return [
        {
            "action": a.name,
            "title": a.words,
            "segment": where,
            "estimate": name,
            **_ends(told),
            "said": _origin(a, where, name, told),
        }
        for a in playbook.actions
        for where, name, told in _estimates(a)
    ]


def _origin(action: Action, where: str, name: str, estimate: Estimate) -> str:
    """Where an estimate comes from; of one for everybody, that it counts only where nothing was learnt, if some was."""
    some = any(s.rates[name].source == "learnt" for s in action.segments if name in s.rates)
    return (
        f"{estimate.said}, where nothing was learnt"
        if some and not where and estimate.source == "assumed"
        else estimate.said
    )


def playbook_with(playbook: Playbook, rows: Sequence[Mapping[str, Any]]) -> Playbook:
    """The playbook with the estimates of edited rows; a number that was changed by hand is assumed again."""
    for row in rows:
        action = playbook.action(str(row["action"]))
        before = {(where, name): told for where, name, told in _estimates(action)}
        where, name = str(row["segment"]), str(row["estimate"])
        told = _told(row, action.words)
        if _ends(told) != _ends(before[where, name]):
            playbook = playbook.having(action.name, **_changed(action, where, name, told))
    return playbook_from_mapping(playbook_words(playbook), source="The playbook")


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


def _changed(action: Action, where: str, name: str, estimate: Estimate) -> dict[str, Any]:
    if not where:
        return {name: estimate}
    parts = [replace(s, rates={**s.rates, name: estimate}) if s.rule.text == where else s for s in action.segments]
    return {"segments": tuple(parts)}


def _estimates(action: Action) -> list[tuple[str, str, Estimate]]:
    """Every estimate of an action: for whom (empty for everybody), which, and what it is."""
    own = [("", name, getattr(action, name)) for name in ESTIMATES]
    used = [(where, name, told) for where, name, told in own if name == "save" or told.high > 0]
    return used + [(s.rule.text, name, told) for s in action.segments for name, told in s.rates.items()]


def _ends(estimate: Estimate) -> dict[str, float]:
    return {end: float(getattr(estimate, end)) for end in ENDS}


def _break_even(planned: PlannedCampaign, some: pd.DataFrame) -> np.ndarray:
    """The probability from which the chosen action pays for itself with each customer."""
    basis, point = planned.basis, np.full(len(some), np.nan)
    bill = basis.playbook.bill or 0.0
    bills = some[basis.value].to_numpy(float) if basis.value else np.full(len(some), bill)
    for action in basis.playbook.actions:
        rows = np.flatnonzero((some["planned_action"] == action.name).to_numpy())
        if len(rows):
            part = some.iloc[rows]
            point[rows] = break_even(part["worth"].to_numpy(float), build_terms(action, bills[rows], columns=part))
    return point


def order_from_choices(
    *, holdout_percent: float = 10.0, capacity: Mapping[str, Any] | None = None, **words: Any
) -> Order:
    """What a screen asks for as an order: the holdout in percent, channels without a number left open."""
    limits = {channel: int(most) for channel, most in (capacity or {}).items() if most is not None}
    return Order(holdout=holdout_percent / 100.0, capacity=limits, **words)


def budget_chart(planned: PlannedCampaign, amounts: Amounts) -> Chart:
    """What each budget would bring, as a picture."""
    from churn.reports import campaign_charts as figures

    return figures.budget_chart(budget_curve(planned), planned.basis.order.budget, amounts)


def policy_comparison(planned: PlannedCampaign, amounts: Amounts) -> tuple[tuple[Policy, ...], list[Chart]]:
    """Other ways to choose from the same list, as numbers and as pictures: what they bring, and by length."""
    from churn.reports.campaign_charts import length_chart, policies_chart

    policies, curve = compare_policies(planned)
    return policies, [policies_chart(policies, amounts), length_chart(curve, policies[0].treated, amounts)]


def assumptions_chart(planned: PlannedCampaign, amounts: Amounts) -> Chart | None:
    """Which assumptions the campaign's gain hangs on, as a picture; None where nobody is treated."""
    from churn.reports import campaign_charts as figures

    bars = sensitivity(planned)
    return figures.assumptions_chart(bars, amounts) if bars else None


def price_sentences(planned: PlannedCampaign, amounts: Amounts) -> list[str]:
    """What one more of each limit that holds the plan back would bring, in sentences."""
    campaign = planned.campaign
    return [price_words(price, campaign.budget, amounts) for price in campaign.prices if price.price > 0]
