"""A Feature: one column of the customer table, its line of meaning, and how it is had from what was added up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from churn.errors import RequestRefused
from churn.notices import Notice
from churn.schema import Column


@dataclass(frozen=True)
class Cut:
    """The date as a whole day since 1970, and the windows that look back from it; nothing on or after it is used."""

    day: int
    windows: tuple[int, ...]

    @property
    def short(self) -> int:
        """The shortest window."""
        return self.windows[0]

    @property
    def middle(self) -> int:
        """The window that trends compare with the one before it."""
        return self.windows[len(self.windows) // 2]

    @property
    def long(self) -> int:
        """The longest window."""
        return self.windows[-1]


@dataclass(frozen=True)
class Feature:
    """One column and its value, an Ibis expression over the sums of its block.

    absent  what a customer has who is not in the block at all: 0 for counts, nothing for shares and days
    """

    column: Column
    value: Any
    absent: float | None = None


@dataclass(frozen=True)
class EventBlock:
    """Features that stand on the same sums, one row per customer with a column `key`."""

    rows: Any
    features: tuple[Feature, ...]
    notices: tuple[Notice, ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """What the block adds to the customer table."""
        return tuple(f.column for f in self.features)

    def shown(self) -> Any:
        """The block's finished columns beside the key, typed as a checked table is."""
        return self.rows.select("key", **{f.column.name: _typed(f) for f in self.features})


Formula = Callable[[Any, Cut], Any]


def feature_from(
    formula: Formula, rows: Any, at: Cut, *, prefix: str = "", absent: float | None = None, **words: Any
) -> Feature:
    """A feature that is named after its function and explained by that function's first line."""
    meaning = (formula.__doc__ or "").splitlines()[0].rstrip(".")
    return Feature(Column(prefix + formula.__name__, meaning=meaning, **words), formula(rows, at), absent)


def ratio(part: Any, whole: Any) -> Any:
    """One number over another; nothing where there is nothing to divide by."""
    return part.cast("float64") / whole.cast("float64").nullif(0)


def one_if(flag: Any) -> Any:
    """1 where something holds, else 0, empty where that is not known; a plain cast is refused by some engines."""
    import ibis

    return ibis.cases((flag, 1), (~flag, 0)).cast("int64")


def in_units(total: Any, parts: int) -> Any:
    """A sum of whole parts (cents) in its own unit; a number with a point in it is a decimal to some engines."""
    return total.cast("float64") / parts


def spread(count: Any, total: Any, squares: Any) -> Any:
    """The standard deviation from whole-number sums, so that every engine finds the same; nothing below two values."""
    n, s, q = (x.cast("float64") for x in (count, total, squares))
    return ((n * q - s * s) / (n * (n - 1)).nullif(0)).sqrt()


def join_blocks(base: Any, blocks: Sequence[EventBlock]) -> Any:
    """The customers with every block's columns; who is missing from a block has what absence means there.

    base  the rows of the first block that are customers
    """
    names = [c.name for b in blocks for c in b.columns]
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice:
        raise RequestRefused(f"Two tables of the recipe make a column {twice!r}.", "Give one of them a prefix.")
    filled = {f.column.name: f.absent for b in blocks for f in b.features if f.absent is not None}
    first = replace(blocks[0], rows=base).shown()  # the first block is the customers' own: no need to look them up
    wide = reduce(_beside, (b.shown() for b in blocks[1:]), first)
    return wide.mutate(**{name: wide[name].fill_null(value) for name, value in filled.items()})


def block_columns(blocks: Iterable[EventBlock]) -> tuple[Column, ...]:
    """All columns of the blocks, in order."""
    return tuple(c for b in blocks for c in b.columns)


def _beside(left: Any, right: Any) -> Any:
    renamed = right.rename(right_key="key")
    return left.left_join(renamed, left.key == renamed.right_key).drop("right_key")


def _typed(feature: Feature) -> Any:
    return feature.value.cast({"number": "float64", "flag": "boolean"}.get(feature.column.kind, "string"))
