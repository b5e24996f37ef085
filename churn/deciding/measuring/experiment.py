"""An experiment as a checked table: arms, outcome and the matrix the uplift learners work on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.deciding.measuring.uplift import Uplift, measured_uplift
from churn.errors import ListRefused, RequestRefused
from churn.learning.encoded.encoding import encoder_for
from churn.notices import Notice
from churn.schema import Schema


@dataclass(frozen=True)
class Experiment:
    """Which columns say what happened.

    treatment   the column of arms
    control     the word for no treatment; found by itself where there are two arms and one is called so
    arm         which treatment to look at where there are several
    outcome     the column of the outcome
    bad         the words of an outcome nobody wants (left); else `good` are those of a wanted one (stayed, visited)
    """

    treatment: str
    outcome: str
    control: str = ""
    arm: str = ""
    bad: tuple[str, ...] = ()
    good: tuple[str, ...] = ()


CONTROL_WORDS = ("none", "control", "no", "0", "false", "holdout", "untreated", "no e-mail", "no email", "no contact")


def experiment_uplift(
    table: pa.Table, schema: Schema, asked: Experiment, *, seed: int = 0
) -> tuple[Uplift, np.ndarray]:
    """What an experiment teaches, and which rows of the table it speaks of (the two arms with a known outcome)."""
    arms, outcome = _words(table, asked.treatment), _words(table, asked.outcome)
    control, arm = _arms(arms, asked)
    good = _good(outcome, asked)
    rows = np.flatnonzero(((arms == control) | (arms == arm)) & ~np.isnan(good))
    if not len(rows):
        raise ListRefused("No customer of these two arms has an outcome.", "Check the treatment and outcome columns.")
    matrix = _matrix(table.take(pa.array(rows)), schema, asked)
    found = measured_uplift(matrix, arms[rows] == arm, good[rows], seed=seed)
    lost = len(arms) - len(rows)
    note = Notice("info", f"{lost:,} customers of other arms or without outcome do not count.", None, lost)
    return (replace(found, notices=(*found.notices, note)) if lost else found), rows


def ranked_customers(found: Uplift, keys: Sequence[str]) -> pa.Table:
    """The customers of an experiment from the most helped to the most harmed, and what to do with each."""
    order = np.argsort(-found.uplift, kind="stable")
    advice = np.where(found.sleeping, "leave alone", np.where(found.targets, "contact", "no need"))
    return pa.table(
        {
            "key": pa.array(np.asarray(keys, object)[order], pa.string()),
            "uplift": found.uplift[order],
            "rank": np.arange(1, len(order) + 1),
            "advice": pa.array(advice[order].astype(object), pa.string()),
        }
    )


def _matrix(table: pa.Table, schema: Schema, asked: Experiment) -> np.ndarray:
    """Everything known before the treatment, as numbers, by the same encoding that learning uses."""
    return encoder_for(schema, table, drop=(asked.treatment, asked.outcome)).matrix(table)


def _words(table: pa.Table, column: str) -> np.ndarray:
    if column not in table.column_names:
        raise RequestRefused(f"The list has no column {column!r}.", f"It has: {', '.join(table.column_names[:12])}.")
    cells = table[column]
    cells = cells.cast(cells.type.value_type) if pa.types.is_dictionary(cells.type) else cells
    if pa.types.is_floating(cells.type) and pc.all(pc.equal(pc.floor(cells), cells)).as_py():
        cells = cells.cast(pa.int64())
    text = pc.utf8_lower(pc.utf8_trim_whitespace(cells.cast(pa.string())))
    return np.array(pc.fill_null(text, "").to_pylist(), object)


def _arms(arms: np.ndarray, asked: Experiment) -> tuple[str, str]:
    """The word for no treatment and the word for the treatment looked at."""
    names = sorted(set(arms) - {""})
    if len(names) < 2:
        raise ListRefused(
            f"{asked.treatment} holds only one arm.", "An experiment needs customers with and without it."
        )
    control = asked.control.strip().lower() or next((n for n in CONTROL_WORDS if n in names), "")
    if control not in names:
        raise RequestRefused(
            f"Which customers of {asked.treatment} got no treatment is not clear.",
            f"Name the control; it is one of: {', '.join(names)}.",
        )
    others = [n for n in names if n != control]
    arm = asked.arm.strip().lower() or (others[0] if len(others) == 1 else "")
    if arm not in others:
        raise RequestRefused(
            f"{asked.treatment} holds several treatments.", f"Name the one to look at: {', '.join(others)}."
        )
    return control, arm


def _good(outcome: np.ndarray, asked: Experiment) -> np.ndarray:
    """1 where the outcome is the wanted one, 0 where not, NaN where it is not known."""
    said = tuple(w.strip().lower() for w in asked.bad or asked.good)
    if not said:
        raise RequestRefused(
            "Which outcome is wanted is not said.", "Name the words that mean left, or that mean good."
        )
    is_said = np.isin(outcome, said)
    if not is_said.any():
        names = ", ".join(sorted(set(outcome) - {""})[:6])
        raise ListRefused(f"{asked.outcome} never holds {' or '.join(said)}.", f"It holds: {names}.")
    wanted = np.where(is_said, 0.0, 1.0) if asked.bad else np.where(is_said, 1.0, 0.0)
    return np.where(outcome == "", np.nan, wanted)
