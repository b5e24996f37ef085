"""Advice: keep the model, watch it, or train it again, with the reason in money.

*Retrain* takes a sign of real harm on two lists in a row, so that one odd list never costs a training. Signs are: the
expected profit fell by more than 5 %, the scores lie PSI .2 from the learnt ones, or, where outcomes are known, the
model ranks worse than it did, its probabilities are off, or acting on them brings 5 % less than they promised.
*Watch* is for one sign, for a column that drives the risk and moved, and for faulty data, on which no model should be
trained. Anything else is *keep*.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from churn.money.playbook import Playbook
from churn.monitoring.drift import (
    FEWEST,
    ColumnDrift,
    DomainClassifier,
    classify_domain,
    column_weights,
    judge_columns,
    list_moved_drivers,
    percent,
    table_of_columns,
)
from churn.monitoring.performance import (
    Likely,
    Performance,
    PerformanceEstimate,
    Profit,
    estimate_measures,
    estimate_profit,
    estimates_by_part,
    learnt_measures,
    split_into_parts,
)
from churn.monitoring.quality import NO_LIST, Alarm, LastList, compute_share_returned, doubt_notices, find_alarms
from churn.monitoring.scores import ScoreDrift, ScoreShape, measure_score_drift
from churn.monitoring.sketch import ColumnShape, Sketch, column_shapes, encode_as_scored, sketch_list
from churn.notices import Notice, listed
from churn.schema import Column, Schema
from churn.scoring.wording import Wording, capital, wording_for
from churn.training.model import Model

Verdict = Literal["keep", "watch", "retrain"]
IN_A_ROW = 2

OF_THE_LIST = {
    "keys": "it has hardly a customer in common with the last list",
    "volume": "it is far longer or shorter than the last list",
}

FAULTS = ("schema", "blank", "unit", "constant")
PER = 1000  # customers money is computed for

SAID = {
    "expected_profit": "the expected profit fell by more than 5%",
    "scores": "the scores are spread very differently",
    "auc": "the model ranks leavers worse than it did",
    "more": "far more customers left than it said",
    "fewer": "far fewer customers left than it said",
    "calibration": "its probabilities are too sure or not sure enough",
    "profit": "acting on its scores brings over 5% less than they promise",
}


@dataclass(frozen=True)
class Evidence:
    """All that advice is given on."""

    customers: int
    columns: tuple[ColumnDrift, ...]
    alarms: tuple[Alarm, ...]
    score: ScoreDrift
    profit: Profit
    performance: Performance | None = None

    @property
    def signs(self) -> tuple[str, ...]:
        """The signs of real harm this list shows; what rests on faulty data is no sign, whatever it looks like."""
        found = ("expected_profit",) * self.profit.fell + ("scores",) * self.score.alarming
        sound = found if self.customers >= FEWEST and not self.is_faulty else ()
        return (*sound, *(self.performance.signs if self.performance else ()))

    @property
    def said(self) -> tuple[str, ...]:
        """The same signs, each as part of a sentence."""
        return tuple(SAID[self._way_off() if sign == "rate" else sign] for sign in self.signs)

    def _way_off(self) -> str:
        rate = self.performance.churn_rate if self.performance else None
        return "more" if rate is None or rate.value > (rate.learnt or 0) else "fewer"

    @property
    def is_faulty(self) -> bool:
        """Whether a column that drives the risk is broken, blank, constant or in another unit."""
        drivers = {c.name for c in self.columns if c.matters}
        return any(a.kind in FAULTS and a.column in drivers for a in self.alarms)


@dataclass(frozen=True)
class Advice:
    """What to do with the model.

    why     sentences, the weightiest first
    signs   the signs of harm on this list; hand them to the next list's `earlier`
    row     on how many lists in a row there were signs, this one included
    judged  False when the list is too short for any verdict on drift
    """

    verdict: Verdict
    why: str
    signs: tuple[str, ...] = ()
    row: int = 0
    judged: bool = True

    def as_json(self) -> dict[str, Any]:
        """The advice as a plain mapping."""
        return {
            "do": self.verdict,
            "why": self.why,
            "signs": list(self.signs),
            "lists_in_a_row": self.row,
            "judged": self.judged,
        }


def advice_from_json(words: Mapping[str, Any]) -> Advice:
    """The advice that `as_json` wrote."""
    signs = tuple(words["signs"])
    return Advice(words["do"], words["why"], signs, words.get("lists_in_a_row", 0), words.get("judged", True))


def advise(evidence: Evidence, *, earlier: Sequence[Sequence[str]] = (), currency: str = "") -> Advice:
    """Keep, watch or retrain.

    earlier  the signs of the lists before this one that the same model version scored, the latest last
    """
    signs = evidence.signs
    row = _signs_in_a_row((*earlier, signs))
    judged = evidence.customers >= FEWEST
    if row >= IN_A_ROW:
        why = f"Retrain: {listed(evidence.said)}, on {row} lists in a row. {describe_money(evidence, currency)}"
        return Advice("retrain", why.strip(), signs, row, judged)
    reasons = _reasons(evidence)
    if reasons:
        why = f"Watch the next list: {'; '.join(reasons)}. {describe_money(evidence, currency)}"
        return Advice("watch", why.strip(), signs, row, judged)
    if not judged:
        many = f"{evidence.customers:,} customer" + ("s are" if evidence.customers != 1 else " is")
        why = f"Keep the model for now: {many} too few to judge drift; at least {FEWEST} are needed."
        return Advice("keep", why, signs, row, False)
    return Advice("keep", f"Keep the model. {describe_money(evidence, currency)}".strip(), signs, row)


def describe_money(evidence: Evidence, currency: str = "") -> str:
    """What the list is expected to bring, or brought, per 1,000 customers, beside what it should."""
    performance = evidence.performance
    if performance is not None and performance.profit is not None and "profit" in performance.signs:
        return _money_sentence(performance.profit, "Acting on the scores brought", "the scores promised", currency)
    if evidence.profit.likely is None or evidence.customers < FEWEST or evidence.is_faulty:
        return ""
    said = _money_sentence(
        evidence.profit.likely, "Acting on this list is expected to bring", "when it learnt it was", currency
    )
    return (
        said if evidence.profit.certain else f"{said[:-1]}, which is uncertain itself: chance explains the difference."
    )


def _money_sentence(likely: Likely, opening: str, beside: str, currency: str) -> str:
    def amount(value: float) -> str:
        return Wording(Schema((Column("profit", unit="money"),)), currency=currency).shown("profit", round(PER * value))

    learnt = likely.learnt or 0.0
    change = f" ({_describe_percent(likely.value / learnt - 1)})" if learnt > 0 else ""
    return (
        f"{opening} {amount(likely.value)} per {PER:,} customers ({amount(likely.low)} to {amount(likely.high)}); "
        f"{beside} {amount(learnt)}{change}."
    )


def _describe_percent(change: float) -> str:
    return f"{percent(abs(change))} {'more' if change > 0 else 'less'}"


def _reasons(evidence: Evidence) -> list[str]:
    """Why the next list deserves a look, each as part of a sentence."""
    found = list(evidence.said)
    if evidence.score.moved and "scores" not in evidence.signs:
        found.append("the scores are spread differently")
    moved = list_moved_drivers(evidence.columns)
    if moved:
        found.append(f"{_count_things(len(moved), 'column')} that drive{'s' * (len(moved) == 1)} the risk moved")
    return [*found, *_faults(evidence)]


def _faults(evidence: Evidence) -> list[str]:
    """What is wrong with the data itself, and what is odd about the list as a whole."""
    found = [OF_THE_LIST[a.kind] for a in evidence.alarms if a.kind in OF_THE_LIST]
    broken = len(evidence.alarms) - len(found)
    if broken:
        then = ": correct the data before training on it" if evidence.is_faulty else ""
        found.insert(0, f"the data has {_count_things(broken, 'fault')}{then}")
    return found


def _signs_in_a_row(signs: Sequence[Sequence[str]]) -> int:
    """On how many lists in a row, up to the last, there were signs."""
    row = 0
    for one in reversed(signs):
        if not one:
            break
        row += 1
    return row


def _count_things(count: int, thing: str) -> str:
    return f"{count} {thing}{'s' * (count != 1)}"


# The DriftReport: what moved, how much, whether it matters, what to do.


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
    estimate: PerformanceEstimate
    advice: Advice
    alarms: tuple[Alarm, ...] = ()
    telltale: DomainClassifier | None = None
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
        """The fields every door shows and all that pictures and pages are drawn from; the database keeps it."""
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


# Watch a list: one pass over it, and a DriftReport that says what moved, whether it matters, and what to do.


BLOCK = 100_000


@dataclass(frozen=True)
class EarlierLists:
    """What is known from earlier lists of the same model version; the database keeps it.

    signs        the signs of each list's advice, the latest last
    scores       the ScoreShape of the last list
    keys         the keys of the last list, as far as they were kept
    last         how long the last list was, and whether it shared customers with the one before
    performance  with outcomes: how the model did on customers scored before
    """

    signs: tuple[Sequence[str], ...] = ()
    scores: ScoreShape | None = None
    keys: pa.Array | None = None
    last: LastList = NO_LIST
    performance: Performance | None = None


@dataclass(frozen=True)
class ListSnapshot:
    """One pass over a list: its sketch, and its sampled customers as the model scores them."""

    model: Model
    shapes: tuple[ColumnShape, ...]
    sketch: Sketch
    scored: np.ndarray
    probability: np.ndarray


def watch_list(
    model: Model,
    blocks: pa.Table | Iterable[pa.Table],
    *,
    playbook: Playbook | None = None,
    wording: Wording | None = None,
    before: EarlierLists | None = None,
    as_of: date | None = None,
    telltale: bool = True,
) -> DriftReport:
    """Hold a checked list, whole or in blocks, against what a model learnt.

    playbook  what may be offered; without it nothing is said in money
    as_of     the day the list speaks of; without it the latest date in it (of the first block, when it comes in blocks)
    telltale  also ask a classifier whether it can tell the lists apart (a second or two)
    """
    past = before or EarlierLists()
    look = take_snapshot(model, blocks, as_of=as_of, last_keys=past.keys)
    return build_report(look, playbook=playbook, wording=wording, before=past, telltale=telltale)


def take_snapshot(
    model: Model,
    blocks: pa.Table | Iterable[pa.Table],
    *,
    as_of: date | None = None,
    last_keys: pa.Array | None = None,
    carry: Sequence[str] = (),
) -> ListSnapshot:
    """Go over a list once; the columns to `carry` are kept of the sampled customers as they stand."""
    shapes = column_shapes(model)
    if as_of is None and isinstance(blocks, pa.Table):
        as_of = model.encoder.list_date(blocks)
    sketch = sketch_list(model, shapes, _blocks(blocks), as_of=as_of, last_keys=last_keys, carry=carry)
    scored = encode_as_scored(model.encoder, sketch.sample)
    return ListSnapshot(model, shapes, sketch, scored, model.probability(scored))


def build_report(
    look: ListSnapshot,
    *,
    playbook: Playbook | None = None,
    wording: Wording | None = None,
    before: EarlierLists | None = None,
    telltale: bool = True,
) -> DriftReport:
    """What a look at a list says: what moved, whether it matters, and what to do."""
    model, sketch, p = look.model, look.sketch, look.probability
    said, past = wording or wording_for(model.schema), before or EarlierLists()
    last = replace(past.last, keys=0 if past.keys is None else len(past.keys))
    profit = estimate_profit(model, look.scored, p, playbook)
    evidence = Evidence(
        sketch.rows,
        judge_columns(model, look.shapes, sketch, said),
        find_alarms(look.shapes, sketch, said, last=last),
        measure_score_drift(model, p, customers=sketch.rows, last=past.scores),
        profit,
        past.performance,
    )
    told = classify_domain(model, look.scored) if telltale else None
    return DriftReport(
        model=f"{model.name}@{model.version}",
        customers=sketch.rows,
        columns=evidence.columns,
        score=evidence.score,
        estimate=_estimate(look, said, profit),
        advice=advise(evidence, earlier=past.signs, currency=said.currency),
        alarms=evidence.alarms,
        telltale=told,
        performance=past.performance,
        returned=compute_share_returned(sketch, last),
        notices=_notices(model, sketch, evidence, (told, said)),
        labels={shape.name: capital(said.label(shape.name)) for shape in look.shapes},
        currency=said.currency,
    )


def _blocks(given: pa.Table | Iterable[pa.Table]) -> Iterator[pa.Table]:
    if not isinstance(given, pa.Table):
        yield from given
        return
    for start in range(0, given.num_rows, BLOCK):
        yield given.slice(start, BLOCK)


def _estimate(look: ListSnapshot, wording: Wording, profit: Profit) -> PerformanceEstimate:
    model, p = look.model, look.probability
    measures = estimate_measures(model, p, learnt=learnt_measures(model))
    cut = list(split_into_parts(model, look.shapes, column_weights(model), wording))
    gains = np.array([]) if profit.gains is None else profit.gains
    segments = estimates_by_part(model, cut, look.scored, (p, gains))
    why = "Estimated without outcomes: true while customers behave as those the model learnt from did."
    return PerformanceEstimate(look.sketch.rows, measures, profit.likely, segments, why)


def _notices(
    model: Model, sketch: Sketch, evidence: Evidence, around: tuple[DomainClassifier | None, Wording]
) -> tuple[Notice, ...]:
    told, wording = around
    found = [a.notice for a in evidence.alarms]
    found += doubt_notices(model, evidence.alarms)
    if sketch.rows < FEWEST:
        many = f"{sketch.rows:,} customer" + ("s are" if sketch.rows != 1 else " is")
        text = f"{many} too few to tell drift from chance; at least {FEWEST} are needed."
        found.append(Notice("warning", text, count=sketch.rows))
    if len(sketch.places) < sketch.rows:
        text = f"Scores and money are estimated on {len(sketch.places):,} of {sketch.rows:,} customers, evenly drawn."
        found.append(Notice("info", text, count=len(sketch.places)))
    found += evidence.profit.notices
    if told is not None and told.tells:
        found.append(told.notice(wording))
    return tuple(found)
