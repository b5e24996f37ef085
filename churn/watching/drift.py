"""Column drift: which columns moved, by how much, whether it matters, and the sentence that says so.

A column has *moved* when chance does not explain it (Benjamini–Hochberg over all columns) and the difference is large
enough to mean something: p-values alone cry wolf on a million customers, sizes alone on five hundred.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from churn.learning.versions.model import Model
from churn.scoring.wording import Wording
from churn.watching.changes import change_in_words, emptied_in_words
from churn.watching.distances import Distance, chance_of, distance, false_discoveries_held, mean_shift, widest_gap
from churn.watching.shapes import Shape
from churn.watching.sketch import Sketch

FEWEST = 500  # customers below which no verdict on drift is given
FALSE_ALARMS = 0.01  # share of columns called moved by mistake, over all columns of a list
NO_DISTANCE = Distance()
LARGE_PSI, LARGE_GAP, LARGE_TV, LARGE_SHIFT = 0.04, 0.08, 0.06, 0.2
AN_EVEN_SHARE = 0.5  # a column matters from half an even share of what drives the risk


@dataclass(frozen=True)
class ColumnDrift:
    """What happened to one column.

    moved    chance does not explain the difference and it is large
    size     PSI above its noise floor: .1 is a shift of about a third, .25 of half a standard deviation
    weight   the share of what drives the risk this column carries; `matters` from half an even share on
    why      one sentence
    """

    name: str
    moved: bool
    size: float
    why: str
    weight: float = 0.0
    matters: bool = False
    judged: bool = True
    distance: Distance = NO_DISTANCE

    def as_json(self) -> dict[str, Any]:
        """The four fields every door shows."""
        return {"name": self.name, "moved": self.moved, "size": round(self.size, 4), "why": self.why}

    def details(self) -> dict[str, Any]:
        """Every measure, for a table on screen."""
        own = {"weight": self.weight, "matters": self.matters, "judged": self.judged}
        return self.as_json() | own | asdict(self.distance)


def column_drift(model: Model, shapes: Sequence[Shape], sketch: Sketch, wording: Wording) -> tuple[ColumnDrift, ...]:
    """What happened to every learnt column, the largest move of a column that matters first."""
    weights = column_weights(model)
    apart = [distance_of(shape, sketch, i) for i, shape in enumerate(shapes)]
    seen = false_discoveries_held(np.array([d.p_value for d in apart]), FALSE_ALARMS)
    found = [
        _judged(shape, i, (apart[i], bool(seen[i]), float(weights[i])), (sketch, wording))
        for i, shape in enumerate(shapes)
    ]
    return tuple(sorted(found, key=lambda c: (not c.moved, not c.matters, -c.size, c.name)))


def column_weights(model: Model) -> np.ndarray:
    """Per column the share of what drives the risk of the customers learnt from (mean size of its contributions)."""
    parts = model.explainer.contributions(model.reference.rows)
    size = np.abs(parts - parts.mean(axis=0)).mean(axis=0)
    return size / max(float(size.sum()), 1e-12)


def distance_of(shape: Shape, sketch: Sketch, place: int) -> Distance:
    """How far one column of a list lies from the learnt one, among customers who have a value; and, where having none
    is an answer, how many more have none."""
    if min(sketch.known(place), shape.known) < 1:
        return Distance()
    found = _distance_of_values(shape, sketch, place)
    if not shape.may_be_empty:
        return found
    learnt = np.array([shape.known * shape.missing / max(1 - shape.missing, 1e-9), shape.known])
    now = np.array([float(sketch.missing[place]), float(sketch.known(place))])
    either = min(1.0, 2 * min(found.p_value, chance_of(now, learnt)))
    return replace(found, emptied=float(now[0] / now.sum() - shape.missing), p_value=either)


def _distance_of_values(shape: Shape, sketch: Sketch, place: int) -> Distance:
    counts = sketch.counts[place]
    found = distance(shape.coarsely(counts), shape.coarsely(shape.shares), shape.known, ordered=shape.is_number)
    if shape.middle is None or shape.learnt is None:
        return found
    shift, chance = mean_shift(sketch.sampled(place), shape.learnt, (shape.middle[1], shape.middle[99]))
    either = min(1.0, 2 * min(found.p_value, chance))
    return replace(found, ks=widest_gap(counts, shape.shares), shift=shift, p_value=either)


def is_large(found: Distance) -> bool:
    """Whether a difference is large enough to mean something, if chance does not explain it."""
    return _values_moved(found) or abs(found.emptied) >= LARGE_TV


def _values_moved(found: Distance) -> bool:
    """The same among customers who have a value."""
    gap = found.tv >= LARGE_TV if found.ks is None else found.ks >= LARGE_GAP
    return found.psi >= LARGE_PSI or gap or abs(found.shift or 0.0) >= LARGE_SHIFT


def _judged(
    shape: Shape, place: int, measured: tuple[Distance, bool, float], around: tuple[Sketch, Wording]
) -> ColumnDrift:
    found, stands_out, weight = measured
    sketch = around[0]
    matters = bool(weight >= AN_EVEN_SHARE / len(sketch.counts))
    unjudged = _why_not(shape, sketch, place)
    if unjudged:
        return ColumnDrift(shape.name, False, found.psi, unjudged, weight, matters, False, found)
    moved = stands_out and is_large(found)
    why = _why(shape, place, found, around, matters) if moved else "As in the list the model learnt from."
    if not moved and stands_out:
        why = "Slightly different from the list the model learnt from, too little to matter."
    return ColumnDrift(shape.name, moved, found.psi, why, weight, matters, True, found)


def _why_not(shape: Shape, sketch: Sketch, place: int) -> str:
    """Why no verdict is given on a column; empty where one is."""
    if shape.name in sketch.absent:
        return "Not judged: the list has no such column."
    if shape.name in sketch.unfit:
        return "Not judged: the column holds another kind of thing than was learnt."
    known = sketch.known(place)
    if known >= FEWEST:
        return "" if shape.known else "Not judged: it was empty in the list the model learnt from."
    who = f"{known:,} customers" if known == sketch.rows else f"only {known:,} customers with a value"
    return f"Not judged: {who}; at least {FEWEST} are needed to tell drift from chance."


def _why(shape: Shape, place: int, found: Distance, around: tuple[Sketch, Wording], matters: bool) -> str:
    changed = change_in_words if _values_moved(found) else emptied_in_words
    said = changed(shape, around[0], place, around[1])
    return said + ("." if matters else "; it hardly drives the risk, so this only informs.")


def drivers_moved(columns: Sequence[ColumnDrift]) -> tuple[ColumnDrift, ...]:
    """The moved columns that matter."""
    return tuple(c for c in columns if c.moved and c.matters)


def table_of_columns(columns: Sequence[ColumnDrift]) -> list[Mapping[str, Any]]:
    """All measures of all columns, one mapping a column."""
    return [c.details() for c in columns]
