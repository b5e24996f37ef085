"""The lists of a business that stay in the home: written once, found by their bytes, removed for good.

data/lists/<business>/<sha256>    the bytes as they were brought; what is known of them stands in the database
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from churn.errors import ChurnError, NotFound
from churn.files import bytes_checked, whole_file
from churn.workspace.store import has_store, now, open_store

if TYPE_CHECKING:
    from churn.store.businesses import StoredList

FOLDER = Path("data") / "lists"
DAY_IN_NAME = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")


def lists_of(home: Path, business: str) -> tuple[StoredList, ...]:
    """Those a business keeps, the latest day first."""
    from churn.store import businesses

    if not has_store(home):
        return ()
    with open_store(home) as store:
        return businesses.kept_lists(store, business)


def keep_list(
    home: Path,
    business: str,
    content: bytes,
    name: str,
    *,
    customers: int,
    day: date | None,
    options: Mapping[str, Any],
    made_up: bool,
) -> StoredList:
    """Keep a list; one whose bytes are kept already stays as it was unless something else is said of it now."""
    from churn.store.businesses import StoredList, record_kept_list

    digest = hashlib.sha256(content).hexdigest()
    before = next((kept for kept in lists_of(home, business) if kept.list == digest), None)
    if before is not None and day is None and options == before.options:
        return before
    speaks_of, where_from = _day_of(name, day, before)
    if not (path := _path(home, business, digest)).is_file():
        _write_private(path, content)
    kept = StoredList(
        business,
        digest,
        name,
        speaks_of,
        where_from,
        before.brought if before else now(),
        customers,
        len(content),
        dict(options),
        made_up,
    )
    with open_store(home) as store:
        record_kept_list(store, kept)
    return kept


def read_kept(home: Path, kept: StoredList) -> bytes:
    """The bytes of a kept list, only as they were brought."""
    path = _path(home, kept.business, kept.list)
    if not path.is_file():
        raise NotFound(f"{kept.name} is not in this home any more.", "Bring it again.")
    return bytes_checked(path, kept.list)


def remove_list(home: Path, kept: StoredList) -> None:
    """Remove a list and what is known of it."""
    from churn.store.businesses import remove_kept_list

    with open_store(home) as store:
        remove_kept_list(store, kept.business, kept.list)
    _path(home, kept.business, kept.list).unlink(missing_ok=True)


def _path(home: Path, business: str, digest: str) -> Path:
    return home / FOLDER / business / digest


def _day_of(name: str, day: date | None, before: StoredList | None) -> tuple[str, str]:
    """The day a list speaks of, and where that is from."""
    if day is not None:
        return day.isoformat(), "said"
    if before is not None:
        return before.day, before.day_from
    if found := day_in_name(name):
        return found, "name"
    return datetime.now(UTC).date().isoformat(), "brought"


def day_in_name(name: str) -> str:
    """The first day that the name of a file holds, as 2026-11-23; empty where there is none."""
    for year, month, number in DAY_IN_NAME.findall(name):
        try:
            return date(int(year), int(month), int(number)).isoformat()
        except ValueError:
            continue
    return ""


def forget_in_lists(home: Path, key: str) -> int:
    """Take a customer out of every list that any business keeps; returns how many lists changed.

    A list that held the customer is written anew as CSV of what was read of it. One that cannot be read any more goes
    whole: nobody could say that the customer is not in it.
    """
    from churn.store.businesses import kept_lists, record_kept_list, remove_kept_list

    if not has_store(home):
        return 0
    changed = 0
    with open_store(home) as store:
        for kept in kept_lists(store):
            path = _path(home, kept.business, kept.list)
            content = _without_customer(home, path, kept, key)
            if content is None:
                continue
            changed += 1
            if content:
                digest = hashlib.sha256(content).hexdigest()
                _write_private(path.with_name(digest), content)
                stem = kept.name.split(".", 1)[0]
                less = replace(kept, list=digest, name=f"{stem}.csv", size=len(content), customers=kept.customers - 1)
                record_kept_list(store, less)
            remove_kept_list(store, kept.business, kept.list)
            path.unlink(missing_ok=True)
    return changed


def _without_customer(home: Path, path: Path, kept: StoredList, key: str) -> bytes | None:
    """The list as CSV without the customer; None where they are not in it, empty where nothing is left of it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from churn.workspace.lists import read_with_memory

    try:
        options: dict[str, Any] = {**kept.options, "filename": kept.name}
        reading = read_with_memory(home, bytes_checked(path, kept.list), options)
    except ChurnError:
        return b""
    column = reading.schema.key
    if column is None:
        return None
    keys = reading.table.column(column.name).cast(pa.string())
    others = pc.fill_null(pc.not_equal(keys, key), True)
    if pc.all(others).as_py():
        return None
    text = io.StringIO()
    writer, rows = csv.writer(text, lineterminator="\n"), reading.raw.filter(others)
    writer.writerow(rows.column_names)
    writer.writerows(zip(*(c.to_pylist() for c in rows.columns), strict=True))
    return text.getvalue().encode() if rows.num_rows else b""


def _write_private(path: Path, content: bytes) -> None:
    """Write bytes that only the account which runs Holdfast may read, whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with whole_file(path) as unfinished:
        unfinished.write_bytes(content)
        unfinished.chmod(0o600)


def remove_orphans(home: Path) -> int:
    """Remove the bytes of lists that the database does not know any more; returns how many went."""
    from churn.store.businesses import kept_lists

    with open_store(home) as store:
        known = {(kept.business, kept.list) for kept in kept_lists(store)}
    files = [path for path in (home / FOLDER).glob("*/*") if (path.parent.name, path.name) not in known]
    for path in files:
        path.unlink(missing_ok=True)
    return len(files)
