"""Campaigns at the counter: a scored list is planned, kept in the book, and leaves as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from churn.book.journal import CampaignRecord, record_campaign
from churn.book.last_seen import ListRecord, record_list
from churn.deciding.campaign import Campaign
from churn.deciding.campaign_file import campaign_rows, write_campaign
from churn.deciding.choosing.ordering import Order
from churn.deciding.plan import planned_campaign
from churn.desk.business.playbooks import now, the_book
from churn.desk.campaigning.planning import Basis, basis_of
from churn.desk.listing.lists import Ranked
from churn.desk.listing.views import worth_basis_of
from churn.errors import RequestRefused, Unavailable
from churn.files import whole_file
from churn.money.playbook_files import playbook_text
from churn.notices import Notice
from churn.scoring.ranking import ROW
from churn.showing.words.amounts import Amounts
from churn.showing.words.campaign_words import price_words

if TYPE_CHECKING:
    import pandas as pd
    import sqlalchemy as sa

ENDINGS = (".csv", ".parquet", ".xlsx")
MOST_TRAITS = 12  # different values up to which a column is a segment worth measuring
TIMES = 5


@dataclass(frozen=True)
class Planned:
    """A campaign and what it was planned from, ready to be exported."""

    campaign: Campaign
    basis: Basis

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


def plan(home: Path, ranked: Ranked, order: Order, **asked: Any) -> Planned:
    """The most valuable campaign for a scored list; nothing is written yet. `asked` are the words of `basis_of`."""
    return planned_from(basis_of(home, ranked, order, **asked))


def planned_from(basis: Basis) -> Planned:
    """The campaign for what is at hand."""
    found = planned_campaign(
        basis.frame,
        basis.playbook,
        basis.order,
        key=basis.key,
        value=basis.value,
        said=basis.value_said,
        history=basis.history,
        money=partial(Amounts(basis.currency).money, digits=2),
    )
    if basis.key == ROW:
        text = "The list has no key: customers are named by their row, so outcomes must name the same rows."
        found = replace(found, notices=(Notice("warning", text), *found.notices))
    return Planned(found, basis)


def export(
    home: Path, planned: Planned, target: Path | Any, columns: Sequence[str] | None = None, *, keep: bool = True
) -> Planned:
    """Keep the campaign in the book and write its file: both, or neither.

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
        # Written first where it can still vanish: a full disk must not leave a campaign that never left the house.
        write_campaign(planned.campaign, unfinished, columns)
        kept = recorded(home, planned) if keep else planned
        if kept is not planned:
            write_campaign(kept.campaign, unfinished, columns)
    return kept


def recorded(home: Path, planned: Planned) -> Planned:
    """The campaign as it stands in the book: this one, or planned again with the arms that were given already."""
    with the_book(home) as book:
        for _ in range(TIMES):
            standing = record_campaign(book, _record(planned), _members(planned))
            if not standing:
                _record_list(book, planned)
                return planned
            basis = planned.basis
            planned = planned_from(replace(basis, history=replace(basis.history, arms=standing)))
    raise Unavailable("Somebody else keeps exporting the same campaign.", "Wait a moment, then export again.")


def _record(planned: Planned) -> CampaignRecord:
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


def _members(planned: Planned) -> list[dict[str, Any]]:
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


def _traits(planned: Planned) -> list[str]:
    """The columns that the order or a rule speaks of, where they divide the customers into a few segments."""
    order, table = planned.basis.order, planned.campaign.table
    named = [column for column, _ in (*order.at_most, *order.at_least)]
    named += [c for action in planned.basis.playbook.actions for c in action.rule.columns]
    return [c for c in dict.fromkeys(named) if c in table and c != "tier" and table[c].nunique() <= MOST_TRAITS]


def _record_list(book: sa.Engine, planned: Planned) -> None:
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
    record_list(book, record, () if planned.basis.key == ROW else _seen(ranked))


def _seen(ranked: Ranked) -> Iterator[dict[str, Any]]:
    names = [n for n in ranked.model.encoder.names if n in ranked.reading.table.column_names]
    scores, features = ranked.scored.table, ranked.reading.table.select(names)
    keys = scores.column(0).cast(pa.string()).to_pylist()
    tiers, probability = scores["tier"].cast(pa.string()).to_pylist(), scores["probability"].to_pylist()
    rows = (row for batch in features.to_batches(4096) for row in batch.to_pylist())
    for key, tier, p, row in zip(keys, tiers, probability, rows, strict=True):
        yield {"key": key, "tier": tier, "probability": p, "features": row}
