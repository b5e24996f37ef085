"""The journal of campaigns: who was planned, held out and contacted. An arm that was given once always stands."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Literal
from uuid import uuid4

import sqlalchemy as sa

from churn.errors import NotFound
from churn.store.database import insert_missing, looking, merge_rows, writing
from churn.store.tables import CAMPAIGNS, CONTACTS, DELIVERIES, LEFT_ALONE, MEASURED, MEMBERS, OUTCOMES, PLAYBOOKS


@dataclass(frozen=True)
class CampaignRecord:
    """One campaign as it was sent.

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
    """One campaign of the database; a name that is not there is refused."""
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


# What came back: outcomes per customer of a campaign, and what was measured with them.


@dataclass(frozen=True)
class Measurement:
    """A campaign's lift as it was measured: when first and last, from which file, and what it taught."""

    campaign: str
    first: str
    latest: str
    list: str
    lift: Mapping[str, Any]
    learnt: Sequence[Mapping[str, Any]] = ()


def record_measurement(engine: sa.Engine, found: Measurement, outcomes: Sequence[Mapping[str, Any]]) -> None:
    """Keep a measurement and the outcomes behind it; measuring again replaces both but not the day of the first."""
    with writing(engine) as connection:
        query = sa.select(MEASURED.c.first).where(MEASURED.c.campaign == found.campaign)
        first = connection.execute(query).scalar() or found.first
        row = {"campaign": found.campaign, "first": first, "latest": found.latest, "list": found.list}
        merge_rows(
            connection, MEASURED, [{**row, "lift": json.dumps(found.lift), "learnt": json.dumps(list(found.learnt))}]
        )
        connection.execute(OUTCOMES.delete().where(OUTCOMES.c.campaign == found.campaign))
        merge_rows(connection, OUTCOMES, ({**o, "campaign": found.campaign, "came": found.latest} for o in outcomes))


def measured_so_far(engine: sa.Engine) -> dict[str, Measurement]:
    """What was measured so far, by campaign."""
    with looking(engine) as connection:
        rows = connection.execute(sa.select(MEASURED).order_by(MEASURED.c.first, MEASURED.c.campaign)).mappings()
        read = ({**row, "lift": json.loads(row["lift"]), "learnt": json.loads(row["learnt"])} for row in rows)
        return {row["campaign"]: Measurement(**row) for row in read}


def outcomes_of(engine: sa.Engine, campaign: str) -> list[dict[str, Any]]:
    """The outcomes kept of a campaign: key, outcome (1 left, 0 stayed), contacted and accepted where known."""
    columns = (OUTCOMES.c[name] for name in ("key", "outcome", "contacted", "accepted"))
    query = sa.select(*columns).where(OUTCOMES.c.campaign == campaign).order_by(OUTCOMES.c.key)
    with looking(engine) as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


# What was sent outside: each message is claimed, sent and noted, so that sending again sends nothing twice.


SENDING, DELIVERED = "sending", "delivered"
STALE = timedelta(minutes=10)  # longer than all tries of one message together
Claim = Literal["ours", "another's", "delivered"]


def claim(engine: sa.Engine, address: str, key: str) -> Claim:
    """Take a message to an address: `ours` to send, `delivered` before, or `another's` who is sending it just now.

    The claim of a sender that was killed is free again after some minutes.
    """
    mine = _row(address, key, SENDING)
    with writing(engine) as connection:
        # Writing first makes a second sender of the same message wait here, on any database.
        insert_missing(connection, DELIVERIES, mine)
        query = sa.select(DELIVERIES).where(_is(address, key)).with_for_update()
        found = connection.execute(query).mappings().one()
        if found["state"] == DELIVERED:
            return "delivered"
        if found["sender"] != mine["sender"] and found["moment"] > _moment(datetime.now(UTC) - STALE):
            return "another's"
        merge_rows(connection, DELIVERIES, [mine])
    return "ours"


def note_delivered(engine: sa.Engine, address: str, key: str) -> None:
    """Keep that a message has arrived."""
    with writing(engine) as connection:
        merge_rows(connection, DELIVERIES, [_row(address, key, DELIVERED)])


def give_up(engine: sa.Engine, address: str, key: str) -> None:
    """Let go of a message that could not be delivered, so that anybody can try again at once."""
    with writing(engine) as connection:
        connection.execute(DELIVERIES.delete().where(_is(address, key)))


def _row(address: str, key: str, state: str) -> dict[str, str]:
    # The address may hold a token of the receiver's, and the message's key stands for its content: neither is kept.
    moment = _moment(datetime.now(UTC))
    return {"message": _message(address, key), "state": state, "sender": uuid4().hex, "moment": moment}


def _is(address: str, key: str) -> sa.ColumnElement[bool]:
    return DELIVERIES.c.message == _message(address, key)


def _message(address: str, key: str) -> str:
    return sha256(f"{address} {key}".encode()).hexdigest()


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


# Who is better left alone: customers an experiment has shown to leave because they are contacted.


def suppress_contact(engine: sa.Engine, business: str, keys: Iterable[str], *, why: str, since: str) -> int:
    """Remember customers of a business as better left alone; the same reason again replaces those it named before.

    why     the experiment that shows it; returns how many it names
    """
    rows = [{"business": business, "key": key, "since": since, "why": why} for key in dict.fromkeys(keys)]
    with writing(engine) as connection:
        connection.execute(LEFT_ALONE.delete().where(LEFT_ALONE.c.business == business, LEFT_ALONE.c.why == why))
        merge_rows(connection, LEFT_ALONE, rows)
    return len(rows)


def suppressed_customers(engine: sa.Engine, business: str) -> dict[str, str]:
    """Who of a business is to be left alone, and why, by key."""
    query = sa.select(LEFT_ALONE.c.key, LEFT_ALONE.c.why).where(LEFT_ALONE.c.business == business)
    with looking(engine) as connection:
        return {row.key: row.why for row in connection.execute(query)}


# Versions of a playbook: set by hand or learnt, numbered, never changed, so that it shows what came when.


BY_HAND, LEARNT = "by hand", "learnt"
DEFAULT = "profile:"  # before a profile's name: what counts for its businesses that have set nothing of their own


@dataclass(frozen=True)
class PlaybookVersion:
    """One version: when, `by hand` or `learnt`, why in words, and its text (TOML).

    business  the name of its model, or the default of a ready-made business: `profile:` and its name
    """

    business: str
    number: int
    made: str
    how: str
    why: str
    playbook: str


def add_playbook(
    engine: sa.Engine, business: str, text: str, *, how: str, why: str, made: str, after: int = 0
) -> PlaybookVersion:
    """Keep a playbook as the newest version; one that says what the newest says already is not kept twice.

    after  the number of the version it follows, where that is another's: the default of a ready-made business
    """
    with writing(engine) as connection:
        rows = _of(connection, business)
        if rows and (rows[-1].playbook, rows[-1].how) == (text, how):
            return rows[-1]
        number = max(rows[-1].number if rows else 0, after) + 1
        version = PlaybookVersion(business, number, made, how, why, text)
        connection.execute(PLAYBOOKS.insert(), [dict(vars(version))])
    return version


def playbooks_of(engine: sa.Engine, business: str) -> tuple[PlaybookVersion, ...]:
    """Every version of a business's playbook, the oldest first."""
    with looking(engine) as connection:
        return tuple(_of(connection, business))


def _of(connection: sa.Connection, business: str) -> list[PlaybookVersion]:
    query = sa.select(PLAYBOOKS).where(PLAYBOOKS.c.business == business).order_by(PLAYBOOKS.c.number)
    return [PlaybookVersion(**row) for row in connection.execute(query).mappings()]
