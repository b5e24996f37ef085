"""API keys in the database: only their hashes, so that whoever reads the database cannot use them."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from churn.errors import NotFound, RequestRefused
from churn.store.database import looking, merge_rows, writing
from churn.store.tables import AUDIT, KEYS


@dataclass(frozen=True)
class KeyRow:
    """One key: its public `id`, a `name` for people, `scope`, the `hash` of its secret, who made it when, and when it
    was revoked (empty while it counts)."""

    id: str
    name: str
    scope: str
    hash: str
    made: str
    made_by: str
    revoked: str = ""


def keep_key(engine: sa.Engine, row: KeyRow) -> None:
    """Keep a new key; a name that a living key has already is refused, so that a name always means one key."""
    with writing(engine) as connection:
        if any(other.name == row.name and not other.revoked for other in _rows(connection)):
            raise RequestRefused(f"There is a key called {row.name!r} already.", "Choose another name, or revoke it.")
        connection.execute(KEYS.insert(), [dict(vars(row))])


def key_rows(engine: sa.Engine) -> tuple[KeyRow, ...]:
    """Every key that was ever made, the latest last."""
    with looking(engine) as connection:
        return tuple(_rows(connection))


def revoke_key(engine: sa.Engine, named: str, when: str) -> KeyRow:
    """End a key, named by its id or its name; the row stays, so that the audit trail can be read."""
    with writing(engine) as connection:
        found = next((r for r in _rows(connection) if named in (r.id, r.name) and not r.revoked), None)
        if found is None:
            raise NotFound(f"There is no key {named!r} in use.", "See `keys list`.")
        connection.execute(KEYS.update().where(KEYS.c.id == found.id).values(revoked=when))
    return found


def _rows(connection: sa.Connection) -> list[KeyRow]:
    query = sa.select(KEYS).order_by(KEYS.c.made, KEYS.c.id)
    return [KeyRow(**row) for row in connection.execute(query).mappings()]


# The audit trail: who did what, and when. It names models, campaigns and keys, and never a customer.


@dataclass(frozen=True)
class Entry:
    """One act: when, who (with role and how they were known), what was done, and to what.

    id  made where it happened, so that an entry that is written twice stays one
    """

    id: str
    at: str
    who: str
    role: str
    by: str
    act: str
    what: str


def write_entry(engine: sa.Engine, entry: Entry) -> None:
    """Add one act."""
    with writing(engine) as connection:
        merge_rows(connection, AUDIT, [vars(entry)])


def audit_entries(engine: sa.Engine, most: int = 100) -> tuple[Entry, ...]:
    """The latest acts, the last one first."""
    query = sa.select(AUDIT).order_by(AUDIT.c.at.desc(), AUDIT.c.id).limit(most)
    with looking(engine) as connection:
        return tuple(Entry(**row) for row in connection.execute(query).mappings())
