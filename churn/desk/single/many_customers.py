"""Many customers as a program sends them, read column by column: a text that many of them have is read once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from churn.desk.single.customer_fields import FieldReader
from churn.desk.single.offering import carried
from churn.errors import RequestRefused
from churn.intake.understanding.plans import arrow_type
from churn.schema import Schema

Fields = Mapping[str, Any]
TEXT = {str, type(None)}


@dataclass(frozen=True)
class Together:
    """Many customers as checked columns; what a customer was sent without is None.

    columns   by our own name, for every column that any of them was sent with
    ignored   per customer the fields that are none of the model's columns
    missing   per customer the columns the model learnt from that nothing is known of
    """

    columns: Mapping[str, list[Any]]
    ignored: list[tuple[str, ...]]
    missing: list[tuple[str, ...]]

    def table(self, schema: Schema, sent: Sequence[Fields]) -> pa.Table:
        """The checked table of these customers, as a file with them would give it."""
        nothing = [None] * len(sent)
        named = [c for c in schema.columns if c in schema.features or c.name in self.columns]
        columns = {c.name: pa.array(self.columns.get(c.name, nothing), arrow_type(c)) for c in named}
        extra = dict.fromkeys(name for names in dict.fromkeys(self.ignored) for name in names if name not in columns)
        texts = {name: [carried(fields.get(name)) for fields in sent] for name in extra}
        return pa.table(columns | {name: pa.array(cells, pa.string()) for name, cells in texts.items()})


def read_together(reader: FieldReader, sent: Sequence[Fields]) -> Together:
    """The customers that these fields describe; a value that its column cannot mean is refused with its customer."""
    try:
        return _read(reader, sent)
    except RequestRefused:
        _refuse_first(reader, sent)
        raise


def _refuse_first(reader: FieldReader, sent: Iterable[Fields]) -> None:
    """Say which customer it is, the first of them."""
    for number, fields in enumerate(sent, start=1):
        try:
            reader.given(fields)
        except RequestRefused as problem:
            raise RequestRefused(f"Customer {number}: {problem.message}", problem.fix) from problem


def _read(reader: FieldReader, sent: Sequence[Fields]) -> Together:
    columns: dict[str, list[Any]] = {}
    ignored: list[tuple[str, ...]] = [()] * len(sent)
    for headings, rows in _layouts(sent).items():
        sources, left_over = reader.matched(headings)
        some = sent if len(rows) == len(sent) else [sent[row] for row in rows]
        for ours, theirs, read in sources:
            values = _values(read, [fields[theirs] for fields in some])
            columns[ours] = values if some is sent else _placed(columns.get(ours), rows, values, len(sent))
        for row in rows if left_over else ():
            ignored[row] = left_over
    return Together(columns, ignored, _missing(reader, columns, len(sent)))


def _placed(column: list[Any] | None, rows: list[int], values: list[Any], length: int) -> list[Any]:
    """A column with the values of some customers in their places."""
    column = [None] * length if column is None else column
    for row, value in zip(rows, values, strict=True):
        column[row] = value
    return column


def _layouts(sent: Sequence[Fields]) -> dict[tuple[str, ...], list[int]]:
    """The customers by the names of their fields: most programs send all of them in one way."""
    layouts: dict[tuple[str, ...], list[int]] = {}
    for row, names in enumerate(map(tuple, sent)):
        layouts.setdefault(names, []).append(row)
    return layouts


def _values(read: Callable[[Any], Any], cells: list[Any]) -> list[Any]:
    # Only among texts is what is equal the same: 1, 1.0 and true are not read alike.
    if not set(map(type, cells)) <= TEXT:
        return list(map(read, cells))
    known = {cell: read(cell) for cell in set(cells)}
    return [known[cell] for cell in cells]


def _missing(reader: FieldReader, columns: Mapping[str, list[Any]], rows: int) -> list[tuple[str, ...]]:
    names = tuple(reader.model.encoder.names)
    missing = [tuple(n for n in names if n not in columns)] * rows
    gapped = [columns[n] for n in names if None in columns.get(n, ())]
    gaps = {row for column in gapped for row, value in enumerate(column) if value is None}
    for row in gaps:
        missing[row] = tuple(n for n in names if n not in columns or columns[n][row] is None)
    if names in set(missing):
        raise reader.nothing_known()
    return missing
