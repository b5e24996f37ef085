"""Settling outcomes: what became of each customer when several files tell, the latest word counting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from churn.errors import ListRefused
from churn.notices import Notice


@dataclass(frozen=True)
class Settled:
    """One outcome per customer.

    table     the columns key (text) and left (true or false), in the order in which customers were first named
    notices   how many customers were told differently before
    """

    table: pa.Table
    notices: tuple[Notice, ...] = ()


def settled_outcomes(files: Sequence[pa.Table]) -> Settled:
    """One outcome per customer from files with the columns key and left, the oldest first.

    A customer who is said to have left and later to have stayed may be a new contract or a mistake: the latest file
    counts, and the notice says how many there are. Within one file a customer told both ways is refused.
    """
    said: dict[str, bool] = {}
    changed: set[str] = set()
    for number, file in enumerate(files, start=1):
        for key, left in _sure(file, number).items():
            if said.get(key, left) != left:
                changed.add(key)
            said[key] = left
    table = pa.table({"key": pa.array(said.keys(), pa.string()), "left": pa.array(said.values(), pa.bool_())})
    return Settled(table, _told(changed))


def outcomes_for(keys: pa.Array, settled: pa.Table) -> pa.Array:
    """The outcome of each key, in order; nothing where it is not known."""
    places = pc.index_in(keys.cast(pa.string()), value_set=settled.column("key").combine_chunks())
    return settled.column("left").combine_chunks().take(places)


def _sure(file: pa.Table, number: int) -> dict[str, bool]:
    missing = {"key", "left"} - set(file.column_names)
    if missing:
        raise ListRefused(
            f"Outcome file {number} has no column {' and no column '.join(sorted(missing))}.",
            "Name the key and the outcome column.",
        )
    said: dict[str, bool] = {}
    for key, left in zip(file.column("key").to_pylist(), file.column("left").to_pylist(), strict=True):
        if key is None or left is None:
            continue
        if said.setdefault(str(key), bool(left)) != bool(left):
            raise ListRefused(
                f"Outcome file {number} says of customer {str(key)[:40]} both that they left and that they stayed.",
                "Keep one row per customer.",
            )
    return said


def _told(changed: set[str]) -> tuple[Notice, ...]:
    if not changed:
        return ()
    some = ", ".join(sorted(k[:40] for k in changed)[:3])
    text = f"{len(changed):,} customers have another outcome than told before ({some}); the latest counts."
    return (Notice("warning", text, count=len(changed)),)
