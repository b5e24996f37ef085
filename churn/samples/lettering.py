"""Numbers drawn by chance, written the way exports write them: words for levels, yes and no, dates, moments."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike

from churn.samples.latent import Integers

DAY = 86_400


def words(level: ArrayLike, known: Sequence[str | None]) -> pa.Array:
    """The word of each level's number; a yes or no is level 1 or 0. None is an empty cell."""
    return pa.array(known, pa.string()).take(pa.array(np.asarray(level).astype(np.int64)))


def whole(values: ArrayLike) -> pa.Array:
    """Whole numbers, without a decimal point."""
    return pa.array(np.asarray(values).astype(np.int64))


def dates(day: Integers) -> pa.Array:
    """Days since 1970 as 2026-06-30."""
    return pa.array(day.astype(np.int32)).cast(pa.date32()).cast(pa.string())


def date_numbers(day: Integers) -> pa.Array:
    """Days since 1970 as the number 20260630."""
    date = pa.array(day.astype(np.int32)).cast(pa.date32())
    high = pc.add(pc.multiply(pc.year(date), 10_000), pc.multiply(pc.month(date), 100))
    return pc.add(high, pc.day(date))


def moments(second: Integers, ending: str = "") -> pa.Array:
    """Seconds since 1970 as 2026-06-30 23:59:59, with an ending such as a time zone."""
    clock = pa.array(second).cast(pa.timestamp("s")).cast(pa.string())
    return pc.binary_join_element_wise(clock, ending, "") if ending else clock


def day_number(text: str) -> int:
    """Days since 1970 of a date such as 2026-06-30."""
    return int(np.datetime64(text, "D").astype(np.int64))


def first_days(month: str, months: int) -> tuple[int, ...]:
    """The day numbers on which so many months from one on begin, and the one after them."""
    begin = np.datetime64(month, "M") + np.arange(months + 1).astype("timedelta64[M]")
    return tuple(begin.astype("datetime64[D]").astype(np.int64).tolist())
