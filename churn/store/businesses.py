"""Businesses: what each is called and how it counts money, the lists it keeps, and its saved segments."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from churn.store.database import looking, merge_rows, writing
from churn.store.tables import BUSINESSES, KEPT_LISTS, SEGMENTS


@dataclass(frozen=True)
class BusinessRow:
    """What a person has settled for a business.

    business    its name, which is the name of its model
    currency    empty: the one marked in the list it learnt from, or the profile's
    profile     the ready-made business it is like
    labels      what it calls its columns
    keeps_lists whether its lists stay in the home
    """

    business: str
    title: str
    currency: str
    profile: str
    made: str
    labels: Mapping[str, str] = field(default_factory=dict)
    keeps_lists: bool = True


@dataclass(frozen=True)
class StoredList:
    """One list of a business that stays in the home.

    list        the sha256 of its bytes
    options     how it was read: a mapping, a sheet, the order of dates
    day         the day it speaks of, and where that is from: `name` of the file, `said` by a person, or `brought`
    """

    business: str
    list: str
    name: str
    day: str
    day_from: str
    brought: str
    customers: int
    size: int
    options: Mapping[str, Any] = field(default_factory=dict)
    made_up: bool = False


@dataclass(frozen=True)
class SavedSegment:
    """A group of customers that a business gave a name: which filter finds them."""

    business: str
    segment: str
    title: str
    filter: Mapping[str, Any]
    made: str


def business_rows(engine: sa.Engine) -> tuple[BusinessRow, ...]:
    """Every business that somebody has settled something for, the oldest first."""
    with looking(engine) as connection:
        rows = connection.execute(sa.select(BUSINESSES).order_by(BUSINESSES.c.made, BUSINESSES.c.business)).mappings()
        return tuple(
            BusinessRow(**{**row, "labels": json.loads(row["labels"]), "keeps_lists": bool(row["keeps_lists"])})
            for row in rows
        )


def save_business(engine: sa.Engine, row: BusinessRow) -> None:
    """Write what was settled for a business in place of what was settled before."""
    words = {**vars(row), "labels": json.dumps(dict(row.labels)), "keeps_lists": int(row.keeps_lists)}
    with writing(engine) as connection:
        merge_rows(connection, BUSINESSES, [words])


def remove_business(engine: sa.Engine, business: str) -> None:
    """Remove what was settled for a business, its segments, and the record of its lists."""
    with writing(engine) as connection:
        for table in (BUSINESSES, KEPT_LISTS, SEGMENTS):
            connection.execute(sa.delete(table).where(table.c.business == business))


def kept_lists(engine: sa.Engine, business: str | None = None) -> tuple[StoredList, ...]:
    """The lists that a business keeps, or all do: those that speak of the latest day first."""
    query = sa.select(KEPT_LISTS).order_by(KEPT_LISTS.c.day.desc(), KEPT_LISTS.c.brought.desc(), KEPT_LISTS.c.list)
    if business is not None:
        query = query.where(KEPT_LISTS.c.business == business)
    with looking(engine) as connection:
        return tuple(
            StoredList(**{**row, "options": json.loads(row["options"]), "made_up": bool(row["made_up"])})
            for row in connection.execute(query).mappings()
        )


def record_kept_list(engine: sa.Engine, kept: StoredList) -> None:
    """Note that a list is kept; the same bytes kept again replace what was noted."""
    words = {**vars(kept), "options": json.dumps(dict(kept.options), default=str), "made_up": int(kept.made_up)}
    with writing(engine) as connection:
        merge_rows(connection, KEPT_LISTS, [words])


def remove_kept_list(engine: sa.Engine, business: str, digest: str) -> bool:
    """Forget that a list is kept; whether it was."""
    wanted = (KEPT_LISTS.c.business == business, KEPT_LISTS.c.list == digest)
    with writing(engine) as connection:
        return bool(connection.execute(sa.delete(KEPT_LISTS).where(*wanted)).rowcount)


def saved_segments(engine: sa.Engine, business: str) -> tuple[SavedSegment, ...]:
    """The segments that a business saved, the oldest first."""
    query = sa.select(SEGMENTS).where(SEGMENTS.c.business == business).order_by(SEGMENTS.c.made, SEGMENTS.c.segment)
    with looking(engine) as connection:
        rows = connection.execute(query).mappings()
        return tuple(SavedSegment(**{**row, "filter": json.loads(row["filter"])}) for row in rows)


def save_segment(engine: sa.Engine, segment: SavedSegment) -> None:
    """Save a segment; one of the same name is replaced."""
    with writing(engine) as connection:
        merge_rows(connection, SEGMENTS, [{**vars(segment), "filter": json.dumps(dict(segment.filter), default=str)}])


def remove_segment(engine: sa.Engine, business: str, segment: str) -> bool:
    """Remove a saved segment; whether there was one."""
    wanted = (SEGMENTS.c.business == business, SEGMENTS.c.segment == segment)
    with writing(engine) as connection:
        return bool(connection.execute(sa.delete(SEGMENTS).where(*wanted)).rowcount)
