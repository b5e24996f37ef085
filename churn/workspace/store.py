"""The database as a workspace opens it, and what people have settled in it for each business."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from churn.errors import Unavailable

if TYPE_CHECKING:
    import sqlalchemy as sa

    from churn.store.businesses import BusinessRow


@contextmanager
def open_store(home: Path) -> Iterator[sa.Engine]:
    """The database; what is older than it may be kept is gone from it."""
    from churn.store.customers import sweep
    from churn.store.database import shared_book

    engine = shared_book(home)
    sweep(engine)
    yield engine


def has_store(home: Path) -> bool:
    """Whether there is a database to look into; where there is none yet, none is made only to look."""
    return bool(os.environ.get("CHURN_BOOK")) or (home / "data" / "book.db").exists()


def store_stamp(home: Path) -> tuple[tuple[int, int], ...]:
    """What changes whenever the database of this home does; empty where there is none yet."""
    files = [home / "data" / file for file in ("book.db", "book.db-wal")]
    return tuple((f.stat().st_mtime_ns, f.stat().st_size) for f in files if f.exists())


def now() -> str:
    """This moment, as the database writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def settled_rows(home: Path) -> Mapping[str, BusinessRow]:
    """What people have settled for each business; nothing where there is no database yet, or while it is away."""
    with suppress(Unavailable):
        if os.environ.get("CHURN_BOOK"):
            return _read_rows(home, None)
        if stamp := store_stamp(home):
            return _rows_at(home, stamp)
    return {}


def settled_row(home: Path, name: str) -> BusinessRow | None:
    """The same for one business; None where nobody settled anything for it."""
    return settled_rows(home).get(name)


def _read_rows(home: Path, stamp: Any) -> Mapping[str, BusinessRow]:
    from churn.store.businesses import business_rows

    with open_store(home) as store:
        return {row.business: row for row in business_rows(store)}


# Who scores one customer at a time asks for the currency each time: it is read again when the database changed.
_rows_at = lru_cache(maxsize=64)(_read_rows)
