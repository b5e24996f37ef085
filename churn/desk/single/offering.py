"""The one offer worth making to a customer: the rules and prices of a list, looked up for a single customer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from churn.desk.single.customer_fields import Given
from churn.intake.understanding.plans import arrow_type
from churn.learning.versions.model import Model
from churn.money.comparing import Cells
from churn.money.customer_worth import Stakes, stakes
from churn.money.gain import offers
from churn.money.playbook import Playbook
from churn.schema import Column

Cell = tuple[Any, pa.DataType]
TOP = 3
NUMBERS, WORDS = pa.float64(), pa.string()


@dataclass(frozen=True)
class Judged:
    """What a scored list would say of one customer, before any offer."""

    probability: np.ndarray
    prediction: str
    tier: str
    reasons: tuple[str, ...]
    value_at_risk: float | None = None


@dataclass(frozen=True)
class Offering:
    """Offers of a playbook for customers of a model, one at a time."""

    model: Model
    playbook: Playbook

    def best(self, given: Given, fields: Mapping[str, Any], judged: Judged) -> tuple[str | None, float | None]:
        """The action that brings most, and what it is expected to bring; none where none pays."""
        if not self.playbook.actions:
            return None, None
        at_stake, cells = self.question(given, fields, judged)
        found = offers(at_stake, self.playbook, cells)
        best = int(found.best[0])
        return (found.actions[best].words, float(found.gain[0, best])) if best >= 0 else (None, None)

    def question(
        self, given: Given, fields: Mapping[str, Any], judged: Judged, *, assumed: bool = False
    ) -> tuple[Stakes, Cells]:
        """What is at stake with a customer, and the cells that the offers' rules look at.

        assumed   whether the playbook's bill counts, since the list the customer is in has no value column
        """
        value = None if assumed else self.model.schema.value
        bill = np.array([_amount(given.customer.get(value.name))]) if value else None
        at_stake = stakes(judged.probability, bill, self.playbook, column=value.name if value else "")
        return at_stake, self._looked_at(given, fields, judged)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns that the offers' rules and their costs depend on."""
        return tuple(c for c in self.model.schema.features if c.name in self._named or c.role == "value")

    @cached_property
    def _named(self) -> tuple[str, ...]:
        """The names that the rules of the offers speak of."""
        rules = [r for a in self.playbook.actions for r in (a.rule, *(s.rule for s in a.segments))]
        return tuple(dict.fromkeys(name for rule in rules for name in rule.columns))

    @cached_property
    def _kinds(self) -> dict[str, pa.DataType]:
        """The types of the columns of a checked list that rules speak of."""
        return {c.name: arrow_type(c) for c in self.model.schema.columns if c.name in self._named}

    @cached_property
    def _always(self) -> frozenset[str]:
        """The columns that a checked list has whether or not anything stands in them."""
        return frozenset(c.name for c in self.model.schema.features)

    @cached_property
    def _scores(self) -> tuple[str, ...]:
        """What a list is told of its scores that rules speak of, too."""
        return tuple(n for n in self._named if n in SCORES)

    def _looked_at(self, given: Given, fields: Mapping[str, Any], judged: Judged) -> Cells:
        """The cells that rules look at, as a list has them: of one name, the score counts."""
        cells = {
            n: (given.customer.get(n), kind)
            for n, kind in self._kinds.items()
            if n in self._always or n in given.customer
        }
        if given.ignored:
            cells |= {n: (carried(fields[n]), WORDS) for n in given.ignored if n in self._named and n not in cells}
        return Cells(cells | {n: SCORES[n](self.model, given, judged) for n in self._scores})


def _percentile(model: Model, given: Given, judged: Judged) -> Cell:
    return float(np.round(100 * model.reference.percentile(judged.probability), 1)[0]), NUMBERS


def _reason(place: int) -> Callable[[Model, Given, Judged], Cell]:
    return lambda model, given, judged: (judged.reasons[place] if place < len(judged.reasons) else None, WORDS)


# What a scored list says of a customer, by the name of its column.
SCORES: Mapping[str, Callable[[Model, Given, Judged], Cell]] = {
    "probability": lambda model, given, judged: (float(judged.probability[0]), NUMBERS),
    "percentile": _percentile,
    "prediction": lambda model, given, judged: (judged.prediction, WORDS),
    "tier": lambda model, given, judged: (judged.tier, WORDS),
    "value_at_risk": lambda model, given, judged: (judged.value_at_risk, NUMBERS),
    **{f"reason_{k + 1}": _reason(k) for k in range(TOP)},
}


def carried(cell: Any) -> str | None:
    """A field that is none of the model's columns, as the text a list would carry along."""
    if isinstance(cell, str):
        return cell if cell.isascii() else cell.encode("utf-8", "replace").decode("utf-8")
    return str(cell) if isinstance(cell, int | float) else None


def _amount(cell: Any) -> float:
    return float("nan") if cell is None else float(cell)
