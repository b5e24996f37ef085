"""Lists: the model that fits, what was confirmed before, known leavers set aside, scored in memory or to a file."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.errors import (
    MissingColumns,
    NoModelFits,
    NoModelYet,
    NotFound,
    RequestRefused,
    Unavailable,
    UnsureColumns,
)
from churn.intake.grid import ScanOptions, open_grid
from churn.intake.matching import Match, layout_key, sure_names
from churn.intake.options import ReadRequest, UsualValues
from churn.intake.reader import ColumnReader, ListStream, Reading, open_list, read_list
from churn.intake.sources import Source, open_source
from churn.intake.values import fold_text
from churn.notices import Notice
from churn.schema import Schema, schema_from

if TYPE_CHECKING:
    from churn.money.economics import Valuation
    from churn.money.playbook import Playbook
    from churn.scoring.reasons import Explanation
    from churn.scoring.score import KnownLeavers, Ranking, ScoredTable
    from churn.scoring.whatif import Change, Comparison
    from churn.training.known_outcomes import LeavingDates
    from churn.training.model import Model


# Which model answers a list: the one asked for, else the live one whose columns the list has.


@dataclass
class OpenModels:
    """Models already opened, by name and version: a version never changes, so it is opened and checked once."""

    home: Path
    kept: dict[tuple[str, str], Model] = field(default_factory=dict)

    def named(self, wanted: str) -> Model:
        """The model `NAME` that is live, or the version `NAME@V`; the name may be the words it was given."""
        from churn.training.registry import live_models, load_live
        from churn.workspace.businesses import find_business

        name, _, version = wanted.partition("@")
        name = find_business(self.home, name)
        if version:
            return self._opened(name, version)
        live = live_models(self.home)
        if name not in live:
            return load_live(self.home, name)
        model = self.kept.get((name, live[name])) or self._told(load_live(self.home, name))
        self.kept[name, model.version] = model
        return model

    def fitting(self, source: Source, filename: str = "", sheet: str | None = None, *, made_up: bool = False) -> Model:
        """The live model whose columns the list has; two that fit alike are refused by name.

        A model of the demo answers by itself for the lists that come with the product alone, and for one that is known
        to be `made_up`; a list of real customers never meets it unless somebody names it.
        """
        from churn.workspace.businesses import is_made_up

        own, demos = self._live()
        made_up = bool(demos) and (made_up or is_made_up(source))
        fitting = self.demos_fitting(source, filename, sheet) if made_up or not own else ()
        if made_up and fitting:
            return self.named(fitting[0])
        if not own:
            raise _none_of_your_own(fitting)
        if len(own) == 1:
            return self.named(next(iter(own)))
        return self._best(own, _headings(source, filename, sheet, self._schemas(own).values()))

    def fitting_names(self, names: tuple[str, ...]) -> Model:
        """The live model whose columns these names are, for customers that come without a file."""
        own, demos = self._live()
        if not own:
            raise _none_of_your_own(self._demos_fitting(demos, names))
        if len(own) == 1:
            return self.named(next(iter(own)))
        return self._best(own, names, "These fields fit")

    def demos_fitting(self, source: Source, filename: str = "", sheet: str | None = None) -> tuple[str, ...]:
        """The demo's models that a person could try on a list, the one that fits best first."""
        _, demos = self._live()
        if not demos:
            return ()
        return self._demos_fitting(demos, _headings(source, filename, sheet, self._schemas(demos).values()))

    def _demos_fitting(self, demos: dict[str, str], headings: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the demo's models whose columns these headings are; of equals the one with a demo's own name."""
        from churn.training.gate import ENOUGH
        from churn.training.registry import DEMO

        shares = {name: _share(headings, schema) for name, schema in self._schemas(demos).items()}
        fitting = (name for name, share in shares.items() if share >= ENOUGH)
        return tuple(sorted(fitting, key=lambda name: (-shares[name], not name.startswith(DEMO), name)))

    def sharing_customers(self, headings: tuple[str, ...], *, made_up: bool = False) -> str:
        """The one live model whose key and most of whose columns these headings are; "" for none or several.

        made_up   they are of a list that comes with the product, whose customers may be the demo's
        """
        from churn.training.gate import ENOUGH

        shares: dict[str, float] = {}
        own, demos = self._own_and_demos()
        for name, schema in self._schemas(demos if made_up and demos else own).items():
            if schema.key and schema.key.name in sure_names(headings, schema):
                shares[name] = _share(headings, schema)
        best = max(shares.values(), default=0.0)
        found = [name for name, share in shares.items() if share == best >= ENOUGH]
        return found[0] if len(found) == 1 else ""

    def _own_and_demos(self) -> tuple[dict[str, str], dict[str, str]]:
        """The live models that learnt from customers of one's own, and those that learnt from made-up ones."""
        from churn.training.registry import live_models
        from churn.workspace.businesses import is_demo

        own: dict[str, str] = {}
        demos: dict[str, str] = {}
        for name, version in live_models(self.home).items():
            kept = self.kept.get((name, version))
            lineage = kept.lineage if kept else None
            (demos if is_demo(self.home, name, version, lineage) else own)[name] = version
        return own, demos

    def _live(self) -> tuple[dict[str, str], dict[str, str]]:
        """The same, where there has to be one."""
        own, demos = self._own_and_demos()
        if not own and not demos:
            raise NoModelYet("There is no model yet.", "Train one first.", options=("verb train LIST",))
        return own, demos

    def _best(self, live: dict[str, str], headings: tuple[str, ...], fits: str = "The list fits") -> Model:
        from churn.training.gate import ENOUGH

        shares = {name: _share(headings, schema) for name, schema in self._schemas(live).items()}
        best = max(shares.values())
        fitting = sorted(name for name, share in shares.items() if share == best)
        if best < ENOUGH:
            which = f"Say which one is to score it: {', '.join(live)}."
            raise NoModelFits(f"{fits} none of the models.", which, options=("model=NAME",))
        if len(fitting) > 1:
            options = tuple(f"model={name}" for name in fitting)
            raise NoModelFits(f"{fits} {' and '.join(fitting)} alike.", "Choose one of them.", options=options)
        return self.named(fitting[0])

    def _schemas(self, live: dict[str, str]) -> dict[str, Schema]:
        return {name: self._schema(name, version) for name, version in live.items()}

    def _opened(self, name: str, version: str) -> Model:
        from churn.training.registry import load

        if (name, version) not in self.kept:
            self.kept[name, version] = self._told(load(self.home, name, version))
        return self.kept[name, version]

    def _told(self, model: Model) -> Model:
        """The model, which says of itself that it is the demo's."""
        from churn.workspace.businesses import OF_THE_DEMO, is_demo

        if not is_demo(self.home, model.name, model.version, model.lineage):
            return model
        return replace(model, notices=(Notice("warning", OF_THE_DEMO), *model.notices))

    def _schema(self, name: str, version: str) -> Schema:
        from churn.training.registry import find_version

        if (name, version) in self.kept:
            return self.kept[name, version].schema
        return schema_from(find_version(self.home, name, version).manifest["schema"])


def _none_of_your_own(demos: tuple[str, ...]) -> NoModelYet:
    """The refusal to let the demo answer by itself; `demos` are those of its models that somebody could try."""
    return NoModelYet(
        "There is no model of your own yet; the demo's learnt from made-up customers.",
        "Train one first, or name the demo's model to try it." if demos else "Train one first.",
        options=("verb train LIST", *(f"model={name}" for name in demos[:1])),
    )


def _headings(source: Source, filename: str, sheet: str | None, schemas: Iterable[Schema]) -> tuple[str, ...]:
    """The headings of a list, found by what the models' columns are called."""
    known = {fold_text(s) for schema in schemas for c in schema.columns for s in (c.name, *c.synonyms)}
    return open_grid(
        open_source(source, filename), ScanOptions(lambda text: fold_text(text) in known, sheet)
    ).layout.names


def _share(headings: tuple[str, ...], schema: Schema) -> float:
    features = {c.name for c in schema.features}
    return len(features & sure_names(headings, schema).keys()) / max(len(features), 1)


# What the workspace remembers of a source: columns a person confirmed once are not asked about again.


Opened = TypeVar("Opened")


def read_with_memory(home: Path, source: Source, options: Mapping[str, Any]) -> Reading:
    """Read a list; where columns are doubtful, use what was confirmed for this layout before."""
    return with_remembered_mapping(
        home,
        options,
        lambda words: read_list(source, home=home, **words),
        lambda reading: (reading.layout, reading.matches),
    )


def read_checked(home: Path, source: Source, options: Mapping[str, Any]) -> Reading:
    """The same, held to the contract its columns are stated in; scoring checks the same rules without it."""
    from churn.intake.contract import check_contract

    return check_contract(read_with_memory(home, source, options))


def with_remembered_mapping(
    home: Path,
    options: Mapping[str, Any],
    opened: Callable[[Mapping[str, Any]], Opened],
    layout_and_matches: Callable[[Opened], tuple[str, Iterable[Match]]],
) -> Opened:
    """Open a list in any way, and once more with what was confirmed for its layout where something is doubtful.

    What a person says of its columns now is remembered for the next list of that layout.

    layout_and_matches  the layout and the matches of what was opened
    """
    try:
        found = opened(options)
    except (UnsureColumns, MissingColumns) as problem:
        more = remembered_columns(home, layout_key(problem.headings), options, partial(_answers, problem))
        if not more:
            raise
        return opened({**options, **more})
    layout, matches = layout_and_matches(found)
    if confirmed := {m.theirs: m.ours for m in matches if m.how == "confirmed"}:
        with suppress(Unavailable):  # a database that cannot be written is no reason to refuse a list
            remember(home, layout, confirmed)
    doubtful = {m.theirs for m in matches if m.doubtful}
    more = remembered_columns(home, layout, options, lambda theirs, _: theirs in doubtful) if doubtful else {}
    return opened({**options, **more}) if more else found


def remembered_columns(
    home: Path, layout: str, options: Mapping[str, Any], answers: Callable[[str, str], bool]
) -> dict[str, Any]:
    """The mapping to read again with; empty where nothing that was confirmed answers what is open.

    The database is opened only when it can help: most lists leave nothing in doubt.
    """
    known = {theirs: ours for theirs, ours in _known(home, layout).items() if answers(theirs, ours)}
    return {"mapping": {**known, **options.get("mapping", {})}} if known else {}


def _answers(problem: UnsureColumns | MissingColumns, theirs: str, ours: str) -> bool:
    if isinstance(problem, MissingColumns):
        return theirs in problem.free and ours in problem.missing
    return theirs in {m.theirs for m in problem.matches}


def _known(home: Path, layout: str) -> dict[str, str]:
    from churn.store.customers import remembered_mapping
    from churn.store.database import shared_book

    return remembered_mapping(shared_book(home), layout)


def remember(home: Path, layout: str, mapping: Mapping[str, str]) -> None:
    """Keep what a person confirmed for a source layout, unless it is known."""
    if mapping.items() <= _known(home, layout).items():
        return
    from churn.store.customers import remember_mapping
    from churn.store.database import shared_book

    remember_mapping(shared_book(home), layout, mapping)


# Lists: checked, scored to a file or in memory, and one customer of them explained.


STREAMED = 32 << 20  # a list larger than this is gone through twice instead of kept in memory
MOST_REASONS = 20
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class ScoredFile:
    """What came of scoring a list to a file.

    left            customers who are known to have left already and were set aside
    value_horizon   over how long its value_at_risk counts, in `currency`; `value_assumed`: by the playbook's bill
    """

    rows: int
    tiers: Mapping[str, int]
    model: str
    version: str
    set_aside: int
    seconds: float
    notices: tuple[Notice, ...]
    value_horizon: str = ""
    value_assumed: bool = False
    currency: str = ""
    left: int = 0

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        return {
            "rows": self.rows,
            "tiers": dict(self.tiers),
            "model": self.model,
            "version": self.version,
            "set_aside": self.set_aside,
            "left": self.left,
            "seconds": round(self.seconds, 2),
            "notices": [n.as_json() for n in self.notices],
            "value_horizon": self.value_horizon,
            "value_assumed": self.value_assumed,
            "currency": self.currency,
        }


@dataclass(frozen=True)
class ScoredCustomers:
    """A list in memory with its scores: what it said, who may leave, and the model that says so.

    as_of      the day ages count back from, where the list itself does not say
    valuation  what its customers are worth
    whole      the same with customers who are known to have left, where there are some: what moved them is worth a look
    """

    reading: Reading
    scored: ScoredTable
    model: Model
    as_of: date | None = None
    valuation: Valuation | None = None
    whole: ScoredCustomers | None = None

    @property
    def horizon(self) -> str:
        """Over how long the worth of its customers is counted; empty where it is not known."""
        return self.valuation.playbook.horizon if self.valuation else ""

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What a person should know of the list and of its scores."""
        return (*self.reading.notices, *self.scored.notices, *self.model.notices)

    @cached_property
    def probability(self) -> np.ndarray:
        """How likely each customer is to leave."""
        return np.asarray(self.scored.table.column("probability").to_numpy())

    @cached_property
    def matrix(self) -> np.ndarray:
        """The list as the model sees it."""
        return self.model.encoder.matrix(self.reading.table, as_of=self.as_of)

    @cached_property
    def contributions(self) -> np.ndarray:
        """What every column adds to every customer's log-odds."""
        return self.model.explainer.contributions(self.matrix)


@dataclass(frozen=True)
class ExplainedScore:
    """One customer with everything that can be said about the score, and the nearest changes that lower it."""

    explanation: Explanation
    changes: tuple[Change, ...]
    customer: Mapping[str, Any]
    model: Model


def ranking_for(
    model: Model,
    home: Path,
    *,
    top: int = 3,
    keep: tuple[str, ...] = (),
    as_of: date | None = None,
    playbook: Playbook | None = None,
    everybody: bool = True,
    leaving: LeavingDates | None = None,
) -> Ranking:
    """How this model ranks a list here: with its business's words, and the action the playbook in force suggests.

    everybody  False sets customers aside of whom the list itself says that they left
    leaving    the columns of the list that may say when a customer left
    """
    from churn.scoring.score import Ranking
    from churn.training.known_outcomes import NO_LEAVING_DATES
    from churn.workspace.businesses import playbook_for, suggester_of, valuation_of, with_learnt_bills, wording_of

    if not 0 <= top <= MOST_REASONS:
        raise RequestRefused(f"{top} reasons per customer cannot be given.", f"Ask for 0 to {MOST_REASONS}.")
    offers = playbook_for(model, home) if playbook is None else with_learnt_bills(playbook, model)
    return Ranking(
        model,
        wording_of(model, home),
        top=top,
        valuation=valuation_of(model, offers),
        suggester=suggester_of(model, offers),
        keep=keep,
        as_of=as_of,
        everybody=everybody,
        leaving=leaving or NO_LEAVING_DATES,
    )


def leaving_dates_of(model: Model, schema: Schema, options: Mapping[str, Any]) -> LeavingDates:
    """The columns of a list that may say when a customer left, unless a person said that they are none of ours."""
    from churn.training.known_outcomes import leaving_dates_in

    declined = {fold_text(theirs) for theirs, ours in (options.get("mapping") or {}).items() if not ours}
    return leaving_dates_in(schema, model, {n for n in schema.names if fold_text(n) in declined})


def read_for_model(model: Model, home: Path, source: Source, options: Mapping[str, Any]) -> Reading:
    """The list read by the model's own columns."""
    return read_with_memory(home, source, options_for_model(model, options))


def score_in_memory(
    model: Model, home: Path, source: Source, *, top: int, options: Mapping[str, Any], everybody: bool = False
) -> ScoredCustomers:
    """A whole list scored in memory, as the screens want it; known leavers are in it only with `everybody`."""
    from churn.scoring.score import KnownLeavers

    reading, day = read_for_model(model, home, source, options).without_text(), parse_day(options.get("as_of"))
    leaving = leaving_dates_of(model, reading.schema, options)
    ranking = ranking_for(model, home, top=top, as_of=day, everybody=everybody, leaving=leaving)
    leavers = KnownLeavers(ranking)
    left = leavers.see(reading.table)
    leavers.refuse_all()
    scored = replace(ranking, everybody=True).scored(reading.table)
    scored = replace(scored, notices=(*leavers.notices, *scored.notices))
    valuation = ranking.valuation.of_list(reading.table.column_names) if ranking.valuation else None
    ranked = ScoredCustomers(reading, scored, model, day, valuation)
    if leavers.set_aside:
        there = pa.array(~left)
        reading = replace(reading, table=reading.table.filter(there), lines=reading.lines[~left])
        still_here = replace(scored, table=scored.table.filter(there))
        ranked = ScoredCustomers(reading, still_here, model, day, valuation, whole=ranked)
    release_memory()
    return ranked


def release_memory() -> None:
    """Hand memory that no list needs any more back to the machine; the allocator would keep it for the next list."""
    pa.default_memory_pool().release_unused()


def score_to_file(
    model: Model,
    home: Path,
    source: Source,
    target: Path | BinaryIO,
    *,
    options: Mapping[str, Any],
    top: int = 3,
    keep: bool = False,
    everybody: bool = False,
    progress: Progress | None = None,
) -> ScoredFile:
    """A list of any length scored to a file, block by block, in the order of the list.

    everybody  also customers of whom the list says that they left; else they are set aside and counted
    """
    from churn.scoring.export import write_scored
    from churn.scoring.score import KnownLeavers
    from churn.scoring.unfamiliar import Unfamiliar
    from churn.training.thresholds import TIERS

    start = time.perf_counter()
    stream = stream_list(home, source, options_for_model(model, options))
    columns = tuple(stream.schema.names) if keep else ()
    tiers: Counter[str] = Counter()
    unfamiliar = Unfamiliar(model)
    ranking = ranking_for(model, home, top=top, keep=columns, as_of=parse_day(options.get("as_of")))
    leaving = leaving_dates_of(model, stream.schema, options)
    ranking = replace(ranking, watch=unfamiliar.see, everybody=everybody, leaving=leaving)
    leavers = KnownLeavers(ranking)
    blocks = _counted(_unless_all_left(ranking.blocks(leavers.seen(_tables(stream))), leavers), tiers)
    rows = write_scored(blocks, target, progress=progress, total=stream.rows)
    return ScoredFile(
        rows=rows,
        tiers={name: tiers[name] for name in TIERS},
        model=model.name,
        version=model.version,
        set_aside=len(stream.survey.set_aside),
        seconds=time.perf_counter() - start,
        notices=(
            *stream.notices,
            *leavers.notices,
            *ranking.notices_on(stream.schema.names),
            *unfamiliar.notices,
            *model.notices,
        ),
        left=leavers.set_aside,
        **worth_in(ranking, stream.schema.names),
    )


def worth_in(ranking: Ranking, names: Collection[str]) -> dict[str, Any]:
    """What goes with the value at risk of a list with these columns."""
    from churn.scoring.wording import worth_answer

    return worth_answer(ranking.valuation.of_list(names) if ranking.valuation else None, ranking.wording)


def customer_of(ranked: ScoredCustomers, key: str) -> dict[str, Any]:
    """The checked values of one customer of a scored list, by the key or the row number it has there."""
    places = np.flatnonzero(pc.equal(ranked.scored.table.column(0).cast(pa.string()), key).to_numpy())
    if not len(places):
        return customer_in(ranked.reading, key)
    return ranked.reading.table.slice(int(places[0]), 1).to_pylist()[0]


def customer_in(reading: Reading, key: str) -> dict[str, Any]:
    """The checked values of one customer of a list: by key, or by row number where the list has no key."""
    column = reading.schema.key
    if column and column.name in reading.table.column_names:
        places = np.flatnonzero(reading.table.column(column.name).to_numpy(zero_copy_only=False) == key)
    else:
        places = np.flatnonzero(np.arange(1, reading.rows + 1).astype(str) == key)
    if not len(places):
        what = column.name if column else "row"
        raise NotFound(f"There is no customer with {what} {key!r} in the list.", "Check the key, blanks included.")
    return reading.table.slice(int(places[0]), 1).to_pylist()[0]


def explained(
    model: Model,
    home: Path,
    customer: Mapping[str, Any],
    *,
    as_of: date | str | None = None,
    columns: Collection[str] | None = None,
) -> ExplainedScore:
    """Everything that can be said about one customer's score; `columns` are those of the list the customer is in."""
    from churn.scoring.reasons import explain_customer
    from churn.scoring.whatif import nearest_changes
    from churn.workspace.businesses import wording_of

    wording, day, valuation = wording_of(model, home), parse_day(as_of), _valuation(model, home, columns)
    changes = nearest_changes(model, wording, [customer], as_of=day)[0]
    told = explain_customer(model, wording, customer, as_of=day, valuation=valuation)
    return ExplainedScore(replace(told, notices=(*model.notices, *told.notices)), changes, customer, model)


def compared(
    model: Model,
    home: Path,
    customer: Mapping[str, Any],
    changes: Mapping[str, Any],
    *,
    as_of: date | str | None = None,
    columns: Collection[str] | None = None,
) -> Comparison:
    """One customer before and after some fields change; `columns` as for `explained`."""
    from churn.scoring.whatif import compare_changes
    from churn.workspace.businesses import wording_of

    valuation = _valuation(model, home, columns)
    found = compare_changes(
        model, wording_of(model, home), customer, changes, as_of=parse_day(as_of), valuation=valuation
    )
    return replace(found, notices=(*model.notices, *found.notices))


def _valuation(model: Model, home: Path, columns: Collection[str] | None) -> Valuation | None:
    from churn.workspace.businesses import valuation_for

    found = valuation_for(model, home)
    return found if found is None or columns is None else found.of_list(columns)


def parse_day(written: date | str | None) -> date | None:
    """The day that ages count back from, as a person writes it."""
    if written is None or isinstance(written, date):
        return written
    try:
        return date.fromisoformat(written.strip())
    except ValueError:
        raise RequestRefused(f"{written!r} is not a day.", "Write it like 2026-01-31.") from None


def options_for_model(model: Model, options: Mapping[str, Any]) -> dict[str, Any]:
    """What was said about a list, with the model's schema in place of a profile's."""
    kept = {k: v for k, v in options.items() if v is not None and k not in ("profile", "as_of")}
    return {"purpose": "score", "schema": model.schema, "usual": _usual(model), **kept}


def _usual(model: Model) -> dict[str, UsualValues]:
    """How each column was in the list the model learnt from."""
    reference = model.reference
    learnt = zip(model.encoder.fields, reference.quantiles[:, 50], reference.missing, strict=True)
    return {
        field.name: UsualValues(
            float(middle) if field.form == "number" and middle else None, missing / max(reference.customers, 1)
        )
        for field, middle, missing in learnt
    }


def stream_list(home: Path, source: Source, options: Mapping[str, Any]) -> ListStream:
    """The list ready to go by in blocks, with what was confirmed for its layout before."""

    def opened(words: Mapping[str, Any]) -> ListStream:
        asked = ReadRequest(home=home, keep=STREAMED, **{k: v for k, v in words.items() if k != "filename"})
        return open_list(source, filename=words.get("filename", ""), request=asked)

    return with_remembered_mapping(home, options, opened, lambda s: (layout_key(s.survey.positions), s.survey.matches))


def _tables(stream: ListStream) -> Iterator[pa.Table]:
    return (block.table for block in stream.blocks())


def _unless_all_left(blocks: Iterator[pa.Table], leavers: KnownLeavers) -> Iterator[pa.Table]:
    """The same blocks; where nobody is in any of them, nothing is written."""
    yield from blocks
    leavers.refuse_all()


def _counted(blocks: Iterator[pa.Table], tiers: Counter[str]) -> Iterator[pa.Table]:
    from churn.scoring.score import count_tiers

    for block in blocks:
        tiers.update(count_tiers(block))
        yield block


# Lists that one machine cannot hold: scored on a cluster, by the one scoring function.


def score_on_spark_cluster(
    model: Model,
    home: Path,
    source: str,
    target: Path,
    *,
    engine: str,
    options: Mapping[str, Any],
    top: int = 3,
    keep: bool = False,
    everybody: bool = False,
) -> ScoredFile:
    """Parquet files scored into a folder of Parquet parts, in no order; the answers are those of one process."""
    from churn.features.sources import source_files
    from churn.scoring.score import KnownLeavers
    from churn.scoring.spark import score_on_spark

    start = time.perf_counter()
    files, key = source_files(source), _key_of(model)
    _refuse_other_kinds(files)
    notices: list[Notice] = []
    worth: dict[str, Any] = {}
    counted: list[KnownLeavers] = []

    def settle(first: bytes) -> tuple[ColumnReader, Ranking]:
        stream = _opened(model, home, first, options)
        notices.extend(_heard(stream))
        columns = tuple(stream.schema.names) if keep else ()
        day = parse_day(options.get("as_of"))
        leaving = leaving_dates_of(model, stream.schema, options)
        ranking = ranking_for(model, home, top=top, keep=columns, as_of=day, everybody=everybody, leaving=leaving)
        worth.update(worth_in(ranking, stream.schema.names))
        return stream.settled, ranking

    def judge(ranking: Ranking, counts: Counter[str]) -> None:
        counted.append(KnownLeavers(ranking, counts))
        counted[0].refuse_all()

    tiers = score_on_spark(engine, files, target, settle, key=key, judge=judge)
    (leavers,) = counted
    return ScoredFile(
        rows=sum(tiers.values()),
        tiers=tiers,
        model=model.name,
        version=model.version,
        set_aside=0,
        seconds=time.perf_counter() - start,
        notices=(*notices, *leavers.notices, *model.notices),
        left=leavers.set_aside,
        **worth,
    )


def _key_of(model: Model) -> str:
    """The column that tells whose score is whose, without which no cluster can score."""
    if model.schema.key is None:
        raise RequestRefused(
            f"The model {model.name} knows no key, so nobody could tell whose score is whose.",
            "Score it without an engine: rows are numbered there.",
        )
    return model.schema.key.name


def first_of(source: str) -> Path:
    """The file by whose columns a model is chosen."""
    from churn.features.sources import source_files

    return source_files(source)[0]


def _opened(model: Model, home: Path, first: bytes, options: Mapping[str, Any]) -> ListStream:
    words = {k: v for k, v in options_for_model(model, options).items() if k != "filename"}
    return open_list(first, filename="first-rows.parquet", request=ReadRequest(home=home, keep=STREAMED, **words))


def _heard(stream: ListStream) -> list[Notice]:
    """What the first rows gave to say, and that it was said of them."""
    from churn.scoring.spark import SAMPLE

    for _ in stream.blocks():
        pass  # what is counted is complete after the last block
    text = f"What is said of the list was seen in its first {stream.rows:,} rows; every row was scored."
    return [Notice("info", text)] * (stream.rows >= SAMPLE) + list(stream.notices)


def _refuse_other_kinds(files: tuple[Path, ...]) -> None:
    from churn.features.sources import PARQUET

    odd = next((f for f in files if not f.name.lower().endswith(PARQUET)), None)
    if odd:
        raise RequestRefused(
            f"{odd.name} is no Parquet file; a cluster scores Parquet.",
            "Score it without an engine, or write it as Parquet first.",
        )
