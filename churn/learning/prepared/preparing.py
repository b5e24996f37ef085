"""Preparing: a checked table becomes examples, with everything that was left out and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from churn.errors import ListRefused, RequestRefused
from churn.intake.enough import CUSTOMERS, Known, refuse_too_few
from churn.learning.encoded.copies import Grouped, with_copies_together
from churn.learning.encoded.encoding import encoder_for
from churn.learning.encoded.examples import Examples, examples_of
from churn.learning.encoded.hashing import row_hashes
from churn.learning.prepared.leaks import PLACE_TELLS, Leak, leaks_in, place_in_file_tells
from churn.learning.prepared.outcome import Outcome, outcome_of
from churn.learning.prepared.screening import LeftOut, Twins, collinear_twins, unusable_columns
from churn.notices import Notice
from churn.schema import Role, Schema

FEW = 100  # leavers below which every figure is said to be rough


@dataclass(frozen=True)
class Choices:
    """What the analyst chose before training.

    drop      columns not to learn from
    suspects  `keep` or `drop` columns that may be leaks but need not be
    """

    outcome: str | None = None
    positive: tuple[str, ...] = ()
    drop_class: tuple[str, ...] = ()
    key: str | None = None
    value: str | None = None
    date: str | None = None
    drop: tuple[str, ...] = ()
    suspects: str = "keep"


@dataclass(frozen=True)
class Prepared:
    """What is learnt from, how many distinct customers that is, and what is left out."""

    schema: Schema
    outcome: Outcome
    examples: Examples
    distinct: int
    leaks: tuple[Leak, ...]
    left_out: tuple[LeftOut, ...]
    twins: tuple[Twins, ...]
    notices: tuple[Notice, ...]


def prepared(table: pa.Table, schema: Schema, choices: Choices) -> Prepared:
    """The examples of a table: roles settled, outcome read, leaks and empty columns out, copies together."""
    schema, outcome = _settled(table, schema, choices)
    unknown = [c for c in choices.drop if c not in table.column_names]
    if unknown:
        raise RequestRefused(f"There is no column {unknown[0]!r} to leave out.", f"There are: {_names(table)}.")
    left_out = unusable_columns(schema, table)
    skipped = {*choices.drop, *(c.column for c in left_out)}
    leaks = _leaks(schema, table, outcome, skipped - {c.column for c in left_out if c.why == "text"})
    skipped |= {leak.column for leak in leaks if leak.hard or choices.suspects == "drop"}
    encoder = encoder_for(schema, table, drop=skipped)
    if not encoder.fields:
        raise ListRefused("No column is left to learn from.", "Use a list with columns that describe the customers.")
    keys = table.column(schema.key.name) if schema.key else None
    dated, undated = _dated(examples_of(encoder, table, outcome.labels, keys=keys))
    refuse_too_few(Known(len(dated), dated.leavers))
    grouped = with_copies_together(dated)
    _refuse_copies(grouped)
    examples = grouped.examples
    notices = (*outcome.notices, *undated, *grouped.notices, *_warnings(examples, outcome), *_said(leaks, choices))
    return Prepared(
        schema=_with_learnt(schema, encoder.names),
        outcome=outcome,
        examples=examples,
        distinct=grouped.distinct,
        leaks=leaks,
        left_out=tuple(left_out),
        twins=tuple(collinear_twins(encoder, examples.matrix)),
        notices=notices,
    )


def leaks_of(table: pa.Table, schema: Schema, choices: Choices) -> tuple[Leak, ...]:
    """The columns that may know the outcome, as `prepared` would find them, before anything is learnt."""
    schema, outcome = _settled(table, schema, choices)
    empty = {c.column for c in unusable_columns(schema, table) if c.why != "text"}
    return _leaks(schema, table, outcome, {*choices.drop, *empty})


def _settled(table: pa.Table, schema: Schema, choices: Choices) -> tuple[Schema, Outcome]:
    """The schema with every role settled, and who left."""
    schema = with_roles(schema, table, choices)
    words = {"positive": choices.positive, "drop_class": choices.drop_class}
    outcome = outcome_of(table, schema, column=choices.outcome, **words)
    _refuse_twice({"outcome": outcome.column, "key": choices.key, "value": choices.value, "date": choices.date})
    return _with_outcome(schema, outcome), outcome


def with_roles(schema: Schema, table: pa.Table, choices: Choices) -> Schema:
    """The schema with the columns the analyst named in their roles; a column of the wrong kind is refused."""
    named: dict[Role, str | None] = {
        "outcome": choices.outcome,
        "key": choices.key,
        "value": choices.value,
        "date": choices.date,
    }
    for role, name in named.items():
        if name is None:
            continue
        if name not in table.column_names:
            raise RequestRefused(f"There is no column {name!r}.", f"The columns are: {_names(table)}.")
        wanted = {"value": "number", "date": "date"}.get(role)
        if wanted and schema.by_name[name].kind != wanted:
            kind = schema.by_name[name].kind
            raise RequestRefused(f"{name} is a {kind} column, not a {wanted}.", f"Name a {wanted} column as --{role}.")
        previous = next((c.name for c in schema.columns if c.role == role and c.name != name), None)
        if previous:
            schema = schema.having(previous, role="feature" if role == "value" else "ignored")
        schema = schema.having(name, role=role)
    return schema


def _refuse_twice(named: Mapping[Role, str | None]) -> None:
    """Refuse one column in two roles."""
    roles = [(role, name) for role, name in named.items() if name is not None]
    for i, (role, name) in enumerate(roles):
        other = next((r for r, n in roles[:i] if n == name), None)
        if other:
            raise RequestRefused(f"{name} cannot be both the {other} and the {role}.", "Name two different columns.")


def _leaks(schema: Schema, table: pa.Table, outcome: Outcome, skipped: set[str]) -> tuple[Leak, ...]:
    """The leaks among the columns learnt from, and the sure ones among those that are only carried along."""
    carried = {c.name for c in schema.columns if c.role == "ignored"}
    whole = Schema(tuple(replace(c, role="feature") if c.name in carried else c for c in schema.columns))
    found = leaks_in(whole, table, outcome.labels, skip=skipped)
    return tuple(leak for leak in found if leak.hard or leak.column not in carried)


def _with_outcome(schema: Schema, outcome: Outcome) -> Schema:
    return schema.having(outcome.column, role="outcome", positive=outcome.positive)


def _with_learnt(schema: Schema, names: Sequence[str]) -> Schema:
    """The schema with the columns that are not learnt from marked so."""
    for column in schema.features:
        if column.name not in names:
            schema = schema.having(column.name, role="ignored", required=False)
    return schema


def _refuse_copies(grouped: Grouped) -> None:
    """Refuse a list that is long only because the same few customers stand in it again and again."""
    if grouped.distinct < CUSTOMERS:
        raise ListRefused(
            f"The list holds only {grouped.distinct:,} different customers, again and again; at least {CUSTOMERS} are "
            f"needed to learn from.",
            "Use the list as it was before rows were copied, or name the column that tells customers apart.",
            options=("key=COLUMN",),
        )


def _dated(examples: Examples) -> tuple[Examples, tuple[Notice, ...]]:
    """Only the rows that say when they were true, where the list has dates."""
    if examples.days is None or not np.isnan(examples.days).any():
        return examples, ()
    known = ~np.isnan(examples.days)
    lost = int((~known).sum())
    name = examples.encoder.date_column
    return examples.only(np.flatnonzero(known)), (
        Notice("set_aside", f"{lost:,} customers without {name} were left out.", name, lost),
    )


def _warnings(examples: Examples, outcome: Outcome) -> list[Notice]:
    notices = []
    rare = min(examples.leavers, len(examples) - examples.leavers)
    if rare < FEW:
        word = "left" if examples.leavers == rare else "stayed"
        notices.append(Notice("warning", f"Only {rare} customers {word}, so every figure here is rough.", count=rare))
    torn = _torn(examples)
    if torn:
        text = f"{torn:,} customers are equal in every column learnt from to one with the opposite outcome."
        notices.append(Notice("warning", text, outcome.column, torn))
    if place_in_file_tells(outcome.labels) >= PLACE_TELLS:
        text = "The file is sorted or joined by outcome; columns that follow the order of its rows are not learnt from."
        notices.append(Notice("info", text))
    return notices


def _torn(examples: Examples) -> int:
    """How many rows are equal in every column to one with the opposite outcome."""
    _, place = np.unique(row_hashes(examples.matrix), return_inverse=True)
    rows, left = np.bincount(place), np.bincount(place, weights=examples.labels)
    return int(((left > 0) & (left < rows))[place].sum())


def _said(leaks: Sequence[Leak], choices: Choices) -> list[Notice]:
    notices = []
    for leak in leaks:
        if leak.hard or choices.suspects == "drop":
            notices.append(Notice("warning", f"{leak.column} is not learnt from. {leak.why}", leak.column))
        else:
            text = f"{leak.column} may know the outcome already. {leak.why} It is kept; leave it out if so."
            notices.append(Notice("warning", text, leak.column))
    return notices


def _names(table: pa.Table) -> str:
    return ", ".join(table.column_names)
