"""The estimate without outcomes, held against what became of real customers whom no model had seen.

What is realised wavers itself: with 113 leavers among 1,526 customers a ROC-AUC lies one standard error, .018, off now
and then whatever is said of it. So beside every gap stands how far chance alone moves the realised figure, drawn from
the probabilities; and last, how often chance alone would leave every segment within reach if they were exactly right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from churn.monitoring.performance import correct_probability, expected_measures
from churn.training.metrics import auc
from churn.training.train import train
from tests.bench.measuring import Line
from tests.bench.plain_tables import plain_table

FOLDS, DRAWS = 5, 400
FEWEST, NEAR = 1500, 0.02
CUT_BY = ("Contract", "InternetService", "PaymentMethod", "gender", "OnlineSecurity", "PaperlessBilling")


@dataclass(frozen=True)
class Unseen:
    """Real customers with the probability given by a model that had not seen them, and the one the estimate takes."""

    table: pa.Table
    left: np.ndarray
    given: np.ndarray
    taken: np.ndarray


@dataclass(frozen=True)
class Segment:
    """One part of the list: estimated and realised ROC-AUC, and the realised one where chance draws the outcomes."""

    name: str
    estimated: float
    realised: float
    by_chance: np.ndarray

    @property
    def error(self) -> float:
        """The standard error of the gap: what outcomes waver by where the probabilities are right."""
        return float(self.by_chance.std())

    @property
    def reach(self) -> float:
        """How far off the estimate may be."""
        return max(NEAR, self.error)


def estimate_lines(small: bool) -> Iterator[Line]:
    """How far the estimate is off on every segment, and how far it would be if only chance parted the two."""
    segments = list_segments(out_of_fold())
    for s in segments:
        gap = abs(s.estimated - s.realised)
        what = f"estimated ROC-AUC, real Telco out-of-fold, {s.name}"
        beside = f"{gap:.3f} off, {gap / s.error:.1f} se"
        reach = f"≤ .02 or 1 se ({s.error:.3f})"
        yield Line(what, f"{s.estimated:.3f}", f"real {s.realised:.3f}", beside, reach, gap <= s.reach)
    inside = np.all([np.abs(s.by_chance - s.estimated) <= s.reach for s in segments], axis=0).mean()
    yield Line(f"all {len(segments)} within reach if the probabilities were exactly right", f"{inside:.0%}")


def out_of_fold() -> Unseen:
    """Real Telco in five folds, with the product's own training."""
    table, schema = plain_table("telco")
    left = np.array(table.column("Churn").to_pylist()) == "Yes"
    place = np.random.default_rng(7).permutation(len(left)) % FOLDS
    given, taken = np.empty(len(left)), np.empty(len(left))
    for fold in range(FOLDS):
        learn, check = table.filter(pa.array(place != fold)), table.filter(pa.array(place == fold))
        model = train(learn, schema, quick=True).model
        p = model.probability(model.encoder.matrix(check))
        given[place == fold], taken[place == fold] = p, correct_probability(model, p)
    return Unseen(table, left.astype(float), given, taken)


def list_segments(seen: Unseen) -> list[Segment]:
    """Every segment of 1,500 customers or more."""
    random = np.random.default_rng(0)
    drawn = [(random.random(len(seen.taken)) < seen.taken).astype(float) for _ in range(DRAWS)]
    found = []
    for name, rows in parts_of(seen.table):
        if rows.sum() >= FEWEST:
            p, taken = seen.given[rows], seen.taken[rows]
            by_chance = np.array([auc(y[rows], taken) for y in drawn])
            estimated = expected_measures(taken, 0.3)["auc"]
            found.append(Segment(name, estimated, auc(seen.left[rows], p), by_chance))
    return found


def parts_of(table: pa.Table) -> Iterator[tuple[str, np.ndarray]]:
    """The segments: everybody, the new and the faithful, and every level of the columns that matter."""
    tenure = table.column("tenure").to_numpy()
    yield from (("everybody", tenure >= 0), ("tenure < 12", tenure < 12), ("tenure >= 48", tenure >= 48))
    for name in CUT_BY:
        cells = np.array(table.column(name).to_pylist(), dtype=object)
        yield from ((f"{name} = {level}", cells == level) for level in sorted(set(cells.tolist()), key=str))
