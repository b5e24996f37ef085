"""What the book keeps of a watched list: the record, its sampled customers, and what outcomes told of earlier lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from churn.book.watch_log import WatchRecord
from churn.desk.watch.known_outcomes import Known, contacted_near, keys_in
from churn.desk.watch.shadowing import Shadow, compared
from churn.intake.streaming import Stream
from churn.learning.versions.model import Model
from churn.watching.drift_report import DriftReport
from churn.watching.realised import Followed
from churn.watching.watch import Look

if TYPE_CHECKING:
    import sqlalchemy as sa

Rows = Sequence[Mapping[str, Any]]


def rows_to_keep(look: Look, followed: Followed, left: np.ndarray, shadow: Shadow | None) -> Rows:
    """One mapping per sampled customer who has a key; a key that stands twice counts with its last row."""
    columns: dict[str, np.ndarray | None] = {
        "probability": look.probability,
        "challenger": None if shadow is None else shadow.blind,
        "if_leaves": followed.if_leaves,
        "if_stays": followed.if_stays,
        "served": None if shadow is None or shadow.served is None else shadow.served.astype(float),
        "outcome": left,
    }
    empty = [None] * len(look.probability)
    plain = {name: empty if c is None else _without_nan(c) for name, c in columns.items()}
    for name in ("served", "outcome"):
        plain[name] = [None if v is None else int(v) for v in plain[name]]
    rows = zip(*plain.values(), strict=True)
    keyed = {key: row for key, row in zip(keys_in(look) or (), rows, strict=False) if key is not None}
    return [{"key": key, **dict(zip(plain, row, strict=True))} for key, row in keyed.items()]


def record_of(
    stream: Stream,
    report: DriftReport,
    seen: tuple[Look, Shadow | None, Known],
    rows: Rows,
    *,
    first: str | None = None,
) -> WatchRecord:
    """What was found of a list, as the book writes it; `first` is when it was watched before, where it was."""
    look, shadow, known = seen
    return WatchRecord(
        list=stream.survey.grid.found.fingerprint,
        model=look.model.name,
        version=look.model.version,
        at=first or datetime.now(UTC).isoformat(timespec="milliseconds"),  # two lists may follow each other quickly
        source=stream.survey.grid.found.name,
        customers=report.customers,
        verdict=report.verdict,
        why=report.advice.why,
        signs=report.advice.signs,
        scores=report.score.now.as_json(),
        gauges=report.gauges(),
        report=report.whole(),
        challenger="" if shadow is None else f"{shadow.challenger.name}@{shadow.challenger.version}",
        shadow={} if shadow is None else shadow.as_json() | compared(rows),
        realised=known.own.as_json() if known.own else {},
    )


def keep(
    book: sa.Engine, record: WatchRecord, rows: Rows, told: tuple[Known, Sequence[WatchRecord]], model: Model
) -> None:
    """Write down this list and its customers, and how the models did on the lists that outcomes were told of."""
    from churn.book.watch_log import record_outcome, record_watch
    from churn.book.watched_customers import customers_of, record_customers

    record_customers(book, record, rows)
    record_watch(book, record)
    known, news = told
    for earlier, performance in known.lists.values():
        record_outcome(book, earlier, realised=performance.as_json())
    for earlier in (r for r in news if r.challenger):
        rows = customers_of(book, earlier, known=True)
        said = compared(rows, contacted_near(book, model, earlier.at))
        record_outcome(book, earlier, shadow={**earlier.shadow, **said})


def _without_nan(column: np.ndarray) -> list[Any]:
    return [None if v != v else v for v in column.tolist()]
