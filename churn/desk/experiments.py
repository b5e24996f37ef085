"""Experiments at the counter: a list with a treatment column, and whom a contact helps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from churn.deciding.experiment import Experiment, experiment_uplift, ranked_customers
from churn.deciding.uplift import Uplift
from churn.desk.memory import read_remembering
from churn.desk.models import reading_name
from churn.intake.opening import Source
from churn.intake.reading import Reading
from churn.notices import Notice
from churn.scoring.ranking import ROW
from churn.scoring.scored_files import write_scored


@dataclass(frozen=True)
class MeasuredExperiment:
    """What an experiment teaches, and the customers it speaks of, ranked."""

    uplift: Uplift
    ranked: pa.Table
    reading: Reading

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What a person should know of the list and of the answer."""
        return (*self.reading.notices, *self.uplift.notices)

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        return {**self.uplift.as_json(), "notices": [n.as_json() for n in self.notices]}

    def write(self, target: Path | Any) -> int:
        """Write the ranked list in the format its name ends with."""
        return write_scored([self.ranked], target)


def measured_experiment(home: Path, source: Source, asked: Mapping[str, Any], **said: Any) -> MeasuredExperiment:
    """Whom a contact helps, by a randomised experiment.

    asked   treatment, outcome, and where they are not plain: control, arm, positive (words for left), good, seed
    """
    kept = {word: value for word, value in said.items() if value is not None}
    roles = {"outcome": asked["outcome"], **({"key": asked["key"]} if asked.get("key") else {})}
    positive = tuple(asked.get("positive") or ())
    reading = read_remembering(home, source, {**kept, "roles": roles, "positive": positive})
    found, rows = experiment_uplift(reading.table, reading.schema, _asked(reading, asked), seed=asked.get("seed") or 0)
    key = reading.schema.key
    every = reading.table[key.name].to_pylist() if key else [str(n) for n in range(1, reading.rows + 1)]
    ranked = ranked_customers(found, [every[row] for row in rows])
    return MeasuredExperiment(
        found, ranked.rename_columns([key.name if key else ROW, *ranked.column_names[1:]]), reading
    )


def _asked(reading: Reading, asked: Mapping[str, Any]) -> Experiment:
    """Which columns say what happened, by the names of the checked table, and which outcome nobody wants."""
    names = {word: reading_name(reading, asked[word]) or "" for word in ("treatment", "outcome")}
    good, bad = tuple(asked.get("good") or ()), tuple(asked.get("positive") or ())
    if not good:
        column = reading.schema.by_name[names["outcome"]]
        # Of a flag the reading has already made true and false; true is the word that means left.
        bad = ("true",) if column.kind == "flag" else bad or column.positive
    return Experiment(**names, control=asked.get("control") or "", arm=asked.get("arm") or "", bad=bad, good=good)
