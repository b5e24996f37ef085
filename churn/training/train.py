"""Training: a list with known outcomes goes in, a Model with its report comes out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from churn.errors import ListRefused, RequestRefused
from churn.money.playbook import Playbook
from churn.notices import Notice
from churn.schema import Schema
from churn.threads import set_passive_waiting
from churn.training.boosting import SearchResult, Trials, TuningAim, tune
from churn.training.calibration import (
    Calibration,
    choose_calibration,
    conformal_edges,
    count_bins,
    spread_between_repeats,
)
from churn.training.dataset import Examples, split_final_part
from churn.training.gate import UnseenScores
from churn.training.metrics import auc, find_break_even
from churn.training.model import Model, build_reference, data_digest, library_versions
from churn.training.prepare import Leak, Prepared, PrepareOptions, prepare
from churn.training.report import ReportCard
from churn.training.report_builder import ReportInputs, build_report
from churn.training.selection import fit_champion, select_model
from churn.training.thresholds import choose_thresholds, parse_threshold_rule, refuse_bad_break_even

if TYPE_CHECKING:
    from churn.intake.reader import Reading

LARGE = 20_000  # from so many customers on, a final part is kept untouched
MOST_SEED = 1_000_000  # every fold and bag counts on from it, within what the libraries take
FINAL_SHARE, FINAL_MOST = 0.15, 100_000
Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class TrainSettings:
    """How to train, beside what to learn from.

    tune        trials of a search for better settings; 0 for none, with `aim` what it looks for
    break_even  the probability from which an offer pays; found from the playbook where it is not given
    searches    where the trials of a search are kept, by the fingerprint of what is searched on
    threshold   how the threshold is chosen: "money", "f1", "recall 0.9" or "list 500" (customers)
    """

    quick: bool = False
    tune: int = 0
    aim: TuningAim = "logloss"
    seed: int = 0
    break_even: float | None = None
    playbook: Playbook | None = None
    searches: Callable[[str], Trials] = lambda fingerprint: []
    threshold: str = "money"


@dataclass(frozen=True)
class TrainingResult:
    """A trained model, not saved yet, and how it came about."""

    model: Model
    report: ReportCard
    leaderboard: tuple[dict[str, Any], ...]
    leaks: tuple[Leak, ...]
    notices: tuple[Notice, ...]
    seconds: float
    unseen: UnseenScores


def train(
    source: Reading | pa.Table,
    schema: Schema | None = None,
    *,
    name: str = "model",
    progress: Progress = lambda share, text: None,
    **options: Any,
) -> TrainingResult:
    """Train a model on a list in which it is known who left; nothing is written to disk.

    progress  is told the share done and what is being done; an exception it raises stops the training
    options   the words of `PrepareOptions` (outcome, positive, drop …) and of `TrainSettings` (quick, tune, seed …)
    """
    start = time.perf_counter()
    set_passive_waiting()
    choices, settings = _sort_options(options)
    refuse_bad_break_even(settings.break_even)
    parse_threshold_rule(settings.threshold)
    _refuse_seed(settings.seed)
    table, schema, notices = _table_and_schema(source, schema)
    progress(0.0, "Looking for columns that know the outcome already")
    prepared = prepare(table, schema, choices)
    work, final = _split_off_final(prepared.examples, settings.seed)
    tuned = _search_settings(work, settings, progress)
    selection = select_model(work, quick=settings.quick, seed=settings.seed, tuned=tuned, on_progress=progress)
    progress(0.85, f"{selection.champion} learns from all {len(work):,} customers")
    repeats = selection.evaluation.plan.repeats
    calibration, out_of_fold = choose_calibration(selection.best, selection.sample.labels, repeats)
    champion = fit_champion(selection.parts, work, calibration, seed=settings.seed)
    progress(0.92, "Writing the report card")
    checked = np.flatnonzero(~np.isnan(out_of_fold[0]))
    rows, p = selection.sample.take(checked), out_of_fold[0][checked]
    spread = spread_between_repeats(selection.best)
    calibration = _with_reliability(calibration, rows.labels, p, spread)
    even, basis, doubts = _find_break_even(prepared, settings, table.take(pa.array(rows.places)))
    model = Model(
        name=name,
        version="",
        schema=prepared.schema,
        encoder=prepared.examples.encoder,
        explainer=champion.explainer,
        proof=champion.proof,
        calibration=calibration,
        thresholds=choose_thresholds(rows.labels, p, even, how=settings.threshold),
        reference=build_reference(prepared.examples.encoder, rows.matrix, p, learnt=work.matrix),
        stays=prepared.outcome.stays,
        leaves=prepared.outcome.leaves,
        lineage=_lineage(prepared, settings, basis),
        notices=tuple(doubts),
    )
    inputs = ReportInputs(
        prepared, selection, model, out_of_fold, table, settings.playbook, settings.seed, quick=settings.quick
    )
    report = build_report(inputs, final)
    # What reading guessed of the outcome is settled now; `prepared` says it with its counts.
    kept = (n for n in notices if n.kind != "info" or n.column != prepared.outcome.column)
    notices = (*kept, *prepared.notices, *selection.notices, *model.notices)
    model = replace(model, report=report.as_json(), notices=notices)
    progress(1.0, "Done")
    unseen = UnseenScores(rows.places, rows.labels, p)
    board = tuple(report.as_json()["leaderboard"])
    return TrainingResult(model, report, board, prepared.leaks, notices, time.perf_counter() - start, unseen)


def _sort_options(given: dict[str, Any]) -> tuple[PrepareOptions, TrainSettings]:
    """Sort the options into what to learn from and how; lists become tuples, unknown words are refused."""
    plain: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items() if v is not None}
    chosen = {f.name for f in fields(PrepareOptions)}
    settings = TrainSettings(**{k: v for k, v in plain.items() if k not in chosen})
    return PrepareOptions(**{k: v for k, v in plain.items() if k in chosen}), settings


def _refuse_seed(seed: int) -> None:
    if not 0 <= seed <= MOST_SEED:
        raise RequestRefused(f"{seed} is not a seed.", f"Give a whole number from 0 to {MOST_SEED:,}.")


def _table_and_schema(source: Any, schema: Schema | None) -> tuple[pa.Table, Schema, tuple[Notice, ...]]:
    if isinstance(source, pa.Table):
        if schema is None:
            raise RequestRefused("A bare table needs its schema.", "Read the file with intake, or pass the schema.")
        return source, schema, ()
    return source.table, schema or source.schema, tuple(source.notices)


def _split_off_final(examples: Examples, seed: int) -> tuple[Examples, Examples | None]:
    """The customers to work with and, when there are enough, an untouched final part."""
    if len(examples) < LARGE:
        return examples, None
    share = min(FINAL_SHARE, FINAL_MOST / len(examples))
    work, final = split_final_part(examples, share, seed=seed + 31)
    held_back = examples.take(final)
    if min(held_back.leavers, len(held_back) - held_back.leavers) < 50:
        return examples, None
    return examples.take(work), held_back


def _search_settings(work: Examples, settings: TrainSettings, progress: Progress) -> list[SearchResult]:
    """Search for better settings; the same list and seed continue an earlier search."""
    if not settings.tune:
        return []
    log = settings.searches(f"{data_digest(work)[:24]}-{settings.seed}")
    if earlier := sum(1 for _ in log):
        progress(0.05, f"Going on with a search of which {earlier} trials are kept")
    return tune(work, trials=settings.tune, aim=settings.aim, seed=settings.seed, on_progress=progress, log=log)


def _with_reliability(calibration: Calibration, labels: np.ndarray, p: np.ndarray, spread: float | None) -> Calibration:
    """The calibration with what became of customers by score, and where the model cannot tell."""
    stays, leaves = conformal_edges(p, labels)
    return replace(calibration, bins=count_bins(p, labels), stays_up_to=stays, leaves_from=leaves, spread=spread)


def _find_break_even(prepared: Prepared, settings: TrainSettings, table: pa.Table) -> tuple[float, str, list[Notice]]:
    """The break-even that counts, on whose word, and what to say about it."""
    value = prepared.schema.value.name if prepared.schema.value else None
    even, basis, notices = find_break_even(settings.playbook, table, value)
    return (even, basis, notices) if settings.break_even is None else (settings.break_even, "given", notices)


def _lineage(prepared: Prepared, settings: TrainSettings, basis: str) -> dict[str, Any]:
    return {
        "data": data_digest(prepared.examples),
        "customers": len(prepared.examples),
        "seed": settings.seed,
        "quick": settings.quick,
        "tune": settings.tune,
        "aim": settings.aim if settings.tune else "",
        "break_even": basis,
        "libraries": library_versions(),
    }


# Comparing: one list prepared in two ways, and whether one of them makes a better model, beyond chance.
#
# A model is trained quickly on each; both are judged on the same rows, each by a model that had not seen that
# customer. The interval comes from drawing customers, not rows: one who stands in the table several times is one.


DRAWS = 400
FEWEST = 30


@dataclass(frozen=True)
class TrainingComparison:
    """ROC-AUC of both ways on the same unseen rows, and the difference with its 95 % interval."""

    customers: int
    rows: int
    first: float
    second: float
    low: float
    high: float

    @property
    def difference(self) -> float:
        """How much better the second way ranks; below zero it is worse."""
        return self.second - self.first

    @property
    def verdict(self) -> str:
        """`better`, `worse` or `no difference` of the second way, beyond chance."""
        return "better" if self.low > 0 else "worse" if self.high < 0 else "no difference"

    @property
    def sentence(self) -> str:
        """The comparison in one sentence."""
        words = {"better": "better, beyond chance", "worse": "worse, beyond chance"}
        return (
            f"ROC-AUC {self.first:.3f} without and {self.second:.3f} with: a difference of {self.difference:+.3f} "
            f"(95% from {self.low:+.3f} to {self.high:+.3f}) on {self.customers:,} unseen customers: "
            f"{words.get(self.verdict, 'no difference beyond chance')}."
        )

    def as_json(self) -> dict[str, Any]:
        """The comparison as a plain mapping."""
        return {**asdict(self), "difference": self.difference, "verdict": self.verdict, "sentence": self.sentence}


def compare_trainings(first: pa.Table, second: pa.Table, schema: Schema, *, seed: int = 0) -> TrainingComparison:
    """Train on both tables and compare the scores of the rows that both have."""
    scores = [_unseen_scores(table, schema, seed) for table in (first, second)]
    shared = sorted(scores[0].keys() & scores[1].keys())
    labels = np.array([scores[0][row][0] for row in shared])
    if min(labels.sum(), len(labels) - labels.sum()) < FEWEST:
        raise ListRefused(
            f"Only {len(shared):,} rows can be compared, with {int(labels.sum()):,} leavers among them.",
            f"Use more dates or a longer log: {FEWEST} leavers and as many stayers are needed.",
        )
    p, q = (np.array([table[row][1] for row in shared]) for table in scores)
    _, customer = np.unique([key for key, _ in shared], return_inverse=True)
    low, high = _difference_interval(labels, p, q, customer, seed)
    return TrainingComparison(int(customer.max()) + 1, len(shared), auc(labels, p), auc(labels, q), low, high)


def _unseen_scores(table: pa.Table, schema: Schema, seed: int) -> dict[tuple[str, Any], tuple[float, float]]:
    """For each row, by key and date: who left, and what a model that had not seen the customer says."""
    unseen = train(table, schema, quick=True, seed=seed).unseen
    assert schema.key is not None
    date = next((c.name for c in schema.columns if c.role == "date"), schema.key.name)
    rows = table.select([schema.key.name, date]).take(pa.array(unseen.places)).to_pylist()
    names = [(row[schema.key.name], row[date]) for row in rows]
    return dict(zip(names, zip(unseen.labels, unseen.probability, strict=True), strict=True))


def _difference_interval(
    labels: np.ndarray, first: np.ndarray, second: np.ndarray, customer: np.ndarray, seed: int
) -> tuple[float, float]:
    """95 % of the differences found when customers are drawn with replacement."""
    random = np.random.default_rng(seed)
    order = np.argsort(customer, kind="stable")
    starts = np.searchsorted(customer[order], np.arange(customer.max() + 2))
    found = []
    for _ in range(DRAWS):
        drawn = random.integers(0, len(starts) - 1, len(starts) - 1)
        size = starts[drawn + 1] - starts[drawn]
        inside = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        rows = order[np.repeat(starts[drawn], size) + inside]
        if 0 < labels[rows].sum() < len(rows):
            found.append(auc(labels[rows], second[rows]) - auc(labels[rows], first[rows]))
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)
