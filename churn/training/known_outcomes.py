"""What a list itself says of who left: by its outcome column, or by a date of leaving beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.intake.values import names_a_leaving_day, names_an_end
from churn.schema import Schema
from churn.training.model import Model
from churn.training.outcome import fold_word, is_past, left_by_date, spellings_of


def known_outcomes(model: Model, table: pa.Table, as_of: date | None = None) -> np.ndarray:
    """Per row 1 left, 0 stayed, NaN not known, by the list's own outcome column where it has one.

    as_of  the day the list speaks of, where the outcome is a date of leaving and the list has no date of its own
    """
    column = model.schema.outcome
    if column is None or column.name not in table.column_names:
        return np.full(table.num_rows, np.nan)
    cells = table.column(column.name)
    if pa.types.is_temporal(cells.type):
        day = model.schema.date.name if model.schema.date else None
        return left_by_date(table, column.name, day, as_of).astype(float)
    if pa.types.is_boolean(cells.type):
        flags = cells.cast(pa.float64()).to_numpy(zero_copy_only=False).astype(float)
        return 1.0 - flags if "no" in spellings_of(model.leaves) else flags
    leaves = {fold_word(word) for word in (model.leaves, *column.positive)}
    stays = {fold_word(word) for word in (model.stays, *column.levels)} - leaves
    coded = cells.combine_chunks().dictionary_encode()
    coded = coded if isinstance(coded, pa.DictionaryArray) else pa.concat_arrays(coded.chunks)
    words = [None if word is None else fold_word(str(word)) for word in coded.dictionary.to_pylist()]
    labels = np.array([1.0 if w in leaves else 0.0 if w in stays else np.nan for w in words] + [np.nan])
    return labels[coded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)]


@dataclass(frozen=True)
class LeavingDates:
    """The columns of a list, beside its outcome, that may say when a customer left.

    plain       dates that say so by their name: a day in them that has come means that the customer left
    vague       dates on which something ended, which may be a customer's leaving or not
    unreadable  called like a date of leaving, but holding no dates
    """

    plain: tuple[str, ...] = ()
    vague: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


NO_LEAVING_DATES = LeavingDates()


def leaving_dates_in(schema: Schema, model: Model, declined: Collection[str] = ()) -> LeavingDates:
    """The columns of a list that may say when a customer left; what the model learns from is none of them.

    declined  headings of which a person said that they are none of these
    """
    used = {c.name for c in model.schema.columns if c.role != "ignored"} | set(declined)
    free = [c for c in schema.columns if c.role == "ignored" and c.name not in used]
    called = [c for c in free if names_a_leaving_day(c.name)]
    return LeavingDates(
        plain=tuple(c.name for c in called if c.kind == "date"),
        vague=tuple(c.name for c in free if c.kind == "date" and names_an_end(c.name)),
        unreadable=tuple(c.name for c in called if c.kind != "date"),
    )


@dataclass(frozen=True)
class WhoLeft:
    """Which customers of a part of a list left, and what there is to count of it.

    left    those of whom the list says that they left
    counts  `rows`, `left`, `stayed`, `by_date` (left by a date alone), `announced` (the day is still to come), and for
            columns that do not plainly say it `past NAME` and `filled NAME`
    """

    left: np.ndarray
    counts: Counter[str]


def who_left(model: Model, table: pa.Table, dates: LeavingDates, as_of: date | None = None) -> WhoLeft:
    """Who left by the outcome column of a list, or by a date of leaving where that says nothing of a customer."""
    outcomes = known_outcomes(model, table, as_of)
    day = model.schema.date.name if model.schema.date else None
    by_date, announced = _by_dates(table, dates.plain, day, as_of)
    unknown = np.isnan(outcomes)
    left = (outcomes == 1.0) | (by_date & unknown)
    counts = Counter(
        rows=table.num_rows,
        left=int(left.sum()),
        stayed=int((outcomes == 0.0).sum()),
        by_date=int((by_date & unknown).sum()),
        announced=int((announced & unknown).sum()),
    )
    for name in dates.vague:
        counts[f"past {name}"] = int((_by_dates(table, (name,), day, as_of)[0] & ~left).sum())
    for name in dates.unreadable:
        counts[f"filled {name}"] = len(table) - table.column(name).null_count if name in table.column_names else 0
    return WhoLeft(left, counts)


def _by_dates(
    table: pa.Table, names: Collection[str], day: str | None, as_of: date | None
) -> tuple[np.ndarray, np.ndarray]:
    """Who left by these dates, and who will: the latest of several counts, as with notice given and the last day."""
    found = [n for n in names if n in table.column_names and pa.types.is_temporal(table.column(n).type)]
    if not found:
        return np.zeros(table.num_rows, bool), np.zeros(table.num_rows, bool)
    columns = [table.column(n).cast(pa.date32()).combine_chunks() for n in found]
    latest = pa.chunked_array([pc.max_element_wise(*columns)])
    past = is_past(table, latest, day, as_of)
    return past, pc.is_valid(latest).to_numpy(zero_copy_only=False) & ~past
