"""Steps: what brings a book, one by numbered one, to what this program needs.

A step is carried out once, in order, and never changed afterwards: add a new one at the end of STEPS instead. A step
and the note that it was done are one transaction, so a program may be killed at any point.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from churn.book.by_business import keyed_by_business
from churn.book.tables import (
    AUDIT,
    CAMPAIGNS,
    CONTACTS,
    DELIVERIES,
    KEYS,
    LAST_SEEN,
    LEFT_ALONE,
    LISTS,
    MAPPINGS,
    MEASURED,
    MEMBERS,
    OUTCOMES,
    PLAYBOOKS,
    STEPS_DONE,
    SWEPT,
    WATCHED,
    WATCHED_CUSTOMERS,
)
from churn.errors import RequestRefused

Step = Callable[[sa.Connection], None]


def tables_made(*tables: sa.Table) -> Step:
    """The step that makes tables where they are not there yet."""

    def make(connection: sa.Connection) -> None:
        for table in tables:
            table.create(connection, checkfirst=True)

    return make


def column_added(table: sa.Table, name: str) -> Step:
    """The step that adds a column which may be empty; a table made by this program has it already."""

    def add(connection: sa.Connection) -> None:
        if name not in {column["name"] for column in sa.inspect(connection).get_columns(table.name)}:
            kind = table.c[name].type.compile(connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {name} {kind}")

    return add


STEPS: tuple[Step, ...] = (
    tables_made(MAPPINGS),
    tables_made(CAMPAIGNS, MEMBERS, OUTCOMES, MEASURED, CONTACTS, PLAYBOOKS, LISTS, LAST_SEEN),
    tables_made(DELIVERIES, LEFT_ALONE),
    tables_made(KEYS, AUDIT),
    tables_made(SWEPT),
    tables_made(WATCHED, WATCHED_CUSTOMERS),
    column_added(LISTS, "worth_basis"),
    keyed_by_business,
    column_added(MEMBERS, "in_draw"),
)


def up_to_date(connection: sa.Connection) -> bool:
    """Whether every step is done."""
    return _done(connection) == len(STEPS)


def carry_out(connection: sa.Connection) -> None:
    """Carry out the steps that are left; a book that a newer program wrote is left alone."""
    STEPS_DONE.create(connection, checkfirst=True)
    done = _done(connection)
    if done > len(STEPS):
        raise RequestRefused("The score book was written by a newer version.", "Update this program.")
    for number, step in enumerate(STEPS[done:], start=done + 1):
        step(connection)
        connection.execute(STEPS_DONE.insert().values(step=number))


def _done(connection: sa.Connection) -> int:
    if not sa.inspect(connection).has_table(STEPS_DONE.name):
        return 0
    return int(connection.execute(sa.select(sa.func.max(STEPS_DONE.c.step))).scalar() or 0)
