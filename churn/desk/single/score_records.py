"""What is kept of customers who were scored, for the book as JSON; nothing of who came without a key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import compress
from typing import Any

from churn.desk.single.single_scores import Single, Singles
from churn.files import json_text

MANY = 5_000  # customers in one row by column


def records_of(scored: Single | Singles, source: str) -> Iterator[str]:
    """A row for one customer; many are rows by column, which the book takes apart when it has time."""
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    name, _, version = scored.model.partition("@")
    own = {"model": name, "version": version, "scored": now, "list": source}
    told = _of_many(scored) if isinstance(scored, Singles) else [_of_one(scored)]
    return (json_text({**own, **one}) for one in told if one)


def _of_one(scored: Single) -> dict[str, Any]:
    if not (scored.features and _can_be_kept(scored.key)):
        return {}
    told = {"key": scored.key, "tier": scored.tier, "probability": scored.probability}
    return {**told, "features": json_text(scored.features)}


def _of_many(scored: Singles) -> Iterator[dict[str, Any]]:
    """Some thousand customers a row, so that writing them never takes them all apart at once."""
    for first in range(0, len(scored) if scored.features else 0, MANY):
        yield _some(scored.part(first, first + MANY))


def _some(scored: Singles) -> dict[str, Any]:
    kept = list(map(_can_be_kept, scored.key))
    if not any(kept):
        return {}
    told = {"key": scored.key, "tier": scored.tier, "probability": scored.probability}
    features = {name: list(compress(column, kept)) for name, column in scored.features.items()}
    return {name: list(compress(column, kept)) for name, column in told.items()} | {"features": features}


def _can_be_kept(key: str | None) -> bool:
    """Whether there is a key and a database can hold it: a NUL, or half a character, it cannot."""
    if not key:
        return False
    return key.isprintable() or not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in key)
