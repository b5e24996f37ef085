"""Two ways: the same customers prepared in two ways, and whether one of them makes a better model, beyond chance.

Each way is learnt from on its own, quickly; both are judged on the same rows, each by a model that had not seen that
customer. The interval comes from drawing customers, not rows: one who stands in the table several times is one.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from churn.errors import ListRefused
from churn.learning.measures.yardsticks import auc
from churn.learning.training import train
from churn.schema import Schema

TIMES = 400
FEWEST = 30


@dataclass(frozen=True)
class TwoWays:
    """ROC-AUC of both ways on the same unseen rows, and the difference with its 95 % interval."""

    customers: int
    rows: int
    first: float
    second: float
    low: float
    high: float

    @property
    def difference(self) -> float:
        """How much better the second way ranks; below zero it is worse."""
        return self.second - self.first

    @property
    def verdict(self) -> str:
        """`better`, `worse` or `no difference` of the second way, beyond chance."""
        return "better" if self.low > 0 else "worse" if self.high < 0 else "no difference"

    @property
    def sentence(self) -> str:
        """The comparison in one sentence."""
        told = {"better": "better, beyond chance", "worse": "worse, beyond chance"}
        return (
            f"ROC-AUC {self.first:.3f} without and {self.second:.3f} with: a difference of {self.difference:+.3f} "
            f"(95% from {self.low:+.3f} to {self.high:+.3f}) on {self.customers:,} unseen customers: "
            f"{told.get(self.verdict, 'no difference beyond chance')}."
        )

    def as_json(self) -> dict[str, Any]:
        """The comparison as a plain mapping."""
        return {**asdict(self), "difference": self.difference, "verdict": self.verdict, "sentence": self.sentence}


def compared_ways(first: pa.Table, second: pa.Table, schema: Schema, *, seed: int = 0) -> TwoWays:
    """Learn from both tables and compare what they say of the rows that both have."""
    said = [_said(table, schema, seed) for table in (first, second)]
    shared = sorted(said[0].keys() & said[1].keys())
    labels = np.array([said[0][row][0] for row in shared])
    if min(labels.sum(), len(labels) - labels.sum()) < FEWEST:
        raise ListRefused(
            f"Only {len(shared):,} rows can be compared, with {int(labels.sum()):,} leavers among them.",
            f"Use more dates or a longer log: {FEWEST} leavers and as many stayers are needed.",
        )
    p, q = (np.array([way[row][1] for row in shared]) for way in said)
    _, customer = np.unique([key for key, _ in shared], return_inverse=True)
    low, high = _interval(labels, (p, q), customer, seed)
    return TwoWays(int(customer.max()) + 1, len(shared), auc(labels, p), auc(labels, q), low, high)


def _said(table: pa.Table, schema: Schema, seed: int) -> dict[tuple[str, Any], tuple[float, float]]:
    """For each row, by key and date: who left, and what a model that had not seen the customer says."""
    unseen = train(table, schema, quick=True, seed=seed).unseen
    assert schema.key is not None
    date = next((c.name for c in schema.columns if c.role == "date"), schema.key.name)
    rows = table.select([schema.key.name, date]).take(pa.array(unseen.places)).to_pylist()
    names = [(row[schema.key.name], row[date]) for row in rows]
    return dict(zip(names, zip(unseen.labels, unseen.probability, strict=True), strict=True))


def _interval(
    labels: np.ndarray, scores: tuple[np.ndarray, np.ndarray], customer: np.ndarray, seed: int
) -> tuple[float, float]:
    """95 % of the differences found when customers are drawn with replacement."""
    random = np.random.default_rng(seed)
    order = np.argsort(customer, kind="stable")
    starts = np.searchsorted(customer[order], np.arange(customer.max() + 2))
    found = []
    for _ in range(TIMES):
        drawn = random.integers(0, len(starts) - 1, len(starts) - 1)
        size = starts[drawn + 1] - starts[drawn]
        inside = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        rows = order[np.repeat(starts[drawn], size) + inside]
        if 0 < labels[rows].sum() < len(rows):
            found.append(auc(labels[rows], scores[1][rows]) - auc(labels[rows], scores[0][rows]))
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)
