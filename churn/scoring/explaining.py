"""One customer, explained: the score, what raises and what lowers it, and what became of customers scored alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from churn.attribution.blend import added_up
from churn.learning.measures.calibration import Bin
from churn.learning.versions.model import Model
from churn.money.at_risk import Valuation
from churn.notices import Notice
from churn.scoring.customer_notices import not_known, odd_values
from churn.scoring.reasons import LEAST_POINTS, Group, group_sums, groups_of, points_of, typical_probability
from churn.scoring.wording import Wording, capital
from churn.scoring.worth_notices import notices_on_worth, worth_said


@dataclass(frozen=True)
class Reason:
    """What one business group adds to one customer's risk, in log-odds and in points of a hundred.

    The points of all reasons, protected ones included, add up to the customer's probability less a typical one's.

    columns  the columns of the group with what each adds to the log-odds, the strongest of the reason's way first
    column_points  the same in points, which add up to those of the reason
    lever    `actionable` where an offer can change the column that is said, `context` where none can, `protected`
    change   what such an offer is called
    """

    group: str
    label: str
    text: str
    points: float
    log_odds: float
    columns: Mapping[str, float]
    column_points: Mapping[str, float]
    lever: str = "context"
    change: str = ""


@dataclass(frozen=True)
class Explanation:
    """Everything known about one customer's score; base + the contributions are the log-odds of the probability.

    value_at_risk  probability × worth over `value_horizon`, in `currency`; None where it is not known; `value_assumed`
            where it stands on the playbook's bill
    typical  the probability of a typical customer, from which the points of the reasons are counted
    alike   what became of customers scored like this one, none of whom the model had learnt from
    likely  between which probabilities 80 % of models learnt from other customers would put this one
    """

    key: str | None
    probability: float
    percentile: float
    tier: str
    prediction: str
    value_at_risk: float | None
    base: float
    typical: float
    contributions: Mapping[str, float]
    groups: tuple[Reason, ...]
    protected: tuple[Reason, ...] = ()
    alike: Bin | None = None
    likely: tuple[float, float] | None = None
    cannot_tell: bool = False
    notices: tuple[Notice, ...] = ()
    value_horizon: str = ""
    value_assumed: bool = False
    currency: str = ""

    @property
    def raising(self) -> tuple[Reason, ...]:
        """What raises the risk, the most first."""
        return tuple(sorted((r for r in self.groups if r.points >= LEAST_POINTS), key=lambda r: -r.points))

    @property
    def lowering(self) -> tuple[Reason, ...]:
        """What lowers the risk, the most first."""
        return tuple(sorted((r for r in self.groups if r.points <= -LEAST_POINTS), key=lambda r: r.points))

    def reasons(self, top: int = 3) -> tuple[str, ...]:
        """The reasons a scored list would name: what raises the risk first, then what lowers it."""
        return tuple(r.text for r in (*self.raising, *self.lowering)[:top])


def explanation(
    model: Model,
    wording: Wording,
    customer: Mapping[str, Any],
    *,
    protected: bool = False,
    as_of: date | None = None,
    valuation: Valuation | None = None,
) -> Explanation:
    """Score and explain one customer, given as checked values by column; what is absent counts as unknown.

    protected  whether protected columns may be named among the reasons; they are always in `protected`
    valuation  what the customer is worth; the value at risk is not known without it
    """
    row = model.encoder.row(customer, as_of=as_of)
    contributions = model.explainer.contributions(row[None])
    margins = added_up(model.explainer.base, contributions)
    probability = model.calibration.probability(margins)
    groups = groups_of(model.schema, model.encoder)
    reasons = _reasons(_Account(model, wording, customer, model.encoder.names), groups, contributions, margins)
    p, key = float(probability[0]), model.schema.key
    return Explanation(
        key=str(customer[key.name]) if key and customer.get(key.name) is not None else None,
        probability=p,
        percentile=round(100 * float(model.reference.percentile(probability)[0]), 1),
        tier=model.thresholds.tier(p),
        prediction=model.status(p),
        value_at_risk=valuation.at_risk_of(probability, _bill(valuation, customer)) if valuation else None,
        **worth_said(valuation, wording),
        base=float(model.explainer.base),
        typical=typical_probability(model),
        contributions=dict(zip(model.encoder.names, map(float, contributions[0]), strict=True)),
        groups=tuple(r for r in reasons if protected or r.lever != "protected"),
        protected=tuple(r for r in reasons if r.lever == "protected"),
        alike=model.calibration.bin_of(p),
        likely=model.calibration.range_of(p),
        cannot_tell=bool(model.calibration.cannot_tell(probability)[0]),
        notices=(*_notices(model, customer, row), *(notices_on_worth(valuation, wording) if valuation else ())),
    )


def reason_sentence(model: Model, wording: Wording, customer: Mapping[str, Any], *, column: int, points: float) -> str:
    """What a scored list would say of one column of a customer that moves the probability by so many points."""
    return _Account(model, wording, customer, model.encoder.names).text(column, points)


@dataclass(frozen=True)
class _Account:
    model: Model
    wording: Wording
    customer: Mapping[str, Any]
    names: tuple[str, ...]

    def text(self, column: int, points: float) -> str:
        """The sentence a scored list would show for this column."""
        field, whole = self.model.encoder.fields[column], round(abs(points))
        value = self.customer.get(field.name)
        says = self.wording.says(field.name, value, seen=not field.levels or value in field.levels)
        way = "raises" if points > 0 else "lowers"
        words = {"says": says, "points": str(whole)}
        sentence = self.wording.sentence(f"{way}_one" if whole == 1 else way, **words)
        change = self.change(column, points)
        if change:
            sentence = self.wording.sentence("addressed", sentence=sentence, change=change)
        return capital(sentence)

    def change(self, column: int, points: float) -> str:
        """What an offer is called that addresses this column, where it raises the risk and applies to the customer."""
        field = self.model.encoder.fields[column]
        applies = self.customer.get(field.name) not in (None, field.not_applicable)
        return self.wording.change(field.name) if points > 0 and applies else ""


def _reasons(
    account: _Account, groups: Sequence[Group], contributions: np.ndarray, margin: np.ndarray
) -> tuple[Reason, ...]:
    sums = group_sums(contributions, groups)[:, 0]
    points = points_of(account.model, margin, sums)
    of_columns = contributions[0].astype(np.float64)
    weights = of_columns, points_of(account.model, margin, of_columns)
    return tuple(
        _reason(account, group, weights, (added, moved))
        for group, added, moved in zip(groups, sums.tolist(), points.tolist(), strict=True)
    )


def _reason(
    account: _Account, group: Group, weights: tuple[np.ndarray, np.ndarray], weight: tuple[float, float]
) -> Reason:
    """One reason, from what every column and what the whole group adds, each in log-odds and in points."""
    (contributions, column_points), (added, points) = weights, weight
    names = account.names
    columns = sorted(group.columns, key=lambda c: -float(contributions[c]) if added > 0 else float(contributions[c]))
    speaker = names[columns[0]]
    column = account.model.schema.by_name.get(speaker)
    return Reason(
        group=group.name,
        label=account.wording.group_label(group.name),
        text=account.text(columns[0], points),
        points=points,
        log_odds=added,
        columns={names[c]: float(contributions[c]) for c in columns},
        column_points={names[c]: float(column_points[c]) for c in columns},
        lever=column.lever if column else "context",
        change=account.change(columns[0], points),
    )


def _bill(valuation: Valuation, customer: Mapping[str, Any]) -> float | None:
    return None if valuation.column is None else customer.get(valuation.column)


def _notices(model: Model, customer: Mapping[str, Any], row: np.ndarray) -> tuple[Notice, ...]:
    unknown = tuple(f.name for f, number in zip(model.encoder.fields, row, strict=True) if np.isnan(number))
    return (*odd_values(model, customer, row), *not_known(unknown))
