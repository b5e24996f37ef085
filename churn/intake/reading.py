"""A Reading: a customer list as it was understood, with everything that was repaired, set aside or left open."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from churn.files import inert_text, whole_file
from churn.intake.checking import Verdict
from churn.intake.streaming import Stream, open_list
from churn.intake.text.opening import Source
from churn.intake.text.records import SetAside
from churn.intake.understanding.asking import Asked
from churn.intake.understanding.matching import Match, layout_key
from churn.intake.values.numbers import written
from churn.notices import Notice
from churn.schema import Schema


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


def read_list(source: Source, *, filename: str = "", **said: Any) -> Reading:
    """Read a list of any kind whole; `said` are the fields of `Asked` (profile, schema, sheet, mapping, dates, ...)."""
    stream = open_list(source, filename=filename, asked=Asked(**said))
    blocks = list(stream.blocks())
    stream.verdict()
    empty = pa.table([pa.array([], pa.string())] * 0)
    table = pa.concat_tables([b.table for b in blocks]) if blocks else empty
    raw = pa.concat_tables([b.raw for b in blocks]) if blocks else empty
    lines = np.concatenate([b.lines for b in blocks]) if blocks else np.array([], np.int64)
    return reading_of(stream, table, raw, lines)


def reading_of(stream: Stream, table: pa.Table, raw: pa.Table, lines: np.ndarray) -> Reading:
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
    return cell if written(cell) else inert_text(cell)
