"""What is kept of customers who were scored, for the book as JSON; nothing of who came without a key."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import compress
from typing import Any

from churn.desk.single.single_scores import Single, Singles
from churn.files import json_text


def records_of(scored: Single | Singles, source: str) -> list[str]:
    """A row for one customer; many are one row by column, which the book takes apart when it has time."""
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    name, _, version = scored.model.partition("@")
    own = {"model": name, "version": version, "scored": now, "list": source}
    told = _of_many(scored) if isinstance(scored, Singles) else _of_one(scored)
    return [json_text({**own, **told})] if told else []


def _of_one(scored: Single) -> dict[str, Any]:
    if not (scored.features and _can_be_kept(scored.key)):
        return {}
    told = {"key": scored.key, "tier": scored.tier, "probability": scored.probability}
    return {**told, "features": json_text(scored.features)}


def _of_many(scored: Singles) -> dict[str, Any]:
    kept = list(map(_can_be_kept, scored.key))
    if not (scored.features and any(kept)):
        return {}
    told = {"key": scored.key, "tier": scored.tier, "probability": scored.probability}
    features = {name: list(compress(column, kept)) for name, column in scored.features.items()}
    return {name: list(compress(column, kept)) for name, column in told.items()} | {"features": features}


def _can_be_kept(key: str | None) -> bool:
    """Whether there is a key and a database can hold it: a NUL, or half a character, it cannot."""
    if not key:
        return False
    return key.isprintable() or not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in key)
