"""Where each heading of a list stands: repeated headings are one column, and one names the customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from churn.errors import ListRefused
from churn.intake.text.layout import unnamed
from churn.intake.understanding.asking import Asked
from churn.intake.understanding.matching import sure_names
from churn.intake.values.kinds import Holding
from churn.intake.values.words import folded
from churn.notices import Notice, do, many
from churn.profiles import Profile
from churn.schema import Schema


def places_of(names: tuple[str, ...]) -> tuple[dict[str, int], dict[int, int]]:
    """Where each heading stands; a heading that comes again is no second column but a twin of the first."""
    first: dict[str, int] = {}
    twins: dict[int, int] = {}
    for i, name in enumerate(names):
        if folded(name) and folded(name) in first:
            twins[i] = first[folded(name)]
        else:
            first[folded(name) or name] = i
    return {names[i]: i for i in first.values()}, twins


def told_twins(names: tuple[str, ...], twins: Mapping[int, int]) -> Iterator[Notice]:
    """Which repeated headings were taken for one column."""
    for later, earlier in twins.items():
        text = f"Columns {earlier + 1} and {later + 1} are both called {names[later]} and hold the same; one was kept."
        yield Notice("repaired", text, names[earlier])


def refuse_differing(names: tuple[str, ...], differing: Mapping[int, int]) -> None:
    """Repeated headings whose cells differ cannot be one column."""
    for later, earlier in differing.items():
        raise ListRefused(
            f"Columns {earlier + 1} ({names[earlier]}) and {later + 1} ({names[later]}) share a name, not values.",
            "Rename one of them.",
        )


def holdings_for(headings: tuple[str, ...], target: Schema | None, asked: Asked) -> dict[str, Holding]:
    """An empty count for every heading, which knows the kind that a schema states for it."""
    if target is None:
        return {h: Holding() for h in headings}
    sure = {h: target.by_name[ours].kind for ours, h in sure_names(headings, target).items()}
    for theirs, ours in asked.mapping.items():
        for h in headings:
            if folded(h) == folded(theirs) and ours in target.by_name:
                sure[h] = target.by_name[ours].kind
    return {h: Holding(stated=sure.get(h)) for h in headings}


def key_heading(headings: tuple[str, ...], target: Schema | None, general: Profile | None, asked: Asked) -> str | None:
    """The heading whose cells are remembered to find customers that stand in the list twice."""
    if "key" in asked.roles:
        return next((h for h in headings if h == asked.roles["key"]), None)
    if target is not None and target.key:
        confirmed = [
            h for t, o in asked.mapping.items() for h in headings if o == target.key.name and folded(h) == folded(t)
        ]
        return confirmed[0] if confirmed else sure_names(headings, target).get(target.key.name)
    order = {folded(w): i for i, w in reversed(list(enumerate(general.roles.get("key", ()) if general else ())))}
    found = [h for h in headings if folded(h) in order]
    return min(found, key=lambda h: order[folded(h)]) if found else headings[0]


def without_empty(positions: dict[str, int], held: Mapping[str, Holding]) -> tuple[dict[str, int], list[Notice]]:
    """Columns without a heading and without a value are only separators at the end of lines."""
    nameless = [n for n, i in positions.items() if n == unnamed(i)]
    empty, named = ([n for n in nameless if bool(held[n].filled) == filled] for filled in (False, True))
    told = []
    if empty:
        were = do(len(empty), "was", "were")
        text = f"{many(len(empty), 'column')} without heading and values {were} left out."
        told.append(Notice("info", text, count=len(empty)))
    if named:
        were = do(len(named), "was", "were")
        text = f"{many(len(named), 'column')} had no heading and {were} named {', '.join(named[:5])}."
        told.append(Notice("info", text))
    return {n: i for n, i in positions.items() if n not in empty}, told
