"""The Schema: what each column of a customer list means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from typing import Any, Literal, get_args

from churn.errors import RequestRefused

Kind = Literal["number", "flag", "category", "date", "text"]
Role = Literal["key", "outcome", "value", "date", "feature", "ignored"]
Lever = Literal["actionable", "context", "protected"]


@dataclass(frozen=True)
class Follows:
    """A column that goes with another: where `column` is at `level`, this one is at `becomes`, and only there.

    otherwise  what it becomes when the other leaves that level
    """

    column: str
    level: str
    becomes: str
    otherwise: str


@dataclass(frozen=True)
class Column:
    """One column: its name, what kind of thing it holds, and what it is for.

    kind        `number`, `flag` (yes or no), `category`, `date`, or `text` (ids, codes, free words)
    role        `key` names the customer; `outcome` says who left; `feature` is learnt from; `value` is the
                money at stake and learnt from as well; `date` is when the row was true; `ignored` is carried along
    levels      known levels of a category, in their natural order when `ordered`
    blank       what an empty cell means: None for unknown, else the text it stands for ("0", "None")
    may_be_empty  an empty cell is no gap in the data: there was nothing to measure, as with a mean of no purchases
    unit        `money`, `share`, `days`, `months`, `count`, `minutes` or "" — only for showing
    low, high   the range a number can sensibly have
    group       the business group it is explained under ("Contract", "Usage")
    lever       `actionable`: an offer can change it; `context`: it cannot; `protected`: never used as a lever
    direction   +1 when more of it can only raise the risk, -1 when it can only lower it, 0 when unknown
    positive    for the outcome: the words that mean the customer left
    follows     another column whose level settles this one: without internet there is no online backup
    synonyms    other headings the same column is known by
    meaning     one line a person can read
    """

    name: str
    kind: Kind = "number"
    role: Role = "feature"
    required: bool = False
    levels: tuple[str, ...] = ()
    ordered: bool = False
    blank: str | None = None
    may_be_empty: bool = False
    unit: str = ""
    low: float | None = None
    high: float | None = None
    group: str = ""
    lever: Lever = "context"
    direction: int = 0
    positive: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    meaning: str = ""
    follows: Follows | None = None


@dataclass(frozen=True)
class Schema:
    """What every column of a list means, in the list's own order."""

    columns: tuple[Column, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """The columns by their name."""
        return {c.name: c for c in self.columns}

    @property
    def names(self) -> tuple[str, ...]:
        """All column names, in order."""
        return tuple(c.name for c in self.columns)

    @property
    def features(self) -> tuple[Column, ...]:
        """The columns a model learns from, in order; the value column is one of them."""
        return tuple(c for c in self.columns if c.role in ("feature", "value"))

    @cached_property
    def key(self) -> Column | None:
        """The column that names the customer, if there is one."""
        return self._with_role("key")

    @cached_property
    def outcome(self) -> Column | None:
        """The column that says who left, if it is known."""
        return self._with_role("outcome")

    @cached_property
    def value(self) -> Column | None:
        """The column that says what a customer is worth, if there is one."""
        return self._with_role("value")

    @cached_property
    def date(self) -> Column | None:
        """The column that says when the row was true, if there is one."""
        return self._with_role("date")

    def _with_role(self, role: Role) -> Column | None:
        return next((c for c in self.columns if c.role == role), None)

    def having(self, name: str, **changes: Any) -> Schema:
        """The same schema with one column changed."""
        if name not in self.by_name:
            raise RequestRefused(f"There is no column {name!r}.", f"The columns are: {', '.join(self.names)}.")
        return Schema(tuple(replace(c, **changes) if c.name == name else c for c in self.columns))

    def only(self, names: Iterable[str]) -> Schema:
        """The same schema with just these columns, in its own order."""
        wanted = set(names)
        return Schema(tuple(c for c in self.columns if c.name in wanted))

    def as_json(self) -> list[dict[str, Any]]:
        """The columns as plain mappings, defaults left out; `schema_from` reads them back."""
        return [_without_defaults(c) for c in self.columns]


_DEFAULTS = {f.name: f.default for f in fields(Column)}
_LISTS = ("levels", "positive", "synonyms")
_ALLOWED = {"kind": get_args(Kind), "role": get_args(Role), "lever": get_args(Lever), "direction": (-1, 0, 1)}


def schema_from(columns: Iterable[Mapping[str, Any]]) -> Schema:
    """The Schema that a list of plain mappings describes; a wrong word is refused by name."""
    return Schema(tuple(column_from(c) for c in columns))


def column_from(words: Mapping[str, Any]) -> Column:
    """One Column from a plain mapping."""
    name = words.get("name", "")
    for word, value in words.items():
        if word not in _DEFAULTS:
            raise RequestRefused(f"Column {name!r} has an unknown word {word!r}.", f"Known: {', '.join(_DEFAULTS)}.")
        if word in _ALLOWED and value not in _ALLOWED[word]:
            allowed = ", ".join(str(w) for w in _ALLOWED[word])
            raise RequestRefused(f"Column {name!r} has {word} = {value!r}.", f"It is one of: {allowed}.")
    read: dict[str, Any] = {k: tuple(v) if k in _LISTS else v for k, v in words.items()}
    if isinstance(read.get("follows"), Mapping):
        read["follows"] = _follows_from(name, read["follows"])
    return Column(**read)


def _follows_from(name: str, words: Mapping[str, Any]) -> Follows:
    wanted = [f.name for f in fields(Follows)]
    if set(words) != set(wanted):
        raise RequestRefused(f"Column {name!r} does not say what it follows.", f"Give {', '.join(wanted)}.")
    return Follows(**{word: str(value) for word, value in words.items()})


def _without_defaults(column: Column) -> dict[str, Any]:
    return {k: v for k, v in asdict(column).items() if k == "name" or v != _DEFAULTS[k]}
