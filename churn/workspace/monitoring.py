"""Monitoring: a list held against its model, outcomes that came later, challengers in the shadow, retraining."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
import pyarrow as pa

from churn.errors import ChurnError, ListRefused, RequestRefused
from churn.intake.reader import ListStream
from churn.intake.sources import Source
from churn.money.economics import build_stakes
from churn.money.playbook import Playbook
from churn.monitoring.performance import (
    FEWEST_CUSTOMERS,
    FollowedList,
    Performance,
    confirm_over_lists,
    decode_matrix,
    follow_list,
    join_lists,
    measure_performance,
)
from churn.monitoring.quality import NO_LIST, LastList, are_strangers
from churn.monitoring.report import (
    FAULTS,
    DriftReport,
    EarlierLists,
    ListSnapshot,
    advice_from_json,
    build_report,
    take_snapshot,
)
from churn.monitoring.scores import score_shape_from_json
from churn.monitoring.shadow import Agreement, assign_to_challenger, compare_on_outcomes, measure_agreement
from churn.monitoring.sketch import refuse_without_reference
from churn.notices import Notice
from churn.options import RetrainOptions, TrainOptions, read_options_in
from churn.store.monitoring import WatchRecord
from churn.training.calibration import wilson_interval
from churn.training.gate import business_mismatch
from churn.training.known_outcomes import known_outcomes
from churn.training.model import Model
from churn.training.registry import champion, model_lock, versions
from churn.workspace.businesses import playbook_for, profile_of, wording_of
from churn.workspace.delivery import Parcel, deliver, open_poster
from churn.workspace.lists import OpenModels, options_for_model, parse_day, stream_list
from churn.workspace.models import TrainedVersion, train_version
from churn.workspace.store import open_store

if TYPE_CHECKING:
    import sqlalchemy as sa

WINDOW = 3  # lists a rolling number is taken over


# New outcomes count from half the share an even one of the rolling lists has: from 400 after two bad lists of 1,000,
# from 100 after two of 250. A sound list after them is then called bad in 1 to 3 of 200 cases; harm that still goes on
# (profit 5 % lower) is noticed in 98 of 100 cases with 400 outcomes, in 88 with 240, in 41 with 100.
AN_EVEN_SHARE = 0.5
CONTACT_DAYS = 90  # a customer contacted so shortly before a list tells of the campaign, not of the model


@dataclass(frozen=True)
class KnownOutcomes:
    """What is known of how the model did.

    performance  over the last few lists together, where outcomes are new; None where there is nothing new to judge by
    lists        how it did on each earlier list that learnt something new
    own          how it did on this list, where the list itself says who left
    """

    performance: Performance | None = None
    lists: Mapping[str, tuple[WatchRecord, Performance]] = field(default_factory=dict)
    own: Performance | None = None
    notices: tuple[Notice, ...] = ()


def outcomes_in(look: ListSnapshot) -> np.ndarray:
    """Per sampled customer 1 left, 0 stayed, NaN not known, by the list's own outcome column where it has one."""
    if look.sketch.carried is None:
        return np.full(len(look.probability), np.nan)
    return known_outcomes(look.model, look.sketch.carried)


def keys_in(look: ListSnapshot) -> list[str] | None:
    """The keys of the sampled customers; None where the list has no key."""
    key, carried = look.model.schema.key, look.sketch.carried
    if key is None or carried is None or key.name not in carried.column_names:
        return None
    return carried.column(key.name).cast(pa.string()).to_pylist()


def followed_of(look: ListSnapshot, playbook: Playbook, name: str) -> FollowedList:
    """The sampled customers with what acting on their scores brings if they leave and if they stay."""
    model, p, nobody = look.model, look.probability, np.zeros(len(look.probability))
    value = model.schema.value.name if model.schema.value else ""
    bill = look.scored[:, model.encoder.names.index(value)] if value in model.encoder.names else None
    try:
        given = build_stakes(p, bill, playbook, column=value)
        return follow_list(name, given, nobody, playbook=playbook, columns=decode_matrix(model.encoder, look.scored))
    except RequestRefused:
        return FollowedList(name, p, nobody)


def unlearnt(look: ListSnapshot, left: np.ndarray) -> np.ndarray:
    """The same outcomes without those of customers the model has learnt from: on them it must look good."""
    return np.where(look.model.reference.has_learnt(look.scored), np.nan, left)


def some_of(followed: FollowedList, left: np.ndarray) -> FollowedList:
    """The customers of a list whose outcome is known."""
    known = ~np.isnan(left)
    parts = (None if part is None else part[known] for part in (followed.if_leaves, followed.if_stays))
    return FollowedList(followed.name, followed.probability[known], left[known], *parts)


def followed_rows(record: WatchRecord, rows: Sequence[Mapping[str, Any]], contacted: frozenset[str]) -> FollowedList:
    """The customers of a list of the database whose outcome is known and who were left alone."""
    alone = [row for row in rows if row["outcome"] is not None and row["key"] not in contacted]
    money = all(row["if_leaves"] is not None for row in alone) and bool(alone)

    def column(name: str) -> np.ndarray:
        return np.array([row[name] for row in alone], float)

    parts = (column("if_leaves"), column("if_stays")) if money else (None, None)
    return FollowedList(record.source, column("probability"), column("outcome"), *parts)


def judge_performance(
    store: sa.Engine | None,
    look: ListSnapshot,
    own: FollowedList,
    earlier: Sequence[WatchRecord],
    news: Sequence[WatchRecord],
) -> KnownOutcomes:
    """How the model did, where this list or outcomes that came with it say something new.

    earlier  the lists this version scored, the latest last; `news` those whose customers' outcomes just became known
    """
    fresh = {r.list for r in news if r.version == look.model.version}
    if store is None or not (fresh or len(own.left)):
        lists: list[tuple[WatchRecord, FollowedList]] = []
    else:
        late = [r for i, r in enumerate(earlier) if r.list in fresh or i >= len(earlier) - WINDOW]
        lists = [(r, _from_book(store, look.model, r)) for r in late]
    judged = {r.list: (r, _judged(look.model, f)) for r, f in lists if r.list in fresh}
    here = _judged(look.model, own)
    said = [told for _, told in (*(j for _, j in judged.values()), here) if isinstance(told, Notice)]
    found = {name: (r, p) for name, (r, (p, _)) in judged.items() if p is not None}
    span = [f for f in (*(f for _, f in lists), own) if len(f.left)][-WINDOW:]
    news_in = sum(len(f.left) for r, f in lists if r.list in fresh) + len(own.left)
    rolling = _over(look.model, span) if span and _adds_something(span, news_in) else None
    return KnownOutcomes(rolling, found, here[0], tuple(said))


def _over(model: Model, span: Sequence[FollowedList]) -> Performance | None:
    """How the model did over some lists together, with the signs that the newest of them bears out."""
    found, _ = _judged(model, join_lists(span))
    return found and confirm_over_lists(model, found, join_lists(_newest(span)))


def _newest(span: Sequence[FollowedList]) -> Sequence[FollowedList]:
    """The last list, with as many before it as it takes for their outcomes to say something."""
    wanted = _enough(span)
    first = next(i for i in reversed(range(len(span))) if sum(len(f.left) for f in span[i:]) >= wanted)
    return span[first:]


def _adds_something(span: Sequence[FollowedList], news: int) -> bool:
    """Whether new outcomes weigh enough among those rolled together: a few must not repeat what older ones said."""
    return news >= _enough(span)


def _enough(span: Sequence[FollowedList]) -> float:
    return min(FEWEST_CUSTOMERS, AN_EVEN_SHARE * sum(len(f.left) for f in span) / WINDOW)


def _from_book(store: sa.Engine, model: Model, record: WatchRecord) -> FollowedList:
    """The customers of an earlier list whose outcome is known, without those contacted shortly before it or since."""
    from churn.store.monitoring import customers_of

    return followed_rows(record, customers_of(store, record, known=True), contacted_near(store, model, record.at))


def contacted_near(store: sa.Engine, model: Model, moment: str) -> frozenset[str]:
    """Who was contacted shortly before a list was scored, or later."""
    from churn.store.monitoring import contacted_since

    since = date.fromisoformat(moment[:10]) - timedelta(days=CONTACT_DAYS)
    return contacted_since(store, model.name, since.isoformat())


def _judged(model: Model, followed: FollowedList) -> tuple[Performance | None, Notice | None]:
    """How the model did on a list, or why that cannot be told yet; neither where no outcome is known."""
    if not len(followed.left):
        return None, None
    try:
        return measure_performance(model, followed), None
    except ListRefused as problem:
        return None, Notice("info", f"{problem.message} {problem.fix}")


# Alerts: where a list advises a retrain or its data is faulty, the operator's own address is told, once.
#
# The operator names the address in CHURN_ALERT_URL; without it nothing leaves the machine. What is sent are
# numbers and sentences about the list as a whole, never a customer.


ALERTS = "CHURN_ALERT_URL"


def send_alert(home: Path, record: WatchRecord) -> tuple[Notice, ...]:
    """Tell the operator's address where there is reason to; what could not be delivered is said, never raised."""
    if not os.environ.get(ALERTS) or not worth_an_alert(record):
        return ()
    try:
        sent = deliver(home, open_poster(setting=ALERTS), [_parcel(record)])
    except ChurnError as problem:
        return (Notice("warning", f"The alert was not delivered: {problem.message} {problem.fix}"),)
    return (Notice("info", f"Alert: {sent.words}"),)


def worth_an_alert(record: WatchRecord) -> bool:
    """Whether a retrain is advised, or the data of the list is faulty; anything less would cry wolf."""
    return record.verdict == "retrain" or bool(record.report.get("alarms"))


def alert_words(record: WatchRecord) -> dict[str, Any]:
    """What the alert says."""
    moved = [c["name"] for c in record.report["columns"] if c["moved"]]
    return {
        "kind": "alert",
        "model": f"{record.model}@{record.version}",
        "list": record.source,
        "at": record.at,
        "customers": record.customers,
        "verdict": record.verdict,
        "why": record.why,
        "signs": list(record.signs),
        "moved": moved,
        "faults": [alarm["text"] for alarm in record.report["alarms"]],
        "gauges": dict(record.gauges),
    }


def _parcel(record: WatchRecord) -> Parcel:
    # The moment is left out of the key: the same list watched again with the same end is no second alert.
    told = f"{record.list} {record.model} {record.version} {record.verdict} {list(record.signs)}"
    content = json.dumps(alert_words(record), ensure_ascii=False, allow_nan=False).encode()
    return Parcel(f"alert-{sha256(told.encode()).hexdigest()[:32]}", content)


# Shadow scoring: a challenger scores the same customers as the champion, and nobody acts on it yet.


Again = tuple[pa.Table | Iterable[pa.Table], date | None]
FEWEST_TO_COMPARE = 200  # customers with known outcomes below which nobody is called right
NOBODY = "none"


@dataclass(frozen=True)
class Trial:
    """Which customers the challenger serves in a trial: a share of them, drawn by their key, under the trial's name."""

    share: float = 0.0
    name: str = "trial"


@dataclass(frozen=True)
class Shadow:
    """A challenger's scores of the sampled customers of a list, and how far it agrees with the champion.

    blind   the same scores without those of customers the challenger has learnt from: on them it cannot be wrong
    served  with a trial: True for the customers whom the challenger serves
    """

    challenger: Model
    probability: np.ndarray
    blind: np.ndarray
    accord: Agreement
    trial: Trial
    served: np.ndarray | None = None

    def as_json(self) -> dict[str, Any]:
        """What the doors answer and the database keeps."""
        told: dict[str, Any] = {"challenger": f"{self.challenger.name}@{self.challenger.version}"}
        told["accord"] = self.accord.as_json()
        if self.served is not None:
            told["trial"] = {"name": self.trial.name, "share": self.trial.share, "served": int(self.served.sum())}
        return told


def challenger_of(home: Path, models: OpenModels, model: Model, wanted: str | None) -> Model | None:
    """The version to score in the shadow: the one named, else the newest that was trained after the champion."""
    if wanted == NOBODY:
        return None
    if wanted:
        found = models.named(wanted if "@" in wanted else f"{model.name}@{wanted}")
        if (found.name, found.version) == (model.name, model.version):
            raise RequestRefused(
                f"{wanted} is the model that scores the list.", "Name another version of it, such as v2."
            )
        return found
    live = champion(home, model.name)
    later = [v for v in versions(home, model.name) if _number(v) > _number(model.version)]
    if live is None or live.version != model.version or not later:
        return None
    try:
        found = models.named(f"{model.name}@{later[-1]}")
        refuse_without_reference(found)
        if business_mismatch(found.schema, model.schema):  # of before names were kept apart
            return None
    except ChurnError:  # a version that is damaged or was saved without its reference stops no list from being watched
        return None
    return found


def run_shadow(look: ListSnapshot, challenger: Model, again: Callable[[], Again], trial: Trial) -> Shadow:
    """Let a challenger score the sampled customers: which they are depends only on their place in the list."""

    blocks, day = again()
    theirs = take_snapshot(challenger, blocks, as_of=day)
    accord = measure_agreement(look.model, challenger, look.probability, theirs.probability)
    blind = np.where(challenger.reference.has_learnt(theirs.scored), np.nan, theirs.probability)
    keys = keys_in(look)
    if not trial.share:
        return Shadow(challenger, theirs.probability, blind, accord, trial)
    if keys is None:
        raise RequestRefused("A trial needs a key: customers are drawn by it.", "Name the key column, or leave it out.")
    served = assign_to_challenger(keys, trial.share, salt=trial.name)
    return Shadow(challenger, theirs.probability, blind, accord, trial, served)


def compared(rows: Sequence[Mapping[str, Any]], contacted: frozenset[str] = frozenset()) -> dict[str, Any]:
    """What the outcomes of customers say: which model was right (`duel`), and what a trial shows (`arms`).

    contacted  customers who were left out of the duel: what became of them is the campaign's doing too
    """
    alone = [row for row in rows if row["key"] not in contacted]
    return {name: words for name, words in (("duel", _duel(alone)), ("arms", _arms(rows))) if words}


def _duel(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    known = [r for r in rows if r["outcome"] is not None and r["challenger"] is not None]
    left = np.array([r["outcome"] for r in known], float)
    if len(known) < FEWEST_TO_COMPARE or not 0 < left.sum() < len(left):
        return {}
    p, q = (np.array([r[name] for r in known], float) for name in ("probability", "challenger"))
    return compare_on_outcomes(left, p, q).as_json()


def _arms(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """How many left among the customers each model served, with intervals; empty without a trial or outcomes."""
    known = [r for r in rows if r["outcome"] is not None and r["served"] is not None]
    sides = {"champion": 0, "challenger": 1}
    parts = {side: [r["outcome"] for r in known if r["served"] == mark] for side, mark in sides.items()}
    if not all(parts.values()):
        return {}
    return {side: _share_left(outcomes) for side, outcomes in parts.items()} | {"why": _said(parts)}


def _share_left(outcomes: Sequence[int]) -> dict[str, float]:
    low, high = wilson_interval(sum(outcomes), len(outcomes))
    return {"customers": len(outcomes), "left": sum(outcomes) / len(outcomes), "low": low, "high": high}


def _said(parts: Mapping[str, Sequence[int]]) -> str:
    """The difference of the two shares in a sentence; inconclusive where chance alone could make it."""
    one, two = parts["champion"], parts["challenger"]
    shares = [sum(x) / len(x) for x in (one, two)]
    half = 1.959964 * float(np.sqrt(sum(s * (1 - s) / len(x) for s, x in zip(shares, (one, two), strict=True))))
    gap = shares[0] - shares[1]
    if abs(gap) <= half:
        return "Inconclusive: chance alone could make this difference between the customers each model served."
    who = "challenger" if gap > 0 else "champion"
    points = f"{100 * abs(gap):.1f} points, give or take {100 * half:.1f}"
    return f"Fewer customers left among those the {who} served: {points}."


def _number(version: str) -> int:
    return int(version[1:]) if version[1:].isdigit() else 0


# What the database keeps of a watched list: the record, its sampled customers, and what outcomes told of earlier lists.


Rows = Sequence[Mapping[str, Any]]


def rows_to_keep(look: ListSnapshot, followed: FollowedList, left: np.ndarray, shadow: Shadow | None) -> Rows:
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
    stream: ListStream,
    report: DriftReport,
    seen: tuple[ListSnapshot, Shadow | None, KnownOutcomes],
    rows: Rows,
    *,
    first: str | None = None,
) -> WatchRecord:
    """What was found of a list, as the database writes it; `first` is when it was watched before, where it was."""
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
    store: sa.Engine,
    record: WatchRecord,
    rows: Rows,
    outcomes: tuple[KnownOutcomes, Sequence[WatchRecord]],
    model: Model,
) -> None:
    """Write down this list and its customers, and how the models did on the lists that outcomes were told of."""
    from churn.store.monitoring import customers_of, record_customers, record_outcome, record_watch

    record_customers(store, record, rows)
    record_watch(store, record)
    known, news = outcomes
    for earlier, performance in known.lists.values():
        record_outcome(store, earlier, realised=performance.as_json())
    for earlier in (r for r in news if r.challenger):
        rows = customers_of(store, earlier, known=True)
        said = compared(rows, contacted_near(store, model, earlier.at))
        record_outcome(store, earlier, shadow={**earlier.shadow, **said})


def _without_nan(column: np.ndarray) -> list[Any]:
    return [None if v != v else v for v in column.tolist()]


# Drift: a list is held against the model that answers it, and what was found goes into the database.


AT_ONCE = 200_000  # rows of a list that are looked at together; a longer one goes by in blocks
Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Watching:
    """How a list is to be watched.

    keep        write what was found into the database, so that it counts for the next list
    challenger  a model to score in the shadow; `trial` the share of customers it serves
    """

    keep: bool = True
    challenger: Model | None = None
    trial: Trial = field(default_factory=Trial)
    heard: Progress = lambda share, text: None


@dataclass(frozen=True)
class WatchedList:
    """A list held against a model: the report, what is kept of it, and the challenger's view where there is one.

    look        the list as it went by, with its sampled customers
    """

    report: DriftReport
    record: WatchRecord
    look: ListSnapshot
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
class WatchHistory:
    """What the database knows of earlier lists: those this version scored, and those of any version, the latest last.

    first  when this list itself was first watched; lists that came after that are no earlier ones
    seen   what was found when this version was held against this very list before
    """

    own: tuple[WatchRecord, ...] = ()
    all: tuple[WatchRecord, ...] = ()
    keys: pa.Array | None = None
    first: str | None = None
    seen: WatchRecord | None = None

    def before(self, known: KnownOutcomes) -> EarlierLists:
        """What counts for the advice on the next list."""
        scores = score_shape_from_json(self.own[-1].scores) if self.own else None
        signs = tuple(r.signs for r in self.own)
        return EarlierLists(signs, scores, self.keys, self._last(), known.performance)

    def _last(self) -> LastList:
        if not self.all:
            return NO_LIST
        last = self.all[-1]
        strangers = are_strangers(last.gauges.get("drift_share_returned"))
        return LastList(last.customers, strangers=strangers)


def drift(home: Path, model: Model, source: Source, how: Watching, options: Mapping[str, Any]) -> WatchedList:
    """Hold a list of any length against a model, and keep what was found where that is wanted.

    A list that was watched before has its answer: it is repeated, whatever came since, and nothing is written again.
    """
    stream = stream_list(home, source, options_for_model(model, options))
    how.heard(0.2, "Comparing the list with the one the model learnt from")
    with _book_to_look_in(home, how.keep) as store:
        past = _past(store, model, stream.survey.grid.found.fingerprint)
        wanted, how = how.keep, replace(how, keep=how.keep and past.seen is None)
        day = parse_day(options.get("as_of"))
        look = take_snapshot(model, blocks_of(stream), as_of=day, last_keys=past.keys, carry=_carried(model))
        how.heard(0.6, "Estimating what the scores are worth")
        playbook = playbook_for(model, home)
        followed, left = followed_of(look, playbook, stream.survey.grid.found.name), outcomes_in(look)
        news, told = _told(store, look, left, past, how)
        known = judge_performance(store, look, some_of(followed, unlearnt(look, left)), past.own, news)
        report = build_report(look, playbook=playbook, wording=wording_of(model, home), before=past.before(known))
        shadow = (
            run_shadow(look, how.challenger, lambda: (blocks_of(stream), day), how.trial) if how.challenger else None
        )
        notices = (*stream.notices, *report.notices, *told, *known.notices)
        report = replace(report, notices=tuple(dict.fromkeys(notices)))
        rows = rows_to_keep(look, followed, unlearnt(look, left), shadow)
        record = record_of(stream, report, (look, shadow, known), rows, first=past.first)
        if past.seen is not None:
            report, record = _repeated(report, record, past.seen)
        if how.keep and store is not None:
            keep(store, record, rows, (known, news), model)
        if wanted and store is not None:
            report = replace(report, notices=(*report.notices, *send_alert(home, record)))
    how.heard(1.0, "Done")
    return WatchedList(report, record, look, shadow)


def _repeated(report: DriftReport, record: WatchRecord, seen: WatchRecord) -> tuple[DriftReport, WatchRecord]:
    """The answer given when this list was watched before, with a challenger's view where one is asked for now."""
    text = f"This list was watched before, on {seen.at[:10]}; its verdict is repeated and nothing is kept twice."
    notices = (Notice("info", text), *report.notices)
    report = replace(report, advice=advice_from_json(seen.report["advice"]), notices=notices)
    record = replace(record, verdict=seen.verdict, why=seen.why, signs=report.advice.signs, report=seen.report)
    return report, replace(record, gauges=seen.gauges, realised=seen.realised, scores=seen.scores)


def blocks_of(stream: ListStream) -> pa.Table | Iterator[pa.Table]:
    """The list's own columns, whole where it is short; columns it does not have are left out, not blank."""
    there = {plan.column.name for plan in stream.survey.plans.values()}
    tables = (block.table.select([n for n in block.table.column_names if n in there]) for block in stream.blocks())
    if stream.rows > AT_ONCE:
        return tables
    found = list(tables)
    return pa.concat_tables(found) if found else pa.table({})


@contextmanager
def _book_to_look_in(home: Path, wanted: bool) -> Iterator[sa.Engine | None]:
    """The database; where there is none yet, none is made only to look."""
    if not wanted and not os.environ.get("CHURN_BOOK") and not (home / "data" / "book.db").exists():
        yield None
        return
    with open_store(home) as store:
        yield store


def _past(store: sa.Engine | None, model: Model, fingerprint: str) -> WatchHistory:
    from churn.store.monitoring import first_watched, keys_of_list, lists_watched, watched_before

    if store is None:
        return WatchHistory()
    first = first_watched(store, model.name, fingerprint)
    every = lists_watched(store, model.name, before=first)
    own = tuple(r for r in every if r.version == model.version)
    keys = keys_of_list(store, every[-1]) if every else []
    seen = watched_before(store, model.name, model.version, fingerprint) if first else None
    return WatchHistory(own, every, pa.array(keys, pa.string()) if keys else None, first, seen)


def _carried(model: Model) -> tuple[str, ...]:
    columns = (model.schema.key, model.schema.outcome)
    return tuple(column.name for column in columns if column)


def _told(
    store: sa.Engine | None, look: ListSnapshot, left: np.ndarray, past: WatchHistory, how: Watching
) -> tuple[tuple[WatchRecord, ...], list[Notice]]:
    """The earlier lists whose customers' outcomes are known now, and who was told otherwise before."""
    if store is None or not past.all:
        return (), []
    from churn.store.monitoring import campaign_outcomes, tell_outcomes

    keys = keys_in(look) or []
    here = {k: int(v) for k, v in zip(keys, left.tolist(), strict=True) if v == v} if keys else {}
    found = tell_outcomes(store, past.all, campaign_outcomes(store, look.model.name) | here, keep=how.keep)
    news = found.lists if how.keep else ()  # a look writes nothing, so there is nothing new in the database to judge by
    if not found.otherwise:
        return news, []
    some = ", ".join(key[:40] for key in found.otherwise[:3])
    who = "customer has" if len(found.otherwise) == 1 else "customers have"
    text = f"{len(found.otherwise):,} {who} another outcome than told before ({some}); the latest counts."
    return news, [Notice("warning", text, count=len(found.otherwise))]


# A retrain: drift, train, gate, promote, as one piece of work that a scheduler can start. A new version goes live only
# if it is better, so a worse model never does; two retrains of a model cannot collide.


When = Literal["always", "advised"]
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
    *,
    when: When = "always",
    progress: Progress = lambda share, text: None,
    options: RetrainOptions,
) -> Retrained:
    """Watch a list in which it is known who left, learn from it, and let the new version go live if it is better.

    when    `advised` trains only where the list advises it; a list whose data is faulty is never learnt from
    """
    said = read_options_in(options)
    with model_lock(home, model.name, "retrain"):
        how = Watching(heard=lambda share, text: progress(WATCHED_BY * share, text))
        there = _columns_with_outcome(home, model, source, said)
        watched = drift(home, model, source, how, said)
        reason = _why_not(watched, when)
        if reason:
            return Retrained(watched, None, reason)
        trained = train_version(
            home,
            source,
            name=model.name,
            progress=lambda share, text: progress(WATCHED_BY + (1 - WATCHED_BY) * share, text),
            options=_as_before(home, model, there, options),
        )
    return Retrained(watched, trained, trained.verdict.why)


def _columns_with_outcome(home: Path, model: Model, source: Source, options: Mapping[str, Any]) -> set[str]:
    """The columns of a list; one that does not say who left is refused before anything is written about it."""
    stream = stream_list(home, source, options_for_model(model, options))
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


def _as_before(home: Path, model: Model, there: set[str], options: RetrainOptions) -> TrainOptions:
    """What the model was trained with, where its business does not say it; what was kept out stays out."""
    profile, schema = profile_of(model, home), model.schema
    business = profile.schema
    before: TrainOptions = {"profile": profile.name}
    for role in ROLES:
        column = getattr(schema, role)
        if column is not None and column.name != getattr(getattr(business, role), "name", None):
            before[role] = column.name  # type: ignore[literal-required]
            if role == "outcome":
                before["positive"] = list(column.positive)
    usual = {c.name for c in business.features}
    before["drop"] = [c.name for c in schema.columns if c.role == "ignored" and c.name in usual & there]
    said = {word: value for word, value in options.items() if value is not None}
    return cast(TrainOptions, {**before, **said})
