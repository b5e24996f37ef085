"""Settled: how blocks of text become typed rows, once the survey knows it; small enough to send to other machines."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from churn.errors import ListRefused
from churn.files import inert_text, whole_file
from churn.intake.checks import OutcomeCounts, Tally, Verdict, refuse_too_few
from churn.intake.delimited import Block, SetAside
from churn.intake.matching import Match, layout_key
from churn.intake.numbers import parse_written
from churn.intake.options import ReadRequest
from churn.intake.plans import ColumnPlan, arrow_type, read_column
from churn.intake.sources import Source
from churn.intake.survey import Survey, survey_list
from churn.notices import Notice
from churn.schema import Schema

# Told of a column, how many of its cells could not be read, and some of them with their lines.
CouldNotRead = Callable[[str, int, list[tuple[int, str]]], None]


@dataclass(frozen=True)
class ColumnReader:
    """What the columns mean, where each heading stands, and how each column is read."""

    schema: Schema
    positions: Mapping[str, int]
    plans: Mapping[str, ColumnPlan]  # their heading -> how it is read

    def typed(self, block: Block, could_not_read: CouldNotRead) -> pa.Table:
        """The block's rows as they are meant, under the schema's names."""
        columns = [self._column(block, c.name, could_not_read) for c in self.schema.columns]
        return pa.table(columns, names=list(self.schema.names))

    def _column(self, block: Block, name: str, could_not_read: CouldNotRead) -> pa.Array:
        column = self.schema.by_name[name]
        if name not in self._headings:
            return pa.nulls(len(block.lines), arrow_type(column))
        heading = self._headings[name]
        cells = block.cells(self.positions[heading])
        read, odd = read_column(cells, self.plans[heading])
        if odd and column.role != "ignored":
            examples = [(cells.line_of(code), cells.values[code].as_py()) for code in odd[:5]]
            could_not_read(name, int(sum(cells.counts[code] for code in odd)), sorted(examples))
        return read

    @cached_property
    def _headings(self) -> dict[str, str]:
        return {plan.column.name: heading for heading, plan in self.plans.items()}


# Streaming: the second pass hands a list on as checked blocks, in the memory of one block however long it is.


STREAMED = 32 << 20  # what is kept in memory between the passes when a list is streamed


@dataclass(frozen=True)
class CheckedBlock:
    """Some rows of a list: typed under the schema's names, as text under the file's headings, and their lines."""

    table: pa.Table
    raw: pa.Table
    lines: np.ndarray


@dataclass
class ListStream:
    """A list that is read block by block; what the whole of it says is complete once the blocks have gone by."""

    survey: Survey
    tally: Tally = field(init=False)

    def __post_init__(self) -> None:
        self.tally = Tally(self.survey.schema, self.survey.known)

    @property
    def schema(self) -> Schema:
        """What the columns of every block mean."""
        return self.survey.schema

    @property
    def rows(self) -> int:
        """How many rows the blocks hold together, known before the first."""
        return self.survey.rows - len(self.survey.dropped)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What a person should know; what is counted while the blocks go by is complete after the last."""
        return (*self.survey.notices, *self.tally.notices(self.survey.asked.usual))

    def blocks(self) -> Iterator[CheckedBlock]:
        """Every block, checked, in the order of the file; may be gone through again."""
        self.tally = Tally(self.survey.schema, self.survey.known)
        for block in self.survey.grid.blocks():
            kept = _without_dropped(block, self._dropped)
            if len(kept.lines):
                table = self.settled.typed(kept, self.tally.could_not_read)
                self.tally.add(table, kept.lines)
                yield CheckedBlock(table, self._raw(kept), kept.lines)

    def verdict(self) -> None:
        """After the last block: refuse to learn from too few customers or too few who left."""
        if self.survey.asked.purpose != "train":
            return
        outcome = self.schema.outcome
        if outcome is None:
            raise ListRefused("No column says who left.", "Name the column that does.", options=("outcome=COLUMN",))
        if not outcome.positive and outcome.kind == "category":
            raise ListRefused(
                f"{outcome.name} does not say which word means `left`: {', '.join(outcome.levels[:8])}.",
                "Name the word.",
                options=("positive=VALUE",),
            )
        refuse_too_few(OutcomeCounts(self.tally.rows, self.tally.leavers))

    @cached_property
    def _dropped(self) -> np.ndarray:
        return np.array([s.line for s in self.survey.dropped], np.int64)

    @cached_property
    def settled(self) -> ColumnReader:
        """How a block becomes typed rows."""
        return ColumnReader(self.survey.schema, self.survey.positions, self.survey.plans)

    def _raw(self, block: Block) -> pa.Table:
        names = list(self.survey.positions)
        return pa.table([block.table.column(self.survey.positions[n]) for n in names], names=names)


def open_list(source: Source, *, filename: str = "", request: ReadRequest | None = None) -> ListStream:
    """Settle what a list means and be ready to hand it on block by block."""
    return ListStream(survey_list(source, filename, request or ReadRequest(keep=STREAMED)))


def _without_dropped(block: Block, dropped: np.ndarray) -> Block:
    keep = ~np.isin(block.lines, dropped) if len(dropped) else None
    return block if keep is None or keep.all() else block.taken(keep)


# A Reading: a customer list as it was understood, with everything that was repaired, set aside or left open.


@dataclass(frozen=True)
class Reading:
    """What became of a list.

    table        typed, under the schema's names, rows in the order of the file; missing is null
    raw          the same rows as text, under the file's own headings
    schema       what each column of the table means; columns carried along are `ignored`
    lines        the line of each row in the file
    set_aside    rows left out, each with its line and the reason
    matches      which heading was taken for which column; the doubtful ones wait for a word
    profile      the ready-made business it was read as, `general` for none
    fingerprint  sha256 of the file's bytes
    broken       how many rows break which rule of the contract, per column
    currencies   the currency that a column's numbers are marked with, where there is one
    """

    table: pa.Table
    raw: pa.Table
    schema: Schema
    lines: np.ndarray
    set_aside: tuple[SetAside, ...]
    notices: tuple[Notice, ...]
    matches: tuple[Match, ...]
    profile: str
    source: str
    fingerprint: str
    broken: Verdict = field(default_factory=dict)
    currencies: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return self.table.num_rows

    def without_text(self) -> Reading:
        """The same without its rows as text, for who keeps it in memory and needs what they mean."""
        return replace(self, raw=self.raw.schema.empty_table())

    @property
    def layout(self) -> str:
        """The name of this source's layout, under which a confirmed mapping is remembered."""
        return layout_key(self.raw.column_names)

    @property
    def doubtful(self) -> tuple[Match, ...]:
        """The matches that wait for confirmation."""
        return tuple(m for m in self.matches if m.doubtful)

    def as_json(self) -> dict[str, Any]:
        """What every door shows of a reading."""
        return {
            "rows": self.rows,
            "set_aside": [s.as_json() for s in self.set_aside],
            "columns": [{"name": c.name, "kind": c.kind, "role": c.role} for c in self.schema.columns],
            "profile": self.profile,
            "matches": [m.as_json() for m in self.matches],
            "broken": [{"column": c, "rule": rule, "rows": n} for (c, rule), n in sorted(self.broken.items())],
            "notices": [n.as_json() for n in self.notices],
        }


def read_list(source: Source, *, filename: str = "", **options: Any) -> Reading:
    """Read a list of any kind whole; `options` are the fields of `ReadRequest`: profile, schema, sheet, mapping …"""
    stream = open_list(source, filename=filename, request=ReadRequest(**options))
    blocks = list(stream.blocks())
    stream.verdict()
    empty = pa.table([pa.array([], pa.string())] * 0)
    table = pa.concat_tables([b.table for b in blocks]) if blocks else empty
    raw = pa.concat_tables([b.raw for b in blocks]) if blocks else empty
    lines = np.concatenate([b.lines for b in blocks]) if blocks else np.array([], np.int64)
    return build_reading(stream, table, raw, lines)


def build_reading(stream: ListStream, table: pa.Table, raw: pa.Table, lines: np.ndarray) -> Reading:
    """The Reading of a stream whose blocks have gone by; a door that streams passes empty tables."""
    survey = stream.survey
    return Reading(
        table=table,
        raw=raw,
        schema=stream.schema,
        lines=lines,
        set_aside=survey.set_aside,
        notices=stream.notices,
        matches=survey.matches,
        profile=survey.profile,
        source=survey.grid.found.name,
        fingerprint=survey.grid.found.fingerprint,
        broken=stream.tally.verdict(),
        currencies=survey.currencies,
    )


def write_clean(reading: Reading, target: Path) -> None:
    """Write the rows as they were read, as text, header first; no cell can run as a formula."""
    with whole_file(target) as path, path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([_inert(n) for n in reading.raw.column_names])
        for batch in reading.raw.to_batches(max_chunksize=65_536):
            writer.writerows(zip(*(_inert_column(c) for c in batch.columns), strict=True))


def write_set_aside(left: Sequence[SetAside], target: Path) -> None:
    """Write the rows that were left out, with line and reason, so that they can be corrected."""
    width = max((len(s.cells) for s in left), default=0)
    with whole_file(target) as path, path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["line", "why", *(f"value {i + 1}" for i in range(width))])
        writer.writerows([s.line, s.why, *map(_inert, s.cells)] for s in left)


def _inert_column(column: pa.Array) -> list[str]:
    coded = column.dictionary_encode()
    words = [_inert(v) for v in coded.dictionary.to_pylist()]
    return [words[i] for i in coded.indices.to_pylist()]


def _inert(cell: str) -> str:
    """The cell as it is when it is a number, even a negative one; otherwise made harmless."""
    return cell if parse_written(cell) else inert_text(cell)
