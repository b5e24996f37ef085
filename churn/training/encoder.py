"""The Encoder: one fixed translation of customers into numbers, the same for training and for serving."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.errors import RequestRefused
from churn.schema import Column, Schema

Form = Literal["number", "flag", "nominal", "ordered", "service", "age"]
LEAST_AGE_ROOM = 30.0  # days that ages may go beyond what was learnt, before they count as the edge
MOST_LEVELS = 250  # a column with more levels than this keeps the most frequent ones
FEWEST_ROWS = 5  # a level seen less often than this is learnt as "unseen", so that real unseen levels mean something
_EPOCH = date(1970, 1, 1)
_LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class Field:
    """How one column becomes one number.

    form    `number`; `flag` 0 or 1; `nominal` and `ordered` the place of the level; `service` 0 no, 1 yes,
            2 does not apply to this customer; `age` days between the date and the list's date
    levels  the levels with a code of their own, in code order; a text outside them gets the next free code
    low, high   numbers beyond these count as these, so that one typing error does not dominate
    """

    name: str
    form: Form
    levels: tuple[str, ...] = ()
    group: str = ""
    lever: str = "context"
    direction: int = 0
    low: float | None = None
    high: float | None = None

    @property
    def unseen(self) -> int:
        """The code of a level that was not learnt."""
        return len(self.levels)

    @property
    def is_set(self) -> bool:
        """Whether the codes are names without an order, so that trees split them into sets."""
        return self.form in ("nominal", "service")

    @property
    def not_applicable(self) -> str | None:
        """The level that says the column does not apply to this customer, if there is one."""
        return self.levels[2] if self.form == "service" else None


@dataclass(frozen=True)
class Encoder:
    """Translates checked customers into float32 numbers: one column per field; missing is NaN.

    date_column  the column that says when each row was true; ages count back from it
    as_of        where there is no such column: the list's date at training, ISO; ages count back from it
    """

    fields: tuple[Field, ...]
    date_column: str | None = None
    as_of: str | None = None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns of the matrix, in order."""
        return tuple(f.name for f in self.fields)

    @property
    def safe_names(self) -> tuple[str, ...]:
        """Internal names without brackets, quotes or signs that a booster would refuse."""
        return tuple(f"f{i}" for i in range(len(self.fields)))

    def matrix(self, table: pa.Table, *, as_of: date | None = None) -> np.ndarray:
        """All customers of a checked table as float32 (rows, fields); an absent column is all missing.

        as_of  the list's date (see `list_date`) when the table has no date column; the training list's otherwise
        """
        numbers = np.empty((table.num_rows, len(self.fields)), dtype=np.float32, order="F")
        day = self._days_of(table, as_of)
        for i, field in enumerate(self.fields):
            known = field.name in table.schema.names
            numbers[:, i] = _within_limits(_column_numbers(field, table, day), *self._limits[:, i]) if known else np.nan
        return numbers

    def row(self, customer: Mapping[str, Any], *, as_of: date | None = None) -> np.ndarray:
        """One customer as float32 (fields,), number for number what `matrix` gives."""
        own = self.date_column and (self.date_column in customer or not as_of)
        day = _day_number(customer.get(self.date_column or "")) if own else self._reference_day(as_of)
        values = [reader(customer.get(name), day) for name, reader in self._readers]
        return _within_limits(np.array(values, dtype=np.float64), *self._limits).astype(np.float32)

    def beyond(self, matrix: np.ndarray) -> np.ndarray:
        """How many of these customers, field by field, were cut to the limit."""
        low, high = self.limits
        return ((matrix <= low) | (matrix >= high)).sum(axis=0)

    def list_date(self, table: pa.Table) -> date | None:
        """The date a list speaks of: the latest date in its date columns, or None where it has none."""
        return latest_date(table, [f.name for f in self.fields if f.form == "age"])

    def shown(self, name: str, number: float) -> Any:
        """What a number of the matrix stands for in the list: a level, True or False, a number, or None."""
        field = self.fields[self.names.index(name)]
        if np.isnan(number):
            return None
        if field.form == "flag":
            return bool(number)
        if field.levels:
            return field.levels[int(number)] if 0 <= number < len(field.levels) else None
        return float(number)

    def as_json(self) -> dict[str, Any]:
        """The encoder as a plain mapping; `encoder_from` reads it back."""
        return {"fields": [asdict(f) for f in self.fields], "date_column": self.date_column, "as_of": self.as_of}

    @cached_property
    def _readers(self) -> tuple[tuple[str, Callable[[Any, float], float]], ...]:
        return tuple((f.name, _cell_reader(f)) for f in self.fields)

    @cached_property
    def limits(self) -> np.ndarray:
        """The lowest and the highest number a matrix can have, field by field."""
        return self._limits.astype(np.float32)

    @cached_property
    def unseen(self) -> np.ndarray:
        """The code of a level that was not learnt, field by field; NaN where a field has no levels."""
        return np.array([f.unseen if f.levels else np.nan for f in self.fields], np.float32)

    @cached_property
    def _limits(self) -> np.ndarray:
        """The lowest and the highest number of each field, within what float32 can hold."""
        low = [-_LARGEST if f.low is None else f.low for f in self.fields]
        high = [_LARGEST if f.high is None else f.high for f in self.fields]
        return np.array([low, high], dtype=np.float64)

    def _days_of(self, table: pa.Table, as_of: date | None) -> Any:
        if self.date_column and self.date_column in table.schema.names:
            return _day_numbers(table.column(self.date_column))
        return np.nan if self.date_column and not as_of else self._reference_day(as_of)

    def _reference_day(self, as_of: date | None) -> float:
        return _day_number(as_of or self.as_of)


def encoder_for(schema: Schema, table: pa.Table, *, drop: Iterable[str] = ()) -> Encoder:
    """Build the Encoder of a training table: fixed levels, known dates, columns sorted by name."""
    left_out = set(drop)
    columns = sorted((c for c in schema.features if _is_learnable(c, table, left_out)), key=lambda c: c.name)
    fields = tuple(_field_for(c, table.column(c.name)) for c in columns)
    when = schema.date.name if schema.date and schema.date.name in table.schema.names else None
    latest = None if when else latest_date(table, [f.name for f in fields if f.form == "age"])
    encoder = Encoder(fields, when, latest.isoformat() if latest else None)
    return replace(encoder, fields=tuple(_with_limits(f, encoder, table) for f in fields))


def encoder_from(words: Mapping[str, Any]) -> Encoder:
    """The Encoder that `as_json` wrote."""
    fields = tuple(Field(**{**f, "levels": tuple(f["levels"])}) for f in words["fields"])
    return Encoder(fields, words["date_column"], words["as_of"])


def latest_date(table: pa.Table, columns: Iterable[str]) -> date | None:
    """The latest date in these columns of a table, or None where there is none."""
    days = [pc.max(table.column(c).cast(pa.date32())).as_py() for c in columns if c in table.schema.names]
    return max((d for d in days if d is not None), default=None)


def _is_learnable(column: Column, table: pa.Table, left_out: set[str]) -> bool:
    return column.kind != "text" and column.name not in left_out and column.name in table.schema.names


def _field_for(column: Column, cells: pa.ChunkedArray) -> Field:
    meaning: dict[str, Any] = {"group": column.group, "lever": column.lever, "direction": column.direction}
    if column.kind == "number":
        return Field(column.name, "number", **meaning)
    if column.kind == "flag":
        return Field(column.name, "flag", **meaning)
    if column.kind == "date":
        return Field(column.name, "age", **meaning)
    levels = _learnt_levels(column, cells)
    service = _service_levels(levels)
    if service:
        return Field(column.name, "service", service, **meaning)
    return Field(column.name, "ordered" if column.ordered else "nominal", levels, **meaning)


def _with_limits(field: Field, encoder: Encoder, table: pa.Table) -> Field:
    """Give the field limits: as much room on each side as the learnt numbers are apart."""
    if field.form not in ("number", "age"):
        return field
    numbers = replace(encoder, fields=(field,)).matrix(table)
    if np.isnan(numbers).all():
        return field
    low, high = float(np.nanmin(numbers)), float(np.nanmax(numbers))
    room = max(high - low, LEAST_AGE_ROOM if field.form == "age" else 1.0)
    return replace(field, low=low - room, high=high + room)


def _learnt_levels(column: Column, cells: pa.ChunkedArray) -> tuple[str, ...]:
    """The schema's levels in their order, then others that are frequent enough, by name."""
    counts = {c["values"]: c["counts"] for c in pc.value_counts(_as_text(cells)).to_pylist() if c["values"] is not None}
    others = [level for level, rows in counts.items() if rows >= FEWEST_ROWS and level not in column.levels]
    kept = sorted(others, key=lambda level: (-counts[level], level))[: max(0, MOST_LEVELS - len(column.levels))]
    return (*column.levels, *sorted(kept))


def _service_levels(levels: tuple[str, ...]) -> tuple[str, str, str] | None:
    """No, yes and "no such service" when the levels are just these three: yes, no, and a longer form of no."""
    by_word = {level.casefold(): level for level in levels}
    longer = [level for word, level in by_word.items() if word.startswith("no ")]
    if len(levels) == 3 and len(longer) == 1 and {"yes", "no"} <= by_word.keys():
        return by_word["no"], by_word["yes"], longer[0]
    return None


def _column_numbers(field: Field, table: pa.Table, day: Any) -> np.ndarray:
    cells = table.column(field.name)
    if field.form == "age":
        return day - _day_numbers(cells)
    if field.levels or field.form in ("nominal", "ordered"):
        return _codes(field, _as_text(cells))
    if pa.types.is_boolean(cells.type):
        cells = cells.cast(pa.uint8())
    return cells.cast(pa.float64()).to_numpy()


def _codes(field: Field, cells: pa.ChunkedArray) -> np.ndarray:
    places = pc.index_in(cells, value_set=pa.array(field.levels, pa.string()))
    codes = pc.if_else(cells.is_valid(), pc.fill_null(places, field.unseen), pa.scalar(None, pa.int32()))
    return codes.cast(pa.float64()).to_numpy()


def _as_text(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    return cells if pa.types.is_string(cells.type) else cells.cast(pa.string())


def _day_numbers(cells: pa.ChunkedArray) -> np.ndarray:
    return cells.cast(pa.date32()).cast(pa.int32()).cast(pa.float64()).to_numpy()


def _day_number(value: Any) -> float:
    """Days since 1970 of a date, a moment or an ISO text; NaN for nothing."""
    if value is None or value == "":
        return float("nan")
    if isinstance(value, str):
        value = date.fromisoformat(value[:10])
    day = value.date() if isinstance(value, datetime) else value
    return float((day - _EPOCH) // timedelta(days=1))


def _cell_reader(field: Field) -> Callable[[Any, float], float]:
    """How this field reads one cell of one customer."""
    if field.form == "age":
        return _refuse_unreadable(field, lambda cell, day: day - _day_number(cell))
    if field.levels or field.form in ("nominal", "ordered"):
        codes = {level: float(i) for i, level in enumerate(field.levels)}
        return lambda cell, day: float("nan") if cell is None else codes.get(cell, float(field.unseen))
    return _refuse_unreadable(field, lambda cell, day: float("nan") if cell is None else float(cell))


def _refuse_unreadable(field: Field, read: Callable[[Any, float], float]) -> Callable[[Any, float], float]:
    def refuse_or_read(cell: Any, day: float) -> float:
        try:
            return read(cell, day)
        except (TypeError, ValueError, OverflowError, AttributeError) as problem:
            wanted = "a date such as 2026-01-31" if field.form == "age" else "a number"
            raise RequestRefused(f"{field.name} = {cell!r} cannot be read.", f"Give {wanted}.") from problem

    return refuse_or_read


def _within_limits(numbers: np.ndarray, low: Any, high: Any) -> np.ndarray:
    """The numbers within their limits; infinite ones become missing."""
    return np.where(np.isfinite(numbers), np.clip(numbers, low, high), np.nan)
