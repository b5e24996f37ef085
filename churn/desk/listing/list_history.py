"""What a list says beside the ones before: noted in the book when it is scored, compared, and the step worth taking."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from churn.book.journal import CampaignRecord, campaigns
from churn.book.last_seen import ListRecord, lists_scored, record_list
from churn.book.measurements import Measurement, measured_so_far
from churn.desk.business.playbooks import now, the_book
from churn.desk.listing.lists import Ranked
from churn.desk.listing.views import Overview
from churn.showing.words.worth_words import over

if TYPE_CHECKING:
    from churn.deciding.campaign import Campaign
    from churn.showing.words.amounts import Amounts

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


def note_list(home: Path, ranked: Ranked, overview: Overview) -> None:
    """Keep in the book that this list was scored, once; it names no customer."""
    with the_book(home) as book:
        if _known(book, ranked) is None:
            record_list(book, _record(ranked, overview))


def since_last(home: Path, ranked: Ranked, overview: Overview, amounts: Amounts) -> ListChange | None:
    """What changed since the list that was scored before this one; None for the first."""
    with the_book(home) as book:
        first = _known(book, ranked)
        earlier = [
            record
            for record in lists_scored(book, model=ranked.model.name)
            if record.list != ranked.reading.fingerprint
            and record.rows
            and (first is None or record.scored <= first.scored)
        ]
    return ListChange(earlier[0], _told(earlier[0], overview, amounts)) if earlier else None


def next_step(
    home: Path, ranked: Ranked, overview: Overview, amounts: Amounts, campaign: Campaign | None = None
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
    why = f"{amounts.number(overview.suggested)} customers are worth an action."
    if campaign is not None:
        people, held = amounts.number(campaign.treated), amounts.number(campaign.held)
        cost, gain = amounts.money(campaign.spent), amounts.money(campaign.expected_gain["mid"])
        why = f"Offers to {people} customers cost about {cost} and should bring {gain} after that; {held} are held out."
    return NextStep("Plan the campaign", f"{why} It rests on assumed costs and save rates.", "plan")


def _title(record: CampaignRecord) -> str:
    """What people call a campaign of the book."""
    return str(record.asked.get("title") or record.campaign)


def _record(ranked: Ranked, overview: Overview) -> ListRecord:
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


def _known(book: sa.Engine, ranked: Ranked) -> ListRecord | None:
    lists = lists_scored(book, most=1000, model=ranked.model.name)
    known = [r for r in lists if r.list == ranked.reading.fingerprint]
    return min(known, key=lambda r: r.scored, default=None)


def _campaign_of(home: Path, ranked: Ranked) -> tuple[CampaignRecord | None, Measurement | None]:
    """The latest campaign made from this list for this business, and what was measured of it."""
    own = (ranked.reading.fingerprint, ranked.model.name)
    with the_book(home) as book:
        found = next((c for c in campaigns(book) if (c.list, c.model) == own), None)
        return found, measured_so_far(book).get(found.campaign) if found else None


def _told(before: ListRecord, now_: Overview, amounts: Amounts) -> tuple[str, ...]:
    """The differences in words, those that matter first."""
    said = [_leaving(before, now_), _grown(before.rows, now_.customers)]
    if before.worth_basis is None:  # tiers and worth were reckoned in another way then
        return tuple(said)
    if before.value_at_risk and now_.value_at_risk is not None and before.worth_basis == now_.worth_basis:
        was, is_ = amounts.money(before.value_at_risk), amounts.money(now_.value_at_risk)
        said.append(f"Value at risk {over(now_.horizon)} went from {was} to {is_}.")
    high = next(one.customers for one in now_.tiers if one.tier == "High")
    said.append(f"Tier High holds {high:,} customers; it held {before.tiers.get('High', 0):,}.")
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
        return f"It has {is_:,} customers, as many as before."
    return f"It has {is_:,} customers, {abs(is_ - was):,} {'more' if is_ > was else 'fewer'} than before."
