"""A list as a whole: what it says, what changed since the one before, what to do next, and how it is filtered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.intake.reader import Reading
from churn.money.amounts import describe_horizon
from churn.notices import do, listed
from churn.notices import many as counted
from churn.scoring.reasons import Explanation
from churn.training.model import Model
from churn.training.thresholds import TIERS
from churn.workspace.businesses import currency_of, is_demo, playbook_for, wording_of
from churn.workspace.lists import ScoredCustomers
from churn.workspace.store import now, open_store

if TYPE_CHECKING:
    import pandas as pd
    import sqlalchemy as sa

    from churn.campaigns.plan import Campaign
    from churn.money.amounts import Amounts
    from churn.scoring.drivers import Driver
    from churn.scoring.segments import Segment
    from churn.store.campaigns import CampaignRecord, Measurement
    from churn.store.customers import ListRecord

SHOWN = ("probability", "tier", "value_at_risk", "reason_1", "reason_2", "reason_3", "action", "expected_gain")
MOST_WORDS = 50
ORDERS = ("expected_gain", "value_at_risk", "probability")


@dataclass(frozen=True)
class TierCount:
    """One tier of a list: how many customers, how many of them are expected to leave, and the money at risk."""

    tier: str
    customers: int
    leavers: float
    value_at_risk: float | None


@dataclass(frozen=True)
class Overview:
    """What a scored list says as a whole.

    leavers      expected leavers, with the range chance alone would give if every probability is right
    value_at_risk  probability × worth over the horizon, None where nobody knows what customers pay
    horizon      over how long worth is counted ("18 months"); `assumed`: by the playbook's bill, not by the list's own
    gain         what the suggested actions would bring together, without any budget
    """

    customers: int
    leavers: float
    low: float
    high: float
    value_at_risk: float | None
    currency: str
    suggested: int
    gain: float
    tiers: tuple[TierCount, ...]
    horizon: str = ""
    assumed: bool = False
    worth_basis: str = ""

    @property
    def over(self) -> str:
        """The horizon of its value at risk, as it stands beneath the amount."""
        return describe_horizon(self.horizon, assumed=self.assumed)


def summarise_list(ranked: ScoredCustomers, home: Path) -> Overview:
    """The list in a few numbers."""
    table = ranked.scored.table
    p = ranked.probability
    currency = currency_of(ranked.model, home)
    around = 1.96 * float(np.sqrt((p * (1 - p)).sum()))
    return Overview(
        customers=table.num_rows,
        leavers=float(p.sum()),
        low=max(float(p.sum()) - around, 0.0),
        high=min(float(p.sum()) + around, float(len(p))),
        value_at_risk=_total(table.column("value_at_risk")),
        currency=currency,
        suggested=table.num_rows - table.column("action").null_count,
        gain=_total(table.column("expected_gain")) or 0.0,
        tiers=tuple(_tier(table, tier) for tier in TIERS),
        horizon=ranked.horizon,
        assumed=ranked.valuation is not None and ranked.valuation.assumed_bill is not None,
        worth_basis=worth_basis_of(ranked, currency),
    )


def worth_basis_of(ranked: ScoredCustomers, currency: str) -> str:
    """What the worth in a list is made of, with its currency: money is compared only where it is the same."""
    return f"{ranked.valuation.basis} {currency}".strip() if ranked.valuation else ""


def list_drivers(ranked: ScoredCustomers, home: Path) -> tuple[Driver, ...]:
    """What moves the scores of this list, by business group, the strongest first."""
    from churn.scoring.drivers import group_drivers
    from churn.workspace.exploring import pictured_points

    return group_drivers(ranked.model, wording_of(ranked.model, home), pictured_points(ranked))


def list_segments(ranked: ScoredCustomers, home: Path) -> tuple[Segment, ...]:
    """Groups of customers of this list that are alike, the likeliest to leave first."""
    from churn.scoring.segments import find_segments

    return find_segments(ranked.model, wording_of(ranked.model, home), ranked.matrix, probability=ranked.probability)


def list_keys(ranked: ScoredCustomers) -> list[str]:
    """The keys of a scored list as text, in its own order."""
    return ranked.scored.table.column(0).cast(pa.string()).to_pylist()


def certainty_sentences(explanation: Explanation) -> tuple[str, ...]:
    """How sure a score is: what became of customers scored alike, the range of other models, and an honest shrug."""
    said = []
    if explanation.alike:
        bin_ = explanation.alike
        digits = 0 if round(bin_.high, 2) > round(bin_.low, 2) else 1
        of_100 = [100 * share for share in (bin_.share, bin_.likely_low, bin_.likely_high)]
        said.append(
            f"Of 100 customers scored from {bin_.low:.{digits}%} to {bin_.high:.{digits}%}, {of_100[0]:.0f} left "
            f"(between {of_100[1]:.0f} and {of_100[2]:.0f}, "
            f"seen in {bin_.customers:,} customers the model had not learnt from)."
        )
    if explanation.likely:
        low, high = explanation.likely
        said.append(f"Models learnt from other customers would mostly say between {low:.0%} and {high:.0%}.")
    if explanation.cannot_tell:
        said.append("The model cannot tell: both leaving and staying remain plausible for this customer.")
    return tuple(said)


def known_levels(model: Model, name: str) -> list[str]:
    """The levels of a category that the model has learnt."""
    return list(next((f.levels for f in model.encoder.fields if f.name == name), ()))


def count_words(reading: Reading, name: str) -> dict[str, int]:
    """How often each word stands in a column, as it was written in the file where the file has it."""
    theirs = next((m.theirs for m in reading.matches if m.ours == name), name)
    cells = reading.raw.column(theirs) if theirs in reading.raw.column_names else reading.table.column(name)
    counts = [(pair["values"], pair["counts"]) for pair in cells.cast(pa.string()).value_counts().to_pylist()]
    ordered = sorted(((str(w), n) for w, n in counts if w not in (None, "")), key=lambda pair: (-pair[1], pair[0]))
    return dict(ordered[:MOST_WORDS])


def _tier(table: pa.Table, tier: str) -> TierCount:
    figures = table.select(["probability", "value_at_risk"])  # not the sentences, which are most of a table
    some = figures.filter(pc.equal(table.column("tier").cast(pa.string()), tier))
    leavers = pc.sum(some.column("probability")).as_py() or 0.0
    return TierCount(tier, some.num_rows, float(leavers), _total(some.column("value_at_risk")))


def _total(cells: pa.ChunkedArray) -> float | None:
    total = pc.sum(cells).as_py()
    return None if total is None else float(total)


# What a list says beside the ones before: noted in the database when it is scored, compared, and the step worth taking.


MANY_SET_ASIDE = 0.05  # of the lines: more than this is worth a look before anything is planned
CHANCE = 1.96


@dataclass(frozen=True)
class ListChange:
    """What changed since the list before, scored by the same model.

    before     the list before: its name, when, how many, who was expected to leave
    sentences  what changed, in words; a difference that chance could make is called one
    """

    before: ListRecord
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class NextStep:
    """The one thing to do next with a list: what, why in a sentence, and the screen where it is done."""

    title: str
    why: str
    screen: str


def record_summary(home: Path, ranked: ScoredCustomers, overview: Overview) -> None:
    """Keep in the database that this list was scored, once; it names no customer. A sample is no list of a business."""
    from churn.store.customers import record_list

    if _is_sample_beside_own(home, ranked):
        return
    with open_store(home) as store:
        if _known(store, ranked) is None:
            record_list(store, _record(ranked, overview))


def since_last(home: Path, ranked: ScoredCustomers, overview: Overview, amounts: Amounts) -> ListChange | None:
    """What changed since the list that was scored before this one; None for the first, and for a sample."""
    from churn.store.customers import lists_scored

    if _is_sample_beside_own(home, ranked):
        return None
    with open_store(home) as store:
        first = _known(store, ranked)
        earlier = [
            record
            for record in lists_scored(store, model=ranked.model.name)
            if record.list != ranked.reading.fingerprint
            and record.rows
            and (first is None or record.scored <= first.scored)
        ]
    return ListChange(earlier[0], _told(earlier[0], overview, amounts)) if earlier else None


def _is_sample_beside_own(home: Path, ranked: ScoredCustomers) -> bool:
    """Whether made-up customers were scored by a model that learnt from real ones: nothing links the two."""
    from churn.samples.shipped import fingerprints

    model = ranked.model
    sample = ranked.reading.fingerprint in fingerprints()
    return sample and not is_demo(home, model.name, model.version, model.lineage)


def next_step(
    home: Path, ranked: ScoredCustomers, overview: Overview, amounts: Amounts, campaign: Campaign | None = None
) -> NextStep:
    """The one thing worth doing next; `campaign` is the one that is suggested for the list."""
    aside, lines = len(ranked.reading.set_aside), ranked.reading.rows + len(ranked.reading.set_aside)
    if aside > MANY_SET_ASIDE * lines:
        return NextStep("Look at the lines set aside", f"{aside:,} of {lines:,} lines could not be read.", "score")
    left, measured = _campaign_of(home, ranked)
    if left and measured is None:
        why = f"Campaign {_title(left)} was exported on {left.made[:10]}; its outcomes show what it changed."
        return NextStep("Bring the outcomes", why, "results")
    if left and measured:
        return NextStep("See what the campaign changed", f"{_title(left)}: {measured.lift['verdict']}", "results")
    if not overview.suggested or (campaign is not None and not campaign.treated):
        why = "Under the playbook no action pays for itself with any customer of this list. Check what it assumes."
        return NextStep("Check the offers", why, "plan")
    who = do(overview.suggested, "customer is", "customers are")
    why = f"{amounts.number(overview.suggested)} {who} worth an action."
    if campaign is not None:
        why = decision_sentence(campaign, amounts)
    return NextStep("Plan the campaign", f"{why} {playbook_for(ranked.model, home).evidence}", "plan")


def decision_sentence(campaign: Campaign, amounts: Amounts) -> str:
    """The one decision a campaign asks for, with what it should keep and bring and between what that may lie."""
    treated = campaign.table[campaign.table["arm"] == "treat"]
    channels = [f"{amounts.number(n)} by {channel}" for channel, n in treated["channel"].value_counts().items()]
    first = channels[0].replace(" by ", f" {do(campaign.treated, 'customer', 'customers')} by ", 1)
    kept, held = round(campaign.detectable.expected * campaign.treated), campaign.held
    low, gain, high = (amounts.money(campaign.expected_gain[end]) for end in ("low", "mid", "high"))
    keep = f"keep about {counted(kept, 'customer')} and " if kept else ""
    return (
        f"Offers to {listed([first, *channels[1:]])} cost about {amounts.money(campaign.spent)}; they should {keep}"
        f"bring {gain} after costs ({low} to {high}). {amounts.number(held)} {do(held, 'is', 'are')} held out."
    )


def _title(record: CampaignRecord) -> str:
    """What people call a campaign of the database."""
    return str(record.asked.get("title") or record.campaign)


def _record(ranked: ScoredCustomers, overview: Overview) -> ListRecord:
    from churn.store.customers import ListRecord

    return ListRecord(
        list=ranked.reading.fingerprint,
        model=ranked.model.name,
        version=ranked.model.version,
        scored=now(),
        source=ranked.reading.source,
        rows=overview.customers,
        leavers=overview.leavers,
        value_at_risk=overview.value_at_risk,
        tiers={one.tier: one.customers for one in overview.tiers},
        worth_basis=overview.worth_basis,
    )


def _known(store: sa.Engine, ranked: ScoredCustomers) -> ListRecord | None:
    from churn.store.customers import lists_scored

    lists = lists_scored(store, most=1000, model=ranked.model.name)
    known = [r for r in lists if r.list == ranked.reading.fingerprint]
    return min(known, key=lambda r: r.scored, default=None)


def _campaign_of(home: Path, ranked: ScoredCustomers) -> tuple[CampaignRecord | None, Measurement | None]:
    """The latest campaign made from this list for this business, and what was measured of it."""
    from churn.store.campaigns import campaigns, measured_so_far

    own = (ranked.reading.fingerprint, ranked.model.name)
    with open_store(home) as store:
        found = next((c for c in campaigns(store) if (c.list, c.model) == own), None)
        return found, measured_so_far(store).get(found.campaign) if found else None


def _told(before: ListRecord, now_: Overview, amounts: Amounts) -> tuple[str, ...]:
    """The differences in words, those that matter first."""
    said = [_leaving(before, now_), _grown(before.rows, now_.customers)]
    if before.worth_basis is None:  # tiers and worth were computed in another way then
        return tuple(said)
    if before.value_at_risk and now_.value_at_risk is not None and before.worth_basis == now_.worth_basis:
        was, is_ = amounts.money(before.value_at_risk), amounts.money(now_.value_at_risk)
        said.append(f"Value at risk {describe_horizon(now_.horizon)} went from {was} to {is_}.")
    high = next(one.customers for one in now_.tiers if one.tier == "High")
    said.append(f"Tier High holds {counted(high, 'customer')}; it held {before.tiers.get('High', 0):,}.")
    return tuple(said)


def _leaving(before: ListRecord, now_: Overview) -> str:
    was, is_ = before.leavers / before.rows, now_.leavers / max(now_.customers, 1)
    # Each list is one draw of customers: two draws differ by this much without anything having changed.
    spread = (was * (1 - was) / before.rows + is_ * (1 - is_) / max(now_.customers, 1)) ** 0.5
    if abs(is_ - was) <= CHANCE * spread:
        return f"{is_:.1%} are expected to leave; it was {was:.1%}. Chance alone could make that difference."
    return f"{is_:.1%} are expected to leave, {'more' if is_ > was else 'fewer'} than the {was:.1%} before."


def _grown(was: int, is_: int) -> str:
    if was == is_:
        return f"It has {counted(is_, 'customer')}, as many as before."
    return f"It has {counted(is_, 'customer')}, {abs(is_ - was):,} {'more' if is_ > was else 'fewer'} than before."


# Shortlists: the customers of a scored list that a person asks for, a page at a time, and what they add up to.


REASONS = ("reason_1", "reason_2", "reason_3")
FIGURES = ("probability", "value_at_risk", "expected_gain")
MOST_LEVELS = 60  # a column of more different words is searched, not chosen from


@dataclass(frozen=True)
class ListFilter:
    """Which customers to show: every part narrows the list; empty parts narrow nothing.

    tiers, actions   the tier, and the suggested action (its words; "" for none worth it)
    column, words    only customers in whose column one of these words stands
    least            at least this value at risk
    search           a text in the key, the reasons or the action
    by, upwards      the order, and whether the smallest stands first
    """

    tiers: tuple[str, ...] = TIERS
    actions: tuple[str, ...] = ()
    column: str = ""
    words: tuple[str, ...] = ()
    least: float = 0.0
    search: str = ""
    by: str = ORDERS[0]
    upwards: bool = False


@dataclass(frozen=True)
class FilteredList:
    """The customers asked for: how many, what they add up to, and which rows of the list they are, in order.

    A copy of a million customers and their reasons is made where somebody takes them home, not to look at a page.
    """

    everyone: pa.Table
    rows: pa.Array
    customers: int
    leavers: float
    value_at_risk: float | None
    gain: float

    @property
    def table(self) -> pa.Table:
        """All of them in the order asked for."""
        return self.everyone.take(self.rows)

    def first(self, most: int, *, after: int = 0) -> pa.Table:
        """The first of them, or the first after so many."""
        return self.everyone.take(self.rows.slice(after, most))

    def page(self, number: int, size: int, shorten: Callable[[str], str] = str) -> pd.DataFrame:
        """One page of them, the first is number 1; tiers as lists of one, as a table of badges wants them.

        shorten  puts a reason in few words, so that a table has room for it
        """
        frame = self.first(size, after=(number - 1) * size).to_pandas()
        told = {name: frame[name].map(shorten, na_action="ignore") for name in REASONS if name in frame}
        return frame.assign(tier=[[str(tier)] for tier in frame["tier"]], **told)


def filter_list(ranked: ScoredCustomers, wanted: ListFilter) -> FilteredList:
    """The customers that fit, in the order asked for."""
    scored = ranked.scored.table
    key = scored.column_names[0]
    table = scored.select([key, *(n for n in SHOWN if n in scored.column_names)])
    fitting = _fitting(ranked, table, wanted)
    # Only the figures are filtered: the sentences of all customers are ten times as much to copy.
    found = table.select([n for n in FIGURES if n in table.column_names]).filter(fitting)
    way = "ascending" if wanted.upwards else "descending"
    order = pc.sort_indices(found, [(wanted.by, way, "at_end"), ("probability", "descending", "at_end")])
    return FilteredList(
        everyone=table,
        rows=pc.indices_nonzero(fitting).take(order),
        customers=found.num_rows,
        leavers=_total_of(found, "probability") or 0.0,
        value_at_risk=_total_of(found, "value_at_risk"),
        gain=_total_of(found, "expected_gain") or 0.0,
    )


def actions_in(ranked: ScoredCustomers) -> tuple[str, ...]:
    """The actions suggested in this list, the commonest first; "" stands for those for whom none is worth it."""
    counts = ranked.scored.table.column("action").cast(pa.string()).value_counts().to_pylist()
    return tuple(pair["values"] or "" for pair in sorted(counts, key=lambda pair: -pair["counts"]))


def filter_columns(ranked: ScoredCustomers) -> dict[str, str]:
    """The columns of the list that a person may choose words of, each with what it means."""
    columns = [c for c in ranked.reading.schema.columns if c.kind in ("category", "flag") and c.role != "outcome"]
    return {c.name: c.meaning or c.name for c in columns if filter_values(ranked, c.name)}


def filter_values(ranked: ScoredCustomers, name: str) -> tuple[str, ...]:
    """The different words in a column, the commonest first; none where there are too many to choose from."""
    counts = _words(ranked, name).value_counts().to_pylist()
    known = [pair for pair in counts if pair["values"] is not None]
    ordered = sorted(known, key=lambda pair: (-pair["counts"], pair["values"]))
    return tuple(pair["values"] for pair in ordered) if len(ordered) <= MOST_LEVELS else ()


def _fitting(ranked: ScoredCustomers, table: pa.Table, wanted: ListFilter) -> pa.ChunkedArray:
    tests = [_among(table.column("tier").cast(pa.string()), wanted.tiers)]
    if wanted.actions:
        tests.append(_among(pc.fill_null(table.column("action").cast(pa.string()), ""), wanted.actions))
    if wanted.column and wanted.words:
        tests.append(_among(_words(ranked, wanted.column), wanted.words))
    if wanted.least > 0:
        tests.append(pc.fill_null(pc.greater_equal(table.column("value_at_risk"), wanted.least), False))
    if wanted.search.strip():
        tests.append(_holding(table, wanted.search.strip()))
    fitting = tests[0]
    for test in tests[1:]:
        fitting = pc.and_(fitting, test)
    return fitting


def _words(ranked: ScoredCustomers, name: str) -> pa.ChunkedArray:
    cells = ranked.reading.table.column(name)
    if pa.types.is_boolean(cells.type):
        return pc.if_else(cells, "Yes", "No")
    return cells.cast(pa.string())


def _among(cells: pa.ChunkedArray, wanted: Sequence[str]) -> pa.ChunkedArray:
    return pc.is_in(cells, value_set=pa.array(list(wanted), pa.string()))


def _holding(table: pa.Table, text: str) -> pa.ChunkedArray:
    """Rows in which the key, a reason or the action holds the text, whatever its case."""
    names = [n for n in table.column_names if n in (table.column_names[0], "action") or n.startswith("reason_")]
    hits = [pc.match_substring(table.column(n).cast(pa.string()), text, ignore_case=True) for n in names]
    found = pc.fill_null(hits[0], False)
    for hit in hits[1:]:
        found = pc.or_(found, pc.fill_null(hit, False))
    return found


def _total_of(table: pa.Table, name: str) -> float | None:
    total = pc.sum(table.column(name)).as_py()
    return None if total is None else float(total)
