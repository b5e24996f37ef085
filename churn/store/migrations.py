"""A step for older books: what was kept by ready-made business (`profile`) is kept by business (the model's name).

Every model of an unknown business had the profile `general`, so what one of them sent, learnt or rested counted for
all. The statements here are spelt out instead of taken from `tables.py`, because a step never changes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from churn.errors import RequestRefused
from churn.store.tables import (
    AUDIT,
    BUSINESSES,
    CAMPAIGNS,
    CONTACTS,
    DELIVERIES,
    KEPT_LISTS,
    KEYS,
    LAST_SEEN,
    LEFT_ALONE,
    LISTS,
    MAPPINGS,
    MEASURED,
    MEMBERS,
    OUTCOMES,
    PLAYBOOKS,
    SEGMENTS,
    STEPS_DONE,
    SWEPT,
    WATCHED,
    WATCHED_CUSTOMERS,
)

DEFAULT = "profile:"
TABLES = ("contacts", "playbooks", "left_alone")
TAUGHT_BY = re.compile(r"Learnt from (\d+) measured campaigns?, the last one (.+)\.")
Rows = list[dict[str, Any]]


def keyed_by_business(connection: sa.Connection) -> None:
    """Give contacts, playbooks and the customers left alone to the models they belong to."""
    for table in TABLES:
        _rename_key(connection, table)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ALTER TABLE playbooks ALTER COLUMN business TYPE VARCHAR(80)")
    planned = _rows(connection, "SELECT campaign, profile, model, made FROM campaigns ORDER BY made, campaign")
    measured = {row["campaign"] for row in _rows(connection, "SELECT campaign FROM measured")}
    connection.exec_driver_sql(
        "UPDATE contacts SET business = (SELECT model FROM campaigns WHERE campaigns.campaign = contacts.campaign) "
        "WHERE campaign IN (SELECT campaign FROM campaigns)"
    )
    _move_playbooks(connection, planned, measured)
    _move_left_alone(connection, planned)


def _rename_key(connection: sa.Connection, table: str) -> None:
    """Rename the column, where the table was made by an older program."""
    if "profile" in {column["name"] for column in sa.inspect(connection).get_columns(table)}:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME COLUMN profile TO business")


def _move_playbooks(connection: sa.Connection, planned: Rows, measured: set[str]) -> None:
    """What a person set for a profile becomes its default; what was learnt goes to the model that taught it.

    What several models taught together is nobody's: it stays beside the default, where no plan reads it, and the next
    measurement teaches each of them its own.
    """
    rows = _rows(connection, "SELECT business, number, made, how, why, playbook FROM playbooks ORDER BY number")
    moved: dict[str, Rows] = defaultdict(list)
    for row in rows:
        default = DEFAULT + row["business"]
        learnt = row["how"] == "learnt"
        moved[_teacher(row, planned, measured) or default if learnt else default].append(row)
    connection.exec_driver_sql("DELETE FROM playbooks")
    for business, theirs in moved.items():
        taken: set[int] = set()
        for row in sorted(theirs, key=lambda r: (r["made"], r["number"])):
            number = row["number"] if row["number"] > max(taken, default=0) else max(taken) + 1
            taken.add(number)
            _insert(connection, "playbooks", {**row, "business": business, "number": number})


def _teacher(row: Mapping[str, Any], planned: Rows, measured: set[str]) -> str | None:
    """The one model whose campaigns taught a playbook; None where several did."""
    theirs = [c for c in planned if c["profile"] == row["business"]]
    said = TAUGHT_BY.fullmatch(row["why"])
    by_name = {c["campaign"]: c["model"] for c in theirs}
    if said and int(said[1]) == 1 and said[2] in by_name:
        return str(by_name[said[2]])
    models = {c["model"] for c in theirs if c["campaign"] in measured} or {c["model"] for c in theirs}
    if not models:  # its campaigns are forgotten; a model of the profile's own name is the likeliest
        return str(row["business"])
    return str(models.pop()) if len(models) == 1 else None


def _move_left_alone(connection: sa.Connection, planned: Rows) -> None:
    """Whoever is left alone in a profile is left alone by every model that planned in it.

    Where only one model ever planned, it is the one meant, whatever the list of the experiment was read as.
    """
    every = {campaign["model"] for campaign in planned}
    models: dict[str, list[str]] = defaultdict(list)
    for campaign in planned:
        if campaign["model"] not in models[campaign["profile"]]:
            models[campaign["profile"]].append(campaign["model"])
    rows = _rows(connection, "SELECT business, key, since, why FROM left_alone ORDER BY business, since")
    connection.exec_driver_sql("DELETE FROM left_alone")
    moved: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        owners = models[row["business"]] or (every if len(every) == 1 else {row["business"]})
        moved |= {(owner, row["key"]): {**row, "business": owner} for owner in owners}
    for row in moved.values():
        _insert(connection, "left_alone", row)


def _rows(connection: sa.Connection, query: str) -> Rows:
    return [dict(row) for row in connection.exec_driver_sql(query).mappings()]


def _insert(connection: sa.Connection, table: str, row: Mapping[str, Any]) -> None:
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in row]
    connection.execute(sa.table(table, *columns).insert(), dict(row))


# Steps: what brings a database, one by numbered one, to what this program needs.
#
# A step is carried out once, in order, and never changed afterwards: add a new one at the end of STEPS instead. A
# step and the note that it was done are one transaction, so a program may be killed at any point.


MigrationStep = Callable[[sa.Connection], None]


def tables_made(*tables: sa.Table) -> MigrationStep:
    """The step that makes tables where they are not there yet."""

    def make(connection: sa.Connection) -> None:
        for table in tables:
            table.create(connection, checkfirst=True)

    return make


def column_added(table: sa.Table, name: str) -> MigrationStep:
    """The step that adds a column which may be empty; a table made by this program has it already."""

    def add(connection: sa.Connection) -> None:
        if name not in {column["name"] for column in sa.inspect(connection).get_columns(table.name)}:
            kind = table.c[name].type.compile(connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {name} {kind}")

    return add


STEPS: tuple[MigrationStep, ...] = (
    tables_made(MAPPINGS),
    tables_made(CAMPAIGNS, MEMBERS, OUTCOMES, MEASURED, CONTACTS, PLAYBOOKS, LISTS, LAST_SEEN),
    tables_made(DELIVERIES, LEFT_ALONE),
    tables_made(KEYS, AUDIT),
    tables_made(SWEPT),
    tables_made(WATCHED, WATCHED_CUSTOMERS),
    column_added(LISTS, "worth_basis"),
    keyed_by_business,
    column_added(MEMBERS, "in_draw"),
    tables_made(BUSINESSES, KEPT_LISTS, SEGMENTS),
)


def up_to_date(connection: sa.Connection) -> bool:
    """Whether every step is done."""
    return _done(connection) == len(STEPS)


def carry_out(connection: sa.Connection) -> None:
    """Carry out the steps that are left; a database that a newer program wrote is left alone."""
    STEPS_DONE.create(connection, checkfirst=True)
    done = _done(connection)
    if done > len(STEPS):
        raise RequestRefused("The database was written by a newer version.", "Update this program.")
    for number, step in enumerate(STEPS[done:], start=done + 1):
        step(connection)
        connection.execute(STEPS_DONE.insert().values(step=number))


def _done(connection: sa.Connection) -> int:
    if not sa.inspect(connection).has_table(STEPS_DONE.name):
        return 0
    return int(connection.execute(sa.select(sa.func.max(STEPS_DONE.c.step))).scalar() or 0)
