"""Customers one at a time: the same numbers as a list gives, without making a list of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import repeat
from typing import Any

import numpy as np
import pyarrow as pa

from churn.attribution.blend import added_up
from churn.desk.single.customer_fields import FieldReader, Given
from churn.desk.single.many_customers import read_together
from churn.desk.single.offering import TOP, Judged, Offering
from churn.learning.model import Model
from churn.money.playbook import Playbook
from churn.scoring.explaining import reason_sentence
from churn.scoring.ranking import ROW, Ranking
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
        found = read_together(self.reader, customers)
        ranking = self.ranking if as_of is None else replace(self.ranking, as_of=as_of)
        scored = ranking.block(found.table(self.model.schema, customers))
        return self._of_rows(scored, self._kept_of_all(found.columns, len(customers)), found.ignored, found.missing)

    def of_scored(self, table: pa.Table, list_: pa.Table | None = None) -> list[Single]:
        """The same of a list that was scored already; with the checked list itself, its features as well."""
        key = self.model.schema.key
        kept = {*self._worth_keeping, *((key.name,) if key else ())}
        known = {n: list_[n].to_pylist() for n in list_.column_names if n in kept} if list_ is not None else {}
        return self._of_rows(table, self._kept_of_all(known, table.num_rows), repeat(()), repeat(()))

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

    def _kept_of_all(self, columns: Mapping[str, list[Any]], rows: int) -> list[dict[str, Any]]:
        """The same of many customers."""
        key = self.model.schema.key
        keys = columns.get(key.name) if key else None
        if keys is None:
            return [{}] * rows
        names = [n for n in columns if n in self._worth_keeping]
        cells = zip(*(columns[n] for n in names), strict=True) if names else repeat(())
        return [
            {n: v for n, v in zip(names, values, strict=True) if v is not None} if named else {}
            for named, values in zip(keys, cells, strict=False)
        ]

    def _of_rows(
        self,
        scored: pa.Table,
        features: Iterable[Mapping[str, Any]],
        ignored: Iterable[tuple[str, ...]],
        missing: Iterable[tuple[str, ...]],
    ) -> list[Single]:
        """What a scored list says of each of its customers."""
        key, least, name = self.model.schema.key, self.model.thresholds.chosen, self.name
        named = key.name if key and key.name in scored.column_names else ROW
        told = (scored[n].to_pylist() for n in (named, "probability", "prediction", "tier", "action", "expected_gain"))
        reasons = zip(*(scored[f"reason_{k}"].to_pylist() for k in range(1, TOP + 1)), strict=True)
        return [
            Single(
                key=None if named is None else str(named),
                probability=p,
                leaves=p >= least,
                status=status,
                tier=tier,
                reasons=tuple(filter(None, said)),
                action=action,
                expected_gain=gain,
                model=name,
                ignored=left_over,
                missing=absent,
                features=kept,
            )
            for named, p, status, tier, action, gain, said, kept, left_over, absent in zip(
                *told, reasons, features, ignored, missing, strict=False
            )
        ]


def _key(model: Model, customer: Mapping[str, Any]) -> str | None:
    key = model.schema.key
    return customer.get(key.name) if key else None
