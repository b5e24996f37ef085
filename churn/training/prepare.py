"""Preparing a list for training: roles and outcome settled, useless columns and leaks found and left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.errors import ListRefused, RequestRefused
from churn.intake.checks import CUSTOMERS, OutcomeCounts, refuse_too_few
from churn.notices import Notice, do
from churn.notices import many as counted
from churn.schema import Column, Role, Schema
from churn.training.baselines import column_rates
from churn.training.dataset import Examples, GroupedExamples, encode_examples, group_copies, hash_rows
from churn.training.encoder import Encoder, encoder_for
from churn.training.metrics import auc
from churn.training.outcome import Outcome, read_outcome

UnusableReason = Literal["constant", "empty", "id", "text"]
VIF_LIMIT = 10.0
ID_SHARE = 0.95

_ID_NAME = re.compile(
    r"(^|[_\W])(id|ids|no|nr|num|number|key|code|uuid|guid|row|index|idx)($|[_\W])|id$|num$|^unnamed", re.I
)


@dataclass(frozen=True)
class LeftOut:
    """A column that is not learnt from, and why."""

    column: str
    why: UnusableReason
    text: str


@dataclass(frozen=True)
class CollinearColumn:
    """A column that others predict almost exactly: its variance inflation factor, and the column nearest to it."""

    column: str
    vif: float
    nearest: str


def find_unusable_columns(schema: Schema, table: pa.Table) -> list[LeftOut]:
    """Find feature columns that are useless: empty, constant, free text, or different for every customer."""
    columns = (_why_unusable(c, table) for c in schema.features if c.name in table.column_names)
    return [c for c in columns if c]


def find_collinear_columns(encoder: Encoder, matrix: np.ndarray) -> list[CollinearColumn]:
    """Find numbers that the other numbers predict (variance inflation above 10), the worst first."""
    places = [i for i, f in enumerate(encoder.fields) if f.form in ("number", "age")]
    step = max(1, len(matrix) // 50_000)
    numbers = matrix[::step, places].astype(np.float64)
    with np.errstate(invalid="ignore"):
        numbers = np.where(np.isnan(numbers), np.nanmean(numbers, axis=0, keepdims=True), numbers)
    varied = numbers.std(axis=0) > 0
    places = [p for p, v in zip(places, varied, strict=True) if v]
    if len(places) < 2:
        return []
    related = np.asarray(np.corrcoef(numbers[:, varied], rowvar=False))
    vif = np.diag(np.linalg.inv(related + 1e-9 * np.eye(len(places))))
    np.fill_diagonal(related, 0)
    names = [encoder.names[p] for p in places]
    twins = [
        CollinearColumn(name, float(min(v, 1e6)), names[int(np.abs(r).argmax())])
        for name, v, r in zip(names, vif, related, strict=True)
        if v > VIF_LIMIT
    ]
    return sorted(twins, key=lambda t: (-t.vif, t.column))


def is_id_name(name: str) -> bool:
    """Whether a heading is that of an identifier."""
    return bool(_ID_NAME.search(name))


def _why_unusable(column: Column, table: pa.Table) -> LeftOut | None:
    cells = table.column(column.name)
    rows = len(cells)
    if cells.null_count == rows:
        return LeftOut(column.name, "empty", f"{column.name} is empty in every row.")
    if column.kind == "text":
        return LeftOut(column.name, "text", f"{column.name} is free text or a code; it is not learnt from.")
    different = pc.count_distinct(cells, mode="only_valid").as_py()
    if different == 1 and not cells.null_count:
        return LeftOut(column.name, "constant", f"{column.name} is the same in every row.")
    names_everybody = different > ID_SHARE * rows
    if names_everybody and (column.kind == "category" or (is_id_name(column.name) and _are_whole_numbers(cells))):
        return LeftOut(column.name, "id", f"{column.name} names each customer; it says nothing about the next one.")
    return None


def _are_whole_numbers(cells: pa.ChunkedArray) -> bool:
    numbers = cells.cast(pa.float64()).drop_null().to_numpy()
    return bool((numbers == np.floor(numbers)).all())


# Leaks: columns that already contain the outcome, found before anything is learnt from them.


LeakKind = Literal["copy", "alone", "filled", "name", "order", "id"]
ALONE_HARD, ALONE_SUSPECT = 0.95, 0.90
NAMED_HARD, NAMED_SUSPECT = 0.70, 0.60  # below, a column named after the future does not know it
FILLED_HARD, FILLED_SUSPECT = 0.75, 0.65
PURE = 0.95  # share of leavers among the filled rows from which "filled only for leavers" is said
ORDER = 0.98  # rank correlation with the row's place in the file
ORDER_TELLS = 0.60
MOST_ROWS = 100_000

_FUTURE = re.compile(
    r"churn|attrit|cancel|(^|[^a-z])exit|terminat|reason|deactivat|win.?back|predict|probab|(^|_|\b)(label|target)"
    r"|(^|_|\b)(after|post|closed|closing|left|lapsed)(_|\b|$)|kündig|résili",
    re.I,
)

_VAGUE = re.compile(r"score|final|retention|status|outcome|result|risk", re.I)


@dataclass(frozen=True)
class Leak:
    """A column that may know the outcome already.

    kind  `copy` of the outcome; tells leavers `alone`; is `filled` only on one side; its `name` speaks of the future;
          follows the `order` of the file; is an `id`
    size  how well it tells leavers from stayers alone (ROC-AUC)
    hard  left out without asking; a suspect is kept unless it is dropped by choice
    """

    column: str
    kind: LeakKind
    why: str
    size: float
    hard: bool

    def as_json(self) -> dict[str, Any]:
        """The leak as a plain mapping."""
        return asdict(self)


def find_leaks(schema: Schema, table: pa.Table, labels: np.ndarray, *, skip: Iterable[str] = ()) -> tuple[Leak, ...]:
    """Find the leaks of a table, the surest first; each column is named once, by its strongest sign."""
    encoder = encoder_for(schema, table, drop=skip)
    examples = encode_examples(encoder, table, labels, keys=None)
    examples = examples.take(np.arange(0, len(examples), max(1, len(examples) // MOST_ROWS)))
    place_tells = _either_way(auc(examples.labels, examples.places.astype(np.float64)))
    speaking = {c.name for c in schema.features if not c.may_be_empty}  # elsewhere a filled cell is no later entry
    leaks = [_find_leak(examples, i, place_tells, name in speaking) for i, name in enumerate(encoder.names)]
    leaks += [
        _text_leak(c.name, table, labels)
        for c in schema.features
        if c.kind == "text" and c.name in speaking - set(skip)
    ]
    return tuple(sorted((leak for leak in leaks if leak), key=lambda leak: (not leak.hard, -leak.size, leak.column)))


def file_order_auc(labels: np.ndarray) -> float:
    """ROC-AUC of the row number alone: .5 in a shuffled file, 1 in one sorted by outcome."""
    known = labels >= 0
    return _either_way(auc(labels[known].astype(np.float64), np.flatnonzero(known).astype(np.float64)))


def _find_leak(examples: Examples, place: int, place_tells: float, filled_speaks: bool) -> Leak | None:
    name = examples.encoder.names[place]
    numbers = examples.matrix[:, place]
    absent = np.isnan(numbers)
    if absent.all():
        return None
    size = single_column_auc(examples, place)
    if _follows_order(numbers, examples.places) and place_tells >= ORDER_TELLS:
        return Leak(name, "order", "It counts the rows, and the file is sorted or joined by outcome.", size, True)
    filled = _filled_leak(name, absent, examples.labels) if filled_speaks else None
    if filled and filled.hard:
        return filled
    if size >= ALONE_HARD:
        kind: LeakKind = "copy" if size >= 0.99 else "alone"
        said = "It is the outcome in other words" if kind == "copy" else "It nearly knows the outcome"
        return Leak(name, kind, f"{said}: alone it tells leavers from stayers with ROC-AUC {size:.3f}.", size, True)
    return _name_leak(name, size) or _id_leak(name, numbers, size) or _suspect_leak(name, size) or filled


def single_column_auc(examples: Examples, place: int) -> float:
    """ROC-AUC of one column alone; its bins are learnt on one half and checked on the other."""
    half = np.arange(len(examples)) % 2 == 0
    checked = []
    for learn, check in ((half, ~half), (~half, half)):
        part, other = examples.take(np.flatnonzero(learn)), examples.take(np.flatnonzero(check))
        if 0 < part.leavers < len(part) and 0 < other.leavers < len(other):
            checked.append(auc(other.labels, column_rates(part, place, 20).share(other.matrix)))
    numbers = examples.matrix[:, place]
    known = ~np.isnan(numbers)
    ranked = (
        _either_way(auc(examples.labels[known], numbers[known]))
        if known.mean() > 0.5 and _has_both_outcomes(examples, known)
        else 0.5
    )
    by_rank = ranked if not examples.encoder.fields[place].is_set else 0.5
    return max(float(np.mean(checked)) if checked else 0.5, by_rank)


def _filled_leak(name: str, absent: np.ndarray, labels: np.ndarray) -> Leak | None:
    """Whether being filled at all tells who left."""
    if not absent.any() or absent.all():
        return None
    size = _either_way(auc(labels, (~absent).astype(np.float64)))
    left = labels[~absent].mean()
    if left >= PURE and (~absent).sum() >= 10 and labels.mean() < 0.7:
        return Leak(name, "filled", f"It is filled almost only for customers who left ({left:.0%}).", size, True)
    if size >= FILLED_SUSPECT:
        why = f"Whether it is filled tells who left (ROC-AUC {size:.2f}), so it was filled in afterwards."
        return Leak(name, "filled", why, size, size >= FILLED_HARD)
    return None


def _text_leak(name: str, table: pa.Table, labels: np.ndarray) -> Leak | None:
    known = labels >= 0
    absent = np.asarray(table.column(name).is_null())[known]
    return _filled_leak(name, absent, labels[known].astype(np.float64))


def _name_leak(name: str, size: float) -> Leak | None:
    if _FUTURE.search(name) and size >= NAMED_SUSPECT:
        hard = size >= NAMED_HARD
        return Leak(name, "name", f"Its name speaks of what comes after leaving; ROC-AUC alone {size:.2f}.", size, hard)
    if _VAGUE.search(name) and size >= 0.85:
        return Leak(
            name, "name", f"It may be another model's answer; ROC-AUC alone {size:.2f}.", size, size >= ALONE_SUSPECT
        )
    return None


def _id_leak(name: str, numbers: np.ndarray, size: float) -> Leak | None:
    whole = (numbers == np.floor(numbers)).all()
    if size < ORDER_TELLS or not whole or len(np.unique(numbers)) < 0.95 * len(numbers):
        return None
    hard = is_id_name(name)
    why = (
        f"It numbers the customers, and the numbers tell who left (ROC-AUC {size:.2f}): the file was joined or sorted."
    )
    return Leak(name, "id", why, size, hard)


def _suspect_leak(name: str, size: float) -> Leak | None:
    if size < ALONE_SUSPECT:
        return None
    return Leak(name, "alone", f"Alone it tells leavers from stayers with ROC-AUC {size:.2f}.", size, False)


def _follows_order(numbers: np.ndarray, places: np.ndarray) -> bool:
    if np.isnan(numbers).any() or len(np.unique(numbers)) < 0.9 * len(numbers):
        return False
    ranks = np.argsort(np.argsort(numbers)), np.argsort(np.argsort(places))
    return bool(abs(np.corrcoef(*ranks)[0, 1]) >= ORDER)


def _either_way(size: float) -> float:
    return max(size, 1 - size)


def _has_both_outcomes(examples: Examples, rows: np.ndarray) -> bool:
    left = examples.labels[rows].sum()
    return bool(0 < left < rows.sum())


FEW_LEAVERS = 100  # leavers below which every figure is said to be rough


@dataclass(frozen=True)
class PrepareOptions:
    """What a person chose before training.

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
    """Examples ready for training, how many distinct customers they are, and what was left out."""

    schema: Schema
    outcome: Outcome
    examples: Examples
    distinct: int
    leaks: tuple[Leak, ...]
    left_out: tuple[LeftOut, ...]
    twins: tuple[CollinearColumn, ...]
    notices: tuple[Notice, ...]


def prepare(table: pa.Table, schema: Schema, choices: PrepareOptions) -> Prepared:
    """Turn a table into examples: settle roles, read the outcome, leave out leaks and useless columns, group copies."""
    schema, outcome = _resolve_roles_and_outcome(table, schema, choices)
    unknown = [c for c in choices.drop if c not in table.column_names]
    if unknown:
        raise RequestRefused(f"There is no column {unknown[0]!r} to leave out.", f"There are: {_column_list(table)}.")
    left_out = find_unusable_columns(schema, table)
    skipped = {*choices.drop, *(c.column for c in left_out)}
    leaks = _find_all_leaks(schema, table, outcome, skipped - {c.column for c in left_out if c.why == "text"})
    skipped |= {leak.column for leak in leaks if leak.hard or choices.suspects == "drop"}
    encoder = encoder_for(schema, table, drop=skipped)
    if not encoder.fields:
        raise ListRefused("No column is left to learn from.", "Use a list with columns that describe the customers.")
    keys = table.column(schema.key.name) if schema.key else None
    dated, undated = _drop_undated(encode_examples(encoder, table, outcome.labels, keys=keys))
    refuse_too_few(OutcomeCounts(len(dated), dated.leavers))
    grouped = group_copies(dated)
    _refuse_copies(grouped)
    examples = grouped.examples
    notices = (
        *outcome.notices,
        *undated,
        *grouped.notices,
        *_warnings(examples, outcome),
        *_leak_notices(leaks, choices),
    )
    return Prepared(
        schema=_mark_ignored(schema, encoder.names),
        outcome=outcome,
        examples=examples,
        distinct=grouped.distinct,
        leaks=leaks,
        left_out=tuple(left_out),
        twins=tuple(find_collinear_columns(encoder, examples.matrix)),
        notices=notices,
    )


def preview_leaks(table: pa.Table, schema: Schema, choices: PrepareOptions) -> tuple[Leak, ...]:
    """Find the leaks that `prepare` would find, without preparing anything else."""
    schema, outcome = _resolve_roles_and_outcome(table, schema, choices)
    empty = {c.column for c in find_unusable_columns(schema, table) if c.why != "text"}
    return _find_all_leaks(schema, table, outcome, {*choices.drop, *empty})


def _resolve_roles_and_outcome(table: pa.Table, schema: Schema, choices: PrepareOptions) -> tuple[Schema, Outcome]:
    """Settle every role of the schema, and read who left."""
    schema = assign_roles(schema, table, choices)
    words = {"positive": choices.positive, "drop_class": choices.drop_class}
    outcome = read_outcome(table, schema, column=choices.outcome, **words)
    _refuse_double_roles({"outcome": outcome.column, "key": choices.key, "value": choices.value, "date": choices.date})
    return schema.having(outcome.column, role="outcome", positive=outcome.positive), outcome


def assign_roles(schema: Schema, table: pa.Table, choices: PrepareOptions) -> Schema:
    """Give the columns a person named their roles; a column of the wrong kind is refused."""
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
            raise RequestRefused(f"There is no column {name!r}.", f"The columns are: {_column_list(table)}.")
        wanted = {"value": "number", "date": "date"}.get(role)
        if wanted and schema.by_name[name].kind != wanted:
            kind = schema.by_name[name].kind
            raise RequestRefused(f"{name} is a {kind} column, not a {wanted}.", f"Name a {wanted} column as --{role}.")
        previous = next((c.name for c in schema.columns if c.role == role and c.name != name), None)
        if previous:
            schema = schema.having(previous, role="feature" if role == "value" else "ignored")
        schema = schema.having(name, role=role)
    return schema


def _refuse_double_roles(named: Mapping[Role, str | None]) -> None:
    """Refuse one column in two roles."""
    roles = [(role, name) for role, name in named.items() if name is not None]
    for i, (role, name) in enumerate(roles):
        other = next((r for r, n in roles[:i] if n == name), None)
        if other:
            raise RequestRefused(f"{name} cannot be both the {other} and the {role}.", "Name two different columns.")


def _find_all_leaks(schema: Schema, table: pa.Table, outcome: Outcome, skipped: set[str]) -> tuple[Leak, ...]:
    """Find the leaks among the features, and the certain ones among columns that are ignored."""
    carried = {c.name for c in schema.columns if c.role == "ignored"}
    whole = Schema(tuple(replace(c, role="feature") if c.name in carried else c for c in schema.columns))
    leaks = find_leaks(whole, table, outcome.labels, skip=skipped)
    return tuple(leak for leak in leaks if leak.hard or leak.column not in carried)


def _mark_ignored(schema: Schema, names: Sequence[str]) -> Schema:
    """Mark the columns that are not learnt from as ignored."""
    for column in schema.features:
        if column.name not in names:
            schema = schema.having(column.name, role="ignored", required=False)
    return schema


def _refuse_copies(grouped: GroupedExamples) -> None:
    """Refuse a list that is long only because it repeats the same few customers."""
    if grouped.distinct < CUSTOMERS:
        raise ListRefused(
            f"The list holds only {grouped.distinct:,} different customers, again and again; at least {CUSTOMERS} are "
            f"needed to learn from.",
            "Use the list as it was before rows were copied, or name the column that tells customers apart.",
            options=("key=COLUMN",),
        )


def _drop_undated(examples: Examples) -> tuple[Examples, tuple[Notice, ...]]:
    """Drop rows without a date, where the list has dates."""
    if examples.days is None or not np.isnan(examples.days).any():
        return examples, ()
    known = ~np.isnan(examples.days)
    lost = int((~known).sum())
    name = examples.encoder.date_column
    return examples.take(np.flatnonzero(known)), (
        Notice(
            "set_aside", f"{counted(lost, 'customer')} without {name} {do(lost, 'was', 'were')} left out.", name, lost
        ),
    )


def _warnings(examples: Examples, outcome: Outcome) -> list[Notice]:
    notices = []
    rare = min(examples.leavers, len(examples) - examples.leavers)
    if rare < FEW_LEAVERS:
        word = "left" if examples.leavers == rare else "stayed"
        notices.append(Notice("warning", f"Only {rare} customers {word}, so every figure here is rough.", count=rare))
    torn = _count_contradictions(examples)
    if torn:
        text = f"{torn:,} customers are equal in every column learnt from to one with the opposite outcome."
        notices.append(Notice("warning", text, outcome.column, torn))
    if file_order_auc(outcome.labels) >= ORDER_TELLS:
        text = "The file is sorted or joined by outcome; columns that follow the order of its rows are not learnt from."
        notices.append(Notice("info", text))
    return notices


def _count_contradictions(examples: Examples) -> int:
    """How many rows are equal in every column to one with the opposite outcome."""
    _, place = np.unique(hash_rows(examples.matrix), return_inverse=True)
    rows, left = np.bincount(place), np.bincount(place, weights=examples.labels)
    return int(((left > 0) & (left < rows))[place].sum())


def _leak_notices(leaks: Sequence[Leak], choices: PrepareOptions) -> list[Notice]:
    notices = []
    for leak in leaks:
        if leak.hard or choices.suspects == "drop":
            notices.append(Notice("warning", f"{leak.column} is not learnt from. {leak.why}", leak.column))
        else:
            text = f"{leak.column} may know the outcome already. {leak.why} It is kept; leave it out if so."
            notices.append(Notice("warning", text, leak.column))
    return notices


def _column_list(table: pa.Table) -> str:
    return ", ".join(table.column_names)
