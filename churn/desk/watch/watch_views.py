"""Views of what was watched: the history of lists, the latest numbers for a monitoring system, tables for a screen."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from churn.book.watch_log import WatchRecord, lists_watched, models_watched
from churn.desk.business.playbooks import the_book
from churn.notices import Notice

PER = 1000  # customers money is shown for


@dataclass(frozen=True)
class WatchedRow:
    """One list of the history in the numbers a table shows; money per 1,000 customers, None where it is not known."""

    at: str
    source: str
    version: str
    customers: int
    verdict: str
    expected_rate: float | None
    realised_rate: float | None
    expected_auc: float | None
    realised_auc: float | None
    profit: float | None
    score_psi: float
    moved: int | None
    faults: int


@dataclass(frozen=True)
class InShort:
    """One watched list in the few numbers a screen begins with; money per 1,000 customers, None where it is not known.

    moved, columns  how many columns moved, of those that could be judged: none of a list that is too short
    noticed         what a person should know of the list
    """

    customers: int
    rate: float
    learnt_rate: float
    profit: float | None
    learnt_profit: float | None
    score_psi: float
    moved: int
    columns: int
    faults: int
    currency: str
    noticed: tuple[Notice, ...]


def in_short(record: WatchRecord) -> InShort:
    """One list of the history, or the one just watched, in a few numbers."""
    report = record.report
    score, profit = report["score"], report["estimate"].get("profit", {})
    return InShort(
        customers=record.customers,
        rate=score["rate"],
        learnt_rate=score["learnt"]["rate"],
        profit=_per(profit.get("value")),
        learnt_profit=_per(profit.get("learnt")),
        score_psi=score["size"],
        moved=sum(c["moved"] for c in report["details"]),
        columns=_judged(record),
        faults=len(report["alarms"]),
        currency=report["currency"],
        noticed=tuple(Notice(**{**words, "lines": tuple(words.get("lines", ()))}) for words in report["notices"]),
    )


def watched_so_far(home: Path, model: str, version: str | None = None) -> tuple[WatchRecord, ...]:
    """The lists held against a model, the latest last; where there is no book yet, none is made only to look."""
    if not _there_is_a_book(home):
        return ()
    with the_book(home) as book:
        return lists_watched(book, model, version)


def latest_signs(home: Path) -> list[dict[str, Any]]:
    """The numbers of the latest list of every watched model, as a monitoring system follows them."""
    if not _there_is_a_book(home):
        return []
    with the_book(home) as book:
        last = [lists_watched(book, model, most=1)[-1] for model in models_watched(book)]
    return [
        {"model": r.model, "version": r.version, "at": r.at, "list": r.source, "gauges": dict(r.gauges) | _realised(r)}
        for r in last
    ]


def history_rows(records: Sequence[WatchRecord]) -> tuple[WatchedRow, ...]:
    """The history as rows, the latest first."""
    return tuple(_row(record) for record in reversed(records))


def _row(record: WatchRecord) -> WatchedRow:
    gauges, realised = record.gauges, record.realised
    return WatchedRow(
        at=record.at,
        source=record.source,
        version=record.version,
        customers=record.customers,
        verdict=record.verdict,
        expected_rate=gauges.get("drift_expected_churn_rate"),
        realised_rate=_value(realised, "churn_rate"),
        expected_auc=gauges.get("drift_expected_auc"),
        realised_auc=_value(realised, "auc"),
        profit=_per(gauges.get("drift_expected_profit_per_customer")),
        score_psi=gauges["drift_score_psi"],
        moved=int(gauges["drift_columns_moved"]) if _judged(record) else None,
        faults=int(gauges["drift_data_alarms"]),
    )


def _judged(record: WatchRecord) -> int:
    """Of how many columns it could be told whether they moved."""
    return sum(column["judged"] for column in record.report["details"])


def _per(money: float | None) -> float | None:
    return None if money is None else PER * money


def _value(realised: Mapping[str, Any], name: str) -> float | None:
    return realised[name]["value"] if name in realised else None


def _realised(record: WatchRecord) -> dict[str, float]:
    names = {"auc": "drift_realised_auc", "churn_rate": "drift_realised_churn_rate"}
    return {gauge: record.realised[name]["value"] for name, gauge in names.items() if name in record.realised}


def _there_is_a_book(home: Path) -> bool:
    return bool(os.environ.get("CHURN_BOOK")) or (home / "data" / "book.db").exists()
