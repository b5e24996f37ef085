"""What a screen offers to choose from when a campaign is ordered: how far budget and channels reach, which segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, log10
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from churn.deciding.budget_curve import gain_by_budget
from churn.deciding.choosing.ordering import Order
from churn.deciding.choosing.weighing import weighed
from churn.desk.campaigning.planning import basis_of
from churn.desk.listing.lists import Ranked
from churn.errors import RequestRefused
from churn.money.playbook import Playbook

if TYPE_CHECKING:
    from churn.schema import Column

MOST_LEVELS = 12
KNEES = 20  # budgets that are tried to find where the curve bends
STEPS = 100  # of a budget slider


@dataclass(frozen=True)
class Scale:
    """How far a campaign can reach: what all offers that pay would cost, and how many customers each channel.

    opening     the budget to begin with: from there on more money brings less than it does on average
    """

    budget: float
    step: float
    channels: Mapping[str, int]
    opening: float = 0.0

    @property
    def order(self) -> Order:
        """The campaign that is suggested before anybody has chosen anything."""
        return Order(budget=self.opening if self.opening < self.budget else None)


@dataclass(frozen=True)
class SegmentChoice:
    """A segment that may get a limit: a column, one of its values, and how many customers have it."""

    column: str
    value: str
    customers: int

    @property
    def words(self) -> str:
        """The segment as a person picks it."""
        return f"{self.column}: {self.value} ({self.customers:,})"


def scale_of(home: Path, ranked: Ranked, playbook: Playbook) -> Scale:
    """How far a campaign for this list can reach with these offers, before any limit."""
    basis = basis_of(home, ranked, Order(), playbook=replace(playbook, capacity={}), rested=True)
    found = weighed(basis.frame, basis.playbook, Order(), key=basis.key, value=basis.value, history=None).found
    best, pays = found.best, found.gain > 0
    rows = np.flatnonzero(best >= 0)
    cost = float(found.cost[rows, best[rows]].sum())
    names = np.array([a.channel for a in playbook.actions], object)
    reach = {c: int(pays[:, names == c].any(axis=1).sum()) for c in playbook.channels}
    step = _step(cost)
    most = ceil(cost / step) * step
    budgets = [most * k / KNEES for k in range(KNEES + 1)]
    curve = gain_by_budget(basis.frame, playbook, Order(), key=basis.key, value=basis.value, budgets=budgets)
    return Scale(most, step, reach, min(most, max(step, round(curve.knee / step) * step)))


def segment_choices(ranked: Ranked) -> tuple[SegmentChoice, ...]:
    """The segments a limit can be set on: every value of the columns that divide the list into a few groups."""
    table = ranked.reading.table
    columns = [c for c in ranked.reading.schema.columns if c.name in table.column_names and _divides(c)]
    return tuple(choice for column in columns for choice in _levels(column.name, table[column.name]))


def limits_said(rows: Sequence[Mapping[str, Any]], choices: Sequence[SegmentChoice]) -> dict[str, dict[Any, int]]:
    """The limits of edited rows (`segment`, `least`, `most`) as an order takes them; an empty row says nothing."""
    known = {choice.words: (choice.column, choice.value) for choice in choices}
    found: dict[str, dict[Any, int]] = {"at_least": {}, "at_most": {}}
    for row in rows:
        numbers = {"at_least": row.get("least"), "at_most": row.get("most")}
        stated = {kind: int(number) for kind, number in numbers.items() if number is not None and number == number}
        segment = row.get("segment")
        if segment is None and stated:
            raise RequestRefused("A limit does not say for whom it is.", "Choose its segment, or remove the row.")
        for kind, number in stated.items():
            found[kind][known[str(segment)]] = number
    return found


def _divides(column: Column) -> bool:
    return column.kind in ("category", "flag") and column.role in ("feature", "ignored")


def _levels(name: str, cells: pa.ChunkedArray) -> list[SegmentChoice]:
    counts = [(c["values"], c["counts"]) for c in cells.value_counts().to_pylist() if c["values"] not in (None, "")]
    if not 2 <= len(counts) <= MOST_LEVELS:
        return []
    told = [(("yes" if v else "no") if isinstance(v, bool) else str(v), n) for v, n in counts]
    return [SegmentChoice(name, value, n) for value, n in sorted(told, key=lambda pair: (-pair[1], pair[0]))]


def _step(cost: float) -> float:
    """A round step that divides a budget into about a hundred."""
    if cost <= 0:
        return 1.0
    size = 10.0 ** floor(log10(max(cost / STEPS, 1.0)))
    return float(next(size * n for n in (1, 2, 5, 10) if size * n * STEPS >= cost or n == 10))
