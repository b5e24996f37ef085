"""Measuring at the counter: outcomes come back, the lift is measured, and the playbook learns from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from churn.book.journal import CampaignRecord, campaign_called, campaigns, members_of
from churn.book.measurements import Measurement, measured_so_far, outcomes_of, record_measurement
from churn.book.playbook_versions import LEARNT, add_playbook
from churn.deciding.campaign_names import campaign_id
from churn.deciding.measuring.learnt import LearntRate
from churn.deciding.measuring.lift import Lift, measured_lift
from churn.deciding.measuring.teaching import lessons, taught
from churn.desk.business.playbooks import (
    InForce,
    learnt_in,
    now,
    playbook_in_force,
    readable_text,
    the_book,
    versions_in_force,
)
from churn.desk.campaigning.returning import LEFT, TOLD, OutcomeColumns, outcome_columns, returned
from churn.errors import RequestRefused
from churn.intake.text.opening import Source
from churn.profiles import GENERAL, profile_names

if TYPE_CHECKING:
    import pandas as pd
    import sqlalchemy as sa

Pair = tuple["pd.DataFrame", "pd.DataFrame"]


@dataclass(frozen=True)
class MeasuredCampaign:
    """A campaign's lift, what it taught beside what was assumed, and the playbook version that counts now."""

    lift: Lift
    learnt: tuple[LearntRate, ...]
    record: CampaignRecord
    version: int

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        return self.lift.as_json()


def measured_campaign(home: Path, source: Source, campaign: str, **said: Any) -> MeasuredCampaign:
    """The lift of a campaign by the outcomes in a list; kept in the book, and learnt from.

    said    the words about a list, and `key`, `outcome` (its headings) and `positive` (the words that mean left)
    """
    campaign = campaign_id(campaign)
    with the_book(home) as book:
        record = campaign_called(book, campaign)
        table, traits = campaign_table(book, record)
        back = returned(home, source, record, said)
        lift = measured_lift(table, back.rows, name=campaign, key=record.keyed, outcome=LEFT, segments=traits)
        lift = replace(lift, notices=(*back.reading.notices, *lift.notices))
        learnt: tuple[LearntRate, ...] = ()
        if lift.lift is not None:
            learnt = _learnt(home, book, record, (table, back.rows))
        moment, told = now(), lift.as_json()
        kept = Measurement(campaign, moment, moment, back.reading.fingerprint, told, [rate_json(r) for r in learnt])
        record_measurement(book, kept, _outcomes(back.rows, set(table[record.keyed]), record.keyed))
    return MeasuredCampaign(lift, learnt, record, _in_force(home, record).version)


def open_questions(home: Path, source: Source, campaign: str, said: Mapping[str, Any]) -> OutcomeColumns:
    """What has to be asked before these outcomes of a campaign can be measured."""
    with the_book(home) as book:
        record = campaign_called(book, campaign_id(campaign))
    return outcome_columns(home, source, record, said)


def campaign_table(book: sa.Engine, record: CampaignRecord) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """A campaign as it was exported, with the columns of its segments, and their names."""
    import pandas as pd

    rows = members_of(book, record.campaign)
    if not rows:
        raise RequestRefused(f"The campaign {record.campaign} has no customers.", "Plan one that reaches somebody.")
    table = pd.DataFrame([{**row, **row["traits"]} for row in rows]).drop(columns=["campaign", "traits"])
    traits = tuple(dict.fromkeys(name for row in rows[:1] for name in row["traits"]))
    return table.rename(columns={"key": record.keyed}), traits


def rate_json(found: LearntRate) -> dict[str, Any]:
    """A learnt rate beside its assumption, for the doors."""
    told = {"action": found.action, "tier": found.segment, "rate": found.rate}
    estimates = {"learnt": asdict(found.estimate), "assumed": asdict(found.assumed)}
    return {**told, **estimates, "weight": found.weight, "words": found.words}


def _learnt(home: Path, book: sa.Engine, record: CampaignRecord, own: Pair) -> tuple[LearntRate, ...]:
    """What all measured campaigns of a business teach together, kept as a new version of its playbook.

    Every time the assumed playbook is the beginning, so that measuring a campaign twice teaches it once.
    """
    force = _in_force(home, record)
    pairs = [own, *_others(book, record, since=_since(home, force))]
    table, back = _together(pairs, record.keyed)
    rates = lessons(table, back, force.assumed, key=record.keyed, outcome=LEFT)
    if rates:
        text = readable_text(taught(force.assumed, rates))
        why = f"Learnt from {len(pairs)} measured campaign{'s' * (len(pairs) > 1)}, the last one {record.campaign}."
        add_playbook(book, force.business, text, how=LEARNT, why=why, made=now(), after=force.version)
    mine = set(own[0]["planned_action"])
    return tuple(rate for rate in rates if rate.action in mine)


def _in_force(home: Path, record: CampaignRecord) -> InForce:
    """The playbook in force for the business of a campaign: its model's, and no other's of the same profile."""
    profile = record.profile if record.profile in profile_names(home) else GENERAL
    return playbook_in_force(home, record.model, profile=profile)


def _since(home: Path, force: InForce) -> str:
    """The moment before which campaigns are in the assumed playbook already, where a person kept learnt rates in it."""
    from churn.book.playbook_versions import BY_HAND
    from churn.money.playbook_files import playbook_from_text

    by_hand = [v for v in versions_in_force(home, force.model, force.profile) if v.how == BY_HAND]
    return by_hand[-1].made if by_hand and learnt_in(playbook_from_text(by_hand[-1].playbook)) else ""


def _others(book: sa.Engine, record: CampaignRecord, *, since: str) -> list[Pair]:
    """The other measured campaigns of the same business with their outcomes."""
    import pandas as pd

    done = {name: m for name, m in measured_so_far(book).items() if m.first >= since and m.lift.get("lift") is not None}
    found = []
    for other in campaigns(book):
        if other.model == record.model and other.campaign in done and other.campaign != record.campaign:
            table, _ = campaign_table(book, other)
            back = pd.DataFrame(outcomes_of(book, other.campaign)).rename(columns={"outcome": LEFT})
            names = {other.keyed: record.keyed, "key": record.keyed}
            found.append((table.rename(columns=names), back.rename(columns=names)))
    return found


def _together(pairs: Sequence[Pair], key: str) -> Pair:
    """Several campaigns as one; a customer of two of them counts in each."""
    import pandas as pd

    told = [[f.assign(**{key: f"{n}|" + f[key].astype(str)}) for f in pair] for n, pair in enumerate(pairs)]
    tables, backs = zip(*told, strict=True)
    return pd.concat(tables, ignore_index=True), pd.concat(backs, ignore_index=True)


def _outcomes(rows: pd.DataFrame, members: set[str], key: str) -> list[dict[str, Any]]:
    """The outcomes of the campaign's own customers as the book keeps them; strangers are not kept."""
    from churn.deciding.measuring.outcomes import yes_or_no

    mine = rows[rows[key].isin(members)].drop_duplicates(key)
    told = {name: yes_or_no(mine[name], name) if name in mine else [None] * len(mine) for name in TOLD}
    columns = zip(mine[key], mine[LEFT], told["contacted"], told["accepted"], strict=True)
    names = ("key", "outcome", *TOLD)
    return [dict(zip(names, (row[0], *(_whole(v) for v in row[1:])), strict=True)) for row in columns]


def _whole(value: Any) -> int | None:
    return None if value is None or value != value else int(value)
