"""What if: the same customer scored before and after some fields change, and what each change does on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from churn.learning.versions.model import Model
from churn.money.at_risk import Valuation
from churn.notices import Notice
from churn.scoring.changing import changed, followed, refuse_contradiction
from churn.scoring.explaining import Explanation, explanation
from churn.scoring.wording import Wording, capital

NOTHING = "Nothing changes: these values are what the customer has already."


@dataclass(frozen=True)
class Step:
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
    steps: tuple[Step, ...] = ()

    @property
    def points(self) -> float:
        """How many points of a hundred the probability moves."""
        return 100.0 * (self.after.probability - self.before.probability)

    @property
    def moved(self) -> dict[str, float]:
        """What each column adds to the log-odds after, less what it added before."""
        return {name: self.after.contributions[name] - c for name, c in self.before.contributions.items()}


def whatif(
    model: Model,
    wording: Wording,
    customer: Mapping[str, Any],
    changes: Mapping[str, Any],
    *,
    as_of: date | None = None,
    valuation: Valuation | None = None,
) -> Comparison:
    """Score a customer as they are and as they would be; any column the model reads may be changed."""
    wanted = changed(model, {}, changes)
    states = _states(model, customer, wanted)
    then = states[-1][1]
    refuse_contradiction(model.schema, then, wanted)
    before, after = (explanation(model, wording, c, as_of=as_of, valuation=valuation) for c in (customer, then))
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
            now = followed(model.schema, {**now, name: value}, settled=wanted)
            states.append((name, now))
    return states or [("", now)]


def _probabilities(
    model: Model, ends: tuple[Explanation, Explanation], between: list[dict[str, Any]], as_of: date | None
) -> list[float]:
    """The probability before, after every change but the last, and after all of them."""
    rows = [model.encoder.row(state, as_of=as_of) for state in between]
    middle = model.probability(np.stack(rows)).tolist() if rows else []
    return [ends[0].probability, *middle, ends[1].probability]


def _step(wording: Wording, name: str, states: tuple[Mapping[str, Any], Mapping[str, Any]], points: float) -> Step:
    was, now = states
    return Step(
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
