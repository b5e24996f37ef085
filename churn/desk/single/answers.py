"""What the doors answer about one customer, in the same words and fields whichever door asked."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from churn.desk.listing.lists import Explained
from churn.scoring.explaining import Explanation, Reason
from churn.scoring.supposing import Comparison, Step

if TYPE_CHECKING:
    from churn.events.summary import Summary

TOP = 3


def explained_json(found: Explained) -> dict[str, Any]:
    """One customer explained: score, reasons, contributions in log-odds, and the nearest changes."""
    return {**explanation_json(found.explanation), "changes": [_change(c) for c in found.changes]}


def explanation_json(told: Explanation) -> dict[str, Any]:
    """One score explained."""
    return {
        "key": told.key,
        "probability": told.probability,
        "tier": told.tier,
        "prediction": told.prediction,
        "percentile": told.percentile,
        "value_at_risk": told.value_at_risk,
        "value_horizon": told.value_horizon,
        "value_assumed": told.value_assumed,
        "currency": told.currency,
        "reasons": list(told.reasons(TOP)),
        "contributions": dict(told.contributions),
        "groups": [_group(r) for r in told.groups],
        "base": told.base,
        "typical": told.typical,
        "likely": told.likely,
        "cannot_tell": told.cannot_tell,
        "alike": asdict(told.alike) if told.alike else None,
        "notices": [n.as_json() for n in told.notices],
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


def _step(step: Step) -> dict[str, Any]:
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
