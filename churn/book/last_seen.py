"""Who was scored, when, and with which features: the lists, and the last that was seen of every customer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from churn.book.connections import looking, writing
from churn.book.merging import AT_ONCE, merge_rows
from churn.book.tables import LAST_SEEN, LISTS


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


def seen_last(engine: sa.Engine, key: str, model: str | None = None) -> LastSeen | None:
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
