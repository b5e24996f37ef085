"""Slices: a result too large for the memory allowed is worked out a range of customers at a time.

A customer's row follows from that customer's own entries, so any slice of the rows can be asked for by itself. Tables
laid down near their key show only the slice in hand; what stands on them is then small enough to need no disk. A slice
is a range of the keys as text, the order of a finished table: slices one below the other are a whole in order.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

SUMS = 1_000  # bytes that one customer's sums take while they are worked out
MARKS = 10_000  # keys looked at to say where slices begin, evenly spread over a table that lies in their order


@dataclass(frozen=True)
class Laid:
    """A table that was laid down in the order of its keys: its name in a query, its column of keys, its rows."""

    name: str
    key: str
    rows: int

    def shown(self, whole_numbers: bool) -> str:
        """The query that shows the slice in hand, or all of the table where none is."""
        ends = {"start": ("::varchar", ">="), "stop": ("::varchar", "<")}
        ends |= {"least": ("", ">="), "beyond": ("", "<")} if whole_numbers else {}
        found = [f"(getvariable('{e}') is null or {self.key}{t} {s} getvariable('{e}'))" for e, (t, s) in ends.items()]
        return f"select * from {self.name} where {' and '.join(found)}"


@dataclass(frozen=True)
class Slice:
    """The keys whose text lies from `start` on and before `stop`; nothing is an open end.

    least, beyond  the same ends where keys are whole numbers in the order of their text: numbers are found sooner
    """

    start: str | None = None
    stop: str | None = None
    least: int | None = None
    beyond: int | None = None

    def holds(self, key: str) -> str:
        """The condition that a column of keys lies in the slice."""
        above = [] if self.start is None else [f"{key}::varchar >= {_said(self.start)}"]
        below = [] if self.stop is None else [f"{key}::varchar < {_said(self.stop)}"]
        return " and ".join(above + below) or "true"


WHOLE = (Slice(),)


def slices_of(connection: Any, laid: Laid) -> tuple[Slice, ...]:
    """As many slices as the memory allowed asks for, each with about as many rows, in the order of their text."""
    (room,) = _row(connection, "select parse_formatted_bytes(current_setting('memory_limit'))")
    parts = math.ceil(laid.rows * SUMS / room)
    if parts < 2:
        return WHOLE
    places = [i / parts for i in range(1, parts)]
    marks = f"select {laid.key}::varchar as mark from {laid.name} where rowid % {math.ceil(laid.rows / MARKS)} = 0"
    (starts,) = _row(connection, f"select quantile_disc(mark, {places}) from ({marks})")
    ends = [None, *sorted(set(starts)), None]
    numbers = [e and int(e) for e in ends] if _in_order_of_text(connection, laid) else [None] * len(ends)
    return tuple(map(Slice, ends, ends[1:], numbers, numbers[1:]))


@contextmanager
def in_hand(connection: Any, part: Slice) -> Iterator[None]:
    """Show one slice of all laid tables for a while."""
    ends = asdict(part)
    try:
        for name, end in ends.items():
            connection.execute(f"set variable {name} = {_said(end)}")
        yield
    finally:
        for name in ends:
            connection.execute(f"reset variable {name}")


def _in_order_of_text(connection: Any, laid: Laid) -> bool:
    """Whether the keys are whole numbers of one length."""
    ends = f"select typeof(min({laid.key})), min({laid.key})::varchar, max({laid.key})::varchar from {laid.name}"
    kind, least, most = _row(connection, ends)
    return kind != "VARCHAR" and len(least) == len(most) and not least.startswith("-")


def _said(end: str | int | None) -> str:
    return "null" if end is None else str(end) if isinstance(end, int) else quoted(end)


def quoted(text: str) -> str:
    """A text in the words of a query."""
    return "'" + text.replace("'", "''") + "'"


def _row(connection: Any, query: str) -> Any:
    return connection.execute(query).fetchone()
