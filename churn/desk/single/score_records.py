"""What is kept of customers who were scored, each a row of the book as JSON; nothing of who came without a key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import compress
from typing import Any

from churn.desk.single.single_scores import Single, Singles
from churn.files import json_text, json_texts

REPEATED = {str, bool, type(None)}  # kinds of cells that many customers have alike


def records_of(scored: Single | Singles, source: str) -> list[str]:
    """The rows for one customer, or for many at once; both write the same."""
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    name, _, version = scored.model.partition("@")
    own = {"model": name, "version": version, "scored": now, "list": source}
    if isinstance(scored, Singles):
        return _of_many(scored, json_text(own)[:-1])
    if not (scored.features and _can_be_kept(scored.key)):
        return []
    told = {"key": scored.key, "tier": scored.tier, "probability": scored.probability}
    return [json_text({**own, **told, "features": json_text(scored.features)})]


def _of_many(scored: Singles, own: str) -> list[str]:
    """Column by column: what many have alike is written once."""
    columns = (
        json_texts(scored.key),
        json_texts(scored.tier),
        json_texts(scored.probability),
        map(", ".join, map(_known, zip(*(_cells(n, column) for n, column in scored.features.items()), strict=True))),
    )
    row = own.replace("%", "%%") + ', "key": %s, "tier": %s, "probability": %s, "features": "{%s}"}'
    kept = map(_can_be_kept, scored.key)
    return [row % told for told in compress(zip(*columns, strict=False), kept) if told[-1]]


def _known(cells: Iterable[str]) -> Iterable[str]:
    return filter(None, cells)


def _cells(name: str, values: Sequence[Any]) -> list[str]:
    """Of each customer `"name": value` as it stands within a text of JSON; empty where nothing is known."""
    if not set(map(type, values)) <= REPEATED:
        return _written(name, values)
    different = list(set(values))
    written = dict(zip(different, _written(name, different), strict=True))
    return [written[value] for value in values]


def _written(name: str, values: Iterable[Any]) -> list[str]:
    label = json_text(json_text(name))[1:-1] + ": "
    texts = json_texts(json_texts(values, default=str))  # once more, since they will stand within a text
    return ["" if text == '"null"' else label + text[1:-1] for text in texts]


def _can_be_kept(key: str | None) -> bool:
    """Whether there is a key and a database can hold it: a NUL, or half a character, it cannot."""
    if not key:
        return False
    return key.isprintable() or not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in key)
