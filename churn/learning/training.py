"""Training: a list with known outcomes goes in, a Model with its report card comes out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from churn.errors import RequestRefused
from churn.learning.candidates.contesting import Contest, contest
from churn.learning.candidates.finishing import Champion, fitted_champion
from churn.learning.candidates.ladder import Step
from churn.learning.candidates.tuning import Aim, Trials, tuned_steps
from churn.learning.card.carding import Judged, card_of
from churn.learning.card.report import ReportCard
from churn.learning.encoded.examples import Examples
from churn.learning.encoded.folding import final_part
from churn.learning.measures.calibration import Calibration
from churn.learning.measures.earnings import break_even_of
from churn.learning.measures.reliability import calibrated, conformal_edges, reliability_bins, spread_between
from churn.learning.measures.thresholds import refuse_no_probability, thresholds_for, wanted_threshold
from churn.learning.prepared.leaks import Leak
from churn.learning.prepared.preparing import Choices, Prepared, prepared
from churn.learning.versions.gatekeeping import Unseen
from churn.learning.versions.lineage import data_digest, library_versions
from churn.learning.versions.model import Model
from churn.learning.versions.reference import reference_of
from churn.money.playbook import Playbook
from churn.notices import Notice
from churn.schema import Schema
from churn.threads import set_passive_waiting

if TYPE_CHECKING:
    from churn.intake.reading import Reading

LARGE = 20_000  # from so many customers on, a final part is kept untouched
MOST_SEED = 1_000_000  # every fold and bag counts on from it, within what the libraries take
FINAL_SHARE, FINAL_MOST = 0.15, 100_000
Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Training:
    """How to train, beside what to learn from.

    tune        trials of a search for better settings; 0 for none, with `aim` what it looks for
    break_even  the probability from which an offer pays; found from the playbook where it is not given
    searches    where the trials of a search are kept, by the fingerprint of what is searched on
    threshold   how the threshold is chosen: "money", "f1", "recall 0.9" or "list 500" (customers)
    """

    quick: bool = False
    tune: int = 0
    aim: Aim = "logloss"
    seed: int = 0
    break_even: float | None = None
    playbook: Playbook | None = None
    searches: Callable[[str], Trials] = lambda fingerprint: []
    threshold: str = "money"


@dataclass(frozen=True)
class Trained:
    """A trained model, not saved yet, and how it came about."""

    model: Model
    report: ReportCard
    leaderboard: tuple[dict[str, Any], ...]
    leaks: tuple[Leak, ...]
    notices: tuple[Notice, ...]
    seconds: float
    unseen: Unseen


def train(
    source: Reading | pa.Table,
    schema: Schema | None = None,
    *,
    name: str = "model",
    progress: Progress = lambda share, text: None,
    **options: Any,
) -> Trained:
    """Learn who leaves from a list in which it is known; nothing is written anywhere.

    progress  is told the share done and what is being done; an exception it raises stops the training
    options   the words of `Choices` (outcome, positive, drop …) and of `Training` (quick, tune, seed …)
    """
    start = time.perf_counter()
    set_passive_waiting()
    choices, how = _options(options)
    refuse_no_probability(how.break_even)
    wanted_threshold(how.threshold)
    _refuse_seed(how.seed)
    table, schema, said = _parts_of(source, schema)
    progress(0.0, "Looking for columns that know the outcome already")
    ready = prepared(table, schema, choices)
    work, final = _final(ready.examples, how.seed)
    tuned = _tuned(work, how, progress)
    held = contest(work, quick=how.quick, seed=how.seed, tuned=tuned, heard=progress)
    progress(0.85, f"{held.champion} learns from all {len(work):,} customers")
    calibration, honest = calibrated(held.best, held.sample.labels, held.checked.plan.repeats)
    champion = fitted_champion(held.parts, work, calibration, seed=how.seed)
    progress(0.92, "Writing the report card")
    model = _model(name, ready, held, champion, _trusted(calibration, held, honest), (table, honest, how, work))
    judged = Judged(ready, held, model, honest, champion, table, how.playbook, how.seed, quick=how.quick)
    card = card_of(judged, final)
    # What reading guessed of the outcome is settled now, and said by `ready` with its counts.
    said = tuple(n for n in said if n.kind != "info" or n.column != ready.outcome.column)
    notices = (*said, *ready.notices, *held.notices, *model.notices)
    model = replace(model, report=card.as_json(), notices=notices)
    progress(1.0, "Done")
    board = tuple(card.as_json()["leaderboard"])
    seen = np.flatnonzero(~np.isnan(honest[0]))
    unseen = Unseen(held.sample.places[seen], held.sample.labels[seen], honest[0][seen])
    return Trained(model, card, board, ready.leaks, notices, time.perf_counter() - start, unseen)


def _options(given: dict[str, Any]) -> tuple[Choices, Training]:
    """The options sorted into what to learn from and how; lists become tuples, unknown words are refused."""
    plain: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items() if v is not None}
    chosen = {f.name for f in fields(Choices)}
    how = Training(**{k: v for k, v in plain.items() if k not in chosen})
    return Choices(**{k: v for k, v in plain.items() if k in chosen}), how


def _refuse_seed(seed: int) -> None:
    if not 0 <= seed <= MOST_SEED:
        raise RequestRefused(f"{seed} is not a seed.", f"Give a whole number from 0 to {MOST_SEED:,}.")


def _parts_of(source: Any, schema: Schema | None) -> tuple[pa.Table, Schema, tuple[Notice, ...]]:
    if isinstance(source, pa.Table):
        if schema is None:
            raise RequestRefused("A bare table needs its schema.", "Read the file with intake, or pass the schema.")
        return source, schema, ()
    return source.table, schema or source.schema, tuple(source.notices)


def _final(examples: Examples, seed: int) -> tuple[Examples, Examples | None]:
    """The customers to work with, and an untouched final part when there are enough."""
    if len(examples) < LARGE:
        return examples, None
    share = min(FINAL_SHARE, FINAL_MOST / len(examples))
    work, final = final_part(examples, share, seed=seed + 31)
    held_back = examples.only(final)
    if min(held_back.leavers, len(held_back) - held_back.leavers) < 50:
        return examples, None
    return examples.only(work), held_back


def _tuned(work: Examples, how: Training, progress: Progress) -> list[Step]:
    """The settings a search found; the same list and seed go on with the search they had begun."""
    if not how.tune:
        return []
    log = how.searches(f"{data_digest(work)[:24]}-{how.seed}")
    if earlier := sum(1 for _ in log):
        progress(0.05, f"Going on with a search of which {earlier} trials are kept")
    return tuned_steps(work, trials=how.tune, aim=how.aim, seed=how.seed, heard=progress, log=log)


def _trusted(calibration: Calibration, held: Contest, honest: np.ndarray) -> Calibration:
    """The calibration with what became of customers by score, and when the model cannot tell."""
    seen = ~np.isnan(honest[0])
    p, labels = honest[0][seen], held.sample.labels[seen]
    stays, leaves = conformal_edges(p, labels)
    return replace(
        calibration,
        bins=reliability_bins(p, labels),
        stays_up_to=stays,
        leaves_from=leaves,
        spread=spread_between(held.best),
    )


def _model(
    name: str, ready: Prepared, held: Contest, champion: Champion, calibration: Calibration, rest: tuple[Any, ...]
) -> Model:
    table, honest, how, work = rest
    seen = ~np.isnan(honest[0])
    rows = held.sample.only(np.flatnonzero(seen))
    value = ready.schema.value.name if ready.schema.value else None
    found, basis, notices = break_even_of(how.playbook, table.take(pa.array(rows.places)), value)
    even = found if how.break_even is None else how.break_even
    return Model(
        name=name,
        version="",
        schema=ready.schema,
        encoder=ready.examples.encoder,
        explainer=champion.explainer,
        proof=champion.proof,
        calibration=calibration,
        thresholds=thresholds_for(rows.labels, honest[0][seen], even, how=how.threshold),
        reference=reference_of(ready.examples.encoder, rows.matrix, honest[0][seen], learnt=work.matrix),
        stays=ready.outcome.stays,
        leaves=ready.outcome.leaves,
        lineage={
            "data": data_digest(ready.examples),
            "customers": len(ready.examples),
            "seed": how.seed,
            "quick": how.quick,
            "tune": how.tune,
            "aim": how.aim if how.tune else "",
            "break_even": "given" if how.break_even is not None else basis,
            "libraries": library_versions(),
        },
        notices=tuple(notices),
    )
