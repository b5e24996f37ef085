"""Watch a list: one pass over it, and a DriftReport that says what moved, whether it matters, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa

from churn.learning.versions.model import Model
from churn.money.playbook import Playbook
from churn.notices import Notice
from churn.scoring.wording import Wording, capital, wording_for
from churn.watching.advice import Evidence, advice_for
from churn.watching.drift import FEWEST, column_drift, column_weights
from churn.watching.drift_report import DriftReport
from churn.watching.estimate import Estimate, learnt_measures, likely_measures
from churn.watching.expected_profit import Profit, profit_of
from churn.watching.parts import estimates_by_part, parts_of
from churn.watching.quality import NO_LIST, LastList, doubts_about_the_list, quality_alarms, share_returned
from churn.watching.realised import Performance
from churn.watching.score_drift import ScoreShape, score_drift_of
from churn.watching.shapes import Shape, shapes_of
from churn.watching.sketch import Sketch, as_scored, sketch_of
from churn.watching.telltale import Telltale, telltale_of

BLOCK = 100_000


@dataclass(frozen=True)
class Before:
    """What is known from earlier lists of the same model version; the book keeps it.

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
class Look:
    """One pass over a list: its sketch, and its sampled customers as the model scores them."""

    model: Model
    shapes: tuple[Shape, ...]
    sketch: Sketch
    scored: np.ndarray
    probability: np.ndarray


def watch_list(
    model: Model,
    blocks: pa.Table | Iterable[pa.Table],
    *,
    playbook: Playbook | None = None,
    wording: Wording | None = None,
    before: Before | None = None,
    as_of: date | None = None,
    telltale: bool = True,
) -> DriftReport:
    """Hold a checked list, whole or in blocks, against what a model learnt.

    playbook  what may be offered; without it nothing is said in money
    as_of     the day the list speaks of; without it the latest date in it (of the first block, when it comes in blocks)
    telltale  also ask a classifier whether it can tell the lists apart (a second or two)
    """
    past = before or Before()
    look = look_over(model, blocks, as_of=as_of, last_keys=past.keys)
    return report_on(look, playbook=playbook, wording=wording, before=past, telltale=telltale)


def look_over(
    model: Model,
    blocks: pa.Table | Iterable[pa.Table],
    *,
    as_of: date | None = None,
    last_keys: pa.Array | None = None,
    carry: Sequence[str] = (),
) -> Look:
    """Go over a list once; the columns to `carry` are kept of the sampled customers as they stand."""
    shapes = shapes_of(model)
    if as_of is None and isinstance(blocks, pa.Table):
        as_of = model.encoder.list_date(blocks)
    sketch = sketch_of(model, shapes, _blocks(blocks), as_of=as_of, last_keys=last_keys, carry=carry)
    scored = as_scored(model.encoder, sketch.sample)
    return Look(model, shapes, sketch, scored, model.probability(scored))


def report_on(
    look: Look,
    *,
    playbook: Playbook | None = None,
    wording: Wording | None = None,
    before: Before | None = None,
    telltale: bool = True,
) -> DriftReport:
    """What a look at a list says: what moved, whether it matters, and what to do."""
    model, sketch, p = look.model, look.sketch, look.probability
    said, past = wording or wording_for(model.schema), before or Before()
    last = replace(past.last, keys=0 if past.keys is None else len(past.keys))
    profit = profit_of(model, look.scored, p, playbook)
    evidence = Evidence(
        sketch.rows,
        column_drift(model, look.shapes, sketch, said),
        quality_alarms(look.shapes, sketch, said, last=last),
        score_drift_of(model, p, customers=sketch.rows, last=past.scores),
        profit,
        past.performance,
    )
    told = telltale_of(model, look.scored) if telltale else None
    return DriftReport(
        model=f"{model.name}@{model.version}",
        customers=sketch.rows,
        columns=evidence.columns,
        score=evidence.score,
        estimate=_estimate(look, said, profit),
        advice=advice_for(evidence, earlier=past.signs, currency=said.currency),
        alarms=evidence.alarms,
        telltale=told,
        performance=past.performance,
        returned=share_returned(sketch, last),
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


def _estimate(look: Look, wording: Wording, profit: Profit) -> Estimate:
    model, p = look.model, look.probability
    measures = likely_measures(model, p, learnt=learnt_measures(model))
    cut = list(parts_of(model, look.shapes, column_weights(model), wording))
    gains = np.array([]) if profit.gains is None else profit.gains
    segments = estimates_by_part(model, cut, look.scored, (p, gains))
    why = "Estimated without outcomes: true while customers behave as those the model learnt from did."
    return Estimate(look.sketch.rows, measures, profit.likely, segments, why)


def _notices(
    model: Model, sketch: Sketch, evidence: Evidence, around: tuple[Telltale | None, Wording]
) -> tuple[Notice, ...]:
    told, wording = around
    found = [a.notice for a in evidence.alarms]
    found += doubts_about_the_list(model, evidence.alarms)
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
