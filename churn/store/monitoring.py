"""The log of lists held against a model: what was found, the signs that count in a row, what the next list needs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import sqlalchemy as sa

from churn.store.database import looking, merge_rows, writing
from churn.store.tables import CAMPAIGNS, CONTACTS, MEMBERS, OUTCOMES, WATCHED, WATCHED_CUSTOMERS


@dataclass(frozen=True)
class WatchRecord:
    """One list held against one version of a model.

    list        the fingerprint of the list, `source` its name
    at          when the list was first watched (UTC): looked at again, it keeps its place among the others
    signs       the signs of harm its advice was given on
    scores      how the model scored it, to stand beside the next list
    gauges      the numbers a monitoring system follows
    report      the whole DriftReport in words
    challenger  the version that scored it in the shadow; `shadow` holds how far the two agree, and who was right
    realised    with outcomes: how the model did on this list's customers
    """

    list: str
    model: str
    version: str
    at: str
    source: str
    customers: int
    verdict: str
    why: str
    signs: Sequence[str] = ()
    scores: Mapping[str, Any] = field(default_factory=dict)
    gauges: Mapping[str, float] = field(default_factory=dict)
    report: Mapping[str, Any] = field(default_factory=dict)
    challenger: str = ""
    shadow: Mapping[str, Any] = field(default_factory=dict)
    realised: Mapping[str, Any] = field(default_factory=dict)


_FIELDS = tuple(f.name for f in fields(WatchRecord))
_JSON = ("signs", "scores", "gauges", "report", "shadow", "realised")


def record_watch(engine: sa.Engine, record: WatchRecord) -> None:
    """Keep what was found of a list; the same list watched again by the same version replaces what was found before."""
    row = {name: getattr(record, name) for name in _FIELDS}
    written = {name: json.dumps(row[name], allow_nan=False, default=list) for name in _JSON}
    with writing(engine) as connection:
        merge_rows(connection, WATCHED, [{**row, **written}])


def lists_watched(
    engine: sa.Engine, model: str, version: str | None = None, *, most: int = 60, before: str | None = None
) -> tuple[WatchRecord, ...]:
    """The last lists held against a model, or one version of it, the latest last; `before` a moment, where given."""
    query = sa.select(*(WATCHED.c[name] for name in _FIELDS)).where(WATCHED.c.model == model)
    if version is not None:
        query = query.where(WATCHED.c.version == version)
    if before is not None:
        query = query.where(WATCHED.c.at < before)
    query = query.order_by(WATCHED.c.at.desc(), WATCHED.c.list).limit(most)
    with looking(engine) as connection:
        return tuple(_record(row) for row in connection.execute(query).mappings())[::-1]


def watched_before(engine: sa.Engine, model: str, version: str, fingerprint: str) -> WatchRecord | None:
    """What was found when this version was held against this very list before; None where it never was."""
    this = sa.and_(WATCHED.c.model == model, WATCHED.c.version == version, WATCHED.c.list == fingerprint)
    query = sa.select(*(WATCHED.c[name] for name in _FIELDS)).where(this)
    with looking(engine) as connection:
        row = connection.execute(query).mappings().first()
    return None if row is None else _record(row)


def first_watched(engine: sa.Engine, model: str, fingerprint: str) -> str | None:
    """When a list was first held against any version of a model; None where it never was."""
    first = sa.select(sa.func.min(WATCHED.c.at)).where(WATCHED.c.model == model, WATCHED.c.list == fingerprint)
    with looking(engine) as connection:
        return connection.execute(first).scalar()


def models_watched(engine: sa.Engine) -> tuple[str, ...]:
    """The models that lists were held against."""
    with looking(engine) as connection:
        return tuple(connection.execute(sa.select(WATCHED.c.model).distinct().order_by(WATCHED.c.model)).scalars())


def record_outcome(engine: sa.Engine, record: WatchRecord, **known: Mapping[str, Any]) -> None:
    """Keep what outcomes told of a list later: how the model did (`realised`), and who was right (`shadow`)."""
    this = sa.and_(*(WATCHED.c[name] == getattr(record, name) for name in ("list", "model", "version")))
    written = {name: json.dumps(words, allow_nan=False) for name, words in known.items()}
    with writing(engine) as connection:
        connection.execute(sa.update(WATCHED).where(this).values(**written))


def _record(row: Any) -> WatchRecord:
    return WatchRecord(**{**row, **{name: json.loads(row[name]) for name in _JSON}})


# The customers of watched lists: what each was scored, and, once it is known, whether they left.
#
# An outcome belongs to the last list in which a customer was scored before it was told. At most an even sample of
# a long list is kept, the one its scores were estimated on.


LOOKED_BACK = 12  # lists before this one that an outcome may belong to


@dataclass(frozen=True)
class ReportedOutcomes:
    """What outcomes told of earlier lists: which lists learnt something new, and who was told otherwise before."""

    lists: tuple[WatchRecord, ...] = ()
    customers: int = 0
    otherwise: tuple[str, ...] = field(default_factory=tuple)


def record_customers(engine: sa.Engine, record: WatchRecord, customers: Iterable[Mapping[str, Any]]) -> None:
    """Keep the customers of a list: key, probability, and where known challenger, if_leaves, if_stays, served, outcome.

    What an earlier look at the same list kept is replaced as a whole.
    """
    own = {name: getattr(record, name) for name in ("list", "model", "version")}
    with writing(engine) as connection:
        connection.execute(WATCHED_CUSTOMERS.delete().where(_of(record)))
        merge_rows(connection, WATCHED_CUSTOMERS, ({**own, **customer} for customer in customers))


def customers_of(engine: sa.Engine, record: WatchRecord, *, known: bool = False) -> list[dict[str, Any]]:
    """The customers kept of a list, by key; `known` takes only those whose outcome is known."""
    query = sa.select(WATCHED_CUSTOMERS).where(_of(record)).order_by(WATCHED_CUSTOMERS.c.key)
    if known:
        query = query.where(WATCHED_CUSTOMERS.c.outcome.is_not(None))
    with looking(engine) as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def keys_of_list(engine: sa.Engine, record: WatchRecord) -> list[str]:
    """The keys kept of a list."""
    with looking(engine) as connection:
        return list(connection.execute(sa.select(WATCHED_CUSTOMERS.c.key).where(_of(record))).scalars())


def tell_outcomes(
    engine: sa.Engine, lists: Iterable[WatchRecord], outcomes: Mapping[str, int], *, keep: bool = True
) -> ReportedOutcomes:
    """Note who left among the customers of earlier lists, each with the last list they were on.

    lists   the earlier lists, the latest last
    keep    False only says what would be noted
    """
    left, news, count, otherwise = dict(outcomes), [], 0, list[str]()
    for record in list(lists)[::-1][:LOOKED_BACK]:
        if not left:
            break
        known = _outcomes_by_key(engine, record, left)
        changed = {key: left[key] for key, before in known.items() if before != left[key]}
        otherwise += [key for key in changed if known[key] is not None]
        if changed:
            if keep:
                _write(engine, record, changed)
            news.append(record)
        count += len(known)
        for key in known:
            del left[key]
    return ReportedOutcomes(tuple(news[::-1]), count, tuple(sorted(otherwise)))


def campaign_outcomes(engine: sa.Engine, model: str) -> dict[str, int]:
    """What became of the customers held out of a model's campaigns: nobody did anything about them."""
    held = sa.select(OUTCOMES.c.key, OUTCOMES.c.outcome).join(
        MEMBERS, sa.and_(MEMBERS.c.campaign == OUTCOMES.c.campaign, MEMBERS.c.key == OUTCOMES.c.key)
    )
    held = held.join(CAMPAIGNS, CAMPAIGNS.c.campaign == OUTCOMES.c.campaign)
    query = held.where(CAMPAIGNS.c.model == model, MEMBERS.c.arm == "holdout", OUTCOMES.c.outcome.is_not(None))
    with looking(engine) as connection:
        return {row.key: int(row.outcome) for row in connection.execute(query.order_by(OUTCOMES.c.came))}


def contacted_since(engine: sa.Engine, business: str, day: str) -> frozenset[str]:
    """The customers of a business contacted on a day (as 2026-01-31) or later."""
    query = sa.select(CONTACTS.c.key).where(CONTACTS.c.business == business, CONTACTS.c.date >= day).distinct()
    with looking(engine) as connection:
        return frozenset(connection.execute(query).scalars())


def _of(record: WatchRecord) -> sa.ColumnElement[bool]:
    names = ("list", "model", "version")
    return sa.and_(*(WATCHED_CUSTOMERS.c[name] == getattr(record, name) for name in names))


def _outcomes_by_key(engine: sa.Engine, record: WatchRecord, wanted: Mapping[str, int]) -> dict[str, int | None]:
    query = sa.select(WATCHED_CUSTOMERS.c.key, WATCHED_CUSTOMERS.c.outcome).where(_of(record))
    with looking(engine) as connection:
        return {row.key: row.outcome for row in connection.execute(query) if row.key in wanted}


def _write(engine: sa.Engine, record: WatchRecord, changed: Mapping[str, int]) -> None:
    update = (
        sa.update(WATCHED_CUSTOMERS)
        .where(_of(record), WATCHED_CUSTOMERS.c.key == sa.bindparam("whose"))
        .values(outcome=sa.bindparam("became"))
    )
    with writing(engine) as connection:
        connection.execute(update, [{"whose": key, "became": left} for key, left in changed.items()])
