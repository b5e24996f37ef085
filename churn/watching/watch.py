"""Watch a list: one pass over it, and a DriftReport that says what moved, whether it matters, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from churn.learning.model import Model
from churn.money.playbook import Playbook
from churn.notices import Notice
from churn.scoring.wording import Wording, wording_for
from churn.watching.advice import Evidence, advice_for
from churn.watching.drift import FEWEST, column_drift, column_weights
from churn.watching.drift_report import DriftReport
from churn.watching.estimate import Estimate, learnt_measures, likely_measures
from churn.watching.expected_profit import Profit, profit_of
from churn.watching.parts import estimates_by_part, parts_of
from churn.watching.quality import doubts_about_the_list, quality_alarms
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
    keys         the keys of the last list
    performance  with outcomes: how the model did on customers scored before
    """

    signs: tuple[Sequence[str], ...] = ()
    scores: ScoreShape | None = None
    keys: pa.Array | None = None
    performance: Performance | None = None


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
    said, past, shapes = wording or wording_for(model.schema), before or Before(), shapes_of(model)
    if as_of is None and isinstance(blocks, pa.Table):
        as_of = model.encoder.list_date(blocks)
    sketch = sketch_of(model, shapes, _blocks(blocks), as_of=as_of, last_keys=past.keys)
    scored = as_scored(model.encoder, sketch.sample)
    p = model.probability(scored)
    alarms = quality_alarms(shapes, sketch, said, last_rows=None if past.keys is None else len(past.keys))
    profit = profit_of(model, scored, p, playbook)
    evidence = Evidence(
        sketch.rows,
        column_drift(model, shapes, sketch, said),
        alarms,
        score_drift_of(model, p, customers=sketch.rows, last=past.scores),
        profit,
        past.performance,
    )
    told = telltale_of(model, scored) if telltale else None
    return DriftReport(
        model=f"{model.name}@{model.version}",
        customers=sketch.rows,
        columns=evidence.columns,
        score=evidence.score,
        estimate=_estimate(model, (shapes, said), scored, (p, profit, sketch.rows)),
        advice=advice_for(evidence, earlier=past.signs, currency=said.currency),
        alarms=alarms,
        telltale=told,
        performance=past.performance,
        notices=_notices(model, sketch, evidence, (told, said)),
    )


def _blocks(given: pa.Table | Iterable[pa.Table]) -> Iterator[pa.Table]:
    if not isinstance(given, pa.Table):
        yield from given
        return
    for start in range(0, given.num_rows, BLOCK):
        yield given.slice(start, BLOCK)


def _estimate(
    model: Model, known: tuple[Sequence[Shape], Wording], scored: np.ndarray, found: tuple[np.ndarray, Profit, int]
) -> Estimate:
    shapes, wording = known
    p, profit, customers = found
    measures = likely_measures(model, p, learnt=learnt_measures(model))
    cut = list(parts_of(model, shapes, column_weights(model), wording))
    gains = np.array([]) if profit.gains is None else profit.gains
    segments = estimates_by_part(model, cut, scored, (p, gains))
    why = "Estimated from the probabilities alone: true while customers behave as those learnt from did."
    return Estimate(customers, measures, profit.likely, segments, why)


def _notices(
    model: Model, sketch: Sketch, evidence: Evidence, around: tuple[Telltale | None, Wording]
) -> tuple[Notice, ...]:
    told, wording = around
    found = [a.notice for a in evidence.alarms]
    found += doubts_about_the_list(model, evidence.alarms)
    if sketch.rows < FEWEST:
        text = f"{sketch.rows:,} customers are too few to tell drift from chance; at least {FEWEST} are needed."
        found.append(Notice("warning", text, count=sketch.rows))
    if len(sketch.places) < sketch.rows:
        text = f"Scores and money are estimated on {len(sketch.places):,} of {sketch.rows:,} customers, evenly drawn."
        found.append(Notice("info", text, count=len(sketch.places)))
    found += evidence.profit.notices
    if told is not None and told.tells:
        found.append(told.notice(wording))
    return tuple(found)
