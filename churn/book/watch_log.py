"""The log of lists held against a model: what was found, the signs that count in a row, what the next list needs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import sqlalchemy as sa

from churn.book.connections import looking, writing
from churn.book.merging import merge_rows
from churn.book.tables import WATCHED


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
