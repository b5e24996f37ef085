"""Repeats: customers that stand in the list twice, found with 8 bytes a row, settled by looking at the rows again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
import pyarrow as pa

from churn.errors import OpenQuestion
from churn.intake.columns import Cells
from churn.intake.dates import Order, parse_date
from churn.intake.delimited import Block, SetAside
from churn.intake.values import is_missing, strip_marks
from churn.notices import Notice, do, many

Duplicates = Literal["newest", "first", "refuse"]
LOG_ROWS, LOG_SHARE = 50, 0.3  # beyond both, the rows are events and not customers
_STEP = np.uint64(0x9E3779B97F4A7C15)
_BYTES = np.random.default_rng(20261120).integers(1, 1 << 63, 256, dtype=np.uint64)


@dataclass
class Repeats:
    """The keys seen so far, as 64-bit hashes; two rows with one key always have one hash."""

    hashes: list[np.ndarray] = field(default_factory=list)

    def add(self, keys: Cells) -> None:
        """Remember the keys of one more block; a missing key is nobody's."""
        found = hash_values(keys.values)[keys.codes]
        self.hashes.append(found[~_missing_keys(keys)[keys.codes]])

    def twice(self) -> tuple[np.ndarray, int, int]:
        """The hashes seen more than once, how many keys there were, and how many of them different."""
        everything = np.concatenate(self.hashes) if self.hashes else np.array([], np.uint64)
        everything.sort()
        same = everything[1:] == everything[:-1]
        return np.unique(everything[1:][same]), len(everything), len(everything) - int(same.sum())


@dataclass(frozen=True)
class ResolvedDuplicates:
    """Which rows are left out because their customer stands elsewhere in the list."""

    drop: tuple[SetAside, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class KeyColumn:
    """Where the key stands, what it is called, and where the date of a row stands, if anywhere."""

    position: int
    name: str
    date: int | None = None
    order: Order | None = None


def resolve_duplicates(
    blocks: Iterable[Block], key: KeyColumn, twice: np.ndarray, how: Duplicates | None
) -> ResolvedDuplicates:
    """Identical repeats are dropped; rows that differ are settled as asked, or refused naming the flag."""
    groups = _groups(blocks, key, twice)
    drop: list[SetAside] = []
    conflicts = []
    for rows in groups.values():
        if len({cells for _, cells in rows}) == 1:
            drop += [SetAside(line, f"it repeats line {rows[0][0]} word for word", cells) for line, cells in rows[1:]]
        elif len(rows) > 1:
            conflicts.append(rows)
    same = len(drop)
    if conflicts and how not in ("newest", "first"):
        raise _conflict_refusal(conflicts, key)
    for rows in conflicts:
        kept = _row_to_keep(rows, key, how or "first")
        drop += [
            SetAside(n, f"the same customer stands in line {kept}, which was kept", c) for n, c in rows if n != kept
        ]
    return ResolvedDuplicates(
        tuple(sorted(drop, key=lambda s: s.line)), tuple(_duplicate_notices(same, conflicts, how, key))
    )


def hash_values(values: pa.Array) -> np.ndarray:
    """A 64-bit number per text, the same for the same text in any block: its bytes mixed in one after the other."""
    values = values.cast(pa.large_string())
    offsets = np.frombuffer(values.buffers()[1], np.int64)[values.offset : values.offset + len(values) + 1]
    hashes = np.diff(offsets).astype(np.uint64) if len(values) else np.zeros(0, np.uint64)
    if not len(values) or offsets[-1] == offsets[0]:
        return hashes
    data = np.frombuffer(values.buffers()[2], np.uint8)
    at, ends = offsets[:-1].copy(), offsets[1:]
    rows: np.ndarray | slice = slice(None)
    with np.errstate(over="ignore"):
        while len(at):
            going = at < ends
            if not going.all():
                rows = np.flatnonzero(going) if isinstance(rows, slice) else rows[going]
                at, ends = at[going], ends[going]
            hashes[rows] = (hashes[rows] ^ _BYTES[data[at]]) * _STEP
            at = at + 1
        return (hashes ^ (hashes >> np.uint64(29))) * _STEP


def _missing_keys(keys: Cells) -> np.ndarray:
    absent = np.zeros(len(keys.values), bool)
    for code, text in zip(keys.odd.tolist(), keys.values.take(pa.array(keys.odd)).to_pylist(), strict=True):
        absent[code] = is_missing(text, words=False)
    return absent


def _groups(blocks: Iterable[Block], key: KeyColumn, twice: np.ndarray) -> dict[str, list[tuple[int, tuple[str, ...]]]]:
    groups: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    for block in blocks:
        cells = block.cells(key.position)
        suspect = np.isin(hash_values(cells.values), twice) & ~_missing_keys(cells)
        rows = np.flatnonzero(suspect[cells.codes])
        if not len(rows):
            continue
        columns = [c.take(pa.array(rows)).to_pylist() for c in block.table.columns]
        for row, values in zip(rows.tolist(), zip(*columns, strict=True), strict=True):
            trimmed = tuple(map(strip_marks, values))
            groups.setdefault(trimmed[key.position], []).append((int(block.lines[row]), trimmed))
    return groups


def _row_to_keep(rows: list[tuple[int, tuple[str, ...]]], key: KeyColumn, how: Duplicates) -> int:
    if how == "first":
        return rows[0][0]
    if key.date is None:
        return rows[-1][0]
    days = {line: parse_date(cells[key.date], key.order, True) or date.min for line, cells in rows}
    return max(days, key=lambda line: (days[line], line))


def _conflict_refusal(conflicts: list[list[tuple[int, tuple[str, ...]]]], key: KeyColumn) -> OpenQuestion:
    rows = conflicts[0]
    lines = " and ".join(str(line) for line, _ in rows[:3])
    stand = "customers stand" if len(conflicts) > 1 else "customer stands"
    return OpenQuestion(
        f"{len(conflicts)} {stand} in the list more than once with different values, "
        f"the first in lines {lines} ({key.name} {rows[0][1][key.position]}).",
        "Correct the list, or say which row counts.",
        asks="duplicates",
        choices=("newest", "first"),
    )


def _duplicate_notices(
    same: int, conflicts: list[list[tuple[int, tuple[str, ...]]]], how: Duplicates | None, key: KeyColumn
) -> list[Notice]:
    told = []
    if same:
        repeat, were = do(same, "repeats", "repeat"), do(same, "was", "were")
        text = f"{many(same, 'row')} {repeat} another row word for word and {were} dropped."
        told.append(Notice("set_aside", text, key.name, same))
    if conflicts:
        by = (
            "the latest date"
            if how == "newest" and key.date is not None
            else "the last row"
            if how == "newest"
            else "the first row"
        )
        dropped = sum(len(rows) - 1 for rows in conflicts)
        who = many(len(conflicts), "customer")
        text = f"{who} stood in the list more than once with different values; {by} was kept."
        told.append(Notice("set_aside", text, key.name, dropped))
    return told
