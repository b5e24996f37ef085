"""Settled: how blocks of text become typed rows, once the survey knows it; small enough to send to other machines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from churn.intake.text.blocks import Block
from churn.intake.understanding.plans import Plan, arrow_type, column_of
from churn.schema import Schema

# Told of a column, how many of its cells could not be read, and some of them with their lines.
CouldNotRead = Callable[[str, int, list[tuple[int, str]]], None]


@dataclass(frozen=True)
class Settled:
    """What the columns mean, where each heading stands, and how each column is read."""

    schema: Schema
    positions: Mapping[str, int]
    plans: Mapping[str, Plan]  # their heading -> how it is read

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
        read, odd = column_of(cells, self.plans[heading])
        if odd and column.role != "ignored":
            examples = [(cells.line_of(code), cells.values[code].as_py()) for code in odd[:5]]
            could_not_read(name, int(sum(cells.counts[code] for code in odd)), sorted(examples))
        return read

    @cached_property
    def _headings(self) -> dict[str, str]:
        return {plan.column.name: heading for heading, plan in self.plans.items()}
