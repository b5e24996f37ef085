"""Training: a list with known outcomes goes in, a Model with its report card comes out."""

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
from churn.training.boosting import Aim, Step, Trials, tuned_steps
from churn.training.calibration import Calibration, calibrated, conformal_edges, reliability_bins, spread_between
from churn.training.dataset import Examples, final_part
from churn.training.gate import Unseen
from churn.training.metrics import auc, break_even_of
from churn.training.model import Model, data_digest, library_versions, reference_of
from churn.training.prepare import Choices, Leak, Prepared, prepared
from churn.training.report import ReportCard
from churn.training.report_builder import OfferResult, card_of
from churn.training.selection import Champion, Contest, contest, fitted_champion
from churn.training.thresholds import refuse_no_probability, thresholds_for, wanted_threshold

if TYPE_CHECKING:
    from churn.intake.reader import Reading

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
    judged = OfferResult(ready, held, model, honest, champion, table, how.playbook, how.seed, quick=how.quick)
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


# Two ways: the same customers prepared in two ways, and whether one of them makes a better model, beyond chance.
#
# Each way is learnt from on its own, quickly; both are judged on the same rows, each by a model that had not seen
# that customer. The interval comes from drawing customers, not rows: one who stands in the table several times is
# one.


TIMES = 400


FEWEST = 30


@dataclass(frozen=True)
class TwoWays:
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
        told = {"better": "better, beyond chance", "worse": "worse, beyond chance"}
        return (
            f"ROC-AUC {self.first:.3f} without and {self.second:.3f} with: a difference of {self.difference:+.3f} "
            f"(95% from {self.low:+.3f} to {self.high:+.3f}) on {self.customers:,} unseen customers: "
            f"{told.get(self.verdict, 'no difference beyond chance')}."
        )

    def as_json(self) -> dict[str, Any]:
        """The comparison as a plain mapping."""
        return {**asdict(self), "difference": self.difference, "verdict": self.verdict, "sentence": self.sentence}


def compared_ways(first: pa.Table, second: pa.Table, schema: Schema, *, seed: int = 0) -> TwoWays:
    """Learn from both tables and compare what they say of the rows that both have."""
    said = [_said(table, schema, seed) for table in (first, second)]
    shared = sorted(said[0].keys() & said[1].keys())
    labels = np.array([said[0][row][0] for row in shared])
    if min(labels.sum(), len(labels) - labels.sum()) < FEWEST:
        raise ListRefused(
            f"Only {len(shared):,} rows can be compared, with {int(labels.sum()):,} leavers among them.",
            f"Use more dates or a longer log: {FEWEST} leavers and as many stayers are needed.",
        )
    p, q = (np.array([way[row][1] for row in shared]) for way in said)
    _, customer = np.unique([key for key, _ in shared], return_inverse=True)
    low, high = _interval(labels, (p, q), customer, seed)
    return TwoWays(int(customer.max()) + 1, len(shared), auc(labels, p), auc(labels, q), low, high)


def _said(table: pa.Table, schema: Schema, seed: int) -> dict[tuple[str, Any], tuple[float, float]]:
    """For each row, by key and date: who left, and what a model that had not seen the customer says."""
    unseen = train(table, schema, quick=True, seed=seed).unseen
    assert schema.key is not None
    date = next((c.name for c in schema.columns if c.role == "date"), schema.key.name)
    rows = table.select([schema.key.name, date]).take(pa.array(unseen.places)).to_pylist()
    names = [(row[schema.key.name], row[date]) for row in rows]
    return dict(zip(names, zip(unseen.labels, unseen.probability, strict=True), strict=True))


def _interval(
    labels: np.ndarray, scores: tuple[np.ndarray, np.ndarray], customer: np.ndarray, seed: int
) -> tuple[float, float]:
    """95 % of the differences found when customers are drawn with replacement."""
    random = np.random.default_rng(seed)
    order = np.argsort(customer, kind="stable")
    starts = np.searchsorted(customer[order], np.arange(customer.max() + 2))
    found = []
    for _ in range(TIMES):
        drawn = random.integers(0, len(starts) - 1, len(starts) - 1)
        size = starts[drawn + 1] - starts[drawn]
        inside = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        rows = order[np.repeat(starts[drawn], size) + inside]
        if 0 < labels[rows].sum() < len(rows):
            found.append(auc(labels[rows], scores[1][rows]) - auc(labels[rows], scores[0][rows]))
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)
