"""Exact contributions become reasons: by business group, weighed in points, said in the customer's own values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.explain.explainer import sum_contributions
from churn.money.economics import Valuation
from churn.notices import Notice
from churn.schema import Schema
from churn.scoring.unfamiliar import missing_notice, odd_values
from churn.scoring.wording import Wording, capital, notices_on_worth, worth_answer
from churn.training.calibration import Bin
from churn.training.encoder import Encoder
from churn.training.model import Model

LEAST_POINTS = 0.5  # of a hundred; what moves a customer less is not worth a sentence
MOST_SAID = 65_536  # values kept in words


@dataclass(frozen=True)
class Group:
    """Columns that are explained together; a protected column stands alone and is not said unless asked for."""

    name: str
    columns: tuple[int, ...]
    protected: bool = False


def build_groups(schema: Schema, encoder: Encoder) -> tuple[Group, ...]:
    """The business groups of a model's columns, in the order of the columns; a column without one is its own."""
    groups: dict[tuple[str, bool], list[int]] = {}
    for i, name in enumerate(encoder.names):
        column = schema.by_name.get(name)
        protected = column is not None and column.lever == "protected"
        grouped = column.group if column and column.group and not protected else name
        groups.setdefault((grouped, protected), []).append(i)
    return tuple(Group(name, tuple(columns), protected) for (name, protected), columns in groups.items())


@dataclass(frozen=True)
class GroupPoints:
    """The strongest reasons of many customers; every array is (reasons, customers), the strongest first.

    column    the column of the encoder whose value is said: the strongest of its group in the same direction
    points    how many points of a hundred the group adds to the probability against a typical customer; 0: no reason.
              The points of all groups, the smallest and the protected included, add up to the whole difference
    taken_back  how many of a reason's points the others take back, where it alone would pass 100 or 0; else 0
    """

    group: np.ndarray
    column: np.ndarray
    points: np.ndarray
    taken_back: np.ndarray


def sum_by_group(contributions: np.ndarray, groups: Sequence[Group]) -> np.ndarray:
    """What each group adds to the log-odds, or to whatever the columns add to: float64 (groups, customers)."""
    of_columns = contributions.T
    sums = of_columns[[g.columns[0] for g in groups]].astype(np.float64)
    for total, group in zip(sums, groups, strict=True):
        for column in group.columns[1:]:
            total += of_columns[column]
    return sums


def typical_probability(model: Model) -> float:
    """The probability of a typical customer: the base that every contribution is counted from."""
    return float(model.calibration.probability(np.array([model.explainer.base]))[0])


def compute_points(model: Model, margin: np.ndarray, added: np.ndarray) -> np.ndarray:
    """Points of a hundred that what was added to the log-odds of each customer moves the probability.

    Points add up: those of everything that was added are the probability less a typical customer's. They are the
    Aumann–Shapley shares along the straight way from the typical log-odds to the customer's, through the calibration.
    """
    return added * (100.0 * model.calibration.mean_slope(model.explainer.base, margin))


def points_taken_back(model: Model, points: np.ndarray, total: np.ndarray) -> np.ndarray:
    """How many points of a reason the customer's other reasons take back, where it alone would pass 100 or 0.

    Zero where it would not. A typical customer's risk and such a reason lead past what a risk can be, so its sentence
    says the others too: the points said less those taken back are the points of all reasons together.

    total  the points of all reasons of each customer together
    """
    reached = 100.0 * typical_probability(model) + points
    others = np.abs(np.rint(points)) - np.sign(points) * np.rint(total)
    return np.where((reached > 100) | (reached < 0), np.maximum(others, 0), 0).astype(np.int64)


def compute_column_points(model: Model, contributions: np.ndarray) -> np.ndarray:
    """The points of every column: float64 (customers, columns); each row adds up like its contributions."""
    margin = sum_contributions(model.explainer.base, contributions)
    return compute_points(model, margin, contributions.T).T


def rank_groups(
    model: Model,
    contributions: np.ndarray,
    margin: np.ndarray,
    groups: Sequence[Group],
    *,
    top: int = 3,
    protected: bool = False,
) -> GroupPoints:
    """The strongest reasons of every customer: first what raises the risk, then what lowers it most."""
    said = [g for g in groups if protected or not g.protected]
    sums = sum_by_group(contributions, said)
    *_, total = moved = compute_points(model, margin, np.vstack([sums, margin - model.explainer.base]))
    points = moved[:-1]
    points[np.abs(points) < LEAST_POINTS] = 0.0
    order = _strongest_groups(points, min(top, len(said)))
    customers = np.arange(len(margin))
    raises, points = sums[order, customers] > 0, points[order, customers]
    places = np.array([i for i, g in enumerate(groups) if protected or not g.protected], np.intp)
    speakers = _columns_to_name(contributions, said, order, raises)
    return GroupPoints(places[order], speakers, points, points_taken_back(model, points, total))


def _strongest_groups(points: np.ndarray, top: int) -> np.ndarray:
    """Per customer the places of the groups: raising ones, the largest first, then lowering ones, then no reasons."""
    with np.errstate(divide="ignore"):
        lowering_next = np.where(points < 0, -1 / points, np.inf)
    order = np.argsort(np.where(points > 0, -points, lowering_next).T, axis=1, kind="stable")
    return order[:, :top].T


def _columns_to_name(
    contributions: np.ndarray, groups: Sequence[Group], order: np.ndarray, raises: np.ndarray
) -> np.ndarray:
    """Per reason the column of the group that pulls hardest the same way."""
    column = np.empty(order.shape, np.intp)
    for place in np.flatnonzero(np.bincount(order.ravel(), minlength=len(groups))).tolist():
        group, (here, customers) = groups[place], np.nonzero(order == place)
        if len(group.columns) == 1:
            column[here, customers] = group.columns[0]
            continue
        pulls = contributions[customers[:, None], np.array(group.columns)]
        hardest = np.where(raises[here, customers], pulls.argmax(axis=1), pulls.argmin(axis=1))
        column[here, customers] = np.array(group.columns)[hardest]
    return column


@dataclass(frozen=True)
class ReasonWriter:
    """Says reasons as sentences, many at once: each different value and each different ending is worded only once."""

    wording: Wording
    encoder: Encoder

    def sentences(self, reasons: GroupPoints, table: pa.Table) -> list[pa.Array]:
        """One text column per reason; null where there is none."""
        tops, rows = reasons.points.shape
        columns, points = reasons.column.ravel(), np.rint(reasons.points.ravel()).astype(np.int64)
        back = reasons.taken_back.ravel()
        customers = np.tile(np.arange(rows), tops)
        said = [
            (c, np.flatnonzero((columns == c) & (reasons.points.ravel() != 0))) for c in range(len(self.encoder.fields))
        ]
        texts = [
            (where, self._of_column(c, table, customers[where], points[where], back[where]))
            for c, where in said
            if len(where)
        ]
        if not texts:
            return [pa.nulls(rows, pa.string())] * tops
        place = np.full(tops * rows, -1)
        place[np.concatenate([where for where, _ in texts])] = np.arange(sum(len(w) for w, _ in texts))
        whole = pa.concat_arrays([text for _, text in texts])
        chosen = whole.take(pa.array(place, mask=place < 0))
        return [chosen.slice(k * rows, rows) for k in range(tops)]

    def _of_column(
        self, column: int, table: pa.Table, customers: np.ndarray, points: np.ndarray, back: np.ndarray
    ) -> pa.Array:
        name = self.encoder.names[column]
        values = _values(table, name, customers)
        distinct = values.dictionary.to_pylist()
        learnt = self._learnt[column]
        says = [self._says(name, v, seen=learnt is None or v in learnt) for v in distinct]
        # No offer addresses what is not known, or what does not apply to the customer.
        fixed = np.array([v in (None, self.encoder.fields[column].not_applicable) for v in distinct])
        codes = values.indices.to_numpy(zero_copy_only=False)
        # What follows the value depends on three numbers, kept as one: points, whether it is fixed, points taken back.
        endings, ending = np.unique(((2 * points + fixed[codes]) << 32) + back, return_inverse=True)
        around = [
            self._around(name, int(e) >> 33, back=int(e) & 0xFFFFFFFF, fixed=bool((int(e) >> 32) % 2)) for e in endings
        ]
        # A sentence that begins with the value gets the value's capital form.
        begins = np.array([not before for before, _ in around])[ending]
        spoken = pa.array([*says, *map(capital, says)])
        code = codes + np.where(begins, len(says), 0)
        before, after = (pa.array([a[i] for a in around], pa.string()).take(pa.array(ending)) for i in (0, 1))
        return pc.binary_join_element_wise(before, spoken.take(pa.array(code)), after, "")

    def _around(self, name: str, points: int, *, back: int, fixed: bool) -> tuple[str, str]:
        """What stands before and after the value in a sentence; no offer addresses a `fixed` value."""
        sentence = self.wording.reason(points, back)
        change = self.wording.change(name) if points > 0 and not fixed else ""
        if change:
            sentence = self.wording.sentence("addressed", sentence=sentence, change=change)
        before, _, after = sentence.partition("{says}")
        return capital(before), after

    @cached_property
    def _says(self) -> Callable[..., str]:
        # Blocks of one list have most of their values in common.
        return lru_cache(MOST_SAID)(self.wording.says)

    @cached_property
    def _learnt(self) -> list[frozenset[str | None] | None]:
        """Per column the levels the model knows; None where it has no levels."""
        return [frozenset(f.levels) | {None} if f.levels else None for f in self.encoder.fields]


def _values(table: pa.Table, name: str, customers: np.ndarray) -> pa.DictionaryArray:
    """The customers' own values of a column, each different one once."""
    if name not in table.schema.names:
        return pa.nulls(len(customers), pa.string()).dictionary_encode(null_encoding="encode")
    cells = table.column(name).combine_chunks()
    if isinstance(cells, pa.ChunkedArray):
        cells = pa.concat_arrays(cells.chunks)
    return cells.take(pa.array(customers)).dictionary_encode(null_encoding="encode")


# One customer, explained: the score, what raises and what lowers it, and what became of customers scored alike.


@dataclass(frozen=True)
class Reason:
    """What one business group adds to one customer's risk, in log-odds and in points of a hundred.

    The points of all reasons, protected ones included, add up to the customer's probability less a typical one's.

    taken_back  how many of its points the other reasons take back, where it alone would pass 100 or 0; else 0
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
    taken_back: int = 0


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


def explain_customer(
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
    margins = sum_contributions(model.explainer.base, contributions)
    probability = model.calibration.probability(margins)
    groups = build_groups(model.schema, model.encoder)
    reasons = _reasons(_ReasonText(model, wording, customer, model.encoder.names), groups, contributions, margins)
    p, key = float(probability[0]), model.schema.key
    return Explanation(
        key=str(customer[key.name]) if key and customer.get(key.name) is not None else None,
        probability=p,
        percentile=round(100 * float(model.reference.percentile(probability)[0]), 1),
        tier=model.thresholds.tier(p),
        prediction=model.status(p),
        value_at_risk=valuation.at_risk_of(probability, _bill(valuation, customer)) if valuation else None,
        **worth_answer(valuation, wording),
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


def write_reason(
    model: Model, wording: Wording, customer: Mapping[str, Any], *, column: int, points: float, taken_back: int = 0
) -> str:
    """What a scored list would say of one column of a customer that moves the probability by so many points.

    taken_back  how many of them the customer's other reasons take back, where this one alone would pass 100 or 0
    """
    return _ReasonText(model, wording, customer, model.encoder.names).text(column, points, taken_back)


@dataclass(frozen=True)
class _ReasonText:
    model: Model
    wording: Wording
    customer: Mapping[str, Any]
    names: tuple[str, ...]

    def text(self, column: int, points: float, taken_back: int) -> str:
        """The sentence a scored list would show for this column."""
        field = self.model.encoder.fields[column]
        value = self.customer.get(field.name)
        says = self.wording.says(field.name, value, seen=not field.levels or value in field.levels)
        sentence = self.wording.reason(points, taken_back, says=says)
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
    account: _ReasonText, groups: Sequence[Group], contributions: np.ndarray, margin: np.ndarray
) -> tuple[Reason, ...]:
    sums = sum_by_group(contributions, groups)[:, 0]
    points = compute_points(account.model, margin, sums)
    back = points_taken_back(
        account.model, points, compute_points(account.model, margin, margin - account.model.explainer.base)
    )
    of_columns = contributions[0].astype(np.float64)
    weights = of_columns, compute_points(account.model, margin, of_columns)
    return tuple(
        _reason(account, group, weights, (added, moved), taken_back)
        for group, added, moved, taken_back in zip(groups, sums.tolist(), points.tolist(), back.tolist(), strict=True)
    )


def _reason(
    account: _ReasonText,
    group: Group,
    weights: tuple[np.ndarray, np.ndarray],
    weight: tuple[float, float],
    taken_back: int,
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
        text=account.text(columns[0], points, taken_back),
        points=points,
        log_odds=added,
        columns={names[c]: float(contributions[c]) for c in columns},
        column_points={names[c]: float(column_points[c]) for c in columns},
        lever=column.lever if column else "context",
        change=account.change(columns[0], points),
        taken_back=taken_back,
    )


def _bill(valuation: Valuation, customer: Mapping[str, Any]) -> float | None:
    return None if valuation.column is None else customer.get(valuation.column)


def _notices(model: Model, customer: Mapping[str, Any], row: np.ndarray) -> tuple[Notice, ...]:
    unknown = tuple(f.name for f, number in zip(model.encoder.fields, row, strict=True) if np.isnan(number))
    return (*odd_values(model, customer, row), *missing_notice(unknown))
