"""The answer to many customers, written column by column: the same JSON as one by one, for a fraction of the work."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from churn.desk.single.single_scores import Singles
from churn.files import json_texts
from churn.notices import Notice

_values = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def batch_answer(scored: Singles, told: Mapping[str, Any]) -> bytearray:
    """The body of the answer: the model, every customer in the order they were sent, and what else is told."""
    body = bytearray(f'{{"model":{_values.encode(scored.model)},"rows":{len(scored)},"predictions":['.encode())
    for number, prediction in enumerate(predictions_of(scored)):
        if number:
            body += b","
        body += prediction.encode()
    body += f"],{_values.encode({'set_aside': [], 'notices': [], **told})[1:]}".encode()
    return body


def predictions_of(scored: Singles) -> Iterator[str]:
    """Each customer as JSON, in the words of `predicted` and with their key."""
    once = _Written()
    columns = (
        _column(scored.key),
        _column(scored.probability),
        _column(1.0 - p for p in scored.probability),
        once.each(scored.leaves),
        once.each(scored.status),
        once.each(scored.tier),
        once.each(scored.reasons),
        once.each(scored.action),
        _column(scored.expected_gain),
        once.each([scored.model] * len(scored)),
        once.each(scored.ignored),
        once.each(scored.missing),
        _column(scored.value_at_risk),
        once.each([scored.value_horizon] * len(scored)),
        once.each([scored.value_assumed] * len(scored)),
        once.each([scored.currency] * len(scored)),
        once.each(scored.notices or [()] * len(scored)),
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
    "value_at_risk",
    "value_horizon",
    "value_assumed",
    "currency",
    "notices",
)
_ONE = "{" + ",".join(f'"{name}":%s' for name in FIELDS) + "}"


class _Written(dict[Any, str]):
    """Words and lists of them as JSON, each different one written once."""

    def __missing__(self, value: Any) -> str:
        list_ = isinstance(value, tuple)
        plain = value.as_json() if isinstance(value, Notice) else value
        self[value] = written = f"[{','.join(self.each(value))}]" if list_ else _values.encode(plain)
        return written

    def each(self, values: Iterable[Any]) -> Iterable[str]:
        """The same of each of a column; none may be a number, since 1 and true would be one to it."""
        return map(self.__getitem__, values)


def _column(values: Iterable[Any]) -> list[str]:
    return json_texts(values, ensure_ascii=False, allow_nan=False)
