"""Lists at the counter: checked, scored to a file or in memory, and one customer of them explained."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.desk.business.businesses import (
    as_learnt,
    playbook_for,
    suggester_of,
    valuation_for,
    valuation_of,
    wording_of,
)
from churn.desk.listing.leavers import Leavers
from churn.desk.listing.memory import read_remembering, remembering
from churn.errors import NotFound, RequestRefused
from churn.intake.reading import Reading
from churn.intake.streaming import Stream, open_list
from churn.intake.text.opening import Source
from churn.intake.understanding.asking import Asked, Usual
from churn.intake.understanding.matching import layout_key
from churn.learning.measures.thresholds import TIERS
from churn.learning.versions.model import Model
from churn.money.at_risk import Valuation
from churn.money.playbook import Playbook
from churn.notices import Notice
from churn.scoring.explaining import Explanation, explanation
from churn.scoring.nearest import Change, nearest_changes
from churn.scoring.ranking import Ranking, ScoredList, tiers_in
from churn.scoring.scored_files import write_scored
from churn.scoring.supposing import Comparison, whatif
from churn.scoring.unfamiliar import Unfamiliar
from churn.scoring.worth_notices import worth_said

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
class Ranked:
    """A list in memory with its scores: what it said, who may leave, and the model that says so.

    as_of      the day ages count back from, where the list itself does not say
    valuation  what its customers are worth
    whole      the same with customers who are known to have left, where there are some: what moved them is worth a look
    """

    reading: Reading
    scored: ScoredList
    model: Model
    as_of: date | None = None
    valuation: Valuation | None = None
    whole: Ranked | None = None

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
class Explained:
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
) -> Ranking:
    """How this model ranks a list here: with its business's words, and the action the playbook in force suggests.

    everybody  False sets customers aside of whom the list itself says that they left
    """
    if not 0 <= top <= MOST_REASONS:
        raise RequestRefused(f"{top} reasons per customer cannot be given.", f"Ask for 0 to {MOST_REASONS}.")
    offers = playbook_for(model, home) if playbook is None else as_learnt(playbook, model)
    return Ranking(
        model,
        wording_of(model, home),
        top=top,
        valuation=valuation_of(model, offers),
        suggester=suggester_of(model, offers),
        keep=keep,
        as_of=as_of,
        everybody=everybody,
    )


def read_for(model: Model, home: Path, source: Source, said: Mapping[str, Any]) -> Reading:
    """The list read by the model's own columns."""
    return read_remembering(home, source, by_model(model, said))


def ranked_list(
    model: Model, home: Path, source: Source, *, top: int, said: Mapping[str, Any], everybody: bool = False
) -> Ranked:
    """A whole list scored in memory, as the screens want it; known leavers are in it only with `everybody`."""
    reading, day = read_for(model, home, source, said).without_text(), day_of(said.get("as_of"))
    ranking = ranking_for(model, home, top=top, as_of=day, everybody=everybody)
    leavers = Leavers(ranking)
    left = leavers.see(reading.table)
    leavers.refuse_all()
    scored = replace(ranking, everybody=True).scored(reading.table)
    scored = replace(scored, notices=(*leavers.notices, *scored.notices))
    valuation = ranking.valuation.of_list(reading.table.column_names) if ranking.valuation else None
    ranked = Ranked(reading, scored, model, day, valuation)
    if leavers.set_aside:
        there = pa.array(~left)
        reading = replace(reading, table=reading.table.filter(there), lines=reading.lines[~left])
        still_here = replace(scored, table=scored.table.filter(there))
        ranked = Ranked(reading, still_here, model, day, valuation, whole=ranked)
    give_back()
    return ranked


def give_back() -> None:
    """Hand memory that no list needs any more back to the machine; the allocator would keep it for the next list."""
    pa.default_memory_pool().release_unused()


def scored_file(
    model: Model,
    home: Path,
    source: Source,
    target: Path | BinaryIO,
    *,
    said: Mapping[str, Any],
    top: int = 3,
    keep: bool = False,
    everybody: bool = False,
    progress: Progress | None = None,
) -> ScoredFile:
    """A list of any length scored to a file, block by block, in the order of the list.

    everybody  also customers of whom the list says that they left; else they are set aside and counted
    """
    start = time.perf_counter()
    stream = streamed_list(home, source, by_model(model, said))
    columns = tuple(stream.schema.names) if keep else ()
    tiers: Counter[str] = Counter()
    unfamiliar = Unfamiliar(model)
    ranking = ranking_for(model, home, top=top, keep=columns, as_of=day_of(said.get("as_of")))
    ranking = replace(ranking, watch=unfamiliar.see, everybody=everybody)
    leavers = Leavers(ranking)
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
    return worth_said(ranking.valuation.of_list(names) if ranking.valuation else None, ranking.wording)


def customer_of(ranked: Ranked, key: str) -> dict[str, Any]:
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
) -> Explained:
    """Everything that can be said about one customer's score; `columns` are those of the list the customer is in."""
    wording, day, valuation = wording_of(model, home), day_of(as_of), _valuation(model, home, columns)
    changes = nearest_changes(model, wording, [customer], as_of=day)[0]
    told = explanation(model, wording, customer, as_of=day, valuation=valuation)
    return Explained(told, changes, customer, model)


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
    valuation = _valuation(model, home, columns)
    return whatif(model, wording_of(model, home), customer, changes, as_of=day_of(as_of), valuation=valuation)


def _valuation(model: Model, home: Path, columns: Collection[str] | None) -> Valuation | None:
    found = valuation_for(model, home)
    return found if found is None or columns is None else found.of_list(columns)


def day_of(said: date | str | None) -> date | None:
    """The day that ages count back from, as a person writes it."""
    if said is None or isinstance(said, date):
        return said
    try:
        return date.fromisoformat(said.strip())
    except ValueError:
        raise RequestRefused(f"{said!r} is not a day.", "Write it like 2026-01-31.") from None


def by_model(model: Model, said: Mapping[str, Any]) -> dict[str, Any]:
    """What was said about a list, with the model's schema in place of a profile's."""
    kept = {k: v for k, v in said.items() if v is not None and k not in ("profile", "as_of")}
    return {"purpose": "score", "schema": model.schema, "usual": _usual(model), **kept}


def _usual(model: Model) -> dict[str, Usual]:
    """How each column was in the list the model learnt from."""
    reference = model.reference
    learnt = zip(model.encoder.fields, reference.quantiles[:, 50], reference.missing, strict=True)
    return {
        field.name: Usual(
            float(middle) if field.form == "number" and middle else None, missing / max(reference.customers, 1)
        )
        for field, middle, missing in learnt
    }


def streamed_list(home: Path, source: Source, said: Mapping[str, Any]) -> Stream:
    """The list ready to go by in blocks, with what was confirmed for its layout before."""

    def opened(words: Mapping[str, Any]) -> Stream:
        asked = Asked(home=home, keep=STREAMED, **{k: v for k, v in words.items() if k != "filename"})
        return open_list(source, filename=words.get("filename", ""), asked=asked)

    return remembering(home, said, opened, lambda s: (layout_key(s.survey.positions), s.survey.matches))


def _tables(stream: Stream) -> Iterator[pa.Table]:
    return (block.table for block in stream.blocks())


def _unless_all_left(blocks: Iterator[pa.Table], leavers: Leavers) -> Iterator[pa.Table]:
    """The same blocks; where nobody is in any of them, nothing is written."""
    yield from blocks
    leavers.refuse_all()


def _counted(blocks: Iterator[pa.Table], tiers: Counter[str]) -> Iterator[pa.Table]:
    for block in blocks:
        tiers.update(tiers_in(block))
        yield block
