"""What moves a whole list, computed for the screens: drivers in points, rates, segments, groups, time as a customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.errors import ChurnError, RequestRefused
from churn.explain.explainer import sum_contributions
from churn.money.economics import StayCurve, stay_curve, stay_curves
from churn.scoring.drivers import (
    Contrast,
    CrossEffect,
    Dependence,
    Driver,
    Interaction,
    LeavingRate,
    Swarm,
    beeswarm,
    column_drivers,
    contrast,
    cross_effects,
    dependence,
    group_drivers,
    interactions,
    leaving_rates_by,
)
from churn.scoring.reasons import compute_column_points, compute_points
from churn.scoring.segments import Segment, find_segments
from churn.scoring.wording import Wording, capital
from churn.training.outcome import read_outcome
from churn.training.thresholds import TIERS
from churn.workspace.businesses import wording_of
from churn.workspace.lists import ScoredCustomers

if TYPE_CHECKING:
    from churn.reports.charts import Chart

PICTURED = 50_000  # customers at most in a picture; of a longer list every second, third … one is taken
MOST_COLUMNS, MOST_PAIRS = 10, 6
MOST_CURVES = 4
EVERYBODY_ELSE = "everybody else"
EVERYBODY = "all customers of the list, those who have left included"


@dataclass(frozen=True)
class Exploration:
    """A scored list, ready to be asked what moves it; sums are kept, so that a second question costs nothing."""

    ranked: ScoredCustomers
    wording: Wording

    @cached_property
    def left(self) -> np.ndarray | None:
        """Who left, where the list says so; None where it does not, or does not say it plainly."""
        reading = self.ranked.reading
        if reading.schema.outcome is None or reading.schema.outcome.name not in reading.table.column_names:
            return None
        try:
            return read_outcome(reading.table, reading.schema).labels == 1
        except ChurnError:
            return None

    @cached_property
    def step(self) -> int:
        """Every how many-th customer stands in a picture."""
        return _step_of(self.ranked)

    @cached_property
    def points(self) -> np.ndarray:
        """How many points each column moves a customer from the typical risk, for the customers pictured."""
        return pictured_points(self.ranked)

    @cached_property
    def even_points(self) -> np.ndarray:
        """Points with every unit of log-odds counted alike, as on average in this list.

        A customer's own points depend on how likely they are to leave; two columns would seem to work together where
        both only move the risk.
        """
        model, added = self.ranked.model, self.ranked.contributions[:: self.step].astype(np.float64)
        margin = sum_contributions(model.explainer.base, added)
        return added * float(compute_points(model, margin, np.ones(len(margin))).mean())

    @cached_property
    def matrix(self) -> np.ndarray:
        """The customers pictured as the model sees them."""
        return self.ranked.matrix[:: self.step]

    @cached_property
    def columns(self) -> tuple[Driver, ...]:
        """The columns by how much they move, protected ones left to the fairness view."""
        found = column_drivers(self.ranked.model, self.wording, self.points)
        hidden = {f.name for f in self.ranked.model.encoder.fields if f.lever == "protected"}
        return tuple(d for d in found if d.strength > 0 and d.name not in hidden)

    @cached_property
    def groups(self) -> tuple[Driver, ...]:
        """The business groups by how much they move."""
        hidden = {f.name for f in self.ranked.model.encoder.fields if f.lever == "protected"}
        found = group_drivers(self.ranked.model, self.wording, self.points)
        return tuple(d for d in found if d.strength > 0 and d.name not in hidden)

    @cached_property
    def swarms(self) -> tuple[Swarm, ...]:
        """How the strongest columns spread over the customers."""
        names = [d.name for d in self.columns[:MOST_COLUMNS]]
        return beeswarm(self.ranked.model, self.matrix, self.points, columns=names)

    def dependence(self, name: str) -> tuple[Dependence, ...]:
        """How the points of a column depend on its value."""
        return dependence(self.ranked.model, self.matrix, self.points, name)

    @cached_property
    def pairs(self) -> tuple[Interaction, ...]:
        """The pairs of columns that work together most."""
        names = [d.name for d in self.columns[:MOST_COLUMNS]]
        return interactions(self.ranked.model, self.matrix, self.even_points, among=names, most=MOST_PAIRS)

    def crossed(self, pair: Interaction) -> tuple[CrossEffect, ...]:
        """What one column of a pair adds, apart for the other."""
        return cross_effects(self.ranked.model, self.matrix, self.even_points, pair)

    def rates(self, name: str) -> tuple[LeavingRate, ...]:
        """How many leave, or are expected to, by level or range of a column."""
        table = self.ranked.reading.table
        found = leaving_rates_by(table, name, self.wording, left=self.left, probability=self.ranked.probability)
        return tuple(self._in_short(name, rate) for rate in found)

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """Groups of customers that are alike, the likeliest to leave first."""
        ranked, p = self.ranked, self.ranked.probability
        return find_segments(ranked.model, self.wording, ranked.matrix, probability=p, left=self.left)

    def choices(self, name: str) -> tuple[str, ...]:
        """The groups a column cuts the list into, in words; `tier` does, too."""
        return tuple(self._cut(name))

    def contrast(self, name: str, first: str, second: str | None = None) -> Contrast:
        """Which drivers, beside the column that tells them apart, make one group differ from another, or the rest."""
        groups = self._cut(name)
        for asked in (first, second):
            if asked is not None and asked not in groups:
                raise RequestRefused(f"There is no group {asked!r}.", f"There are: {', '.join(groups)}.")
        other = groups[second] if second else None
        return contrast(self.ranked.model, self.wording, self.ranked.matrix, groups[first], other, by=name)

    @cached_property
    def lasting(self) -> Mapping[str, str]:
        """The columns that count how long somebody has been a customer, with their unit, the likeliest first."""
        model, table = self.ranked.model, self.ranked.reading.table
        named = [c for c in model.schema.features if c.name in table.column_names]
        counts = [c for c in named if c.kind == "number" and c.unit in ("months", "days")]
        since = {f.name: "days" for f in model.encoder.fields if f.form == "age" and f.name in table.column_names}
        ordered = sorted(counts, key=lambda c: (c.group != "Tenure", c.direction != -1))
        return {**{c.name: c.unit for c in ordered}, **since}

    def curves(self, name: str, by: str | None = None) -> dict[str, StayCurve]:
        """How many stay how long, for everybody or apart for the largest groups of a column."""
        if self.left is None:
            raise RequestRefused("The list does not say who left.", "Take a list with known outcomes in hand.")
        place = self.ranked.model.encoder.names.index(name)
        tenure = self.ranked.matrix[:, place].astype(np.float64)
        if by is None:
            return {"all customers": stay_curve(tenure, self.left)}
        groups = sorted(self._cut(by).items(), key=lambda pair: -int(pair[1].sum()))[:MOST_CURVES]
        named = np.full(len(tenure), None, object)
        for label, rows in groups:
            named[rows] = label
        return stay_curves(tenure, self.left, named)

    def label(self, name: str) -> str:
        """A column's name in words."""
        return capital(self.wording.label(name))

    def of_list(self) -> list[str]:
        """The columns of the list that can be looked at, the strongest first, protected ones not among them."""
        known = {d.name: i for i, d in enumerate(self.columns)}
        table = self.ranked.reading.table
        named = [
            c.name
            for c in self.ranked.reading.schema.columns
            if c.role in ("feature", "value") and c.kind not in ("text", "date") and c.name in table.column_names
        ]
        hidden = {f.name for f in self.ranked.model.encoder.fields if f.lever == "protected"}
        return sorted((n for n in named if n not in hidden), key=lambda n: known.get(n, len(known)))

    def _in_short(self, name: str, rate: LeavingRate) -> LeavingRate:
        """The rate with a range that has two ends said once, not twice."""
        if rate.start is None or rate.end is None:
            return rate
        start, end = (self.wording.shown(name, e) for e in (rate.start, rate.end))
        return replace(rate, text=f"{self.label(name)} {start} to under {end}")

    def _cut(self, name: str) -> dict[str, np.ndarray]:
        """The groups a column cuts the list into: which customers are in each."""
        if name == "tier":
            tiers = self.ranked.scored.table.column("tier").cast(pa.string()).to_numpy(zero_copy_only=False)
            return {tier: tiers == tier for tier in TIERS if (tiers == tier).any()}
        rates, cells = self.rates(name), self.ranked.reading.table.column(name).combine_chunks()
        if any(r.start is not None or r.end is not None for r in rates):
            return {r.text: rows for r in rates if (rows := _within(cells, r)).any()}
        return {
            text: rows
            for text, rows in ((capital(self.wording.says(name, v)), _holding(cells, v)) for v in _values(cells))
            if rows.any()
        }


def explore(ranked: ScoredCustomers, home: Path) -> Exploration:
    """A scored list, ready to be asked what moves it, with those of its customers who are known to have left."""
    return Exploration(ranked.whole or ranked, wording_of(ranked.model, home))


def pictured_points(ranked: ScoredCustomers) -> np.ndarray:
    """The points of every column for the customers of a list that are pictured."""
    return compute_column_points(ranked.model, ranked.contributions[:: _step_of(ranked)])


def _step_of(ranked: ScoredCustomers) -> int:
    return max(1, -(-ranked.reading.rows // PICTURED))


def _within(cells: Any, rate: LeavingRate) -> np.ndarray:
    numbers = np.asarray(cells.cast(pa.float64()).to_numpy(zero_copy_only=False), float)
    if rate.start is None and rate.end is None:
        return np.isnan(numbers)
    low, high = (-np.inf if rate.start is None else rate.start), (np.inf if rate.end is None else rate.end)
    return (numbers >= low) & (numbers < high)


def _values(cells: Any, most: int = 20) -> list[Any]:
    """The different values of a column, the most frequent first."""
    counts = [(pair["values"], pair["counts"]) for pair in cells.value_counts().to_pylist()]
    return [v for v, _ in sorted(counts, key=lambda pair: (-pair[1], str(pair[0])))[:most]]


def _holding(cells: Any, value: Any) -> np.ndarray:
    if value is None:
        return np.asarray(cells.is_null().to_numpy(zero_copy_only=False), bool)
    return np.asarray(pc.fill_null(pc.equal(cells, value), False).to_numpy(zero_copy_only=False), bool)


# What was explored, in pictures; each says its finding in its title.


def driver_charts(explored: Exploration) -> Sequence[Chart]:
    """What moves the scores, by business group and, where that differs, by column; last, how it spreads."""
    from churn.reports.driver_charts import columns_chart, drivers_chart, swarm_chart

    if not explored.columns:
        return ()
    fields = {f.name: f for f in explored.ranked.model.encoder.fields}

    def ordered(name: str) -> bool:
        return not fields[name].levels or fields[name].form == "ordered"

    swarm = swarm_chart(explored.swarms, explored.wording, ordered, len(explored.matrix))
    strongest = explored.columns[:MOST_COLUMNS]
    everybody = EVERYBODY if explored.left is not None else ""
    if {d.name for d in explored.groups} == {d.name for d in explored.columns}:
        return drivers_chart(strongest, among=everybody), swarm
    groups = drivers_chart(explored.groups, by="By group: ", among=everybody)
    return groups, columns_chart(strongest, explored.groups), swarm


def driver_chart(explored: Exploration, name: str) -> Chart | None:
    """How one column moves the risk, by its value; None where the model does not listen to it."""
    from churn.reports.driver_charts import dependence_chart

    if name not in {d.name for d in explored.columns}:
        return None
    return dependence_chart(name, explored.dependence(name), explored.wording)


def rate_chart(explored: Exploration, name: str) -> Chart:
    """How many leave by level or range of a column."""
    from churn.reports.driver_charts import rates_chart

    return rates_chart(explored.rates(name), explored.label(name))


def pair_chart(explored: Exploration) -> Chart | None:
    """The pairs of columns that work together most; None where none do."""
    from churn.reports.driver_charts import pairs_chart

    strong = [p for p in explored.pairs if p.strength >= 0.05]
    return pairs_chart(strong, explored.wording) if strong else None


def crossed_chart(explored: Exploration, pair: Interaction) -> Chart:
    """One pair of columns in full."""
    from churn.reports import driver_charts as figures

    return figures.crossed_chart(explored.crossed(pair), pair, explored.wording)


def segment_chart(explored: Exploration) -> Chart:
    """The segments of the list."""
    from churn.reports.driver_charts import segments_chart

    return segments_chart(explored.segments, EVERYBODY if explored.left is not None else "")


def contrast_chart(explored: Exploration, name: str, first: str, second: str | None) -> Chart:
    """What makes a group differ from another, or from everybody else."""
    from churn.reports import driver_charts as figures

    return figures.contrast_chart(explored.contrast(name, first, second), first, second or EVERYBODY_ELSE)


def staying_chart(explored: Exploration, name: str, by: str | None = None) -> Chart:
    """How many stay how long, for everybody or by the levels of a column."""
    from churn.reports import driver_charts as figures

    return figures.staying_chart(explored.curves(name, by), explored.lasting[name])
