"""The one offer worth making to a customer: the rules and prices of a list, looked up for a single customer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from churn.errors import RequestRefused
from churn.intake.plans import arrow_type
from churn.money.economics import Stakes, build_stakes, price_offers
from churn.money.playbook import Playbook
from churn.money.rules import RuleCells
from churn.notices import Notice
from churn.schema import Column, Schema
from churn.training.model import Model
from churn.workspace.customer_fields import FieldParser, ParsedCustomer

Cell = tuple[Any, pa.DataType]
TOP = 3
NUMBERS, WORDS = pa.float64(), pa.string()


@dataclass(frozen=True)
class OfferResult:
    """What a scored list would say of one customer, before any offer."""

    probability: np.ndarray
    prediction: str
    tier: str
    reasons: tuple[str, ...]
    value_at_risk: float | None = None


@dataclass(frozen=True)
class OfferChooser:
    """Offers of a playbook for customers of a model, one at a time."""

    model: Model
    playbook: Playbook

    def best(
        self, given: ParsedCustomer, fields: Mapping[str, Any], judged: OfferResult
    ) -> tuple[str | None, float | None]:
        """The action that brings most, and what it is expected to bring; none where none pays."""
        if not self.playbook.actions:
            return None, None
        at_stake, cells = self.question(given, fields, judged)
        found = price_offers(at_stake, self.playbook, cells)
        best = int(found.best[0])
        return (found.actions[best].words, float(found.gain[0, best])) if best >= 0 else (None, None)

    def question(
        self, given: ParsedCustomer, fields: Mapping[str, Any], judged: OfferResult, *, assumed: bool = False
    ) -> tuple[Stakes, RuleCells]:
        """What is at stake with a customer, and the cells that the offers' rules look at.

        assumed   whether the playbook's bill counts, since the list the customer is in has no value column
        """
        value = None if assumed else self.model.schema.value
        bill = np.array([_amount(given.customer.get(value.name))]) if value else None
        at_stake = build_stakes(judged.probability, bill, self.playbook, column=value.name if value else "")
        return at_stake, self._looked_at(given, fields, judged)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns that the offers' rules and their costs depend on."""
        return tuple(c for c in self.model.schema.features if c.name in self._named or c.role == "value")

    @cached_property
    def _named(self) -> tuple[str, ...]:
        """The names that the rules of the offers speak of."""
        rules = [r for a in self.playbook.actions for r in (a.rule, *(s.rule for s in a.segments))]
        return tuple(dict.fromkeys(name for rule in rules for name in rule.columns))

    @cached_property
    def _kinds(self) -> dict[str, pa.DataType]:
        """The types of the columns of a checked list that rules speak of."""
        return {c.name: arrow_type(c) for c in self.model.schema.columns if c.name in self._named}

    @cached_property
    def _always(self) -> frozenset[str]:
        """The columns that a checked list has whether or not anything stands in them."""
        return frozenset(c.name for c in self.model.schema.features)

    @cached_property
    def _scores(self) -> tuple[str, ...]:
        """What a list is told of its scores that rules speak of, too."""
        return tuple(n for n in self._named if n in SCORES)

    def _looked_at(self, given: ParsedCustomer, fields: Mapping[str, Any], judged: OfferResult) -> RuleCells:
        """The cells that rules look at, as a list has them: of one name, the score counts."""
        cells = {
            n: (given.customer.get(n), kind)
            for n, kind in self._kinds.items()
            if n in self._always or n in given.customer
        }
        if given.ignored:
            cells |= {n: (carried(fields[n]), WORDS) for n in given.ignored if n in self._named and n not in cells}
        return RuleCells(cells | {n: SCORES[n](self.model, given, judged) for n in self._scores})


def _percentile(model: Model, given: ParsedCustomer, judged: OfferResult) -> Cell:
    return float(np.round(100 * model.reference.percentile(judged.probability), 1)[0]), NUMBERS


def _reason(place: int) -> Callable[[Model, ParsedCustomer, OfferResult], Cell]:
    return lambda model, given, judged: (judged.reasons[place] if place < len(judged.reasons) else None, WORDS)


# What a scored list says of a customer, by the name of its column.
SCORES: Mapping[str, Callable[[Model, ParsedCustomer, OfferResult], Cell]] = {
    "probability": lambda model, given, judged: (float(judged.probability[0]), NUMBERS),
    "percentile": _percentile,
    "prediction": lambda model, given, judged: (judged.prediction, WORDS),
    "tier": lambda model, given, judged: (judged.tier, WORDS),
    "value_at_risk": lambda model, given, judged: (judged.value_at_risk, NUMBERS),
    **{f"reason_{k + 1}": _reason(k) for k in range(TOP)},
}


def carried(cell: Any) -> str | None:
    """A field that is none of the model's columns, as the text a list would carry along."""
    if isinstance(cell, str):
        return cell if cell.isascii() else cell.encode("utf-8", "replace").decode("utf-8")
    return str(cell) if isinstance(cell, int | float) else None


def _amount(cell: Any) -> float:
    return float("nan") if cell is None else float(cell)


# Many customers as a program sends them, read column by column: a text that many of them have is read once.


Fields = Mapping[str, Any]
TEXT = {str, type(None)}


@dataclass(frozen=True)
class ParsedBatch:
    """Many customers as checked columns; what a customer was sent without is None.

    columns   by our own name, for every column that any of them was sent with
    ignored   per customer the fields that are none of the model's columns
    missing   per customer the columns the model learnt from that nothing is known of
    """

    columns: Mapping[str, list[Any]]
    ignored: list[tuple[str, ...]]
    missing: list[tuple[str, ...]]

    def table(self, schema: Schema, sent: Sequence[Fields]) -> pa.Table:
        """The checked table of these customers, as a file with them would give it."""
        nothing = [None] * len(sent)
        named = [c for c in schema.columns if c in schema.features or c.name in self.columns]
        columns = {c.name: pa.array(self.columns.get(c.name, nothing), arrow_type(c)) for c in named}
        extra = dict.fromkeys(name for names in dict.fromkeys(self.ignored) for name in names if name not in columns)
        texts = {name: [carried(fields.get(name)) for fields in sent] for name in extra}
        return pa.table(columns | {name: pa.array(cells, pa.string()) for name, cells in texts.items()})


def parse_batch(reader: FieldParser, sent: Sequence[Fields]) -> ParsedBatch:
    """The customers that these fields describe; a value that its column cannot mean is refused with its customer."""
    try:
        return _read_columns(reader, sent)
    except RequestRefused:
        _refuse_first(reader, sent)
        raise


def _refuse_first(reader: FieldParser, sent: Iterable[Fields]) -> None:
    """Say which customer it is, the first of them."""
    for number, customer in enumerate(sent, start=1):
        try:
            reader.given(customer)
        except RequestRefused as problem:
            raise RequestRefused(f"Customer {number}: {problem.message}", problem.fix) from problem


def _read_columns(reader: FieldParser, sent: Sequence[Fields]) -> ParsedBatch:
    columns: dict[str, list[Any]] = {}
    ignored: list[tuple[str, ...]] = [()] * len(sent)
    for headings, rows in _layouts(sent).items():
        sources, left_over = reader.matched(headings)
        some = sent if len(rows) == len(sent) else [sent[row] for row in rows]
        for ours, theirs, read in sources:
            values = _values(read, [fields[theirs] for fields in some])
            columns[ours] = values if some is sent else _placed(columns.get(ours), rows, values, len(sent))
        for row in rows if left_over else ():
            ignored[row] = left_over
    return ParsedBatch(columns, ignored, _missing(reader, columns, len(sent)))


def _placed(column: list[Any] | None, rows: list[int], values: list[Any], length: int) -> list[Any]:
    """A column with the values of some customers in their places."""
    column = [None] * length if column is None else column
    for row, value in zip(rows, values, strict=True):
        column[row] = value
    return column


def _layouts(sent: Sequence[Fields]) -> dict[tuple[str, ...], list[int]]:
    """The customers by the names of their fields: most programs send all of them in one way."""
    layouts: dict[tuple[str, ...], list[int]] = {}
    for row, names in enumerate(map(tuple, sent)):
        layouts.setdefault(names, []).append(row)
    return layouts


def _values(read: Callable[[Any], Any], cells: list[Any]) -> list[Any]:
    # Only among texts is what is equal the same: 1, 1.0 and true are not read alike.
    if not set(map(type, cells)) <= TEXT:
        return list(map(read, cells))
    known = {cell: read(cell) for cell in set(cells)}
    return [known[cell] for cell in cells]


def _missing(reader: FieldParser, columns: Mapping[str, list[Any]], rows: int) -> list[tuple[str, ...]]:
    names = tuple(reader.model.encoder.names)
    missing = [tuple(n for n in names if n not in columns)] * rows
    gapped = [columns[n] for n in names if None in columns.get(n, ())]
    gaps = {row for column in gapped for row, value in enumerate(column) if value is None}
    for row in gaps:
        missing[row] = tuple(n for n in names if n not in columns or columns[n][row] is None)
    if names in set(missing):
        raise reader.nothing_known()
    return missing


# What is said of a customer who was scored: of one as a whole, of many column by column.


@dataclass(frozen=True)
class ScoredCustomer:
    """One customer's score; `probability` is that of leaving, `leaves` whether it reaches the model's threshold.

    value_at_risk  probability × worth over `value_horizon`, in `currency`; None where it is not known;
                   `value_assumed` where it stands on the playbook's bill
    """

    key: str | None
    probability: float
    leaves: bool
    status: str
    tier: str
    reasons: tuple[str, ...]
    action: str | None
    expected_gain: float | None
    model: str
    ignored: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    features: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    value_at_risk: float | None = None
    value_horizon: str = ""
    value_assumed: bool = False
    currency: str = ""
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class PredictionBatch:
    """Many customers' scores by column, in the order they were sent; a Single each when they are gone through.

    features  what is worth keeping of them, by column; nothing where no customer has a key
    notices   what to know of each before trusting the score, where that is told
    of_all    what to know of them together
    """

    model: str
    key: Sequence[str | None]
    probability: Sequence[float]
    leaves: Sequence[bool]
    status: Sequence[str]
    tier: Sequence[str]
    reasons: Sequence[tuple[str, ...]]
    value_at_risk: Sequence[float | None]
    action: Sequence[str | None]
    expected_gain: Sequence[float | None]
    ignored: Sequence[tuple[str, ...]]
    missing: Sequence[tuple[str, ...]]
    features: Mapping[str, Sequence[Any]] = field(default_factory=dict, repr=False)
    value_horizon: str = ""
    value_assumed: bool = False
    currency: str = ""
    notices: Sequence[tuple[Notice, ...]] = ()
    of_all: tuple[Notice, ...] = ()

    def __len__(self) -> int:
        return len(self.probability)

    def __iter__(self) -> Iterator[ScoredCustomer]:
        return map(self._at, range(len(self)))

    def part(self, first: int, end: int) -> PredictionBatch:
        """Some of them, from one place to before another, with what is worth keeping of them."""
        columns = {name: getattr(self, name)[first:end] for name in (*_TOLD,)}
        return PredictionBatch(
            model=self.model, features={n: column[first:end] for n, column in self.features.items()}, **columns
        )

    def _at(self, row: int) -> ScoredCustomer:
        told = {name: getattr(self, name)[row] for name in _TOLD if getattr(self, name) or name != "notices"}
        kept = self.features.items() if told["key"] else ()
        features = {name: column[row] for name, column in kept if column[row] is not None}
        return ScoredCustomer(features=features, **{name: getattr(self, name) for name in _OF_ALL}, **told)


_OF_ALL = ("model", "value_horizon", "value_assumed", "currency")
_TOLD = tuple(f.name for f in fields(ScoredCustomer) if f.name not in (*_OF_ALL, "features"))
KEY = "key"


def only_key(fields: Mapping[str, Any]) -> bool:
    """Whether a request tells nothing of a customer but the key."""
    return set(fields) == {KEY}
