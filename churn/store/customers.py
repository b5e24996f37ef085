"""Who was scored, when, and with which features: the lists, and the last that was seen of every customer."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from churn.errors import RequestRefused
from churn.store.database import AT_ONCE, looking, merge_rows, writing
from churn.store.tables import (
    CAMPAIGNS,
    CONTACTS,
    DELIVERIES,
    KEPT_LISTS,
    LAST_SEEN,
    LEFT_ALONE,
    LISTS,
    MAPPINGS,
    MEMBERS,
    OUTCOMES,
    SWEPT,
    WATCHED,
    WATCHED_CUSTOMERS,
)


@dataclass(frozen=True)
class ListRecord:
    """A list that was scored: its fingerprint and name, by which model, how many in each tier, what is at stake.

    worth_basis   what the worth behind `value_at_risk` was made of, with the currency; None for a list that was kept
                  when tiers and worth still meant something else
    """

    list: str
    model: str
    version: str
    scored: str
    source: str
    rows: int
    leavers: float
    value_at_risk: float | None = None
    tiers: Mapping[str, int] = field(default_factory=dict)
    worth_basis: str | None = ""


@dataclass(frozen=True)
class LastSeen:
    """What was seen of one customer last: the features as the model takes them, and the score."""

    key: str
    model: str
    version: str
    scored: str
    list: str
    tier: str
    probability: float
    features: Mapping[str, Any]


def record_list(engine: sa.Engine, record: ListRecord, customers: Iterable[Mapping[str, Any]] = ()) -> None:
    """Keep that a list was scored, and of each customer `key`, `tier`, `probability` and `features` (a mapping).

    A long list is written in several short transactions, so that others can write in between; doing it again after
    a kill completes it.
    """
    own = {name: getattr(record, name) for name in ("list", "model", "version", "scored")}
    block: list[dict[str, Any]] = []
    for customer in customers:
        block.append({**customer, **own, "features": json.dumps(customer["features"], ensure_ascii=False, default=str)})
        if len(block) == AT_ONCE:
            _write(engine, block)
            block = []
    _write(engine, block)
    with writing(engine) as connection:
        merge_rows(connection, LISTS, [{**vars(record), "tiers": json.dumps(dict(record.tiers))}])


def see(connection: sa.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Keep what was last seen of customers scored one at a time; what is known from later stays."""
    merge_rows(connection, LAST_SEEN, rows, newest="scored")


def taken_apart(row: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A row for each customer where one tells of many by column; none of who tells nothing but a key."""
    if not isinstance(row["key"], list):
        yield row
        return
    names = tuple(row["features"])
    told = zip(row["key"], row["tier"], row["probability"], zip(*row["features"].values(), strict=True), strict=True)
    for key, tier, probability, cells in told:
        known = {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None}
        if known:
            yield {**row, "key": key, "tier": tier, "probability": probability, "features": json.dumps(known)}


def last_seen(engine: sa.Engine, key: str, model: str | None = None) -> LastSeen | None:
    """What was seen of a customer last, by one model or by whichever scored last; None for a stranger."""
    query = sa.select(LAST_SEEN).where(LAST_SEEN.c.key == key)
    if model is not None:
        query = query.where(LAST_SEEN.c.model == model)
    with looking(engine) as connection:
        row = connection.execute(query.order_by(LAST_SEEN.c.scored.desc()).limit(1)).mappings().first()
    return None if row is None else LastSeen(**{**row, "features": json.loads(row["features"])})


def models_that_saw(engine: sa.Engine, key: str) -> tuple[str, ...]:
    """The models that scored a customer of this key: more than one may mean customers of several businesses."""
    query = sa.select(LAST_SEEN.c.model).where(LAST_SEEN.c.key == key).distinct().order_by(LAST_SEEN.c.model)
    with looking(engine) as connection:
        return tuple(connection.execute(query).scalars())


def lists_scored(engine: sa.Engine, most: int = 100, *, model: str | None = None) -> tuple[ListRecord, ...]:
    """The lists that were scored, by one model or by any, the latest first."""
    query = sa.select(LISTS).order_by(LISTS.c.scored.desc(), LISTS.c.list).limit(most)
    if model is not None:
        query = query.where(LISTS.c.model == model)
    with looking(engine) as connection:
        rows = connection.execute(query).mappings().all()
    return tuple(ListRecord(**{**row, "tiers": json.loads(row["tiers"])}) for row in rows)


def _write(engine: sa.Engine, block: list[dict[str, Any]]) -> None:
    if block:
        with writing(engine) as connection:
            merge_rows(connection, LAST_SEEN, block)


# The history of one customer: scores, campaigns and outcomes, as the database holds them.


@dataclass(frozen=True)
class CustomerEvent:
    """One thing the database knows of a customer.

    what    `scored`, `treat`, `holdout`, `left` or `stayed`
    where   the campaign, or the model and its version
    action  what the customer was offered
    """

    date: str
    what: str
    where: str
    action: str = ""
    probability: float | None = None
    tier: str = ""


def history_of(engine: sa.Engine, key: str, model: str) -> tuple[CustomerEvent, ...]:
    """Everything the database holds of a customer of this model's business, the latest first."""
    with looking(engine) as connection:
        found = [*_scores(connection, key, model), *_campaigns(connection, key, model)]
        found += _outcomes(connection, key, model)
    return tuple(sorted(found, key=lambda h: (h.date, h.what), reverse=True))


def _scores(connection: sa.Connection, key: str, model: str) -> list[CustomerEvent]:
    columns = (LAST_SEEN.c[n] for n in ("scored", "model", "version", "tier", "probability"))
    query = sa.select(*columns).where(LAST_SEEN.c.key == key, LAST_SEEN.c.model == model)
    return [
        CustomerEvent(
            row["scored"][:10], "scored", f"{row['model']} {row['version']}", "", row["probability"], row["tier"]
        )
        for row in connection.execute(query).mappings()
    ]


def _campaigns(connection: sa.Connection, key: str, model: str) -> list[CustomerEvent]:
    columns: tuple[Any, ...] = (CAMPAIGNS.c.made, *(MEMBERS.c[n] for n in ("campaign", "arm", "planned_action")))
    more = (MEMBERS.c.probability, MEMBERS.c.tier)
    joined = MEMBERS.join(CAMPAIGNS, CAMPAIGNS.c.campaign == MEMBERS.c.campaign)
    query = sa.select(*columns, *more).select_from(joined)
    rows = connection.execute(query.where(MEMBERS.c.key == key, CAMPAIGNS.c.model == model)).mappings()
    return [
        CustomerEvent(r["made"][:10], r["arm"], r["campaign"], r["planned_action"], r["probability"], r["tier"])
        for r in rows
    ]


def _outcomes(connection: sa.Connection, key: str, model: str) -> list[CustomerEvent]:
    joined = OUTCOMES.join(CAMPAIGNS, CAMPAIGNS.c.campaign == OUTCOMES.c.campaign)
    query = sa.select(OUTCOMES.c.came, OUTCOMES.c.outcome, OUTCOMES.c.campaign).select_from(joined)
    known = OUTCOMES.c.outcome.is_not(None)
    rows = connection.execute(query.where(OUTCOMES.c.key == key, CAMPAIGNS.c.model == model, known)).mappings()
    return [CustomerEvent(r["came"][:10], "left" if r["outcome"] else "stayed", r["campaign"]) for r in rows]


# Forgetting: one customer removed everywhere, and what is older than it may be kept removed for all.


KEPT_DAYS = "CHURN_RETENTION_DAYS"
OF_CUSTOMERS = (MEMBERS, OUTCOMES, CONTACTS, LAST_SEEN, LEFT_ALONE, WATCHED_CUSTOMERS)


def forget(engine: sa.Engine, key: str) -> int:
    """Remove a customer from every table of the database; returns how many rows went."""
    return sum(_removed(engine, {table: table.c.key == key for table in OF_CUSTOMERS}))


def forget_before(engine: sa.Engine, date: str) -> int:
    """Remove what is kept of customers from before a day (as 2026-01-31); what was measured stays as sums."""
    old = sa.select(CAMPAIGNS.c.campaign).where(CAMPAIGNS.c.made < date)
    same = (WATCHED.c[name] == WATCHED_CUSTOMERS.c[name] for name in ("list", "model", "version"))
    on_old_list = sa.exists().where(*same, WATCHED.c.at < date)
    return sum(
        _removed(
            engine,
            {
                MEMBERS: MEMBERS.c.campaign.in_(old),
                OUTCOMES: OUTCOMES.c.campaign.in_(old),
                CONTACTS: CONTACTS.c.date < date,
                LAST_SEEN: LAST_SEEN.c.scored < date,
                LEFT_ALONE: LEFT_ALONE.c.since < date,
                LISTS: LISTS.c.scored < date,
                DELIVERIES: DELIVERIES.c.moment < date,
                KEPT_LISTS: KEPT_LISTS.c.brought < date,
                WATCHED_CUSTOMERS: on_old_list,
            },
        )
    )


def sweep(engine: sa.Engine) -> int:
    """Once a day, remove what is older than CHURN_RETENTION_DAYS allows; without that setting everything is kept."""
    days = kept_days()
    if days is None:
        return 0
    today = datetime.now(UTC).date()
    turn = f"{today.isoformat()} {days}"  # a shorter time counts at once, not from tomorrow
    with looking(engine) as connection:
        if connection.execute(sa.select(SWEPT.c.turn).where(SWEPT.c.turn == turn)).scalar():
            return 0
    rows = forget_before(engine, (today - timedelta(days=days)).isoformat())
    with writing(engine) as connection:
        connection.execute(SWEPT.delete())
        connection.execute(SWEPT.insert(), [{"turn": turn}])
    return rows


def kept_days() -> int | None:
    """For how many days the database may keep what it knows of customers; None for always."""
    told = os.environ.get(KEPT_DAYS, "").strip()
    if not told:
        return None
    if not (told.isascii() and told.isdigit() and 1 <= int(told) <= 36_500):
        raise RequestRefused(f"{KEPT_DAYS} is {told!r}.", "Write it as a number of days, 1 or more.")
    return int(told)


def _removed(engine: sa.Engine, which: Mapping[sa.Table, sa.ColumnElement[bool]]) -> list[int]:
    delete: Callable[[sa.Table], sa.Delete] = sa.delete
    with writing(engine) as connection:
        return [int(connection.execute(delete(table).where(rows)).rowcount) for table, rows in which.items()]


# Remembered mappings: a heading that a person confirmed once for a source is not asked about again.


def remember_mapping(engine: sa.Engine, layout: str, mapping: Mapping[str, str]) -> None:
    """Keep their heading -> our column for a source layout; a later word on the same heading replaces the earlier."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    rows = [{"layout": layout, "theirs": t, "ours": o, "confirmed": now} for t, o in mapping.items()]
    if not rows:
        return
    with writing(engine) as connection:
        connection.execute(_of(layout).where(MAPPINGS.c.theirs.in_(list(mapping))))
        connection.execute(MAPPINGS.insert(), rows)


def remembered_mapping(engine: sa.Engine, layout: str) -> dict[str, str]:
    """What was confirmed for a source layout, their heading -> our column."""
    query = sa.select(MAPPINGS.c.theirs, MAPPINGS.c.ours).where(MAPPINGS.c.layout == layout).order_by(MAPPINGS.c.theirs)
    with looking(engine) as connection:
        return {row.theirs: row.ours for row in connection.execute(query)}


def forget_mapping(engine: sa.Engine, layout: str) -> int:
    """Ask about a source layout again; returns how many headings were forgotten."""
    with writing(engine) as connection:
        return int(connection.execute(_of(layout)).rowcount)


def _of(layout: str) -> sa.Delete:
    return MAPPINGS.delete().where(MAPPINGS.c.layout == layout)
