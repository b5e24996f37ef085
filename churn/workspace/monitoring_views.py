"""What was found when lists were watched, for screens and files: short numbers, the history, a report, a split."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from churn.errors import RequestRefused
from churn.files import inert_text, whole_file, write_text
from churn.monitoring.sketch import MOST_SAMPLED
from churn.notices import Notice
from churn.store.monitoring import WatchRecord, lists_watched, models_watched
from churn.workspace.monitoring import WatchedList, keys_in
from churn.workspace.store import open_store

if TYPE_CHECKING:
    from churn.reports.charts import Chart

PER = 1000  # customers money is shown for


@dataclass(frozen=True)
class HistoryRow:
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
class DriftSummary:
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


def in_short(record: WatchRecord) -> DriftSummary:
    """One list of the history, or the one just watched, in a few numbers."""
    report = record.report
    score, profit = report["score"], report["estimate"].get("profit", {})
    return DriftSummary(
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


def watch_history(home: Path, model: str, version: str | None = None) -> tuple[WatchRecord, ...]:
    """The lists held against a model, the latest last; where there is no book yet, none is made only to look."""
    if not _there_is_a_book(home):
        return ()
    with open_store(home) as store:
        return lists_watched(store, model, version)


def latest_gauges(home: Path) -> list[dict[str, Any]]:
    """The numbers of the latest list of every watched model, as a monitoring system follows them."""
    if not _there_is_a_book(home):
        return []
    with open_store(home) as store:
        last = [lists_watched(store, model, most=1)[-1] for model in models_watched(store)]
    return [
        {"model": r.model, "version": r.version, "at": r.at, "list": r.source, "gauges": dict(r.gauges) | _realised(r)}
        for r in last
    ]


def history_rows(records: Sequence[WatchRecord]) -> tuple[HistoryRow, ...]:
    """The history as rows, the latest first."""
    return tuple(_row(record) for record in reversed(records))


def _row(record: WatchRecord) -> HistoryRow:
    gauges, realised = record.gauges, record.realised
    return HistoryRow(
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


def history_charts(records: Sequence[WatchRecord]) -> list[Chart]:
    """List after list as pictures: expected and realised shares, ranking and profit, and how far scores lie."""
    from churn.reports import monitoring_charts

    return monitoring_charts.history_charts([vars(record) for record in records])


# What leaves of a watched list: the report as JSON or as a page, and which model serves whom.


REPORTS, SPLITS = (".json", ".html"), (".csv",)


def refuse_other_endings(report: Path | None, split: Path | None) -> None:
    """Refuse a file that could not be written before any work is done."""
    for file, endings in ((report, REPORTS), (split, SPLITS)):
        if file is not None and file.suffix.lower() not in endings:
            raise RequestRefused(f"{file.name} has no ending that can be written.", f"Use {' or '.join(endings)}.")


def write_report(home: Path, found: WatchedList, target: Path) -> str:
    """Everything that was found, for a program (.json) or for people (.html)."""
    if target.suffix.lower() == ".json":
        write_text(target, report_text(found))
    else:
        write_text(target, page_for(home, found))
    return f"Written to {target}."


def report_text(found: WatchedList) -> str:
    """The whole report as readable JSON."""
    return json.dumps(report_words(found), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def report_bytes(found: WatchedList) -> bytes:
    """The same, to take home."""
    return report_text(found).encode()


def report_words(found: WatchedList) -> dict[str, Any]:
    """The whole report with the list it speaks of, and the challenger's view where there is one."""
    record = found.record
    said = {"list": record.source, "fingerprint": record.list, "at": record.at}
    return said | dict(record.report) | ({"shadow": dict(record.shadow)} if record.shadow else {})


def page_for(home: Path, found: WatchedList) -> str:
    """The report as a page, with the lists before it."""
    from churn.reports.pages import monitoring_page

    record = found.record
    before = [r for r in watch_history(home, record.model, record.version) if r.list != record.list]
    history = [vars(r) for r in (*before, record)]
    return monitoring_page(record.report, source=record.source, at=record.at, history=history)


def write_split(found: WatchedList, target: Path) -> str:
    """Which model serves whom, with both probabilities and tiers: one line per customer, in the order of the list."""

    if found.shadow is None:
        raise RequestRefused("No challenger scored this list.", "Name one.", options=("challenger=VERSION",))
    champion, challenger, keys = found.look.model, found.shadow.challenger, keys_in(found.look)
    if keys is None or len(keys) < found.report.customers:
        few = f"It is known for lists with a key and at most {MOST_SAMPLED:,} customers."
        raise RequestRefused("Which model serves whom cannot be written for this list.", few)
    served = found.shadow.served if found.shadow.served is not None else [False] * len(keys)
    scores = zip(keys, found.look.probability, found.shadow.probability, served, strict=True)
    names = [f"{m.name}@{m.version}" for m in (champion, challenger)]
    with whole_file(target) as path, path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["key", "served_by", "probability", "tier", "challenger_probability", "challenger_tier"])
        for key, p, q, theirs in scores:
            tiers = champion.thresholds.tier(p), challenger.thresholds.tier(q)
            writer.writerow([inert_text(key or ""), names[int(theirs)], f"{p:.6f}", tiers[0], f"{q:.6f}", tiers[1]])
    return f"Which model serves whom is written to {target}."
