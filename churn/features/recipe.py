"""A Recipe: how one business's raw events become one row per customer, read from recipe.toml. No Python needed.

Every word is explained for the person who writes one in data/profiles/RECIPES.md. Three shapes of table:

    log        one row per event or per active day: when, what kind, how much
    payments   one row per payment of a subscription: when, until when it is paid, cancelled or renewed
    members    one row per customer with things that do not change by the day
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from churn.errors import ListRefused, RequestRefused

SHAPES = ("log", "payments", "members")
RULES = ("inactivity", "expiry")
MAKES = ("total", "windows", "pace", "trend")
DUPLICATES = ("drop", "keep")
POPULATIONS = ("current", "expiring")
FIELD_KINDS = ("category", "number", "flag", "date")

COLUMN_WORDS = {
    "log": ("key", "time", "arrived", "kind", "session", "item"),
    "payments": ("key", "time", "expires", "plan_days", "price", "paid", "method", "auto_renew", "cancel"),
    "members": ("key",),
}

NEEDED = {"log": ("key", "time"), "payments": ("key", "time", "expires"), "members": ("key",)}


@dataclass(frozen=True)
class Measure:
    """Something added up per customer: a count of events, or the sum of a column.

    headings  the column's possible headings; none means that events are counted
    add       further columns, each added to the sum
    kinds     only events of these kinds; none means all
    exact     whole parts kept of one unit before adding (100: cents); divide: what the sum is divided by to be shown
    low, high values outside are taken as unknown
    make      which columns: `total`, one for each of the `windows`, `pace` (shortest against longest window), `trend`
    value     the money at stake: also shown per month, and handed on as the customer's value
    """

    name: str
    meaning: str
    headings: tuple[str, ...] = ()
    add: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    exact: int = 1
    divide: int = 1
    low: float | None = None
    high: float | None = None
    unit: str = "count"
    group: str = "Activity"
    lever: str = "context"
    make: tuple[str, ...] = MAKES
    value: bool = False
    optional: bool = False


@dataclass(frozen=True)
class RecipeRate:
    """One sum over another, so far and in each window: carts that became purchases, songs heard to the end."""

    name: str
    meaning: str
    of: tuple[str, ...]
    to: tuple[str, ...]
    unit: str = "share"
    group: str = "Activity"
    lever: str = "context"


@dataclass(frozen=True)
class Variety:
    """How many different values of a column a customer has touched, and how much the favourite one takes."""

    name: str
    headings: tuple[str, ...]
    meaning: str
    group: str = "Variety"
    optional: bool = False


@dataclass(frozen=True)
class RecipeField:
    """A column of a members table carried over to the customer; a date becomes days since then."""

    name: str
    headings: tuple[str, ...]
    meaning: str
    kind: str = "category"
    low: float | None = None
    high: float | None = None
    group: str = "Profile"
    lever: str = "context"


@dataclass(frozen=True)
class TableRecipe:
    """One raw table: its shape, under which headings its parts are found, and what is added up from it."""

    name: str
    shape: str
    columns: Mapping[str, tuple[str, ...]]
    optional: bool = False
    prefix: str = ""
    active: tuple[str, ...] = ()
    hours: bool = False
    duplicates: str = "drop"
    busiest: int = 0
    measures: tuple[Measure, ...] = ()
    rates: tuple[RecipeRate, ...] = ()
    varieties: tuple[Variety, ...] = ()
    fields: tuple[RecipeField, ...] = ()


@dataclass(frozen=True)
class Recipe:
    """How a business's tables become customers, who counts as a customer, and when one has left."""

    title: str
    rule: str
    tables: tuple[TableRecipe, ...]
    key: str = "customer"
    outcome: str = "left"
    horizon: int = 30
    grace: int = 30
    alive: int = 0
    population: str = "current"
    clock: int = 0
    windows: tuple[int, ...] = (7, 30, 90)

    @property
    def by_name(self) -> dict[str, TableRecipe]:
        """The tables by their name."""
        return {t.name: t for t in self.tables}

    @property
    def main(self) -> TableRecipe:
        """The table that says who is a customer and who has left."""
        shape = "log" if self.rule == "inactivity" else "payments"
        return next(t for t in self.tables if t.shape == shape)

    def reach(self, horizon: int) -> int:
        """For how many days past the date the data must go on, so that every label is certain."""
        return horizon + (self.grace if self.rule == "expiry" else 0)


# Reading a recipe.toml: every word is checked, and a wrong one is refused by its place and name.


_CHOICES = {
    "shape": SHAPES,
    "rule": RULES,
    "make": MAKES,
    "duplicates": DUPLICATES,
    "population": POPULATIONS,
    "kind": FIELD_KINDS,
    "lever": ("actionable", "context", "protected"),
}

_PARTS = {"measures": Measure, "rates": RecipeRate, "varieties": Variety, "fields": RecipeField}
_TYPES: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "bool": (bool,), "float | None": (int, float)}


def parse_recipe(words: Mapping[str, Any]) -> Recipe:
    """The Recipe that a recipe.toml describes; an unknown word or a wrong value is refused by name."""
    if not words:
        raise RequestRefused(
            "This profile has no recipe.", "Add a recipe.toml to it; data/profiles/RECIPES.md says how."
        )
    tables = words.get("tables")
    if not isinstance(tables, Mapping) or not tables:
        raise RequestRefused("The recipe names no table.", "Add a [tables.NAME] with a shape and its columns.")
    built = tuple(_parse_table(name, given) for name, given in tables.items())
    recipe: Recipe = _noun(Recipe, {**words, "tables": built}, "The recipe")
    _check_whole(recipe)
    return recipe


def _parse_table(name: str, words: Any) -> TableRecipe:
    where = f"Table {name!r}"
    if not isinstance(words, Mapping):
        raise RequestRefused(f"{where} of the recipe is not a section.", f"Write [tables.{name}] above its words.")
    given: dict[str, Any] = {**words, "name": name, "columns": _headings(where, words)}
    for part, noun in _PARTS.items():
        given[part] = tuple(
            _noun(noun, {**one, "name": key}, f"{where}, {part}, {key!r}") for key, one in words.get(part, {}).items()
        )
    table: TableRecipe = _noun(TableRecipe, given, where)
    _check_table(table, where)
    return table


def _headings(where: str, words: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    shape, columns = words.get("shape"), words.get("columns", {})
    known = COLUMN_WORDS.get(str(shape), ())
    if not known:
        raise RequestRefused(f"{where} has shape = {shape!r}.", f"It is one of: {', '.join(SHAPES)}.")
    for word in columns:
        if word not in known:
            raise RequestRefused(f"{where} names a column {word!r}.", f"A {shape} table knows: {', '.join(known)}.")
    for word in NEEDED[str(shape)]:
        if not columns.get(word):
            raise RequestRefused(f"{where} does not say which column is its {word}.", f"Add {word} = [headings].")
    return {word: _parse_list(headings) for word, headings in columns.items()}


def _noun(noun: Any, words: Mapping[str, Any], where: str) -> Any:
    """One frozen noun from a mapping, every word checked against what the noun knows."""
    known = {f.name: f for f in fields(noun)}
    unknown = next((w for w in words if w not in known), None)
    if unknown:
        raise RequestRefused(f"{where} has an unknown word {unknown!r}.", f"Known: {', '.join(known)}.")
    missing = next((n for n, f in known.items() if f.default is f.default_factory is MISSING and n not in words), None)
    if missing:
        raise RequestRefused(f"{where} does not say its {missing}.", f"Add {missing} = ….")
    return noun(**{word: _read(where, word, value, str(known[word].type)) for word, value in words.items()})


def _read(where: str, word: str, value: Any, kind: str) -> Any:
    """The value as the noun holds it: lists become tuples, and only allowed words and types pass."""
    if kind.startswith("tuple"):
        value = _parse_list(value)
    if kind in _TYPES and (not isinstance(value, _TYPES[kind]) or (kind != "bool" and isinstance(value, bool))):
        raise RequestRefused(f"{where} has {word} = {value!r}.", f"It is a {kind.split(' ')[0]}.")
    allowed = _CHOICES.get(word)
    wrong = [v for v in (value if isinstance(value, tuple) else (value,)) if allowed and v not in allowed]
    if wrong and allowed:
        raise RequestRefused(f"{where} has {word} = {wrong[0]!r}.", f"It is one of: {', '.join(allowed)}.")
    return value


def _parse_list(value: Any) -> tuple[Any, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _check_table(table: TableRecipe, where: str) -> None:
    known = {m.name for m in table.measures}
    for rate in table.rates:
        lost = next((n for n in (*rate.of, *rate.to) if n not in known), None)
        if lost:
            raise RequestRefused(
                f"{where}, rate {rate.name!r} speaks of {lost!r}.", f"Its measures: {', '.join(known)}."
            )
    if (table.active or any(m.kinds for m in table.measures)) and "kind" not in table.columns:
        raise RequestRefused(f"{where} tells kinds apart but names no kind column.", "Add kind = [headings].")
    if table.busiest < 0 or any(m.exact < 1 or m.divide < 1 for m in table.measures):
        raise RequestRefused(
            f"{where} has a number below its least.", "busiest is 0 or more; exact and divide are 1 or more."
        )


def _check_whole(recipe: Recipe) -> None:
    needed = "log" if recipe.rule == "inactivity" else "payments"
    if all(t.shape != needed for t in recipe.tables):
        raise RequestRefused(
            f"The rule {recipe.rule!r} needs a table of shape {needed!r}.", "Add one, or change the rule."
        )
    if recipe.main.optional:
        raise RequestRefused(f"Table {recipe.main.name!r} says who is a customer.", "It cannot be optional.")
    steps = recipe.windows
    if len(steps) < 2 or any(type(w) is not int or w < 1 for w in steps) or list(steps) != sorted(set(steps)):
        raise RequestRefused(
            f"The recipe has windows = {list(steps)}.", "Give two or more whole days, the shortest first."
        )
    if recipe.horizon < 1 or recipe.grace < 0 or recipe.alive < 0 or not -14 <= recipe.clock <= 14:
        raise RequestRefused(
            "The recipe has days or hours that cannot be.",
            "horizon is 1 or more, grace and alive are 0 or more, clock is -14 to 14 hours from UTC.",
        )
    if sum(m.value for t in recipe.tables for m in t.measures) > 1:
        raise RequestRefused("The recipe has two measures with value = true.", "Only one can be the customer's value.")


# Which heading of the files is which part of the recipe: folded, matched, and refused by name where one is missing.


def match_columns(table: TableRecipe, headings: tuple[str, ...], named: Mapping[str, str]) -> dict[str, str]:
    """Which heading of the files is which part of the recipe; `named` settles it, a missing needed one is refused."""
    folded = {_folded(h): h for h in reversed(headings)}
    wanted = _wanted_parts(table)
    for part, heading in named.items():
        if part not in wanted or heading not in headings:
            raise ListRefused(
                f"{part!r} cannot be column {heading!r} of {table.name!r}.", f"Its columns: {_few(headings)}."
            )
    found = dict(named)
    for part, synonyms in wanted.items():
        hit = next((folded[_folded(s)] for s in synonyms if _folded(s) in folded), None)
        if part not in found and hit:
            found[part] = hit
    missing = next((p for p in _needed_parts(table) if p not in found), None)
    if missing:
        raise ListRefused(
            f"The table {table.name!r} has no column for its {missing}.",
            f"Its columns: {_few(headings)}. Name the one that is meant, or rename it to {wanted[missing][0]!r}.",
        )
    return found


def sum_of(measure: Measure) -> tuple[str, ...]:
    """The parts whose columns a measure adds up."""
    return (f"{measure.name} column", *(f"{measure.name} {i}" for i in range(len(measure.add))))[: 1 + len(measure.add)]


def _wanted_parts(table: TableRecipe) -> dict[str, tuple[str, ...]]:
    wanted = dict(table.columns)
    for measure in table.measures:
        if measure.headings:
            wanted |= dict(zip(sum_of(measure), (measure.headings, *((a,) for a in measure.add)), strict=True))
    wanted |= {f"{v.name} column": v.headings for v in table.varieties}
    wanted |= {f"{f.name} column": f.headings for f in table.fields}
    return wanted


def _needed_parts(table: TableRecipe) -> list[str]:
    needs_kind = bool(table.active or any(m.kinds for m in table.measures))
    needed = [p for p in ("key", "time", "expires") if p in table.columns]
    needed += ["kind"] if needs_kind else []
    return needed + [part for m in table.measures if m.headings and not m.optional for part in sum_of(m)]


def _folded(heading: str) -> str:
    return "".join(c for c in heading.casefold() if c.isalnum())


def _few(headings: tuple[str, ...]) -> str:
    return ", ".join(headings[:20]) + (", …" if len(headings) > 20 else "")
