"""A Sketch: what a list looks like in numbers, gathered in one pass whatever its length.

Counts per bin, missing values, extremes, and an even sample of encoded customers. Which customers are in the sample
depends only on their place in the list, so a list cut into other blocks gives the same sketch, number for number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.errors import ListRefused
from churn.learning.encoded.encoding import Encoder, Field
from churn.learning.versions.model import Model
from churn.watching.shapes import LEVELLED, Shape

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
        kept = _kept(places)
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


def sketch_of(
    model: Model,
    shapes: Sequence[Shape],
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
    shapes: Sequence[Shape],
    block: pa.Table,
    around: tuple[int, date | None, pa.Array | None, Sequence[str]],
) -> Sketch:
    first, as_of, last_keys, carry = around
    fitting, unfit = _fit_columns(model.encoder, block)
    absent = tuple(n for n in model.encoder.names if n not in block.schema.names)
    _refuse_a_stranger(model, absent)
    matrix = unlimited(model.encoder).matrix(fitting, as_of=as_of)
    counts = tuple(shape.counted(matrix[:, i]) for i, shape in enumerate(shapes))
    places = np.arange(first, first + block.num_rows)
    kept = _kept(places)
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


def unlimited(encoder: Encoder) -> Encoder:
    """The encoder that takes numbers as they stand, so that another unit is still seen."""
    return replace(encoder, fields=tuple(replace(f, low=None, high=None) for f in encoder.fields))


def as_scored(encoder: Encoder, sample: np.ndarray) -> np.ndarray:
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


def _kept(places: np.ndarray) -> np.ndarray:
    """Which rows to keep once there are too many: those whose lot is lowest, by their place in the list alone."""
    if len(places) <= MOST_SAMPLED:
        return np.arange(len(places))
    return np.sort(np.argpartition(lots_of(places), MOST_SAMPLED)[:MOST_SAMPLED])


def lots_of(places: np.ndarray) -> np.ndarray:
    """One random-looking number per place in a list, always the same for the same place (splitmix64)."""
    x = places.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def _names(shape: Shape, block: pa.Table) -> tuple[str, ...]:
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
