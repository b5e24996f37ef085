"""Retraining at the counter: drift, train, gate, promote, as one piece of work that a scheduler can start.

A new version goes live only through the gate, so a worse model never does; two retrains of a model cannot collide.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from churn.errors import ListRefused
from churn.intake.sources import Source
from churn.monitoring.report import FAULTS
from churn.notices import Notice
from churn.store.monitoring import WatchRecord, lists_watched, models_watched
from churn.training.model import Model
from churn.training.registry import alone_at
from churn.workspace.businesses import profile_of
from churn.workspace.lists import by_model, streamed_list
from churn.workspace.models import TrainedVersion, trained_version
from churn.workspace.monitoring import WatchedList, Watching, drift
from churn.workspace.playbooks import the_book

When = Literal["always", "advised"]


Progress = Callable[[float, str], None]


WATCHED_BY = 0.1  # share of the work that is done once the list has been watched


ROLES = ("key", "outcome", "value", "date")


@dataclass(frozen=True)
class Retrained:
    """What came of a retrain: what the list looked like, and the version learnt from it, if one was."""

    watched: WatchedList
    trained: TrainedVersion | None
    why: str

    @property
    def promoted(self) -> bool:
        """Whether the new version is live."""
        return self.trained is not None and self.trained.verdict.promoted

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        report = self.watched.report
        untrained: dict[str, Any] = {"model": report.model.partition("@")[0], "version": None, "notices": []}
        learnt = self.trained.as_json() if self.trained else untrained
        told = {"verdict": report.verdict, "advice": report.advice.as_json(), "trained": self.trained is not None}
        notices = [n.as_json() for n in report.notices] + learnt["notices"]
        return told | learnt | {"promoted": self.promoted, "why": self.why, "notices": notices}


def retrain(
    home: Path,
    model: Model,
    source: Source,
    said: Mapping[str, Any],
    *,
    when: When = "always",
    progress: Progress = lambda share, text: None,
    **asked: Any,
) -> Retrained:
    """Watch a list in which it is known who left, learn from it, and let the new version go live if it is better.

    when    `advised` trains only where the list advises it; a list whose data is faulty is never learnt from
    asked   more words of `train`: quick, seed, positive, drop
    """
    with alone_at(home, model.name, "retrain"):
        how = Watching(heard=lambda share, text: progress(WATCHED_BY * share, text))
        there = _columns_with_outcome(home, model, source, said)
        watched = drift(home, model, source, how, said)
        reason = _why_not(watched, when)
        if reason:
            return Retrained(watched, None, reason)
        trained = trained_version(
            home,
            source,
            said={**said, "profile": said.get("profile") or profile_of(model, home).name},
            name=model.name,
            progress=lambda share, text: progress(WATCHED_BY + (1 - WATCHED_BY) * share, text),
            **_as_before(home, model, there, asked),
        )
    return Retrained(watched, trained, trained.verdict.why)


def _columns_with_outcome(home: Path, model: Model, source: Source, said: Mapping[str, Any]) -> set[str]:
    """The columns of a list; one that does not say who left is refused before anything is written about it."""
    stream = streamed_list(home, source, by_model(model, said))
    outcome = model.schema.outcome
    there = {plan.column.name for plan in stream.survey.plans.values()}
    if outcome is None or outcome.name not in there:
        column = f"no column {outcome.name}" if outcome else "no column that does"
        raise ListRefused(
            f"This list does not say who left: it has {column}.",
            "Bring a list in which it is known, or only look at it: `drift`.",
        )
    return there


def _why_not(watched: WatchedList, when: When) -> str:
    """Why nothing is learnt from a list; empty where it is."""
    faulty = [a for a in watched.report.alarms if a.kind in FAULTS and a.column in _drivers(watched)]
    if faulty:
        return f"Nothing was learnt: {faulty[0].text} Correct the data, then retrain."
    if when == "advised" and watched.report.verdict != "retrain":
        return f"Nothing was learnt, because nothing advises it. {watched.report.advice.why}"
    return ""


def _drivers(watched: WatchedList) -> set[str]:
    return {c.name for c in watched.report.columns if c.matters}


def _as_before(home: Path, model: Model, there: set[str], asked: Mapping[str, Any]) -> dict[str, Any]:
    """The words the model was trained with, where its business does not say them; what was kept out stays out."""
    business, schema = profile_of(model, home).schema, model.schema
    named = {role: getattr(schema, role) for role in ROLES if getattr(schema, role) is not None}
    own = {role: c.name for role, c in named.items() if c.name != getattr(getattr(business, role), "name", None)}
    if "outcome" in own and schema.outcome:
        own["positive"] = list(schema.outcome.positive)
    usual = {c.name for c in business.features}
    own["drop"] = [c.name for c in schema.columns if c.role == "ignored" and c.name in usual & there]
    return own | {word: value for word, value in asked.items() if value is not None}


# Views of what was watched: the history of lists, the latest numbers for a monitoring system, tables for a screen.


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
