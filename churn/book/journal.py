"""The journal of campaigns: who was planned, held out and contacted. An arm that was given once always stands."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import sqlalchemy as sa

from churn.book.connections import looking, writing
from churn.book.merging import merge_rows
from churn.book.tables import CAMPAIGNS, CONTACTS, MEMBERS
from churn.errors import NotFound


@dataclass(frozen=True)
class CampaignRecord:
    """One campaign as it left the house.

    made        when it was exported last (UTC)
    profile     the ready-made business it was planned in the words of; the business itself is the `model`
    list        the fingerprint of the list it was planned from, `source` its name
    keyed       the name of the key column
    asked       budget, capacities, limits, holdout: what was ordered
    playbook    the text of the playbook it was planned by
    summary     what the doors answered when it was planned
    """

    campaign: str
    made: str
    profile: str
    model: str
    version: str
    list: str
    source: str
    keyed: str
    playbook: str
    seed: int = 0
    asked: Mapping[str, Any] = field(default_factory=dict)
    summary: Mapping[str, Any] = field(default_factory=dict)


_FIELDS = tuple(f.name for f in fields(CampaignRecord))
_JSON = ("asked", "summary")


def record_campaign(engine: sa.Engine, record: CampaignRecord, members: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Write a campaign with its customers; where arms were given before that differ, nothing is written but told.

    members     one mapping per customer in either arm, by the columns of the table; `traits` is a mapping
    Returns the arms that stand by key; empty when everything was written.
    """
    row = {**asdict(record), **{name: json.dumps(getattr(record, name)) for name in _JSON}}
    with writing(engine) as connection:
        # Writing the campaign first makes a second writer of the same one wait here, on any database.
        merge_rows(connection, CAMPAIGNS, [row])
        standing = _arms(connection, record.campaign)
        other = {m["key"]: standing[m["key"]] for m in members if standing.get(m["key"], m["arm"]) != m["arm"]}
        if other:
            connection.rollback()
            return standing
        added = _added(connection, record.campaign)
        merge_rows(connection, MEMBERS, (_member(record.campaign, m, added) for m in members))
        merge_rows(connection, CONTACTS, (_contact(record, m) for m in members if m["arm"] == "treat"))
    return {}


def arms_given(engine: sa.Engine, campaign: str) -> dict[str, str]:
    """The arm of every customer of a campaign exported before; empty for a new one."""
    with looking(engine) as connection:
        return _arms(connection, campaign)


def campaign_called(engine: sa.Engine, campaign: str) -> CampaignRecord:
    """One campaign of the book; a name that is not there is refused."""
    found = [r for r in campaigns(engine) if r.campaign == campaign]
    if not found:
        known = ", ".join(r.campaign for r in campaigns(engine)[:5]) or "none yet"
        raise NotFound(f"There is no campaign {campaign!r}.", f"The latest are: {known}.")
    return found[0]


def campaigns(engine: sa.Engine) -> tuple[CampaignRecord, ...]:
    """Every campaign, the latest first."""
    query = sa.select(*(CAMPAIGNS.c[name] for name in _FIELDS)).order_by(CAMPAIGNS.c.made.desc(), CAMPAIGNS.c.campaign)
    with looking(engine) as connection:
        return tuple(_record(row) for row in connection.execute(query).mappings())


def members_of(engine: sa.Engine, campaign: str) -> list[dict[str, Any]]:
    """The customers of a campaign in both arms, ordered by key, their traits read."""
    query = sa.select(MEMBERS).where(MEMBERS.c.campaign == campaign).order_by(MEMBERS.c.key)
    with looking(engine) as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
    return [{**row, "traits": json.loads(row["traits"])} for row in rows]


def contacts_before(
    engine: sa.Engine, business: str, *, without: str = "", list_: str = "", since: str = ""
) -> list[dict[str, str]]:
    """Who was contacted in earlier campaigns of a business: key, action and date.

    without     the campaign that is planned now: its own export is no earlier contact
    list_       the list it is planned from: planning the same list again is trying out, not contacting again
    """
    others = sa.and_(CONTACTS.c.campaign != without, CONTACTS.c.list != list_, CONTACTS.c.date >= since)
    query = sa.select(CONTACTS.c.key, CONTACTS.c.action, CONTACTS.c.date)
    query = query.where(CONTACTS.c.business == business, others)
    with looking(engine) as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def _arms(connection: sa.Connection, campaign: str) -> dict[str, str]:
    query = sa.select(MEMBERS.c.key, MEMBERS.c.arm).where(MEMBERS.c.campaign == campaign)
    return {row.key: row.arm for row in connection.execute(query)}


def _record(row: Any) -> CampaignRecord:
    return CampaignRecord(**{**row, **{name: json.loads(row[name]) for name in _JSON}})


def _added(connection: sa.Connection, campaign: str) -> set[str]:
    """Who was treated in an earlier export without having been in its draw; exporting again cannot change that."""
    query = sa.select(MEMBERS.c.key).where(MEMBERS.c.campaign == campaign, MEMBERS.c.in_draw == 0)
    return set(connection.execute(query).scalars())


def _member(campaign: str, member: Mapping[str, Any], added: Collection[str] = ()) -> dict[str, Any]:
    in_draw = int(member.get("in_draw", True) and member["key"] not in added)
    traits = json.dumps(member["traits"], ensure_ascii=False)
    return {**member, "campaign": campaign, "in_draw": in_draw, "traits": traits}


def _contact(record: CampaignRecord, member: Mapping[str, Any]) -> dict[str, Any]:
    told: Iterable[str] = ("key", "action", "channel")
    own = {"campaign": record.campaign, "business": record.model, "list": record.list, "date": record.made[:10]}
    return {**own, **{name: member[name] for name in told}}
