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
from churn.desk.single.offering import TOP, Judged, Offering, carried
from churn.errors import RequestRefused
from churn.intake.plans import arrow_type
from churn.learning.model import Model
from churn.money.playbook import Playbook
from churn.schema import Column
from churn.scoring.explaining import reason_sentence
from churn.scoring.ranking import Ranking
from churn.scoring.reasons import weighed


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
        reasons = self._reasons(given, contributions, margin)
        p = float(probability[0])
        tier, status = model.thresholds.tier(p), model.status(p)
        action, gain = self._offering.best(given, fields, Judged(probability, status, tier, reasons))
        return Single(
            key=_key(model, given.customer),
            probability=p,
            leaves=bool(p >= model.thresholds.chosen),
            status=status,
            tier=tier,
            reasons=reasons,
            action=action,
            expected_gain=gain,
            model=self.name,
            ignored=given.ignored,
            missing=given.missing,
            features=self._kept(given),
        )

    def _reasons(self, given: Given, contributions: np.ndarray, margin: np.ndarray) -> tuple[str, ...]:
        found = weighed(self.model, contributions, margin, self.ranking.groups, top=TOP)
        return tuple(
            reason_sentence(self.model, self.ranking.wording, given.customer, column=column, points=points)
            for column, points in zip(found.column[:, 0].tolist(), found.points[:, 0].tolist(), strict=True)
            if points
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
    def _offering(self) -> Offering:
        return Offering(self.model, self.playbook)

    def _kept(self, given: Given) -> dict[str, Any]:
        """What is worth keeping of a customer to score them again by their key alone; nothing without a key."""
        if not _key(self.model, given.customer):
            return {}
        return {n: v for n, v in given.customer.items() if v is not None and n in self._worth_keeping}

    @cached_property
    def _worth_keeping(self) -> frozenset[str]:
        return frozenset((*self.model.encoder.names, *(c.name for c in self._offering.columns)))

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
            columns[name] = pa.array([carried(fields.get(name)) for fields in customers], pa.string())
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
