"""Faults put into a sample on purpose: a column that gives the outcome away, or one column that has moved.

leak             adds `churn_reason`, filled for leavers only, and `churn_score`, worked out when it was all over
drift:COL=0.3    moves a number by 0.3 of its spread, or gives a category's most common level 30 points more
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.errors import NotFound, RequestRefused
from churn.samples.bank import BANK
from churn.samples.club import CLUB
from churn.samples.files import UNIT, Plant, Sample, SampleBlock, SampleBusiness
from churn.samples.music import MUSIC
from churn.samples.offer_experiment import OFFER
from churn.samples.product_usage import PRODUCT
from churn.samples.random import Draw, Floats, make_draw, rounded, words
from churn.samples.shop import SHOP
from churn.samples.telco import TELCO

REASONS = ("Competitor made a better offer", "Price too high", "Moved away", "Poor service", "Not needed any more")
MOST_LEVELS = 50
MOST_DRIFT = 100


@dataclass(frozen=True)
class _Habits:
    """How a number column usually looks: its spread, its least value, and how many decimals it is written with."""

    spread: float
    least: float
    decimals: int


def parse_plant(wanted: str, sample: Sample) -> Plant:
    """The fault that is wanted: `leak`, or `drift:COL=0.3`."""
    if wanted == "leak":
        return _leak(sample.business)
    kind, _, rest = wanted.partition(":")
    column, _, amount = rest.rpartition("=")
    try:
        by = float(amount)
    except ValueError:
        by = float("nan")
    if kind != "drift" or not column or not abs(by) <= MOST_DRIFT:
        raise RequestRefused(
            f"{wanted!r} cannot be planted.",
            f"Say leak, or drift:COLUMN=0.3 with a number from -{MOST_DRIFT} to {MOST_DRIFT}.",
        )
    return _drift(sample, column, by)


def _leak(business: SampleBusiness) -> Plant:
    if not business.outcome:
        raise RequestRefused(
            f"No leak can be planted in {business.name}: its tables have no outcome column.",
            "Plant it in a list such as telco, or plant drift here.",
        )
    return Plant(_with_leak, lasting=False)


def _with_leak(block: SampleBlock, sample: Sample, unit: int) -> SampleBlock:
    """The list with two columns that nobody could have known beforehand."""
    draw = make_draw("leak", sample.seed, unit, UNIT)
    name, table = next(iter(block.tables.items()))
    left = pc.equal(table[sample.business.outcome], sample.business.left).to_numpy()
    told = left & draw.happens(np.full(UNIT, 0.94))
    reason = words(np.where(told, 1 + draw.level([0.34, 0.25, 0.14, 0.17, 0.10]), 0), (None, *REASONS))
    score = np.clip(np.round(np.where(left, 77, 34) + np.where(left, 9, 13) * draw.normal()), 0, 100)
    planted = table.append_column("churn_reason", reason)
    planted = planted.append_column("churn_score", pa.array(score.astype(np.int64)))
    return replace(block, tables={**block.tables, name: planted})


def _drift(sample: Sample, column: str, by: float) -> Plant:
    name, usual = _column_of(sample, column)
    seen = pc.count_distinct(usual).as_py()
    numbers = _numbers(usual)
    if numbers is not None and seen > 2:
        return Plant(_in_table(name, column, _shift(numbers, by)))
    if seen > MOST_LEVELS:
        raise RequestRefused(f"{column!r} is neither a number nor a category, so it cannot drift.", "Choose another.")
    return Plant(_in_table(name, column, _swap(usual, by)))


def _column_of(sample: Sample, column: str) -> tuple[str, pa.ChunkedArray]:
    """The table that has the column, and the column as it usually is."""
    business, tables = sample.business, sample.whole_unit(0).tables
    fixed = (business.key, business.outcome, *business.fixed)
    found = next((name for name, table in tables.items() if column in table.column_names and column not in fixed), None)
    if found is None:
        known = dict.fromkeys(c for table in tables.values() for c in table.column_names if c not in fixed)
        raise RequestRefused(f"{column!r} cannot drift in {business.name}.", f"Choose one of: {', '.join(known)}.")
    return found, tables[found][column]


def _in_table(
    name: str, column: str, moved: Callable[[pa.ChunkedArray, Draw], pa.Array]
) -> Callable[[SampleBlock, Sample, int], SampleBlock]:
    """The change of one column of one table, with chance of its own."""

    def change(block: SampleBlock, sample: Sample, unit: int) -> SampleBlock:
        table = block.tables[name]
        draw = make_draw(f"drift {column}", sample.seed, unit, table.num_rows)
        planted = table.set_column(table.column_names.index(column), column, moved(table[column], draw))
        return replace(block, tables={**block.tables, name: planted})

    return change


def _shift(usual: Floats, by: float) -> Callable[[pa.ChunkedArray, Draw], pa.Array]:
    known = usual[~np.isnan(usual)]
    decimals = next(d for d in range(7) if d == 6 or np.array_equal(rounded(known, d), known))
    habits = _Habits(float(rounded(known.std())), float(known.min()), decimals)

    def moved(column: pa.ChunkedArray, draw: Draw) -> pa.Array:
        numbers = _numbers(column)
        assert numbers is not None
        return _like(column, numbers, _shifted(numbers, by * habits.spread, habits, draw))

    return moved


def _shifted(numbers: Floats, step: float, habits: _Habits, draw: Draw) -> Floats:
    """The numbers moved by a step; where decimals are few, some move a little more and some a little less."""
    fine = 10.0**habits.decimals
    moved = np.floor(rounded((numbers + step) * fine) + draw.uniform()) / fine
    return rounded(np.maximum(moved, min(habits.least, 0.0)), habits.decimals)


def _swap(usual: pa.ChunkedArray, by: float) -> Callable[[pa.ChunkedArray, Draw], pa.Array]:
    """The most common level takes `by` of all rows from the others, or gives them to the second most common."""
    counts = sorted(usual.value_counts().to_pylist(), key=lambda c: (-c["counts"], str(c["values"])))
    share = counts[0]["counts"] / len(usual)
    first, second = counts[0]["values"], counts[min(1, len(counts) - 1)]["values"]

    def moved(column: pa.ChunkedArray, draw: Draw) -> pa.Array:
        common = pc.fill_null(pc.equal(column, first), False).to_numpy()
        going = ~common if by > 0 else common
        odds = min(abs(by) / max(1 - share if by > 0 else share, 1e-9), 1.0)
        chosen = going & draw.happens(np.full(len(column), odds))
        return pc.if_else(pa.array(chosen), pa.scalar(first if by > 0 else second, column.type), column)

    return moved


def _numbers(column: pa.ChunkedArray) -> Floats | None:
    """The column as numbers, blanks as not-a-number; None when it holds words."""
    if pa.types.is_string(column.type):
        trimmed = pc.utf8_trim_whitespace(column)
        column = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    try:
        return pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return None


def _like(column: pa.ChunkedArray, before: Floats, after: Floats) -> pa.Array:
    """The moved numbers in the column's own form, with its blanks where they were."""
    moved = pa.array(np.where(np.isnan(before), 0.0, after))
    written = pc.cast(moved, column.type)
    return pc.if_else(pa.array(np.isnan(before)), column, written)


# All made-up businesses by name: ask for one, with as many customers as wanted, from a seed.
#
# sample = make_sample("telco", rows=500, seed=3, plant=["drift:tenure=0.3"])
# sample.table()       the list, as a pyarrow.Table
# sample.truth()       the true probability behind each customer
# write_sample(sample, "telco.csv")      (churn.samples.files)


SEED = 2026
MOST_ROWS, MOST_SEED = 100_000_000, 2**32 - 1
BUSINESSES: dict[str, SampleBusiness] = {b.name: b for b in (TELCO, BANK, PRODUCT, MUSIC, SHOP, CLUB, OFFER)}


def sample_names() -> tuple[str, ...]:
    """The businesses that can be made: the profiles' names, and `offer` for a randomised experiment."""
    return tuple(BUSINESSES)


def make_sample(name: str, *, rows: int | None = None, seed: int = SEED, plant: str | Iterable[str] = ()) -> Sample:
    """Made-up customers of a business. `rows` counts customers; `plant` is `leak` or `drift:COL=0.3`, or several."""
    business = BUSINESSES.get(name)
    if business is None:
        raise NotFound(f"There is no sample {name!r}.", f"Known: {', '.join(sample_names())}.")
    wanted = business.rows if rows is None else rows
    if not 1 <= wanted <= MOST_ROWS:
        raise RequestRefused(f"{wanted:,} customers cannot be made.", f"Ask for 1 to {MOST_ROWS:,}.")
    if not 0 <= seed <= MOST_SEED:
        raise RequestRefused(f"{seed} cannot be the seed.", f"Give a whole number from 0 to {MOST_SEED}.")
    sample = Sample(business, wanted, seed)
    faults = [plant] if isinstance(plant, str) else plant
    return replace(sample, plants=tuple(parse_plant(fault, sample) for fault in faults))
