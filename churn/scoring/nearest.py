"""The smallest feasible changes that lower a customer's risk most: an exact search over what an offer can change.

Only columns whose lever is "actionable" move; protected ones and context never do. A profile may narrow that in its
phrases, per column:

    [levers."Contract"]
    to = ["One year", "Two year"]     # the levels an offer exists for; otherwise every level the model knows
    [levers."MonthlyCharges"]
    steps = [-0.1, -0.2]              # shares of the present value; otherwise 10 and 20 % the way that can only help
    by = [-5, -10]                    # or so much more or less
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations, product
from typing import Any

import numpy as np

from churn.learning.encoded.encoding import Field
from churn.learning.versions.model import Model
from churn.scoring.changing import followed
from churn.scoring.wording import Wording, capital

STEPS = (0.1, 0.2)
LEAST_POINTS = 0.5  # of a hundred
MOST_FIELDS = 2  # changed together
Option = tuple[str, Any]  # a column and the value it would get


@dataclass(frozen=True)
class Change:
    """One or two fields changed together, and the probability then; an association, not a promise.

    changes  per column the value now and then
    enough   whether the customer would no longer be predicted to leave
    steps    per column how many points it moves the risk, one after the other; they add up to `points`
    """

    changes: Mapping[str, tuple[Any, Any]]
    probability: float
    points: float
    enough: bool
    text: str
    steps: Mapping[str, float] = field(default_factory=dict)


def nearest_changes(
    model: Model,
    wording: Wording,
    customers: Sequence[Mapping[str, Any]],
    *,
    most: int = 5,
    as_of: date | None = None,
) -> list[tuple[Change, ...]]:
    """Per customer the changes of one or two fields that help: those that are enough first, the fewest fields first."""
    if not customers:
        return []
    options = [tuple(_tried(_options(model, wording, customer))) for customer in customers]
    rows = [_rows(model, customer, tried, as_of) for customer, tried in zip(customers, options, strict=True)]
    ends = np.cumsum([len(r) for r in rows])[:-1]
    p = model.probability(np.concatenate(rows))
    return [
        _best(model, wording, customer, tried, then)[:most]
        for customer, tried, then in zip(customers, options, np.split(p, ends), strict=True)
    ]


def _options(model: Model, wording: Wording, customer: Mapping[str, Any]) -> list[list[Option]]:
    """Per actionable column the values an offer could give it."""
    levers: Mapping[str, Any] = wording.phrases.get("levers", {})
    fields = [(i, f) for i, f in enumerate(model.encoder.fields) if f.lever == "actionable"]
    found = [_values(model, i, customer.get(f.name), levers.get(f.name, {})) for i, f in fields]
    return [[(f.name, v) for v in values] for (_, f), values in zip(fields, found, strict=True) if values]


def _values(model: Model, place: int, now: Any, rule: Mapping[str, Any]) -> list[Any]:
    field = model.encoder.fields[place]
    if now is None:
        return []
    if field.levels:
        # A service that does not apply to a customer cannot be given to them, nor taken out of reach.
        fixed = field.not_applicable
        return [] if now == fixed else [v for v in rule.get("to", field.levels) if v not in (now, fixed)]
    if field.form == "flag":
        return [not now] if field.direction * (1 if not now else -1) <= 0 else []
    return _numbers(model, place, float(now), rule) if field.form == "number" else []


def _numbers(model: Model, place: int, now: float, rule: Mapping[str, Any]) -> list[float]:
    """Other numbers within the column's own range and the range the model was learnt from."""
    field = model.encoder.fields[place]
    moves = [float(by) for by in rule.get("by", [])] + [now * float(s) for s in rule.get("steps", [])]
    if not moves:
        moves = [sign * step * abs(now) for sign in _ways(field) for step in STEPS]
    column = model.schema.by_name.get(field.name)
    learnt = model.reference.quantiles[place]
    low = max(v for v in (column.low if column else None, learnt[0], -np.inf) if v is not None and v == v)
    high = min(v for v in (column.high if column else None, learnt[-1], np.inf) if v is not None and v == v)
    whole = column is not None and column.unit in ("count", "days", "months")
    then = [float(round(now + m)) if whole else round(now + m, 2) for m in moves if field.direction * m <= 0]
    return [v for v in dict.fromkeys(then) if v != now and low <= v <= high]


def _ways(field: Field) -> tuple[int, ...]:
    return (-field.direction,) if field.direction else (-1, 1)


def _tried(options: list[list[Option]]) -> Iterator[tuple[Option, ...]]:
    """Nothing changed, then every single change, then every pair of different columns."""
    yield ()
    for column in options:
        yield from ((option,) for option in column)
    for one, other in combinations(options, 2):
        yield from product(one, other)


def _rows(
    model: Model, customer: Mapping[str, Any], tried: Sequence[tuple[Option, ...]], as_of: date | None
) -> np.ndarray:
    """The customer once per change tried, encoded."""
    rows = np.repeat(model.encoder.row(customer, as_of=as_of)[None], len(tried), axis=0)
    place = {name: i for i, name in enumerate(model.encoder.names)}
    single = {option for options in tried for option in options}
    code = {option: model.encoder.row(dict([option]), as_of=as_of)[place[option[0]]] for option in single}
    for row, options in zip(rows, tried, strict=True):
        for option in options:
            row[place[option[0]]] = code[option]
    if not {c.follows.column for c in model.schema.columns if c.follows}.isdisjoint(n for n, _ in single):
        states = [followed(model.schema, {**customer, **dict(o)}, settled=dict(o)) for o in tried]
        rows = np.stack([model.encoder.row(state, as_of=as_of) for state in states])
    return rows


def _best(
    model: Model, wording: Wording, customer: Mapping[str, Any], tried: Sequence[tuple[Option, ...]], p: np.ndarray
) -> tuple[Change, ...]:
    """The best values for every column and pair of columns; a pair only where it beats both its columns alone."""
    best: dict[tuple[str, ...], int] = {}
    for i, options in enumerate(tried):
        columns = tuple(name for name, _ in options)
        if columns and (columns not in best or p[i] < p[best[columns]]):
            best[columns] = i
    least = LEAST_POINTS / 100
    alone = {c[0]: p[i] for c, i in best.items() if len(c) == 1}
    kept = [
        i
        for columns, i in best.items()
        if p[i] <= min([p[0], *(alone[c] for c in columns if len(columns) > 1)]) - least
    ]
    limit = model.thresholds.chosen
    kept = _in_turn(sorted(kept, key=lambda i: float(p[i])), [len(options) for options in tried])
    kept.sort(key=lambda i: len(tried[i]) if p[i] < limit else MOST_FIELDS + 1)
    at = dict(zip(tried, p.tolist(), strict=True))
    return tuple(_change(wording, customer, tried[i], at, limit) for i in kept)


def _in_turn(kept: list[int], sizes: list[int]) -> list[int]:
    """The best single change, the best pair, the next single one, and so on: pairs would crowd out what is nearer."""
    rank = {i: sum(sizes[j] == sizes[i] for j in kept[:at]) for at, i in enumerate(kept)}
    return sorted(kept, key=lambda i: (rank[i], sizes[i]))


def _change(
    wording: Wording,
    customer: Mapping[str, Any],
    options: tuple[Option, ...],
    at: Mapping[tuple[Option, ...], float],
    limit: float,
) -> Change:
    """One change in words and numbers; `at` has the probability of everything that was tried."""
    said = " and ".join(wording.says(name, value) for name, value in options)
    p = [at[options[:n]] for n in range(len(options) + 1)]
    points = 100 * (p[-1] - p[0])
    lower = abs(round(points))
    return Change(
        {name: (customer.get(name), value) for name, value in options},
        p[-1],
        points,
        p[-1] < limit <= p[0],
        capital(f"{said}: {lower} point{'' if lower == 1 else 's'} lower"),
        {name: 100 * (after - before) for (name, _), before, after in zip(options, p, p[1:], strict=False)},
    )
