"""The shape of each learnt column, rebuilt from the Reference: bins, and the share of customers in each.

A number is cut half-way between neighbouring percentiles that differ, so that no cut ever lies on a value many
customers share; the share below a cut is then known to within half a percent, whatever the column looks like.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.errors import ListRefused, RequestRefused
from churn.training.encoder import Encoder, Field
from churn.training.model import Model

LEVELLED = ("nominal", "ordered", "service")  # forms whose codes are names; all others but flags are measured
COARSE = 10  # bins of a number for PSI; all cuts serve for the KS distance


@dataclass(frozen=True)
class ColumnShape:
    """One learnt column.

    cuts      of a number, ascending; a value goes into the bin after the last cut below it
    shares    share of the known values per bin, or per code for levels and flags
    coarse    the place of each fine bin among the bins PSI is taken over
    missing   share of customers without a value
    may_be_empty  a customer without a value is as good an answer as any: there was nothing to measure
    middle    quantiles of a number (101), None for levels and flags
    learnt    known values of a number among the kept customers
    """

    field: Field
    shares: np.ndarray
    missing: float
    known: int
    cuts: np.ndarray | None = None
    coarse: np.ndarray | None = None
    middle: np.ndarray | None = None
    learnt: np.ndarray | None = None
    may_be_empty: bool = False

    @property
    def name(self) -> str:
        """The column's name."""
        return self.field.name

    @property
    def is_number(self) -> bool:
        """Whether the column counts or measures something."""
        return self.cuts is not None

    def counted(self, column: np.ndarray) -> np.ndarray:
        """How many of these encoded values fall into each bin; missing ones into none."""
        known = column[~np.isnan(column)]
        if self.cuts is not None:
            return np.bincount(np.searchsorted(self.cuts, known, side="left"), minlength=len(self.shares))
        return np.bincount(known.astype(np.int64), minlength=len(self.shares))[: len(self.shares)]

    def unseen_of(self, counts: np.ndarray) -> int:
        """How many of these customers have a level that was not learnt."""
        return int(counts[self.field.unseen]) if self.has_levels else 0

    @property
    def has_levels(self) -> bool:
        """Whether the column holds names, one of which may never have been seen."""
        return self.field.form in LEVELLED

    def coarsely(self, per_bin: np.ndarray) -> np.ndarray:
        """Fine bins added up to the bins PSI is taken over."""
        return per_bin if self.coarse is None else np.bincount(self.coarse, weights=per_bin)


def column_shapes(model: Model) -> tuple[ColumnShape, ...]:
    """The shape of every column a model learnt from; a model saved without its reference is refused."""
    refuse_without_reference(model)
    empty = {c.name for c in model.schema.columns if c.may_be_empty}
    shapes = (_shape(model, i, field) for i, field in enumerate(model.encoder.fields))
    return tuple(replace(shape, may_be_empty=shape.name in empty) for shape in shapes)


def refuse_without_reference(model: Model) -> None:
    """Refuse a model that cannot be watched, because nothing is known of the list it learnt from."""
    reference = getattr(model, "reference", None)
    if reference is None or not reference.customers or not len(reference.rows):
        raise RequestRefused(
            f"Model {model.name}@{model.version} was saved without a picture of the list it learnt from.",
            "Train a new version on a list that says who left: every new version keeps one.",
        )


def _shape(model: Model, place: int, field: Field) -> ColumnShape:
    reference = model.reference
    missing = int(reference.missing[place])
    known = reference.customers - missing
    absent = missing / reference.customers
    if field.form not in (*LEVELLED, "flag"):
        cuts, shares = cuts_between(reference.quantiles[place])
        middle, kept = reference.quantiles[place], reference.rows[:, place]
        return ColumnShape(field, shares, absent, known, cuts, coarse_places(shares), middle, kept[~np.isnan(kept)])
    codes = len(field.levels) + 1 if field.form != "flag" else 2
    counts = reference.counts[place][:codes].astype(float)
    return ColumnShape(field, counts / max(counts.sum(), 1.0), absent, known)


def cuts_between(quantiles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cuts between neighbouring quantiles that differ, and the share of customers in each bin they make."""
    steps = len(quantiles) - 1
    if np.isnan(quantiles).any():
        return np.array([]), np.array([1.0])
    last = np.flatnonzero(np.diff(quantiles) > 0)  # the last step of each run of equal quantiles
    cuts = (quantiles[last] + quantiles[last + 1]) / 2
    below = (last + 0.5) / steps
    return cuts, np.diff(np.concatenate([[0.0], below, [1.0]]))


def coarse_places(shares: np.ndarray, bins: int = COARSE) -> np.ndarray:
    """Which of about ten bins with about equal shares each fine bin belongs to.

    A bin of less than half a tenth never stands alone: where many customers share a value, a percentile interpolated
    next to it makes a sliver that no customer is in.
    """
    place, filled, current = np.zeros(len(shares), int), 0.0, 0
    for i, share in enumerate(shares):
        if filled >= 0.9 / bins:
            current, filled = current + 1, 0.0
        place[i] = current
        filled += share
    if current and filled < 0.5 / bins:
        place[place == current] = current - 1
    return place


# A Sketch: what a list looks like in numbers, gathered in one pass whatever its length.
#
# Counts per bin, missing values, extremes, and an even sample of encoded customers. Which customers are in the
# sample depends only on their place in the list, so a list cut into other blocks gives the same sketch, number
# for number.


MOST_SAMPLED = 100_000
MOST_NAMES = 5  # unseen levels remembered per column
LONGEST_NAME = 40
FAMILIAR = 0.5  # share of the learnt columns a list must have to be this business at all


@dataclass(frozen=True)
class Sketch:
    """What a list looks like.

    counts   per column the customers per bin of its Shape
    sample   encoded customers, float32, numbers as they stand; `places` are where they stand in the list
    unseen   per column some levels that were not learnt, as the list writes them
    absent   learnt columns the list does not have; `unfit` those that hold another kind of thing, with what they hold
    returned how many customers of the last list are on this one; None when there is nothing to compare with
    carried  columns of the sampled customers as they stand in the list, such as their key
    """

    rows: int
    counts: tuple[np.ndarray, ...]
    missing: np.ndarray
    low: np.ndarray
    high: np.ndarray
    sample: np.ndarray
    places: np.ndarray
    unseen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    unfit: Mapping[str, str] = field(default_factory=dict)
    returned: int | None = None
    carried: pa.Table | None = None

    def known(self, place: int) -> int:
        """How many customers have a value in this column."""
        return self.rows - int(self.missing[place])

    def sampled(self, place: int) -> np.ndarray:
        """The known values of one column in the sample."""
        column = self.sample[:, place]
        return column[~np.isnan(column)]

    def joined(self, later: Sketch) -> Sketch:
        """The sketch of both parts of a list."""
        places = np.concatenate([self.places, later.places])
        kept = _keep_sample(places)
        carried = None
        if self.carried is not None and later.carried is not None:
            carried = pa.concat_tables([self.carried, later.carried], promote_options="permissive").take(kept)
        return Sketch(
            rows=self.rows + later.rows,
            counts=tuple(a + b for a, b in zip(self.counts, later.counts, strict=True)),
            missing=self.missing + later.missing,
            low=np.fmin(self.low, later.low),
            high=np.fmax(self.high, later.high),
            sample=np.concatenate([self.sample, later.sample])[kept],
            places=places[kept],
            unseen=_names_joined(self.unseen, later.unseen),
            absent=tuple(n for n in self.absent if n in later.absent),
            unfit={**self.unfit, **later.unfit},
            returned=None if self.returned is None else self.returned + (later.returned or 0),
            carried=carried,
        )


def sketch_list(
    model: Model,
    shapes: Sequence[ColumnShape],
    blocks: Iterable[pa.Table],
    *,
    as_of: date | None = None,
    last_keys: pa.Array | None = None,
    carry: Sequence[str] = (),
) -> Sketch:
    """Look once at every block of a checked list; memory does not grow with the list.

    as_of      the day the list speaks of; without it the latest date of the first block
    last_keys  the keys of the last list, to see how many customers came back
    carry      columns to keep of the sampled customers as they stand, such as the key
    """

    def following(done: Sketch | None, block: pa.Table) -> Sketch:
        nonlocal as_of
        as_of = as_of or model.encoder.list_date(_fit_columns(model.encoder, block)[0])
        part = _sketch_of_block(model, shapes, block, (done.rows if done else 0, as_of, last_keys, carry))
        return done.joined(part) if done else part

    found: Sketch | None = reduce(following, (b for b in blocks if b.num_rows), None)
    if found is None:
        raise ListRefused("The list has no customers, so there is nothing to compare.", "Give a list with rows.")
    return found


def _sketch_of_block(
    model: Model,
    shapes: Sequence[ColumnShape],
    block: pa.Table,
    around: tuple[int, date | None, pa.Array | None, Sequence[str]],
) -> Sketch:
    first, as_of, last_keys, carry = around
    fitting, unfit = _fit_columns(model.encoder, block)
    absent = tuple(n for n in model.encoder.names if n not in block.schema.names)
    _refuse_a_stranger(model, absent)
    matrix = without_limits(model.encoder).matrix(fitting, as_of=as_of)
    counts = tuple(shape.counted(matrix[:, i]) for i, shape in enumerate(shapes))
    places = np.arange(first, first + block.num_rows)
    kept = _keep_sample(places)
    known = ~np.isnan(matrix)
    return Sketch(
        rows=block.num_rows,
        counts=counts,
        missing=block.num_rows - known.sum(axis=0),
        low=np.fmin.reduce(matrix, axis=0),
        high=np.fmax.reduce(matrix, axis=0),
        sample=np.ascontiguousarray(matrix[kept]),
        places=places[kept],
        unseen={s.name: _names(s, fitting) for s, c in zip(shapes, counts, strict=True) if s.unseen_of(c)},
        absent=absent,
        unfit=unfit,
        returned=_returned(model, block, last_keys),
        carried=block.select([n for n in carry if n in block.column_names]).take(kept) if carry else None,
    )


def without_limits(encoder: Encoder) -> Encoder:
    """The encoder that takes numbers as they stand, so that another unit is still seen."""
    return replace(encoder, fields=tuple(replace(f, low=None, high=None) for f in encoder.fields))


def encode_as_scored(encoder: Encoder, sample: np.ndarray) -> np.ndarray:
    """Encoded customers with the encoder's limits on their numbers, as the model scores them."""
    low = np.array([-np.inf if f.low is None else f.low for f in encoder.fields])
    high = np.array([np.inf if f.high is None else f.high for f in encoder.fields])
    return np.clip(sample, low, high).astype(np.float32)


def _fit_columns(encoder: Encoder, block: pa.Table) -> tuple[pa.Table, dict[str, str]]:
    """The block without columns that hold another kind of thing than was learnt, and what those hold."""
    unfit = {
        f.name: str(block.schema.field(f.name).type)
        for f in encoder.fields
        if f.name in block.schema.names and not _fits(f, block.schema.field(f.name).type)
    }
    return (block.drop_columns(list(unfit)) if unfit else block), unfit


def _fits(field: Field, kind: pa.DataType) -> bool:
    if pa.types.is_null(kind):
        return True
    if field.form in ("number", "flag"):
        return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind))
    if field.form in LEVELLED:
        return not (pa.types.is_nested(kind) or pa.types.is_binary(kind))
    return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))


def _refuse_a_stranger(model: Model, absent: tuple[str, ...]) -> None:
    learnt = len(model.encoder.fields)
    if learnt and learnt - len(absent) < FAMILIAR * learnt:
        here, some = learnt - len(absent), ", ".join(absent[:4])
        raise ListRefused(
            f"This list has {here or 'none'} of the {learnt} columns {model.name} learnt from; {some} and others are "
            "missing.",
            "It looks like another business: choose the model that was trained on it, or map its headings.",
        )


def _keep_sample(places: np.ndarray) -> np.ndarray:
    """Which rows to keep once there are too many: those whose lot is lowest, by their place in the list alone."""
    if len(places) <= MOST_SAMPLED:
        return np.arange(len(places))
    return np.sort(np.argpartition(draw_lots(places), MOST_SAMPLED)[:MOST_SAMPLED])


def draw_lots(places: np.ndarray) -> np.ndarray:
    """One random-looking number per place in a list, always the same for the same place (splitmix64)."""
    x = places.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def _names(shape: ColumnShape, block: pa.Table) -> tuple[str, ...]:
    """Some levels of a block that were not learnt, cut to a length that fits a sentence."""
    cells = block.column(shape.name).cast(pa.string())
    strange = pc.invert(pc.is_in(cells, value_set=pa.array(shape.field.levels, pa.string())))
    found = pc.unique(cells.filter(pc.and_(strange, cells.is_valid()))).slice(0, MOST_NAMES).to_pylist()
    return tuple(_printable(name) for name in found)


def _printable(name: str) -> str:
    clean = "".join(c if c.isprintable() else " " for c in name).strip()
    return clean if len(clean) <= LONGEST_NAME else clean[: LONGEST_NAME - 1] + "…"


def _names_joined(a: Mapping[str, tuple[str, ...]], b: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {n: tuple(dict.fromkeys(a.get(n, ()) + b.get(n, ())))[:MOST_NAMES] for n in (*a, *b)}


def _returned(model: Model, block: pa.Table, last_keys: pa.Array | None) -> int | None:
    key = model.schema.key.name if model.schema.key else None
    if last_keys is None or key not in block.schema.names:
        return None
    found = pc.is_in(block.column(key).cast(pa.string()), value_set=last_keys.cast(pa.string()))
    return int(pc.sum(found).as_py() or 0)
