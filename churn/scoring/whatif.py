"""A customer with some fields changed: values read as a list would be read, or refused in words.

A column that goes with another follows it: who gives up the internet has no online backup either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations, product
from typing import Any

import numpy as np

from churn.errors import RequestRefused
from churn.intake.plans import cell_reader
from churn.money.economics import Valuation
from churn.notices import Notice
from churn.schema import Column, Schema
from churn.scoring.reasons import Explanation, explain_customer
from churn.scoring.wording import Wording, capital
from churn.training.encoder import Field
from churn.training.model import Model

_WANTED = {
    "number": ("is not a number", "Write it like 29.85."),
    "flag": ("is neither yes nor no", "Write yes or no."),
    "date": ("is not a date", "Write it like 2026-01-31."),
}


def apply_changes(model: Model, customer: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The customer with these columns changed; a value may be given as the text a person would type."""
    return {**customer, **{name: parse_value(model, name, value) for name, value in changes.items()}}


def follow_dependents(schema: Schema, customer: Mapping[str, Any], *, settled: Iterable[str] = ()) -> dict[str, Any]:
    """The customer with every column that goes with another in line with it, but for those `settled` on purpose."""
    now, kept = dict(customer), set(settled)
    for column in schema.columns:
        rule = column.follows
        if rule is None or column.name in kept or column.name not in now or now.get(rule.column) is None:
            continue
        if _has_level(schema, rule.column, now[rule.column], rule.level):
            now[column.name] = rule.becomes
        elif now[column.name] == rule.becomes:
            now[column.name] = rule.otherwise
    return now


def refuse_contradiction(schema: Schema, customer: Mapping[str, Any], changes: Iterable[str]) -> None:
    """Refuse a changed column that cannot be what it became while the column it goes with is as it is."""
    for name in changes:
        rule = schema.by_name[name].follows if name in schema.by_name else None
        value, other = customer.get(name), customer.get(rule.column) if rule else None
        if rule is None or value is None or other is None:
            continue
        tied = _has_level(schema, rule.column, other, rule.level)
        if tied != (value == rule.becomes):
            raise RequestRefused(
                f"{name} cannot be {value!r} while {rule.column} is {_quote_value(other)!r}.",
                f"Change {rule.column} as well.",
            )


def parse_value(model: Model, name: str, value: Any) -> Any:
    """The checked value of a column that a text (or a value) stands for; an empty text means not known."""
    if name not in model.encoder.names:
        raise RequestRefused(f"The model does not read {name!r}.", f"It reads: {', '.join(model.encoder.names)}.")
    column = model.schema.by_name.get(name, Column(name, "category"))
    if isinstance(value, date) and column.kind == "date":
        return value
    try:
        read = cell_reader(column)(value)
    except RequestRefused as problem:
        if column.kind not in _WANTED:
            raise
        wrong, fix = _WANTED[column.kind]
        raise RequestRefused(f"{name} = {value!r} {wrong}.", fix) from problem
    field = model.encoder.fields[model.encoder.names.index(name)]
    if column.kind == "number" and read is not None:
        _refuse_impossible(model, column, field, float(read))
    return _level(field, read) if column.kind == "category" and read is not None else read


def _refuse_impossible(model: Model, column: Column, field: Field, number: float) -> None:
    """Refuse a number outside the range its column can have: as the schema says, else as the customers learnt from."""
    low, high = column.low, column.high
    if low is None and high is None:
        least = float(model.reference.quantiles[model.encoder.names.index(field.name)][0])
        low, high = (max(0.0, field.low or 0.0) if least >= 0 else field.low), field.high
    if (low is None or number >= low) and (high is None or number <= high):
        return
    span = f"of {low:,.6g} or more" if high is None else f"of {high:,.6g} or less"
    both = low is not None and high is not None
    raise RequestRefused(
        f"{field.name} cannot be {number:,.6g}.",
        f"Give a number {f'from {low:,.6g} to {high:,.6g}' if both else span}.",
    )


def _level(field: Field, value: str) -> str:
    """A level the model has learnt, whatever its case; what-if questions about others would have no answer."""
    found = {level.casefold(): level for level in field.levels}.get(value.strip().casefold())
    if found is None:
        known = ", ".join(field.levels[:12])
        raise RequestRefused(f"The model has never seen {field.name} = {value!r}.", f"Known: {known}.")
    return found


def _has_level(schema: Schema, name: str, value: Any, level: str) -> bool:
    """Whether a column is at a level that a schema names; of a flag the schema says yes or no."""
    column = schema.by_name.get(name)
    return bool(value == (cell_reader(column)(level) if column and column.kind == "flag" else level))


def _quote_value(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


# What if: the same customer scored before and after some fields change, and what each change does on the way.


NOTHING = "Nothing changes: these values are what the customer has already."


@dataclass(frozen=True)
class WhatIfStep:
    """One changed field, in the order given: what it was and would be, and how many points the risk moves with it.

    follows  the columns that change because this one does, with their old and new values; the points include them
    """

    column: str
    label: str
    text: str
    before: Any
    after: Any
    points: float
    follows: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """A customer before and after.

    changes  the old and the new value of every field that was given and is another, then of those that follow them
    steps    what each of the fields given does, one after the other; their points add up to all that changes
    """

    before: Explanation
    after: Explanation
    changes: Mapping[str, tuple[Any, Any]]
    notices: tuple[Notice, ...] = ()
    steps: tuple[WhatIfStep, ...] = ()

    @property
    def points(self) -> float:
        """How many points of a hundred the probability moves."""
        return 100.0 * (self.after.probability - self.before.probability)

    @property
    def moved(self) -> dict[str, float]:
        """What each column adds to the log-odds after, less what it added before."""
        return {name: self.after.contributions[name] - c for name, c in self.before.contributions.items()}


def compare_changes(
    model: Model,
    wording: Wording,
    customer: Mapping[str, Any],
    changes: Mapping[str, Any],
    *,
    as_of: date | None = None,
    valuation: Valuation | None = None,
) -> Comparison:
    """Score a customer as they are and as they would be; any column the model reads may be changed."""
    wanted = apply_changes(model, {}, changes)
    states = _states(model, customer, wanted)
    then = states[-1][1]
    refuse_contradiction(model.schema, then, wanted)
    before, after = (explain_customer(model, wording, c, as_of=as_of, valuation=valuation) for c in (customer, then))
    p = _probabilities(model, (before, after), [state for _, state in states[:-1]], as_of)
    came_from = [customer, *(state for _, state in states)]
    steps = tuple(
        _step(wording, name, (came_from[i], state), 100.0 * (p[i + 1] - p[i]))
        for i, (name, state) in enumerate(states)
        if name
    )
    given = {step.column: (step.before, step.after) for step in steps}
    follow = {name: (customer.get(name), then[name]) for step in steps for name in step.follows}
    moved = {name: pair for name, pair in {**given, **follow}.items() if pair[0] != pair[1]}
    return Comparison(
        before,
        after,
        moved,
        (
            Notice("info", wording.sentence("association")),
            *([] if steps else [Notice("info", NOTHING)]),
            *_out_of_reach(model, given),
            *(n for n in after.notices if n not in before.notices),
        ),
        steps,
    )


def _states(model: Model, customer: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The customer after each change that is one, with the columns that follow it; the last is how all would be."""
    now, states = dict(customer), []
    for name, value in wanted.items():
        if now.get(name) != value:
            now = follow_dependents(model.schema, {**now, name: value}, settled=wanted)
            states.append((name, now))
    return states or [("", now)]


def _probabilities(
    model: Model, ends: tuple[Explanation, Explanation], between: list[dict[str, Any]], as_of: date | None
) -> list[float]:
    """The probability before, after every change but the last, and after all of them."""
    rows = [model.encoder.row(state, as_of=as_of) for state in between]
    middle = model.probability(np.stack(rows)).tolist() if rows else []
    return [ends[0].probability, *middle, ends[1].probability]


def _step(
    wording: Wording, name: str, states: tuple[Mapping[str, Any], Mapping[str, Any]], points: float
) -> WhatIfStep:
    was, now = states
    return WhatIfStep(
        column=name,
        label=capital(wording.label(name)),
        text=capital(wording.says(name, now[name])),
        before=was.get(name),
        after=now[name],
        points=points,
        follows={n: (was.get(n), v) for n, v in now.items() if n != name and v != was.get(n)},
    )


def _out_of_reach(model: Model, changes: Mapping[str, Any]) -> list[Notice]:
    """A warning for every column that no offer can change."""
    levers = {f.name: f.lever for f in model.encoder.fields}
    return [
        Notice("warning", f"No offer can change {name}: this shows how the model weighs it, nothing more.", name)
        for name in changes
        if levers[name] != "actionable"
    ]


# The smallest feasible changes that lower a customer's risk most: an exact search over what an offer can change.
#
# Only columns whose lever is "actionable" move; protected ones and context never do. A profile may narrow that in
# its phrases, per column:
#
#     [levers."Contract"]
#     to = ["One year", "Two year"]     # the levels an offer exists for; otherwise every level the model knows
#     [levers."MonthlyCharges"]
#     steps = [-0.1, -0.2]              # shares of the present value; otherwise 10 and 20 % the way that can only help
#     by = [-5, -10]                    # or so much more or less


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
    options = [tuple(_option_combinations(_options(model, wording, customer))) for customer in customers]
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
    whole = holds_whole_numbers(model, place)
    then = [float(round(now + m)) if whole else round(now + m, 2) for m in moves if field.direction * m <= 0]
    return [v for v in dict.fromkeys(then) if v != now and low <= v <= high]


def holds_whole_numbers(model: Model, place: int) -> bool:
    """Whether a column counts something: by its unit, else where the customers learnt from had whole numbers only."""
    column = model.schema.by_name.get(model.encoder.fields[place].name)
    if column is not None and (column.unit or column.role == "value"):
        return column.unit in ("count", "days", "months")
    learnt = model.reference.rows[:, place]
    known = learnt[~np.isnan(learnt)]
    return bool(len(known) and (known == np.rint(known)).all())


def _ways(field: Field) -> tuple[int, ...]:
    return (-field.direction,) if field.direction else (-1, 1)


def _option_combinations(options: list[list[Option]]) -> Iterator[tuple[Option, ...]]:
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
        states = [follow_dependents(model.schema, {**customer, **dict(o)}, settled=dict(o)) for o in tried]
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
    kept = _by_size(sorted(kept, key=lambda i: float(p[i])), [len(options) for options in tried])
    kept.sort(key=lambda i: len(tried[i]) if p[i] < limit else MOST_FIELDS + 1)
    at = dict(zip(tried, p.tolist(), strict=True))
    return tuple(_change(wording, customer, tried[i], at, limit) for i in kept)


def _by_size(kept: list[int], sizes: list[int]) -> list[int]:
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
