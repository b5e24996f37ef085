"""Views of one customer: the fields to type, offers that exist, history from the database, similar customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from churn.money.economics import break_even, build_terms, price_offers
from churn.scoring.reasons import Explanation, Reason
from churn.scoring.segments import Similar, find_similar_customers
from churn.scoring.whatif import Comparison, WhatIfStep, apply_changes, holds_whole_numbers
from churn.scoring.wording import Wording, capital
from churn.store.customers import CustomerEvent, history_of
from churn.training.encoder import Field
from churn.training.model import Model
from churn.workspace.businesses import playbook_for, wording_of
from churn.workspace.customer_fields import ParsedCustomer
from churn.workspace.exploring import Exploration
from churn.workspace.lists import ExplainedScore
from churn.workspace.prediction import OfferChooser, OfferResult
from churn.workspace.store import open_store

if TYPE_CHECKING:
    from churn.features.build import Summary
    from churn.reports.charts import Chart

MOST_OFFERS = 4


@dataclass(frozen=True)
class FormField:
    """One field to fill in about a customer.

    options  the levels of a category, with the words for each
    low, high, step  of a number; `typical` is what most customers have, None where the form starts empty
    """

    name: str
    label: str
    group: str
    kind: str
    lever: str
    options: Mapping[Any, str]
    typical: Any = None
    low: float | None = None
    high: float | None = None
    step: float | None = None
    unit: str = ""


@dataclass(frozen=True)
class OfferShown:
    """An offer that exists and may be made to a customer: what it costs and is expected to bring, if it pays."""

    words: str
    channel: str
    cost: float
    gain: float
    pays_from: float | None


@dataclass(frozen=True)
class Peer:
    """A similar customer of the same list.

    stayed  True: stayed; None: not known, but predicted to stay
    """

    key: str
    probability: float
    stayed: bool | None
    differs: str


def form_of(model: Model, home: Path) -> tuple[FormField, ...]:
    """The fields a model reads, in the schema's order, each filled with its most usual value."""
    wording = wording_of(model, home)
    places = {f.name: i for i, f in enumerate(model.encoder.fields)}
    return tuple(_form_field(model, wording, c.name, places[c.name]) for c in model.schema.features if c.name in places)


def customer_from_form(model: Model, values: Mapping[str, Any]) -> dict[str, Any]:
    """The customer that a filled-in form describes; what was left empty is not known."""
    return apply_changes(model, {}, {name: value for name, value in values.items() if value is not None})


def offers_for(found: ExplainedScore, home: Path) -> tuple[OfferShown, ...]:
    """The offers of the playbook this customer may be made, the one that brings most first."""
    told, playbook = found.explanation, playbook_for(found.model, home)
    judged = OfferResult(np.array([told.probability]), told.prediction, told.tier, told.reasons(), told.value_at_risk)
    given, columns = OfferChooser(found.model, playbook).question(
        ParsedCustomer(found.customer), {}, judged, assumed=told.value_assumed
    )
    weighed = price_offers(given, playbook, columns)
    shown = []
    for place, action in enumerate(weighed.actions):
        if np.isfinite(weighed.gain[0, place]):
            point = float(break_even(weighed.worth, build_terms(action, given.bill, columns=columns))[0])
            numbers = float(weighed.cost[0, place]), float(weighed.gain[0, place])
            shown.append(OfferShown(action.words, action.channel, *numbers, point if np.isfinite(point) else None))
    return tuple(sorted(shown, key=lambda o: -o.gain)[:MOST_OFFERS])


def history(model: Model, home: Path, key: str) -> tuple[CustomerEvent, ...]:
    """What the database knows of a customer, the latest first, with offers in words."""
    words = {a.name: a.words for a in playbook_for(model, home).actions}
    with open_store(home) as store:
        found = history_of(store, key, model.name)
    return tuple(CustomerEvent(**{**vars(h), "action": words.get(h.action, h.action)}) for h in found)


def similar_stayers(exploration: Exploration, found: ExplainedScore, key: str | None) -> tuple[Peer, ...]:
    """The most similar customers of the list who stayed; where that is not known, who are predicted to stay."""
    ranked = exploration.ranked
    keys = ranked.scored.table.column(0).cast(pa.string())
    among = ~exploration.left if exploration.left is not None else ranked.probability < ranked.model.thresholds.chosen
    if key is not None:
        among = among & np.asarray(keys.to_numpy(zero_copy_only=False) != key)
    own = ranked.model.encoder.row(found.customer, as_of=ranked.as_of)
    lists = ranked.matrix, ranked.contributions
    near = find_similar_customers(ranked.model, exploration.wording, lists, own, among=among)
    return tuple(_peer(s, keys, exploration.left is not None) for s in near)


def offers_by_column(model: Model, home: Path) -> dict[str, str]:
    """Per column an offer can change, what such an offer is called."""
    wording = wording_of(model, home)
    return {f.name: wording.change(f.name) for f in model.encoder.fields if f.lever == "actionable"}


def _peer(similar: Similar, keys: pa.ChunkedArray, known: bool) -> Peer:
    told = "; ".join(similar.differs) or "The same in all that counts"
    return Peer(keys[similar.row].as_py(), similar.probability, True if known else None, told)


def _form_field(model: Model, wording: Wording, name: str, place: int) -> FormField:
    field, column = model.encoder.fields[place], model.schema.by_name[name]
    learnt = model.reference.quantiles[place]
    whole = holds_whole_numbers(model, place)
    low = column.low if column.low is not None else (0.0 if learnt[0] >= 0 else None)
    return FormField(
        name=name,
        label=capital(wording.label(name)),
        group=capital(wording.group_label(column.group)) if column.group else capital(wording.label(name)),
        kind="date" if field.form == "age" else "category" if field.levels else field.form,
        lever=field.lever,
        options=_options(wording, field),
        typical=_typical(model, field, place, whole=whole),
        low=low if field.form == "number" else None,
        high=column.high if field.form == "number" else None,
        step=1.0 if whole else None,
        unit=column.unit,
    )


def _options(wording: Wording, field: Field) -> dict[Any, str]:
    levels: Sequence[Any] = (True, False) if field.form == "flag" else field.levels
    return {level: capital(wording.says(field.name, level)) for level in levels}


def _typical(model: Model, field: Field, place: int, *, whole: bool) -> Any:
    """The middle number or the most frequent level of the customers learnt from; no date is typical."""
    if field.form == "age":
        return None
    if field.form == "number":
        middle = float(model.reference.quantiles[place, 50])
        return None if np.isnan(middle) else float(round(middle)) if whole else round(middle, 2)
    most = int(model.reference.counts[place].argmax())
    if field.form == "flag":
        return bool(most)
    return field.levels[most] if most < len(field.levels) else None


# What the doors answer about one customer, in the same words and fields whichever door asked.


TOP = 3


def explained_json(found: ExplainedScore) -> dict[str, Any]:
    """One customer explained: score, reasons, contributions in log-odds, and the nearest changes."""
    return {**explanation_json(found.explanation), "changes": [_change(c) for c in found.changes]}


def explanation_json(explanation: Explanation) -> dict[str, Any]:
    """One score explained."""
    return {
        "key": explanation.key,
        "probability": explanation.probability,
        "tier": explanation.tier,
        "prediction": explanation.prediction,
        "percentile": explanation.percentile,
        "value_at_risk": explanation.value_at_risk,
        "value_horizon": explanation.value_horizon,
        "value_assumed": explanation.value_assumed,
        "currency": explanation.currency,
        "reasons": list(explanation.reasons(TOP)),
        "contributions": dict(explanation.contributions),
        "groups": [_group(r) for r in explanation.groups],
        "base": explanation.base,
        "typical": explanation.typical,
        "likely": explanation.likely,
        "cannot_tell": explanation.cannot_tell,
        "alike": asdict(explanation.alike) if explanation.alike else None,
        "notices": [n.as_json() for n in explanation.notices],
    }


def comparison_json(found: Comparison) -> dict[str, Any]:
    """A customer before and after."""
    return {
        "before": explanation_json(found.before),
        "after": explanation_json(found.after),
        "points": found.points,
        "changes": {name: _pair(pair) for name, pair in found.changes.items()},
        "steps": [_step(s) for s in found.steps],
        "notices": [n.as_json() for n in found.notices],
    }


def summary_json(found: Summary) -> dict[str, Any]:
    """A customer table made from events."""
    return {
        "rows": found.rows,
        "leavers": found.leavers,
        "stayers": found.stayers,
        "as_of": str(found.as_of),
        "horizon": found.horizon,
        "window": _window(found.window),
        "silent": [str(outage) for outage in found.silent],
        "filled": found.filled,
        "columns": [{w: getattr(c, w) for w in ("name", "kind", "role", "meaning")} for c in found.schema.columns],
        "notices": [n.as_json() for n in found.notices],
    }


def _window(window: Any) -> dict[str, Any] | None:
    """The proposed inactivity window: its days, what it stands on, and the sentence; nothing under a contract."""
    if window is None:
        return None
    proposed = asdict(window.proposed) if window.proposed else None
    return {"proposed": proposed, "returners": window.returners, "sentence": window.sentence}


def shown_points(points: float) -> str:
    """Points of a hundred with their sign, in a column."""
    return f"{points:+5.0f}"


def _group(reason: Reason) -> dict[str, Any]:
    return {
        "group": reason.group,
        "label": reason.label,
        "text": reason.text,
        "points": reason.points,
        "log_odds": reason.log_odds,
        "columns": dict(reason.columns),
        "column_points": dict(reason.column_points),
        "lever": reason.lever,
        "change": reason.change,
    }


def _step(step: WhatIfStep) -> dict[str, Any]:
    return {
        "column": step.column,
        "label": step.label,
        "text": step.text,
        "before": _cell(step.before),
        "after": _cell(step.after),
        "points": step.points,
        "follows": {name: _pair(pair) for name, pair in step.follows.items()},
    }


def _pair(pair: tuple[Any, Any]) -> list[Any]:
    return [_cell(value) for value in pair]


def _cell(value: Any) -> Any:
    """A value as JSON has it: a date as text."""
    return value.isoformat() if isinstance(value, date) else value


def _change(change: Any) -> dict[str, Any]:
    return {
        "changes": {name: list(pair) for name, pair in change.changes.items()},
        "probability": change.probability,
        "points": change.points,
        "steps": dict(change.steps),
        "enough": change.enough,
        "text": change.text,
    }


def waterfall(found: ExplainedScore) -> Chart:
    """From the typical customer to this one, by business group."""
    from churn.reports.customer_charts import waterfall_chart

    return waterfall_chart(found.explanation)
