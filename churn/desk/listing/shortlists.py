"""Shortlists: the customers of a scored list that a person asks for, a page at a time, and what they add up to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from churn.desk.listing.lists import Ranked
from churn.desk.listing.views import ORDERS, SHOWN
from churn.learning.measures.thresholds import TIERS

if TYPE_CHECKING:
    import pandas as pd

REASONS = ("reason_1", "reason_2", "reason_3")
FIGURES = ("probability", "value_at_risk", "expected_gain")
MOST_LEVELS = 60  # a column of more different words is searched, not chosen from


@dataclass(frozen=True)
class Wanted:
    """Which customers to show: every part narrows the list; empty parts narrow nothing.

    tiers, actions   the tier, and the suggested action (its words; "" for none worth it)
    column, words    only customers in whose column one of these words stands
    least            at least this value at risk
    search           a text in the key, the reasons or the action
    by, upwards      the order, and whether the smallest stands first
    """

    tiers: tuple[str, ...] = TIERS
    actions: tuple[str, ...] = ()
    column: str = ""
    words: tuple[str, ...] = ()
    least: float = 0.0
    search: str = ""
    by: str = ORDERS[0]
    upwards: bool = False


@dataclass(frozen=True)
class Shortlist:
    """The customers asked for: how many, what they add up to, and which rows of the list they are, in order.

    A copy of a million customers and their reasons is made where somebody takes them home, not to look at a page.
    """

    everyone: pa.Table
    rows: pa.Array
    customers: int
    leavers: float
    value_at_risk: float | None
    gain: float

    @property
    def table(self) -> pa.Table:
        """All of them in the order asked for."""
        return self.everyone.take(self.rows)

    def first(self, most: int, *, after: int = 0) -> pa.Table:
        """The first of them, or the first after so many."""
        return self.everyone.take(self.rows.slice(after, most))

    def page(self, number: int, size: int, said: Callable[[str], str] = str) -> pd.DataFrame:
        """One page of them, the first is number 1; tiers as lists of one, as a table of badges wants them.

        said   puts a reason in few words, so that a table has room for it
        """
        frame = self.first(size, after=(number - 1) * size).to_pandas()
        told = {name: frame[name].map(said, na_action="ignore") for name in REASONS if name in frame}
        return frame.assign(tier=[[str(tier)] for tier in frame["tier"]], **told)


def shortlist_of(ranked: Ranked, wanted: Wanted) -> Shortlist:
    """The customers that fit, in the order asked for."""
    scored = ranked.scored.table
    key = scored.column_names[0]
    table = scored.select([key, *(n for n in SHOWN if n in scored.column_names)])
    fitting = _fitting(ranked, table, wanted)
    # Only the figures are filtered: the sentences of all customers are ten times as much to copy.
    found = table.select([n for n in FIGURES if n in table.column_names]).filter(fitting)
    way = "ascending" if wanted.upwards else "descending"
    order = pc.sort_indices(found, [(wanted.by, way, "at_end"), ("probability", "descending", "at_end")])
    return Shortlist(
        everyone=table,
        rows=pc.indices_nonzero(fitting).take(order),
        customers=found.num_rows,
        leavers=_total(found, "probability") or 0.0,
        value_at_risk=_total(found, "value_at_risk"),
        gain=_total(found, "expected_gain") or 0.0,
    )


def actions_in(ranked: Ranked) -> tuple[str, ...]:
    """The actions suggested in this list, the commonest first; "" stands for those for whom none is worth it."""
    counts = ranked.scored.table.column("action").cast(pa.string()).value_counts().to_pylist()
    return tuple(pair["values"] or "" for pair in sorted(counts, key=lambda pair: -pair["counts"]))


def columns_to_narrow(ranked: Ranked) -> dict[str, str]:
    """The columns of the list that a person may choose words of, each with what it means."""
    columns = [c for c in ranked.reading.schema.columns if c.kind in ("category", "flag") and c.role != "outcome"]
    return {c.name: c.meaning or c.name for c in columns if words_of(ranked, c.name)}


def words_of(ranked: Ranked, name: str) -> tuple[str, ...]:
    """The different words in a column, the commonest first; none where there are too many to choose from."""
    counts = _words(ranked, name).value_counts().to_pylist()
    known = [pair for pair in counts if pair["values"] is not None]
    ordered = sorted(known, key=lambda pair: (-pair["counts"], pair["values"]))
    return tuple(pair["values"] for pair in ordered) if len(ordered) <= MOST_LEVELS else ()


def _fitting(ranked: Ranked, table: pa.Table, wanted: Wanted) -> pa.ChunkedArray:
    tests = [_among(table.column("tier").cast(pa.string()), wanted.tiers)]
    if wanted.actions:
        tests.append(_among(pc.fill_null(table.column("action").cast(pa.string()), ""), wanted.actions))
    if wanted.column and wanted.words:
        tests.append(_among(_words(ranked, wanted.column), wanted.words))
    if wanted.least > 0:
        tests.append(pc.fill_null(pc.greater_equal(table.column("value_at_risk"), wanted.least), False))
    if wanted.search.strip():
        tests.append(_holding(table, wanted.search.strip()))
    fitting = tests[0]
    for test in tests[1:]:
        fitting = pc.and_(fitting, test)
    return fitting


def _words(ranked: Ranked, name: str) -> pa.ChunkedArray:
    cells = ranked.reading.table.column(name)
    if pa.types.is_boolean(cells.type):
        return pc.if_else(cells, "Yes", "No")
    return cells.cast(pa.string())


def _among(cells: pa.ChunkedArray, wanted: Sequence[str]) -> pa.ChunkedArray:
    return pc.is_in(cells, value_set=pa.array(list(wanted), pa.string()))


def _holding(table: pa.Table, text: str) -> pa.ChunkedArray:
    """Rows in which the key, a reason or the action holds the text, whatever its case."""
    names = [n for n in table.column_names if n in (table.column_names[0], "action") or n.startswith("reason_")]
    hits = [pc.match_substring(table.column(n).cast(pa.string()), text, ignore_case=True) for n in names]
    found = pc.fill_null(hits[0], False)
    for hit in hits[1:]:
        found = pc.or_(found, pc.fill_null(hit, False))
    return found


def _total(table: pa.Table, name: str) -> float | None:
    total = pc.sum(table.column(name)).as_py()
    return None if total is None else float(total)
