"""Rows that are written again replace themselves: the same work done twice leaves the book as doing it once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

AT_ONCE = 5000


def merge_rows(
    connection: sa.Connection, table: sa.Table, rows: Iterable[Mapping[str, Any]], *, newest: str = ""
) -> None:
    """Write rows by their primary key; a row that is there already is replaced.

    newest  a column by which an older row never replaces a newer one, whichever arrives last
    """
    statement, key = _merging(connection.dialect.name, table, newest), [c.name for c in table.primary_key]
    for some in _some(rows):
        # In one order everywhere: two writers of the same rows then wait for each other, and never both at once.
        connection.execute(statement, sorted(some, key=lambda row: [str(row[name]) for name in key]))


def insert_missing(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> None:
    """Write a row unless one with its primary key is there already."""
    insert = _insert(connection.dialect.name, table)
    connection.execute(insert.on_conflict_do_nothing(index_elements=list(table.primary_key)), [dict(row)])


def _some(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    iterator = iter(rows)
    while some := [dict(row) for row in islice(iterator, AT_ONCE)]:
        yield some


def _merging(dialect: str, table: sa.Table, newest: str) -> Any:
    insert = _insert(dialect, table)
    others = {c.name: insert.excluded[c.name] for c in table.columns if not c.primary_key}
    newer = insert.excluded[newest] >= table.c[newest] if newest else None
    return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=others, where=newer)


def _insert(dialect: str, table: sa.Table) -> Any:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
