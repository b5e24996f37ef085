"""A list is scored block by block: probability, tier, money at stake and reasons, each row for itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property

import numpy as np
import pyarrow as pa

from churn.errors import ListRefused
from churn.explain.explainer import sum_contributions
from churn.explain.tables import Core
from churn.money.economics import Valuation
from churn.notices import Notice, do, listed, many
from churn.scoring.reasons import Group, ReasonWriter, build_groups, rank_groups
from churn.scoring.unfamiliar import Unfamiliar
from churn.scoring.wording import Wording, notices_on_worth
from churn.training.known_outcomes import NO_LEAVING_DATES, LeavingDates, WhoLeft, who_left
from churn.training.model import Model
from churn.training.thresholds import TIERS

# Given a checked table and its scores (probability, tier …), the columns `action` and `expected_gain`, or fewer.
Suggester = Callable[[pa.Table, pa.Table], pa.Table]
AT_ONCE = 1 << 17  # customers scored together: what is computed on the way takes several times a list's own memory
ROW = "row"  # names the customers of a list without a key


@dataclass(frozen=True)
class ScoredTable:
    """Scored customers in the order of the list, and which model scored them, when.

    table  the key under its own name (or `row`), probability, percentile (0 to 100, among the customers learnt from),
           prediction, tier, value_at_risk (probability × worth), reason_1 …, action, expected_gain
    """

    table: pa.Table
    model: str
    version: str
    scored_at: datetime
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class Ranking:
    """How a list is scored; every block goes the same way, so a row's score never depends on its neighbours.

    valuation  what customers are worth; their value at risk is not known without one
    suggester  asked for the columns `action` and `expected_gain`; they stay empty without one
    protected  whether protected columns may be named as reasons
    keep       the columns of the list to carry along, after the scores
    as_of      the day the list speaks of, where dates are counted back from it and the list has no such column
    watch      is shown every block as the model sees it
    everybody  whether customers of whom the list says that they left are scored as well, or set aside
    leaving    the columns of the list that may say when a customer left, where it does not say who did
    """

    model: Model
    wording: Wording
    top: int = 3
    suggester: Suggester | None = None
    protected: bool = False
    keep: tuple[str, ...] = ()
    as_of: date | None = None
    core: Core = "numpy"
    watch: Callable[[np.ndarray], None] | None = None
    valuation: Valuation | None = None
    everybody: bool = True
    leaving: LeavingDates = NO_LEAVING_DATES

    def scored(self, table: pa.Table) -> ScoredTable:
        """A whole list at once, as the screens want it."""
        unfamiliar, parts = Unfamiliar(self.model), range(0, max(table.num_rows, 1), AT_ONCE)
        blocks = replace(self, watch=unfamiliar.see).blocks(table.slice(row, AT_ONCE) for row in parts)
        before, scored = self.notices_on(table.schema.names), pa.concat_tables(blocks)
        notices = (*before, *unfamiliar.notices)
        return ScoredTable(scored, self.model.name, self.model.version, datetime.now(UTC), notices)

    def blocks(self, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """Scored blocks for blocks of a checked list, in order, one in memory at a time."""
        done = 0
        for table in tables:
            yield self.block(table, first_row=done + 1)
            done += table.num_rows

    def block(self, table: pa.Table, *, first_row: int = 1) -> pa.Table:
        """The scores of one block of a checked list."""
        matrix = self.model.encoder.matrix(table, as_of=self.as_of)
        if self.watch:
            self.watch(matrix)
        contributions = self._contributions(matrix)
        margin = sum_contributions(self.model.explainer.base, contributions)
        probability = self.model.calibration.probability(margin)
        columns = {**self._key(table, first_row), **self._add_tiers(table, probability)}
        reasons = rank_groups(self.model, contributions, margin, self.groups, top=self.top, protected=self.protected)
        said = self._reason_writer.sentences(reasons, table)
        said += [pa.nulls(table.num_rows, pa.string())] * (self.top - len(said))
        columns |= {f"reason_{k}": text for k, text in enumerate(said, start=1)}
        columns |= self._add_suggestions(table, pa.table(columns))
        scored = pa.table({**columns, **self._add_kept_columns(table, columns)})
        return scored if self.everybody else self._without_leavers(table, scored)

    def who_left(self, table: pa.Table) -> WhoLeft:
        """Of which customers of a checked list the list itself says that they left."""
        return who_left(self.model, table, self.leaving, self.as_of)

    def _without_leavers(self, table: pa.Table, scored: pa.Table) -> pa.Table:
        """The scores of those who have not left; a row keeps the number it has in the list."""
        left = self.who_left(table).left
        return scored.filter(pa.array(~left)) if left.any() else scored

    def notices_on(self, names: Sequence[str]) -> tuple[Notice, ...]:
        """What the analyst should know about a list with these columns before trusting its scores."""
        absent = [n for n in self.model.encoder.names if n not in names]
        if len(absent) == len(self.model.encoder.names):
            raise ListRefused(
                "The list has none of the columns the model was learnt from.",
                f"It needs some of: {', '.join(self.model.encoder.names[:8])}.",
            )
        without = [
            Notice("warning", f"The list has no {n}; every customer counts as unknown there.", n) for n in absent
        ]
        worth = notices_on_worth(self.valuation.of_list(names), self.wording) if self.valuation else ()
        return (*without, *self._notices_on_dates(names), *worth)

    def _notices_on_dates(self, names: Sequence[str]) -> tuple[Notice, ...]:
        """A warning where ages are counted in a list with these columns from a day that nobody named."""
        encoder = self.model.encoder
        ages = [f.name for f in encoder.fields if f.form == "age" and f.name in names]
        if not ages or self.as_of or encoder.date_column in names:
            return ()
        learnt = f"counted back from {encoder.as_of}, the day of the list learnt from" if encoder.as_of else "unknown"
        text = f"The list does not say its own date, so the time since {', '.join(ages)} is {learnt}."
        return (Notice("warning", f"{text} Say the day.", ages[0], options=("as_of=DATE",)),)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The groups that reasons speak of."""
        return build_groups(self.model.schema, self.model.encoder)

    @cached_property
    def _reason_writer(self) -> ReasonWriter:
        return ReasonWriter(self.wording, self.model.encoder)

    def _contributions(self, matrix: np.ndarray) -> np.ndarray:
        if self.core == "numba":
            return self.model.explainer.contributions(matrix, core="numba")
        return self.model.explainer.contributions(matrix)

    def _key(self, table: pa.Table, first_row: int) -> dict[str, pa.Array]:
        key = self.model.schema.key
        if key and key.name in table.schema.names:
            return {key.name: table.column(key.name)}
        return {ROW: pa.array(np.arange(first_row, first_row + table.num_rows))}

    def _add_tiers(self, table: pa.Table, probability: np.ndarray) -> dict[str, pa.Array]:
        thresholds = self.model.thresholds
        leaves = thresholds.predicted(probability).astype(np.int8)
        return {
            "probability": pa.array(probability),
            "percentile": pa.array(np.round(100 * self.model.reference.percentile(probability), 1)),
            "prediction": _words_at(leaves, [self.model.stays, self.model.leaves]),
            "tier": _words_at(thresholds.tier_places(probability), TIERS),
            "value_at_risk": (
                self.valuation.at_risk_in(table, probability)
                if self.valuation
                else pa.nulls(table.num_rows, pa.float64())
            ),
        }

    def _add_suggestions(self, table: pa.Table, scores: pa.Table) -> dict[str, pa.Array]:
        kinds = {"action": pa.string(), "expected_gain": pa.float64()}
        given = self.suggester(table, scores) if self.suggester else pa.table({})
        empty = {name: pa.nulls(table.num_rows, kind) for name, kind in kinds.items()}
        return {name: given.column(name) if name in given.schema.names else empty[name] for name in kinds}

    def _add_kept_columns(self, table: pa.Table, columns: Iterable[str]) -> dict[str, pa.Array]:
        taken = set(columns)
        return {name: table.column(name) for name in self.keep if name in table.schema.names and name not in taken}


def count_tiers(scored: pa.Table) -> dict[str, int]:
    """How many of some scored customers are in each tier that anyone is in."""
    return {pair["values"]: pair["counts"] for pair in scored.column("tier").value_counts().to_pylist()}


def _words_at(places: np.ndarray, words: Iterable[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(places), pa.array(list(words), pa.string()))


# Who left already by what a list says: counted while it goes by, set aside, and told.


@dataclass
class KnownLeavers:
    """How many customers of a list are known to have left and to have stayed, counted while it goes by."""

    ranking: Ranking
    counts: Counter[str] = field(default_factory=Counter)

    def seen(self, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """The same tables, counted."""
        for table in tables:
            self.see(table)
            yield table

    def see(self, table: pa.Table) -> np.ndarray:
        """Count one part of the list; returns who of it left."""
        found = self.ranking.who_left(table)
        self.counts.update(found.counts)
        return found.left

    @property
    def left(self) -> int:
        """How many left by what the list says."""
        return self.counts["left"]

    @property
    def set_aside(self) -> int:
        """How many are neither scored nor planned for."""
        return 0 if self.ranking.everybody else self.left

    def refuse_all(self) -> None:
        """Refuse a list in which nobody is left to score or to plan for."""
        if self.counts["rows"] and self.set_aside == self.counts["rows"]:
            raise ListRefused(
                f"{self._same(self.ranking.model.leaves)}: everyone in this list left already.",
                "Bring a list of customers who are still there.",
            )

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Who was set aside, who will leave, and where it cannot be told; or that the list says the same of all."""
        return (*self._of_leavers(), *self._of_announced(), *self._of_doubtful())

    def _of_leavers(self) -> Iterator[Notice]:
        outcome = self.ranking.model.schema.outcome
        name = outcome.name if outcome else None
        by_date, dates = self.counts["by_date"], self.ranking.leaving.plain
        said = f" ({listed(dates)} {do(len(dates), 'says', 'say')} so)" if by_date else ""
        column = dates[0] if by_date else name
        who, model = f"{many(self.left, 'customer')} who left already{said}", self.ranking.model
        if self.set_aside:
            text = f"{who} {do(self.left, 'is', 'are')} set aside: neither scored nor planned for."
            yield Notice("set_aside", text, column, self.left)
        elif self.left < self.counts["rows"] and by_date:
            text = f"{who} {do(self.left, 'is', 'are')} scored like everyone else."
            yield Notice("info", text, column, self.left)
        elif self.counts["rows"] and self.counts["rows"] in (self.left, self.counts["stayed"]):
            yield Notice("info", f"{self._same(model.leaves if self.left else model.stays)}.", column)

    def _of_announced(self) -> Iterator[Notice]:
        count, dates = self.counts["announced"], self.ranking.leaving.plain
        if count:
            who = f"{many(count, 'customer')} {do(count, 'leaves', 'leave')} on a day still to come"
            says, are = do(len(dates), "says", "say"), do(count, "is", "are")
            text = f"{who} ({listed(dates)} {says} so) and {are} still scored and planned for."
            yield Notice("info", text, dates[0], count)

    def _of_doubtful(self) -> Iterator[Notice]:
        outcome, ask = self.ranking.model.schema.outcome, "Say which column says who left."
        for name in self.ranking.leaving.vague + self.ranking.leaving.unreadable:
            past, filled = self.counts[f"past {name}"], self.counts[f"filled {name}"]
            options = (f"map={name}={outcome.name}",) if outcome and past else ()
            if past:
                of = f"{past:,} of {many(self.counts['rows'], 'customer')}"
                text = f"{name} is a day already past for {of}, which may mean that they left; they were scored. {ask}"
                yield Notice("warning", text, name, past, options=(*options, f"map={name}="))
            elif filled:
                text = f"{name} may say who left, but holds no dates; everyone was scored. {ask}"
                yield Notice("warning", text, name, filled)

    def _same(self, word: str) -> str:
        """That all customers have the same word, or day, as outcome."""
        outcome, rows = self.ranking.model.schema.outcome, f"all {self.counts['rows']:,} customers"
        if self.counts["by_date"]:
            names = (outcome.name,) if outcome and self.counts["by_date"] < self.left else ()
            named = (*names, *self.ranking.leaving.plain)
            return f"{listed(named)} {do(len(named), 'says', 'say')} of {rows} that they left"
        assert outcome is not None
        if outcome.kind == "date":
            word = "empty" if self.counts["stayed"] else "a day"
        return f"{outcome.name} is {word} for {rows}"
