"""Customers one at a time: the same numbers as a list gives, without making a list of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import repeat
from typing import Any

import numpy as np
import pyarrow as pa

from churn.attribution.blend import added_up
from churn.desk.single.customer_fields import FieldReader, Given
from churn.errors import RequestRefused
from churn.intake.plans import arrow_type
from churn.learning.model import Model
from churn.money.customer_worth import stakes
from churn.money.gain import offers
from churn.money.playbook import Playbook
from churn.schema import Column
from churn.scoring.explaining import reason_sentence
from churn.scoring.ranking import Ranking
from churn.scoring.reasons import weighed

TOP = 3


@dataclass(frozen=True)
class Single:
    """One customer's score; `probability` is that of leaving, `leaves` whether it reaches the model's threshold."""

    key: str | None
    probability: float
    leaves: bool
    status: str
    tier: str
    reasons: tuple[str, ...]
    action: str | None
    expected_gain: float | None
    model: str
    ignored: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    features: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True)
class Counterpart:
    """A model at the counter with everything one customer's answer needs, made once for many customers."""

    model: Model
    ranking: Ranking
    playbook: Playbook
    reader: FieldReader

    @property
    def name(self) -> str:
        """The model and its version, as it is asked for."""
        return f"{self.model.name}@{self.model.version}"

    def single(self, fields: Mapping[str, Any], *, as_of: date | None = None) -> Single:
        """One customer scored, from the fields as they were sent."""
        given = self.reader.given(fields)
        model = self.model
        contributions = model.explainer.contributions(model.encoder.row(given.customer, as_of=as_of)[None])
        margin = added_up(model.explainer.base, contributions)
        probability = model.calibration.probability(margin)
        reasons = weighed(model, contributions, margin, self.ranking.groups, top=TOP)
        action, gain = self._offer(given, fields, probability)
        p = float(probability[0])
        return Single(
            key=_key(model, given.customer),
            probability=p,
            leaves=bool(p >= model.thresholds.chosen),
            status=model.status(p),
            tier=model.thresholds.tier(p),
            reasons=tuple(
                reason_sentence(model, self.ranking.wording, given.customer, column=column, points=points)
                for column, points in zip(reasons.column[:, 0].tolist(), reasons.points[:, 0].tolist(), strict=True)
                if points
            ),
            action=action,
            expected_gain=gain,
            model=self.name,
            ignored=given.ignored,
            missing=given.missing,
            features=self._kept(given),
        )

    def many(self, customers: Sequence[Mapping[str, Any]], *, as_of: date | None = None) -> list[Single]:
        """Many customers at once, as a list would be scored; a value that cannot be read is refused with its row."""
        given = [self._given(number, fields) for number, fields in enumerate(customers, start=1)]
        scored = replace(self.ranking, as_of=as_of).block(self._table(given, customers))
        return [self._of_row(g, row) for g, row in zip(given, scored.to_pylist(), strict=True)]

    def of_scored(self, table: pa.Table, list_: pa.Table | None = None) -> list[Single]:
        """The same of a list that was scored already; with the checked list itself, its features as well."""
        customers = list_.to_pylist() if list_ is not None else repeat({})
        return [self._of_row(Given(c), row) for c, row in zip(customers, table.to_pylist(), strict=list_ is not None)]

    @cached_property
    def _looked_at(self) -> tuple[Column, ...]:
        """The columns that the offers' rules and their costs depend on."""
        rules = [r for a in self.playbook.actions for r in (a.rule, *(s.rule for s in a.segments))]
        named = {name for rule in rules for name in rule.columns}
        return tuple(c for c in self.model.schema.features if c.name in named or c.role == "value")

    def _kept(self, given: Given) -> dict[str, Any]:
        """What is worth keeping of a customer to score them again by their key alone; nothing without a key."""
        if not _key(self.model, given.customer):
            return {}
        return {n: v for n, v in given.customer.items() if v is not None and n in self._worth_keeping}

    @cached_property
    def _worth_keeping(self) -> frozenset[str]:
        return frozenset((*self.model.encoder.names, *(c.name for c in self._looked_at)))

    def _offer(self, given: Given, fields: Mapping[str, Any], p: np.ndarray) -> tuple[str | None, float | None]:
        """The action that brings most, and what it is expected to bring; none where none pays."""
        columns = {c.name: pa.array([given.customer.get(c.name)], arrow_type(c)) for c in self._looked_at}
        columns |= {n: pa.array([_carried(fields[n])], pa.string()) for n in given.ignored if n not in columns}
        value = self.model.schema.value.name if self.model.schema.value else ""
        bill = columns[value].to_numpy(zero_copy_only=False) if value else None
        found = offers(stakes(p, bill, self.playbook, column=value), self.playbook, columns)
        best = int(found.best[0])
        return (found.actions[best].words, float(found.gain[0, best])) if best >= 0 else (None, None)

    def _given(self, number: int, fields: Mapping[str, Any]) -> Given:
        try:
            return self.reader.given(fields)
        except RequestRefused as problem:
            raise RequestRefused(f"Customer {number}: {problem.message}", problem.fix) from problem

    def _table(self, given: Sequence[Given], customers: Sequence[Mapping[str, Any]]) -> pa.Table:
        """The checked table of these customers, as a file with them would give it."""
        schema = self.model.schema
        named = [c for c in schema.columns if c in schema.features or any(c.name in g.customer for g in given)]
        columns = {c.name: pa.array([g.customer.get(c.name) for g in given], arrow_type(c)) for c in named}
        for name in dict.fromkeys(n for g in given for n in g.ignored if n not in columns):
            columns[name] = pa.array([_carried(fields.get(name)) for fields in customers], pa.string())
        return pa.table(columns)

    def _of_row(self, given: Given, row: Mapping[str, Any]) -> Single:
        key: Column | None = self.model.schema.key
        named = row.get(key.name) if key and key.name in row else row.get("row")
        return Single(
            key=None if named is None else str(named),
            probability=row["probability"],
            leaves=row["probability"] >= self.model.thresholds.chosen,
            status=row["prediction"],
            tier=row["tier"],
            reasons=tuple(row[f"reason_{k}"] for k in range(1, TOP + 1) if row[f"reason_{k}"]),
            action=row["action"],
            expected_gain=row["expected_gain"],
            model=self.name,
            ignored=given.ignored,
            missing=given.missing,
            features=self._kept(given),
        )


def _key(model: Model, customer: Mapping[str, Any]) -> str | None:
    key = model.schema.key
    return customer.get(key.name) if key else None


def _carried(cell: Any) -> str | None:
    """A field that is none of the model's columns, as the text a list would carry along."""
    if isinstance(cell, str):
        return cell if cell.isascii() else cell.encode("utf-8", "replace").decode("utf-8")
    return str(cell) if isinstance(cell, int | float) else None
