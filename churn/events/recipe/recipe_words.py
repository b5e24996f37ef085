"""Reading a recipe.toml: every word is checked, and a wrong one is refused by its place and name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from churn.errors import RequestRefused
from churn.events.recipe.recipes import (
    COLUMN_WORDS,
    DUPLICATES,
    FIELD_KINDS,
    MAKES,
    NEEDED,
    POPULATIONS,
    RULES,
    SHAPES,
    Field,
    Measure,
    Rate,
    Recipe,
    TableRecipe,
    Variety,
)

_CHOICES = {
    "shape": SHAPES,
    "rule": RULES,
    "make": MAKES,
    "duplicates": DUPLICATES,
    "population": POPULATIONS,
    "kind": FIELD_KINDS,
    "lever": ("actionable", "context", "protected"),
}
_PARTS = {"measures": Measure, "rates": Rate, "varieties": Variety, "fields": Field}
_TYPES: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "bool": (bool,), "float | None": (int, float)}


def recipe_from(words: Mapping[str, Any]) -> Recipe:
    """The Recipe that a recipe.toml describes; an unknown word or a wrong value is refused by name."""
    if not words:
        raise RequestRefused(
            "This profile has no recipe.", "Add a recipe.toml to it; data/profiles/RECIPES.md says how."
        )
    tables = words.get("tables")
    if not isinstance(tables, Mapping) or not tables:
        raise RequestRefused("The recipe names no table.", "Add a [tables.NAME] with a shape and its columns.")
    built = tuple(_table(name, given) for name, given in tables.items())
    recipe: Recipe = _noun(Recipe, {**words, "tables": built}, "The recipe")
    _check_whole(recipe)
    return recipe


def _table(name: str, words: Any) -> TableRecipe:
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
    return {word: _listed(headings) for word, headings in columns.items()}


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
        value = _listed(value)
    if kind in _TYPES and (not isinstance(value, _TYPES[kind]) or (kind != "bool" and isinstance(value, bool))):
        raise RequestRefused(f"{where} has {word} = {value!r}.", f"It is a {kind.split(' ')[0]}.")
    allowed = _CHOICES.get(word)
    wrong = [v for v in (value if isinstance(value, tuple) else (value,)) if allowed and v not in allowed]
    if wrong and allowed:
        raise RequestRefused(f"{where} has {word} = {wrong[0]!r}.", f"It is one of: {', '.join(allowed)}.")
    return value


def _listed(value: Any) -> tuple[Any, ...]:
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
