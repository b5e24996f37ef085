"""API keys in the book: only their hashes, so that whoever reads the book cannot use them."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from churn.book.connections import looking, writing
from churn.book.tables import KEYS
from churn.errors import NotFound, RequestRefused


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


def revoke_key(engine: sa.Engine, asked: str, when: str) -> KeyRow:
    """End a key, named by its id or its name; the row stays, so that the audit trail can be read."""
    with writing(engine) as connection:
        found = next((r for r in _rows(connection) if asked in (r.id, r.name) and not r.revoked), None)
        if found is None:
            raise NotFound(f"There is no key {asked!r} in use.", "See `keys list`.")
        connection.execute(KEYS.update().where(KEYS.c.id == found.id).values(revoked=when))
    return found


def _rows(connection: sa.Connection) -> list[KeyRow]:
    query = sa.select(KEYS).order_by(KEYS.c.made, KEYS.c.id)
    return [KeyRow(**row) for row in connection.execute(query).mappings()]
