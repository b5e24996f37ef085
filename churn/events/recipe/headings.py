"""Which heading of the files is which part of the recipe: folded, matched, and refused by name where one is missing."""

from __future__ import annotations

from collections.abc import Mapping

from churn.errors import ListRefused
from churn.events.recipe.recipes import Measure, TableRecipe


def found_columns(table: TableRecipe, headings: tuple[str, ...], named: Mapping[str, str]) -> dict[str, str]:
    """Which heading of the files is which part of the recipe; `named` settles it, a missing needed one is refused."""
    folded = {_folded(h): h for h in reversed(headings)}
    wanted = _wanted(table)
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
    missing = next((p for p in _needed(table) if p not in found), None)
    if missing:
        raise ListRefused(
            f"The table {table.name!r} has no column for its {missing}.",
            f"Its columns: {_few(headings)}. Name the one that is meant, or rename it to {wanted[missing][0]!r}.",
        )
    return found


def sum_of(measure: Measure) -> tuple[str, ...]:
    """The parts whose columns a measure adds up."""
    return (f"{measure.name} column", *(f"{measure.name} {i}" for i in range(len(measure.add))))[: 1 + len(measure.add)]


def _wanted(table: TableRecipe) -> dict[str, tuple[str, ...]]:
    wanted = dict(table.columns)
    for measure in table.measures:
        if measure.headings:
            wanted |= dict(zip(sum_of(measure), (measure.headings, *((a,) for a in measure.add)), strict=True))
    wanted |= {f"{v.name} column": v.headings for v in table.varieties}
    wanted |= {f"{f.name} column": f.headings for f in table.fields}
    return wanted


def _needed(table: TableRecipe) -> list[str]:
    needs_kind = bool(table.active or any(m.kinds for m in table.measures))
    needed = [p for p in ("key", "time", "expires") if p in table.columns]
    needed += ["kind"] if needs_kind else []
    return needed + [part for m in table.measures if m.headings and not m.optional for part in sum_of(m)]


def _folded(heading: str) -> str:
    return "".join(c for c in heading.casefold() if c.isalnum())


def _few(headings: tuple[str, ...]) -> str:
    return ", ".join(headings[:20]) + (", …" if len(headings) > 20 else "")
