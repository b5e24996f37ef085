"""Drift at the counter: a list is held against the model that answers it, and what was found goes into the book."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from churn.book.watch_log import WatchRecord
from churn.desk.business.businesses import playbook_for, wording_of
from churn.desk.business.playbooks import the_book
from churn.desk.listing.lists import by_model, day_of, streamed_list
from churn.desk.watch.alerting import alerted
from churn.desk.watch.known_outcomes import Known, followed_of, how_it_did, keys_in, outcomes_in, some_of, unlearnt
from churn.desk.watch.shadowing import Shadow, Trial, shadow_of
from churn.desk.watch.watch_keeping import keep, record_of, rows_to_keep
from churn.intake.streaming import Stream
from churn.intake.text.opening import Source
from churn.learning.versions.model import Model
from churn.notices import Notice
from churn.watching.advice import advice_from
from churn.watching.drift_report import DriftReport
from churn.watching.quality import NO_LIST, LastList, are_strangers
from churn.watching.score_drift import score_shape_from
from churn.watching.watch import Before, Look, look_over, report_on

if TYPE_CHECKING:
    import sqlalchemy as sa

AT_ONCE = 200_000  # rows of a list that are looked at together; a longer one goes by in blocks
Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Watching:
    """How a list is to be watched.

    keep        write what was found into the book, so that it counts for the next list
    challenger  a model to score in the shadow; `trial` the share of customers it serves
    """

    keep: bool = True
    challenger: Model | None = None
    trial: Trial = field(default_factory=Trial)
    heard: Progress = lambda share, text: None


@dataclass(frozen=True)
class WatchedList:
    """A list held against a model: the report, what the book keeps of it, and the challenger's view where there is one.

    look        the list as it went by, with its sampled customers
    """

    report: DriftReport
    record: WatchRecord
    look: Look
    shadow: Shadow | None = None

    @property
    def says_who_left(self) -> bool:
        """Whether the list has the outcome column that a retrain learns from."""
        outcome, carried = self.look.model.schema.outcome, self.look.sketch.carried
        return outcome is not None and carried is not None and outcome.name in carried.column_names

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        beside = {"shadow": dict(self.record.shadow)} if self.shadow else {}
        return self.report.as_json() | {"model": self.report.model, "list": self.record.source} | beside


@dataclass(frozen=True)
class Past:
    """What the book knows of earlier lists: those this version scored, and those of any version, the latest last.

    first  when this list itself was first watched; lists that came after that are no earlier ones
    seen   what was found when this version was held against this very list before
    """

    own: tuple[WatchRecord, ...] = ()
    all: tuple[WatchRecord, ...] = ()
    keys: pa.Array | None = None
    first: str | None = None
    seen: WatchRecord | None = None

    def before(self, known: Known) -> Before:
        """What counts for the advice on the next list."""
        scores = score_shape_from(self.own[-1].scores) if self.own else None
        signs = tuple(r.signs for r in self.own)
        return Before(signs, scores, self.keys, self._last(), known.performance)

    def _last(self) -> LastList:
        if not self.all:
            return NO_LIST
        last = self.all[-1]
        strangers = are_strangers(last.gauges.get("drift_share_returned"))
        return LastList(last.customers, strangers=strangers)


def drift(home: Path, model: Model, source: Source, how: Watching, said: Mapping[str, Any]) -> WatchedList:
    """Hold a list of any length against a model, and keep what was found where that is wanted.

    A list that was watched before has its answer: it is repeated, whatever came since, and nothing is written again.
    """
    stream = streamed_list(home, source, by_model(model, said))
    how.heard(0.2, "Comparing the list with the one the model learnt from")
    with _book_to_look_in(home, how.keep) as book:
        past = _past(book, model, stream.survey.grid.found.fingerprint)
        wanted, how = how.keep, replace(how, keep=how.keep and past.seen is None)
        day = day_of(said.get("as_of"))
        look = look_over(model, blocks_of(stream), as_of=day, last_keys=past.keys, carry=_carried(model))
        how.heard(0.6, "Estimating what the scores are worth")
        playbook = playbook_for(model, home)
        followed, left = followed_of(look, playbook, stream.survey.grid.found.name), outcomes_in(look)
        news, told = _told(book, look, left, past, how)
        known = how_it_did(book, look, some_of(followed, unlearnt(look, left)), past.own, news)
        report = report_on(look, playbook=playbook, wording=wording_of(model, home), before=past.before(known))
        shadow = (
            shadow_of(look, how.challenger, lambda: (blocks_of(stream), day), how.trial) if how.challenger else None
        )
        notices = (*stream.notices, *report.notices, *told, *known.notices)
        report = replace(report, notices=tuple(dict.fromkeys(notices)))
        rows = rows_to_keep(look, followed, unlearnt(look, left), shadow)
        record = record_of(stream, report, (look, shadow, known), rows, first=past.first)
        if past.seen is not None:
            report, record = _repeated(report, record, past.seen)
        if how.keep and book is not None:
            keep(book, record, rows, (known, news), model)
        if wanted and book is not None:
            report = replace(report, notices=(*report.notices, *alerted(home, record)))
    how.heard(1.0, "Done")
    return WatchedList(report, record, look, shadow)


def _repeated(report: DriftReport, record: WatchRecord, seen: WatchRecord) -> tuple[DriftReport, WatchRecord]:
    """The answer given when this list was watched before, with a challenger's view where one is asked for now."""
    text = f"This list was watched before, on {seen.at[:10]}; its verdict is repeated and nothing is kept twice."
    notices = (Notice("info", text), *report.notices)
    report = replace(report, advice=advice_from(seen.report["advice"]), notices=notices)
    record = replace(record, verdict=seen.verdict, why=seen.why, signs=report.advice.signs, report=seen.report)
    return report, replace(record, gauges=seen.gauges, realised=seen.realised, scores=seen.scores)


def blocks_of(stream: Stream) -> pa.Table | Iterator[pa.Table]:
    """The list's own columns, whole where it is short; columns it does not have are left out, not blank."""
    there = {plan.column.name for plan in stream.survey.plans.values()}
    tables = (block.table.select([n for n in block.table.column_names if n in there]) for block in stream.blocks())
    if stream.rows > AT_ONCE:
        return tables
    found = list(tables)
    return pa.concat_tables(found) if found else pa.table({})


@contextmanager
def _book_to_look_in(home: Path, wanted: bool) -> Iterator[sa.Engine | None]:
    """The book; where there is none yet, none is made only to look."""
    if not wanted and not os.environ.get("CHURN_BOOK") and not (home / "data" / "book.db").exists():
        yield None
        return
    with the_book(home) as book:
        yield book


def _past(book: sa.Engine | None, model: Model, fingerprint: str) -> Past:
    from churn.book.watch_log import first_watched, lists_watched, watched_before
    from churn.book.watched_customers import keys_of_list

    if book is None:
        return Past()
    first = first_watched(book, model.name, fingerprint)
    every = lists_watched(book, model.name, before=first)
    own = tuple(r for r in every if r.version == model.version)
    keys = keys_of_list(book, every[-1]) if every else []
    seen = watched_before(book, model.name, model.version, fingerprint) if first else None
    return Past(own, every, pa.array(keys, pa.string()) if keys else None, first, seen)


def _carried(model: Model) -> tuple[str, ...]:
    columns = (model.schema.key, model.schema.outcome)
    return tuple(column.name for column in columns if column)


def _told(
    book: sa.Engine | None, look: Look, left: np.ndarray, past: Past, how: Watching
) -> tuple[tuple[WatchRecord, ...], list[Notice]]:
    """The earlier lists whose customers' outcomes are known now, and who was told otherwise before."""
    if book is None or not past.all:
        return (), []
    from churn.book.watched_customers import campaign_outcomes, tell_outcomes

    keys = keys_in(look) or []
    here = {k: int(v) for k, v in zip(keys, left.tolist(), strict=True) if v == v} if keys else {}
    found = tell_outcomes(book, past.all, campaign_outcomes(book, look.model.name) | here, keep=how.keep)
    news = found.lists if how.keep else ()  # a look writes nothing, so there is nothing new in the book to judge by
    if not found.otherwise:
        return news, []
    some = ", ".join(key[:40] for key in found.otherwise[:3])
    who = "customer has" if len(found.otherwise) == 1 else "customers have"
    text = f"{len(found.otherwise):,} {who} another outcome than told before ({some}); the latest counts."
    return news, [Notice("warning", text, count=len(found.otherwise))]
