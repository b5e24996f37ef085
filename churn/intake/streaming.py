"""Streaming: the second pass hands a list on as checked blocks, in the memory of one block however long it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa

from churn.errors import ListRefused
from churn.intake.checking import Tally
from churn.intake.enough import Known, refuse_too_few
from churn.intake.settled import Settled
from churn.intake.surveying import Survey, surveyed
from churn.intake.text.blocks import Block
from churn.intake.text.opening import Source
from churn.intake.understanding.asking import Asked
from churn.notices import Notice
from churn.schema import Schema

STREAMED = 32 << 20  # what is kept in memory between the passes when a list is streamed


@dataclass(frozen=True)
class Checked:
    """Some rows of a list: typed under the schema's names, as text under the file's headings, and their lines."""

    table: pa.Table
    raw: pa.Table
    lines: np.ndarray


@dataclass
class Stream:
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

    def blocks(self) -> Iterator[Checked]:
        """Every block, checked, in the order of the file; may be gone through again."""
        self.tally = Tally(self.survey.schema, self.survey.known)
        for block in self.survey.grid.blocks():
            kept = _kept(block, self._dropped)
            if len(kept.lines):
                table = self.settled.typed(kept, self.tally.could_not_read)
                self.tally.add(table, kept.lines)
                yield Checked(table, self._raw(kept), kept.lines)

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
        refuse_too_few(Known(self.tally.rows, self.tally.leavers))

    @cached_property
    def _dropped(self) -> np.ndarray:
        return np.array([s.line for s in self.survey.dropped], np.int64)

    @cached_property
    def settled(self) -> Settled:
        """How a block becomes typed rows."""
        return Settled(self.survey.schema, self.survey.positions, self.survey.plans)

    def _raw(self, block: Block) -> pa.Table:
        names = list(self.survey.positions)
        return pa.table([block.table.column(self.survey.positions[n]) for n in names], names=names)


def open_list(source: Source, *, filename: str = "", asked: Asked | None = None) -> Stream:
    """Settle what a list means and be ready to hand it on block by block."""
    return Stream(surveyed(source, filename, asked or Asked(keep=STREAMED)))


def _kept(block: Block, dropped: np.ndarray) -> Block:
    keep = ~np.isin(block.lines, dropped) if len(dropped) else None
    return block if keep is None or keep.all() else block.taken(keep)
