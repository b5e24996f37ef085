"""The leak guard: columns that know the outcome already, found before anything is learnt from them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from churn.learning.candidates.rules import column_rates
from churn.learning.encoded.encoding import encoder_for
from churn.learning.encoded.examples import Examples, examples_of
from churn.learning.measures.yardsticks import auc
from churn.learning.prepared.screening import is_id_name
from churn.schema import Schema

Kind = Literal["copy", "alone", "filled", "name", "order", "id"]
ALONE_HARD, ALONE_SUSPECT = 0.95, 0.90
NAMED_HARD, NAMED_SUSPECT = 0.70, 0.60  # below, a column named after the future does not know it
FILLED_HARD, FILLED_SUSPECT = 0.75, 0.65
PURE = 0.95  # share of leavers among the filled rows from which "filled only for leavers" is said
ORDER = 0.98  # rank correlation with the row's place in the file
PLACE_TELLS = 0.60
MOST_ROWS = 100_000
_FUTURE = re.compile(
    r"churn|attrit|cancel|(^|[^a-z])exit|terminat|reason|deactivat|win.?back|predict|probab|(^|_|\b)(label|target)"
    r"|(^|_|\b)(after|post|closed|closing|left|lapsed)(_|\b|$)|kündig|résili",
    re.I,
)
_VAGUE = re.compile(r"score|final|retention|status|outcome|result|risk", re.I)


@dataclass(frozen=True)
class Leak:
    """A column that may know the outcome already.

    kind  `copy` of the outcome; tells leavers `alone`; is `filled` only on one side; its `name` speaks of the future;
          follows the `order` of the file; is an `id`
    size  how well it tells leavers from stayers alone (ROC-AUC)
    hard  left out without asking; a suspect is kept unless it is dropped by choice
    """

    column: str
    kind: Kind
    why: str
    size: float
    hard: bool

    def as_json(self) -> dict[str, Any]:
        """The leak as a plain mapping."""
        return asdict(self)


def leaks_in(schema: Schema, table: pa.Table, labels: np.ndarray, *, skip: Iterable[str] = ()) -> tuple[Leak, ...]:
    """The leaks of a table, the surest first; each column is named once, by its strongest sign."""
    encoder = encoder_for(schema, table, drop=skip)
    examples = examples_of(encoder, table, labels, keys=None)
    examples = examples.only(np.arange(0, len(examples), max(1, len(examples) // MOST_ROWS)))
    place_tells = _sided(auc(examples.labels, examples.places.astype(np.float64)))
    speaking = {c.name for c in schema.features if not c.may_be_empty}  # elsewhere a filled cell is no later entry
    found = [_leak(examples, i, place_tells, name in speaking) for i, name in enumerate(encoder.names)]
    found += [
        _text_leak(c.name, table, labels)
        for c in schema.features
        if c.kind == "text" and c.name in speaking - set(skip)
    ]
    return tuple(sorted((f for f in found if f), key=lambda leak: (not leak.hard, -leak.size, leak.column)))


def place_in_file_tells(labels: np.ndarray) -> float:
    """How well the row's place in the file alone tells who left: .5 in a shuffled file, 1 in a sorted one."""
    known = labels >= 0
    return _sided(auc(labels[known].astype(np.float64), np.flatnonzero(known).astype(np.float64)))


def _leak(examples: Examples, place: int, place_tells: float, filled_speaks: bool) -> Leak | None:
    name = examples.encoder.names[place]
    numbers = examples.matrix[:, place]
    absent = np.isnan(numbers)
    if absent.all():
        return None
    size = telling_alone(examples, place)
    if _follows_order(numbers, examples.places) and place_tells >= PLACE_TELLS:
        return Leak(name, "order", "It counts the rows, and the file is sorted or joined by outcome.", size, True)
    filled = _filled(name, absent, examples.labels) if filled_speaks else None
    if filled and filled.hard:
        return filled
    if size >= ALONE_HARD:
        kind: Kind = "copy" if size >= 0.99 else "alone"
        said = "It is the outcome in other words" if kind == "copy" else "It nearly knows the outcome"
        return Leak(name, kind, f"{said}: alone it tells leavers from stayers with ROC-AUC {size:.3f}.", size, True)
    return _named(name, size) or _id(name, numbers, size) or _suspect(name, size) or filled


def telling_alone(examples: Examples, place: int) -> float:
    """How well one column alone tells leavers from stayers; bins are learnt on one half and checked on the other."""
    half = np.arange(len(examples)) % 2 == 0
    checked = []
    for learn, check in ((half, ~half), (~half, half)):
        part, other = examples.only(np.flatnonzero(learn)), examples.only(np.flatnonzero(check))
        if 0 < part.leavers < len(part) and 0 < other.leavers < len(other):
            checked.append(auc(other.labels, column_rates(part, place, 20).share(other.matrix)))
    numbers = examples.matrix[:, place]
    known = ~np.isnan(numbers)
    ranked = (
        _sided(auc(examples.labels[known], numbers[known])) if known.mean() > 0.5 and _both(examples, known) else 0.5
    )
    by_rank = ranked if not examples.encoder.fields[place].is_set else 0.5
    return max(float(np.mean(checked)) if checked else 0.5, by_rank)


def _filled(name: str, absent: np.ndarray, labels: np.ndarray) -> Leak | None:
    """Whether being filled at all tells who left."""
    if not absent.any() or absent.all():
        return None
    size = _sided(auc(labels, (~absent).astype(np.float64)))
    left = labels[~absent].mean()
    if left >= PURE and (~absent).sum() >= 10 and labels.mean() < 0.7:
        return Leak(name, "filled", f"It is filled almost only for customers who left ({left:.0%}).", size, True)
    if size >= FILLED_SUSPECT:
        why = f"Whether it is filled tells who left (ROC-AUC {size:.2f}), so it was filled in afterwards."
        return Leak(name, "filled", why, size, size >= FILLED_HARD)
    return None


def _text_leak(name: str, table: pa.Table, labels: np.ndarray) -> Leak | None:
    known = labels >= 0
    absent = np.asarray(table.column(name).is_null())[known]
    return _filled(name, absent, labels[known].astype(np.float64))


def _named(name: str, size: float) -> Leak | None:
    if _FUTURE.search(name) and size >= NAMED_SUSPECT:
        hard = size >= NAMED_HARD
        return Leak(name, "name", f"Its name speaks of what comes after leaving; ROC-AUC alone {size:.2f}.", size, hard)
    if _VAGUE.search(name) and size >= 0.85:
        return Leak(
            name, "name", f"It may be another model's answer; ROC-AUC alone {size:.2f}.", size, size >= ALONE_SUSPECT
        )
    return None


def _id(name: str, numbers: np.ndarray, size: float) -> Leak | None:
    whole = (numbers == np.floor(numbers)).all()
    if size < PLACE_TELLS or not whole or len(np.unique(numbers)) < 0.95 * len(numbers):
        return None
    hard = is_id_name(name)
    why = (
        f"It numbers the customers, and the numbers tell who left (ROC-AUC {size:.2f}): the file was joined or sorted."
    )
    return Leak(name, "id", why, size, hard)


def _suspect(name: str, size: float) -> Leak | None:
    if size < ALONE_SUSPECT:
        return None
    return Leak(name, "alone", f"Alone it tells leavers from stayers with ROC-AUC {size:.2f}.", size, False)


def _follows_order(numbers: np.ndarray, places: np.ndarray) -> bool:
    if np.isnan(numbers).any() or len(np.unique(numbers)) < 0.9 * len(numbers):
        return False
    ranks = np.argsort(np.argsort(numbers)), np.argsort(np.argsort(places))
    return bool(abs(np.corrcoef(*ranks)[0, 1]) >= ORDER)


def _sided(size: float) -> float:
    return max(size, 1 - size)


def _both(examples: Examples, rows: np.ndarray) -> bool:
    left = examples.labels[rows].sum()
    return bool(0 < left < rows.sum())
