"""Known leavers: customers of whom a list itself says that they left are set aside, counted and named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from churn.errors import ListRefused
from churn.learning.versions.known_outcomes import known_outcomes
from churn.notices import Notice
from churn.scoring.ranking import Ranking


@dataclass
class Leavers:
    """How many customers of a list are known to have left and to have stayed, counted while it goes by."""

    ranking: Ranking
    rows: int = 0
    left: int = 0
    stayed: int = 0
    word: str = field(default="", init=False)

    def seen(self, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """The same tables, counted."""
        for table in tables:
            self.see(table)
            yield table

    def see(self, table: pa.Table) -> np.ndarray:
        """Count one part of the list; returns who of it left."""
        outcomes = known_outcomes(self.ranking.model, table, self.ranking.as_of)
        left = outcomes == 1.0
        self.rows += table.num_rows
        self.left += int(left.sum())
        self.stayed += int((outcomes == 0.0).sum())
        return left

    @property
    def set_aside(self) -> int:
        """How many are neither scored nor planned for."""
        return 0 if self.ranking.everybody else self.left

    def refuse_all(self) -> None:
        """Refuse a list in which nobody is left to score or to plan for."""
        if self.rows and self.set_aside == self.rows:
            raise ListRefused(
                f"{self._same(self.ranking.model.leaves)}: everyone in this list left already.",
                "Bring a list of customers who are still there.",
            )

    @property
    def notices(self) -> tuple[Notice, ...]:
        """That customers were set aside, or that the list says the same of all."""
        column = self.ranking.model.schema.outcome
        name = column.name if column else None
        if self.set_aside:
            who = "customer who left already is" if self.set_aside == 1 else "customers who left already are"
            text = f"{self.set_aside:,} {who} set aside: neither scored nor planned for."
            return (Notice("set_aside", text, name, self.set_aside),)
        if self.rows and self.rows in (self.left, self.stayed):
            model = self.ranking.model
            return (Notice("info", f"{self._same(model.leaves if self.left else model.stays)}.", name),)
        return ()

    def _same(self, word: str) -> str:
        """That all customers have the same word, or day, as outcome."""
        column = self.ranking.model.schema.outcome
        assert column is not None
        if column.kind == "date":
            word = "empty" if self.stayed else "a day"
        return f"{column.name} is {word} for all {self.rows:,} customers"
