"""The answer to many customers, written column by column: the same JSON as one by one, for a fraction of the work."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from churn.desk.single.singles import Single
from churn.files import json_texts

_values = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def batch_answer(model: str, scored: Sequence[Single], told: Mapping[str, Any]) -> bytes:
    """The body of the answer: the model, every customer in the order they were sent, and what else is told."""
    predictions = ",".join(predictions_of(scored))
    rest = _values.encode({"set_aside": [], "notices": [], **told})[1:]
    return f'{{"model":{_values.encode(model)},"rows":{len(scored)},"predictions":[{predictions}],{rest}'.encode()


def predictions_of(scored: Sequence[Single]) -> Iterable[str]:
    """Each customer as JSON, in the words of `predicted` and with their key."""
    once = _Lists()
    columns = (
        _column(one.key for one in scored),
        _column(one.probability for one in scored),
        _column(1.0 - one.probability for one in scored),
        _column(one.leaves for one in scored),
        _column(one.status for one in scored),
        _column(one.tier for one in scored),
        (once[one.reasons] for one in scored),
        _column(one.action for one in scored),
        _column(one.expected_gain for one in scored),
        _column(one.model for one in scored),
        (once[one.ignored] for one in scored),
        (once[one.missing] for one in scored),
    )
    return (_ONE % cells for cells in zip(*columns, strict=True))


FIELDS = (
    "key",
    "churn_probability",
    "retention_probability",
    "prediction",
    "status",
    "risk_level",
    "reasons",
    "action",
    "expected_gain",
    "model",
    "ignored",
    "missing",
)
_ONE = "{" + ",".join(f'"{name}":%s' for name in FIELDS) + "}"


class _Lists(dict[tuple[str, ...], str]):
    """Lists of texts as JSON, each different one written once."""

    def __missing__(self, texts: tuple[str, ...]) -> str:
        self[texts] = written = _values.encode(texts)
        return written


def _column(values: Iterable[Any]) -> list[str]:
    return json_texts(values, ensure_ascii=False, allow_nan=False)
