"""The DriftReport: what moved, how much, whether it matters, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from churn.notices import Notice
from churn.watching.advice import Advice, Verdict
from churn.watching.drift import ColumnDrift, table_of_columns
from churn.watching.estimate import Estimate
from churn.watching.quality import Alarm
from churn.watching.realised import Performance
from churn.watching.score_drift import ScoreDrift
from churn.watching.telltale import Telltale


@dataclass(frozen=True)
class DriftReport:
    """One list held against what a model learnt.

    columns   every learnt column, the largest move that matters first
    alarms    faults of the data, apart from drift; they are among the notices too
    telltale  how well a classifier tells the lists apart; None when it was not asked or there were too few rows
    performance  with outcomes: how the model did on customers scored before
    returned  the share of the last list's customers who are on this one, where that was looked for
    labels    what the business calls each column; `currency` is that of its money
    """

    model: str
    customers: int
    columns: tuple[ColumnDrift, ...]
    score: ScoreDrift
    estimate: Estimate
    advice: Advice
    alarms: tuple[Alarm, ...] = ()
    telltale: Telltale | None = None
    performance: Performance | None = None
    returned: float | None = None
    notices: tuple[Notice, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""

    @property
    def verdict(self) -> Verdict:
        """keep, watch or retrain."""
        return self.advice.verdict

    @property
    def moved(self) -> tuple[str, ...]:
        """The columns that moved."""
        return tuple(c.name for c in self.columns if c.moved)

    def as_json(self) -> dict[str, Any]:
        """The fields every door shows."""
        estimate = self.estimate.as_json()
        if self.performance is not None:
            estimate["realised"] = self.performance.as_json()
        return {
            "verdict": self.verdict,
            "columns": [c.as_json() for c in self.columns],
            "score": self.score.as_json(),
            "estimate": estimate,
            "advice": self.advice.as_json(),
            "notices": [n.as_json() for n in self.notices],
        }

    def column_table(self) -> list[Mapping[str, Any]]:
        """Every measure of every column, one mapping a column, for a table on screen."""
        return table_of_columns(self.columns)

    def whole(self) -> dict[str, Any]:
        """The fields every door shows and all that pictures and pages are drawn from; the book keeps it."""
        told = self.telltale
        return self.as_json() | {
            "model": self.model,
            "customers": self.customers,
            "currency": self.currency,
            "details": [{**c, "label": self.labels.get(c["name"], c["name"])} for c in self.column_table()],
            "alarms": [asdict(a) for a in self.alarms],
            "telltale": None if told is None else asdict(told),
        }

    def gauges(self) -> dict[str, float]:
        """The numbers a monitoring system follows, by name."""
        known = {name: likely.value for name, likely in self.estimate.measures.items()}
        numbers = {
            "drift_customers": float(self.customers),
            "drift_columns_moved": float(len(self.moved)),
            "drift_data_alarms": float(len(self.alarms)),
            "drift_score_psi": self.score.apart.psi,
            "drift_retrain_advised": float(self.verdict == "retrain"),
        } | {f"drift_expected_{name}": value for name, value in known.items()}
        if self.returned is not None:
            numbers["drift_share_returned"] = self.returned
        if self.estimate.profit is not None:
            numbers["drift_expected_profit_per_customer"] = self.estimate.profit.value
        return numbers
