"""Experiments at the counter: a list with a treatment column, and whom a contact helps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from churn.book.sparing import leave_alone
from churn.deciding.measuring.experiment import Experiment, experiment_uplift, ranked_customers
from churn.deciding.measuring.uplift import Uplift
from churn.desk.business.playbooks import now, the_book
from churn.desk.listing.choosing import ModelsOpen
from churn.desk.listing.memory import read_remembering
from churn.desk.modelling.models import reading_name
from churn.intake.reading import Reading
from churn.intake.text.opening import Source
from churn.notices import Notice
from churn.scoring.ranking import ROW
from churn.scoring.scored_files import write_scored

MOST_ARMS = 12


@dataclass(frozen=True)
class MeasuredExperiment:
    """What an experiment teaches, and the customers it speaks of, ranked.

    model   the model of the business whose customers these are; "" where that is not known
    """

    uplift: Uplift
    ranked: pa.Table
    reading: Reading
    spared: int = 0
    model: str = ""

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What a person should know of the list and of the answer."""
        return (*self.reading.notices, *self.uplift.notices, *self._sparing)

    @property
    def _sparing(self) -> tuple[Notice, ...]:
        """That the book remembers who is better left alone, or cannot."""
        if self.spared:
            text = f"{self.spared:,} customers are remembered as better left alone; later campaigns pass them by."
            return (Notice("info", text, None, self.spared),)
        if self.uplift.sleeping.any() and self.reading.schema.key is not None and not self.model:
            text = (
                "It is not known whose customers these are, so those better left alone are not remembered. "
                "Say which model's they are."
            )
            return (Notice("warning", text),)
        if self.uplift.sleeping.any() and self.reading.schema.key is None:
            text = "The list has no key, so nobody who is better left alone can be remembered."
            return (Notice("warning", text),)
        return ()

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        return {**self.uplift.as_json(), "notices": [n.as_json() for n in self.notices]}

    def write(self, target: Path | Any) -> int:
        """Write the ranked list in the format its name ends with."""
        return write_scored([self.ranked], target)


def measured_experiment(home: Path, source: Source, asked: Mapping[str, Any], **said: Any) -> MeasuredExperiment:
    """Whom a contact helps, by a randomised experiment.

    asked   treatment, outcome, and where they are not plain: control, arm, positive (words for left), good, seed;
            model: whose customers these are, where their columns do not say it
    """
    kept = {word: value for word, value in said.items() if value is not None}
    roles = {"outcome": asked["outcome"], **({"key": asked["key"]} if asked.get("key") else {})}
    positive = tuple(asked.get("positive") or ())
    reading = read_remembering(home, source, {**kept, "roles": roles, "positive": positive})
    found, rows = experiment_uplift(reading.table, reading.schema, _asked(reading, asked), seed=asked.get("seed") or 0)
    key = reading.schema.key
    every = reading.table[key.name].to_pylist() if key else [str(n) for n in range(1, reading.rows + 1)]
    keys = [every[row] for row in rows]
    model = _business(home, reading, asked)
    asleep = [k for k, sleeps in zip(keys, found.sleeping, strict=True) if sleeps]
    spared = _spared(home, reading, asked, (model, asleep))
    ranked = ranked_customers(found, keys)
    named = ranked.rename_columns([key.name if key else ROW, *ranked.column_names[1:]])
    return MeasuredExperiment(found, named, reading, spared, model)


def few_valued(reading: Reading) -> list[str]:
    """The columns with two to twelve different words, as the list calls them."""
    theirs = {m.ours: m.theirs for m in reading.matches}
    table = reading.table
    few = [n for n in table.column_names if 2 <= len(table[n].unique().drop_null()) <= MOST_ARMS]
    return [theirs.get(name, name) for name in few]


def _business(home: Path, reading: Reading, asked: Mapping[str, Any]) -> str:
    """The model of the business whose customers these are: the one named, else the only one whose columns these are."""
    models = ModelsOpen(home)
    if asked.get("model"):
        return models.named(asked["model"]).name
    headings = tuple(dict.fromkeys((*reading.schema.names, *(m.theirs for m in reading.matches))))
    return models.sharing_customers(headings)


def _spared(home: Path, reading: Reading, asked: Mapping[str, Any], found: tuple[str, list[str]]) -> int:
    """Keep in the book who is better left alone; an experiment measured again replaces what it had named."""
    model, keys = found
    if reading.schema.key is None or not model:
        return 0
    words = (reading.fingerprint, asked["treatment"], asked.get("control") or "", asked.get("arm") or "")
    why = f"{reading.source}: {asked['treatment']} ({sha256('|'.join(words).encode()).hexdigest()[:12]})"
    with the_book(home) as book:
        return leave_alone(book, model, map(str, keys), why=why, since=now())


def _asked(reading: Reading, asked: Mapping[str, Any]) -> Experiment:
    """Which columns say what happened, by the names of the checked table, and which outcome nobody wants."""
    names = {word: reading_name(reading, asked[word]) or "" for word in ("treatment", "outcome")}
    good, bad = tuple(asked.get("good") or ()), tuple(asked.get("positive") or ())
    if not good:
        column = reading.schema.by_name[names["outcome"]]
        # Of a flag the reading has already made true and false; true is the word that means left.
        bad = ("true",) if column.kind == "flag" else bad or column.positive
    good = tuple(_as_read(reading, names["outcome"], word) for word in good)
    arms = {word: _as_read(reading, names["treatment"], asked.get(word) or "") for word in ("control", "arm")}
    return Experiment(**names, **arms, bad=bad, good=good)


def _as_read(reading: Reading, name: str, word: str) -> str:
    """A word of the file as the checked table holds it: a yes has become true there."""
    theirs = next((m.theirs for m in reading.matches if m.ours == name), name)
    if not word or theirs not in reading.raw.column_names or name not in reading.table.column_names:
        return word
    raw = pc.utf8_lower(pc.utf8_trim_whitespace(reading.raw[theirs].cast(pa.string())))
    row = pc.index(raw, word.strip().lower()).as_py()
    value = reading.table[name][row].as_py() if row >= 0 else None
    return str(value).lower() if isinstance(value, bool) else word
