"""Checking: does the table keep to its Schema; counted in Arrow block by block, the same verdict `contract` gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import log10

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.errors import ListRefused
from churn.intake.columns import EXAMPLES, Example
from churn.intake.options import NOT_KNOWN, UsualValues
from churn.notices import Notice, do, many
from churn.schema import Column, Schema

WARN_SHARE = 0.05  # unseen levels in more rows than this are a warning
MISSING_SHARE = 0.2  # a column with more missing than this is a warning
NEWLY_MISSING = 0.05  # where the usual share is known, a column with so much more missing is a warning
_SAMPLE = 4_096  # values per block that the median is taken from


# What one row can do wrong: `range`, `level`, `key` (none there), `empty` (a required column with nothing in it).
Verdict = dict[tuple[str, str], int]


@dataclass
class Tally:
    """What was found in the rows so far, per column and rule."""

    schema: Schema
    known: frozenset[str] = frozenset()  # categories already seen to hold known levels only
    rows: int = 0
    counts: Verdict = field(default_factory=dict)
    nulls: dict[str, int] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)
    examples: dict[tuple[str, str], list[Example]] = field(default_factory=dict)
    samples: dict[str, list[np.ndarray]] = field(default_factory=dict)
    leavers: int = 0

    def add(self, table: pa.Table, lines: np.ndarray) -> None:
        """Check the rows of one more block."""
        self.rows += table.num_rows
        for column in self.schema.columns:
            if column.name in table.column_names and column.role != "ignored":
                self._check(column, table.column(column.name), lines)

    def could_not_read(self, column: str, count: int, examples: list[Example]) -> None:
        """Remember cells that hold something their column cannot mean."""
        self.unread[column] = self.unread.get(column, 0) + count
        kept = self.examples.setdefault((column, "unread"), [])
        shown = {text for _, text in kept}
        kept += [e for e in examples if e[1] not in shown][: EXAMPLES - len(kept)]

    def verdict(self) -> Verdict:
        """How many rows break which rule in which column; a required column without a value breaks `empty`."""
        empty = {
            (c.name, "empty"): self.rows
            for c in self.schema.columns
            if c.required and self.rows and self.nulls.get(c.name, 0) == self.rows
        }
        return {k: n for k, n in {**self.counts, **empty}.items() if n}

    def notices(self, usual: Mapping[str, UsualValues] | None = None) -> list[Notice]:
        """What a person should know about these rows; with what is `usual` per column, what is as ever is not news."""
        told = [n for c in self.schema.columns for n in self._column_notices(c, (usual or {}).get(c.name, NOT_KNOWN))]
        return [n for n in told if n]

    def _check(self, column: Column, values: pa.ChunkedArray, lines: np.ndarray) -> None:
        self.nulls[column.name] = self.nulls.get(column.name, 0) + values.null_count
        if column.role == "key":
            self._broken(column.name, "key", pc.is_null(values), (values, lines))
        if column.kind == "number":
            self._check_range(column, values, lines)
        if column.kind == "category" and column.levels and column.name not in self.known:
            known = pc.is_in(values, pa.array(column.levels, pa.string()))
            self._broken(column.name, "level", pc.and_(pc.is_valid(values), pc.invert(known)), (values, lines))
        if column.role == "outcome":
            left = values if column.kind == "flag" else pc.is_in(values, pa.array(column.positive, pa.string()))
            self.leavers += int(pc.sum(left).as_py() or 0) if column.kind in ("flag", "category") else 0

    def _check_range(self, column: Column, values: pa.ChunkedArray, lines: np.ndarray) -> None:
        low = pc.less(values, column.low) if column.low is not None else None
        high = pc.greater(values, column.high) if column.high is not None else None
        beyond = low if high is None else high if low is None else pc.or_(low, high)
        if beyond is not None:
            self._broken(column.name, "range", pc.fill_null(beyond, False), (values, lines))
        filled = pc.drop_null(values)
        step = max(1, len(filled) // _SAMPLE)
        self.samples.setdefault(column.name, []).append(filled.to_numpy()[::step])

    def _broken(self, name: str, rule: str, mask: pa.ChunkedArray, where: tuple[pa.ChunkedArray, np.ndarray]) -> None:
        count = int(pc.sum(mask).as_py() or 0)
        if not count:
            return
        values, lines = where
        self.counts[name, rule] = self.counts.get((name, rule), 0) + count
        kept = self.examples.setdefault((name, rule), [])
        rows = np.flatnonzero(mask.to_numpy())[: EXAMPLES - len(kept)]
        kept += [(int(lines[r]), str(values[int(r)].as_py()).removesuffix(".0")) for r in rows]

    def _column_notices(self, column: Column, usual: UsualValues) -> list[Notice | None]:
        return [
            self._unread_notices(column),
            self._rule_notices(column, "range", f"beyond {_span(column)}"),
            self._level_notices(column),
            self._key_notices(column),
            self._missing_notices(column, usual.blank),
            self._unit_notices(column, usual.median),
        ]

    def _unread_notices(self, column: Column) -> Notice | None:
        count = self.unread.get(column.name, 0)
        if not count:
            return None
        what = {"number": "no number", "date": "no date", "flag": "neither yes nor no"}.get(column.kind, "not readable")
        examples = self.examples[column.name, "unread"]
        are, were = do(count, "is", "are"), do(count, "was", "were")
        said = f"{many(count, 'cell')} of {column.name} {are} {what} and {were} read as missing"
        text = f"{said}: {_quote_examples(examples)}."
        return Notice("warning", text, column.name, count, tuple(n for n, _ in examples))

    def _rule_notices(self, column: Column, rule: str, what: str) -> Notice | None:
        count = self.counts.get((column.name, rule), 0)
        if not count:
            return None
        examples = self.examples[column.name, rule]
        text = f"{many(count, 'row')} {do(count, 'has', 'have')} a {column.name} {what}: {_quote_examples(examples)}."
        return Notice("warning", text, column.name, count, tuple(n for n, _ in examples))

    def _key_notices(self, column: Column) -> Notice | None:
        count = self.counts.get((column.name, "key"), 0)
        if not count:
            return None
        lines = tuple(n for n, _ in self.examples[column.name, "key"])
        return Notice(
            "warning",
            f"{many(count, 'row')} {do(count, 'has', 'have')} no {column.name}, "
            f"so nobody can find {do(count, 'it', 'them')} again.",
            column.name,
            count,
            lines,
        )

    def _level_notices(self, column: Column) -> Notice | None:
        count = self.counts.get((column.name, "level"), 0)
        if not count:
            return None
        examples = self.examples[column.name, "level"]
        share = count / self.rows
        seen = f"not known before, scored as unknown: {_quote_examples(examples)}"
        text = f"{many(count, 'row')} ({share:.1%}) {do(count, 'has', 'have')} a {column.name} {seen}."
        return Notice(
            "warning" if share > WARN_SHARE else "info", text, column.name, count, tuple(n for n, _ in examples)
        )

    def _missing_notices(self, column: Column, usual: float) -> Notice | None:
        missing = self.nulls.get(column.name, 0)
        # A column with nothing in it at all is told before, when the list is surveyed.
        if column.role in ("key", "ignored") or column.may_be_empty or missing in (0, self.rows):
            return None
        if missing <= MISSING_SHARE * self.rows or missing <= (usual + NEWLY_MISSING) * self.rows:
            return None
        return Notice("warning", f"{missing / self.rows:.0%} of {column.name} is missing.", column.name, missing)

    def _unit_notices(self, column: Column, median: float | None) -> Notice | None:
        sample = np.concatenate(self.samples.get(column.name) or [np.array([])])
        if not len(sample) or not (found := float(np.median(sample))) or found < 0:
            return None
        if median is None:
            return self._unit_notices_by_range(column, sample, found)
        if median <= 0:
            return None
        power = round(log10(found / median))
        if power == 0 or abs(power) > 3 or abs(log10(found / median) - power) > 0.15:
            return None
        return _unit_notice(column, found, f"usually {median:g}", 10.0**power)

    def _unit_notices_by_range(self, column: Column, sample: np.ndarray, found: float) -> Notice | None:
        """Without a usual median: most values are beyond the range, and all but a few are inside in another unit."""
        if column.high is None or np.mean(sample > column.high) < 0.5:
            return None
        for factor in (10.0, 100.0, 1000.0):
            if np.mean(sample / factor <= column.high) > 0.98:
                return _unit_notice(column, found, f"at most {column.high:g} is expected", factor)
        return None


def _unit_notice(column: Column, found: float, expected: str, factor: float) -> Notice:
    times = f"{factor:g} times larger" if factor > 1 else f"{1 / factor:g} times smaller"
    text = f"{column.name} looks {times} than it should be (middle value {found:g}, {expected}): was the unit changed?"
    return Notice("warning", text, column.name)


def _span(column: Column) -> str:
    low = "" if column.low is None else f"{column.low:g}"
    high = "" if column.high is None else f"{column.high:g}"
    return f"{low} to {high}" if low and high else f"{low} or more" if low else f"{high} at most"


def _quote_examples(examples: list[Example]) -> str:
    return "; ".join(f"line {line}: {text[:40]!r}" for line, text in examples[:3])


def verdict_of(table: pa.Table, schema: Schema) -> Verdict:
    """How many rows of a whole table break which rule; twice the same key breaks `twice`."""
    tally = Tally(schema)
    tally.add(table, np.arange(1, table.num_rows + 1))
    found = tally.verdict()
    key = schema.key
    if key and key.name in table.column_names:
        keys = pc.drop_null(table.column(key.name))
        if repeated := len(keys) - len(pc.unique(keys)):
            found[key.name, "twice"] = repeated
    return found


# Enough: how many customers, how many who left and how many who stayed, a list needs before anything can be learnt.


CUSTOMERS = 100
LEAVERS = STAYERS = 30  # fewer on one side leave a handful in each fold: every figure on the card would be chance


@dataclass(frozen=True)
class OutcomeCounts:
    """The customers of a list whose outcome is known, and how many of them left."""

    customers: int
    left: int

    @property
    def stayed(self) -> int:
        """How many did not leave."""
        return self.customers - self.left

    @property
    def enough(self) -> bool:
        """Whether something can be learnt from them that holds for others."""
        return self.customers >= CUSTOMERS and self.left >= LEAVERS and self.stayed >= STAYERS

    @property
    def said(self) -> str:
        """The counts beside what is needed, as a sentence."""
        return (
            f"The list has {self.customers:,} customers, {self.left:,} of whom left; at least {CUSTOMERS} customers, "
            f"{LEAVERS} who left and {STAYERS} who stayed, are needed to learn from."
        )


def refuse_too_few(known: OutcomeCounts) -> None:
    """Refuse a list that is too short, or in which too few left or stayed, to learn from."""
    if not known.enough:
        raise ListRefused(known.said, "Take a longer period, or add lists together.")


def refuse_empty(columns: Iterable[str]) -> None:
    """Refuse a list whose needed columns hold nothing at all: it lacks them as much as one without the headings."""
    if names := ", ".join(columns):
        raise ListRefused(f"{names} is needed and holds nothing at all.", "Export the list again with it filled in.")
