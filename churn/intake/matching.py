"""Matching: which of their headings is which of our columns, how sure that is, and what the cells say about it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from churn.errors import ListRefused, RequestRefused
from churn.intake.columns import Holding
from churn.intake.header import name_unnamed
from churn.intake.options import ReadRequest
from churn.intake.values import NO, YES, fold_text, likeness, same_words
from churn.notices import Notice, do, many
from churn.profiles import Profile
from churn.schema import Column, Schema

How = Literal["exact", "folded", "synonym", "similar", "confirmed"]
_CONFIDENCE: dict[str, float] = {"confirmed": 1.0, "exact": 1.0, "folded": 0.98, "synonym": 0.9}
SURE = 0.8  # below it a match is shown for confirmation and not applied
ALIKE = 0.72  # below it two headings are not worth proposing


@dataclass(frozen=True)
class Match:
    """One of their headings found to be one of our columns.

    confidence   from 0 to 1: how alike the names are, lowered when the cells say otherwise
    evidence     what the cells say, in a few words
    doubtful     True: shown for confirmation, not applied
    examples     of a doubtful match: the first few different cells under their heading
    expected     of a doubtful match: what stands in our column, its levels, its range, or a word on it
    """

    theirs: str
    ours: str
    confidence: float
    how: How
    doubtful: bool = False
    evidence: str = ""
    examples: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The match as every door shows it."""
        return asdict(self)


def layout_key(headings: Iterable[str]) -> str:
    """A name for the layout of a source: the same whatever the order, case or blanks of its headings."""
    return hashlib.sha256("\x1f".join(sorted(fold_text(h) for h in headings)).encode()).hexdigest()[:32]


def match_headings(
    headings: Sequence[str], schema: Schema, *, mapping: Mapping[str, str] | None = None, held: Mapping[str, Holding]
) -> tuple[Match, ...]:
    """The matches between their headings and a schema, the surest first taken; none of ours or theirs is used twice."""
    found: list[Match] = list(_confirmed_matches(headings, schema, mapping or {}))
    # A heading the person has spoken of is settled, also when it was mapped to nothing.
    spoken = {h for h in headings for t in mapping or {} if fold_text(h) == fold_text(t)}
    proposals = [m for m in _proposals(headings, schema, held) if m.theirs not in spoken]
    for match in sorted(proposals, key=lambda m: (-m.confidence, headings.index(m.theirs))):
        if all(match.theirs != f.theirs and match.ours != f.ours for f in found):
            found.append(match)
    order = {n: i for i, n in enumerate(schema.names)}
    return tuple(sorted(found, key=lambda m: order[m.ours]))


def _confirmed_matches(headings: Sequence[str], schema: Schema, mapping: Mapping[str, str]) -> Iterator[Match]:
    taken: set[str] = set()
    for theirs, ours in mapping.items():
        heading = next((h for h in headings if h == theirs), None) or next(
            (h for h in headings if fold_text(h) == fold_text(theirs)), None
        )
        if heading is None:
            raise RequestRefused(f"The list has no column {theirs!r}.", f"Its columns: {', '.join(headings)}.")
        if not ours:
            continue
        column = schema.by_name.get(ours)
        if column is None:
            raise RequestRefused(
                f"There is no column {ours!r} to map {theirs!r} to.", f"Known: {', '.join(schema.names)}."
            )
        if ours in taken:
            raise RequestRefused(f"Two columns were mapped to {ours!r}.", "Map only one of them.")
        taken.add(ours)
        yield Match(heading, ours, 1.0, "confirmed")


def sure_names(headings: Sequence[str], schema: Schema) -> dict[str, str]:
    """Our columns that a heading names outright (same name, same letters, or a synonym), each with that heading."""
    known = _known_names(schema)
    order = {"exact": 0, "folded": 1, "synonym": 2}
    pairs = [
        (order[how], h, c.name)
        for h in headings
        for c in schema.columns
        if (how := _match_kind(h, fold_text(h), c, known[c.name]))
    ]
    found: dict[str, str] = {}
    for _, heading, ours in sorted(pairs, key=lambda p: (p[0], headings.index(p[1]))):
        if ours not in found and heading not in found.values():
            found[ours] = heading
    return found


def _known_names(schema: Schema) -> dict[str, tuple[set[str], set[str]]]:
    return {c.name: ({fold_text(c.name)}, {fold_text(s) for s in c.synonyms}) for c in schema.columns}


def _proposals(headings: Sequence[str], schema: Schema, held: Mapping[str, Holding]) -> Iterator[Match]:
    known = _known_names(schema)
    sure = sure_names(headings, schema)
    for heading in headings:
        fold = fold_text(heading)
        for column in schema.columns:
            how = _match_kind(heading, fold, column, known[column.name])
            if how:
                yield _weigh_evidence(heading, column, (how, _CONFIDENCE[how]), held.get(heading))
            elif column.name not in sure and heading not in sure.values() and len(fold) > 3:
                alike = _similar_names(fold, known[column.name][0] | known[column.name][1])
                if alike >= ALIKE:
                    yield _weigh_evidence(heading, column, ("similar", alike * 0.8), held.get(heading))


def _match_kind(heading: str, fold: str, column: Column, known: tuple[set[str], set[str]]) -> How | None:
    if heading == column.name:
        return "exact"
    if not fold:
        return None
    return "folded" if fold in known[0] else "synonym" if fold in known[1] else None


def _similar_names(fold: str, known: set[str]) -> float:
    near = (k for k in known if len(k) > 3 and abs(len(k) - len(fold)) <= (1 - ALIKE) * max(len(k), len(fold)))
    return max((likeness(fold, k) for k in near), default=0.0)


def _weigh_evidence(heading: str, column: Column, guess: tuple[How, float], holding: Holding | None) -> Match:
    """A match with what the cells say: names alone are not enough when the cells are of another kind."""
    how, confidence = guess
    fits, evidence = find_evidence(column, holding) if holding else (1.0, "")
    # The very same name is believed; cells that do not fit it are then reported cell by cell.
    if how in ("exact", "folded"):
        return Match(heading, column.name, confidence, how, False, evidence)
    weighed = round(confidence * (0.4 + 0.6 * fits), 3)
    doubtful = how == "similar" or weighed < SURE
    sides = (tuple(holding.sample) if holding else (), describe_expected(column)) if doubtful else ((), ())
    return Match(heading, column.name, weighed, how, doubtful, evidence, *sides)


def describe_expected(column: Column) -> tuple[str, ...]:
    """What a person may compare cells with: known levels, the range of a number, or what kind of thing stands there."""
    if column.kind == "category" and column.levels:
        return column.levels[:5]
    if column.kind == "number" and column.low is not None and column.high is not None:
        return (f"{column.low:g} to {column.high:g}",)
    return {"number": ("numbers",), "flag": ("yes", "no"), "date": ("dates",)}.get(column.kind, ("words",))


def find_evidence(column: Column, holding: Holding) -> tuple[float, str]:
    """The share of cells that fit a column, and a sentence on it."""
    if not holding.filled:
        return 0.5, "the column is empty"
    if column.role == "outcome" and (days := _dates(column, holding)) == holding.filled:
        return 1.0, f"{days:,} of its cells are days of leaving"
    fitting = {"number": _numbers, "date": _dates, "flag": _flags, "category": _levels, "text": _any}[column.kind]
    share = min(fitting(column, holding) / holding.filled, 1.0)
    what = {"number": "numbers", "date": "dates", "flag": "yes or no", "category": "known levels", "text": "texts"}[
        column.kind
    ]
    return share, f"{share:.0%} of its cells are {what}"


def _numbers(column: Column, holding: Holding) -> int:
    return holding.numbers


def _dates(column: Column, holding: Holding) -> int:
    return holding.dates + holding.compact


def _flags(column: Column, holding: Holding) -> int:
    words = {same_words(p) for p in (*column.positive, *column.levels)}
    return sum(n for v, n in holding.levels.items() if same_words(v) in YES | NO | words)


def _levels(column: Column, holding: Holding) -> int:
    if not column.levels:
        return holding.filled
    known = {fold_text(v) for v in column.levels}
    return sum(n for v, n in holding.levels.items() if fold_text(v) in known)


def _any(column: Column, holding: Holding) -> int:
    return holding.filled


# Where each heading of a list stands: repeated headings are one column, and one names the customer.


def number_places(names: tuple[str, ...]) -> tuple[dict[str, int], dict[int, int]]:
    """Where each heading stands; a heading that comes again is no second column but a twin of the first."""
    first: dict[str, int] = {}
    twins: dict[int, int] = {}
    for i, name in enumerate(names):
        if fold_text(name) and fold_text(name) in first:
            twins[i] = first[fold_text(name)]
        else:
            first[fold_text(name) or name] = i
    return {names[i]: i for i in first.values()}, twins


def twin_notices(names: tuple[str, ...], twins: Mapping[int, int]) -> Iterator[Notice]:
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


def holdings_for(headings: tuple[str, ...], target: Schema | None, request: ReadRequest) -> dict[str, Holding]:
    """An empty count for every heading, which knows the kind that a schema states for it."""
    if target is None:
        return {h: Holding() for h in headings}
    sure = {h: target.by_name[ours].kind for ours, h in sure_names(headings, target).items()}
    for theirs, ours in request.mapping.items():
        for h in headings:
            if fold_text(h) == fold_text(theirs) and ours in target.by_name:
                sure[h] = target.by_name[ours].kind
    # Under another heading than the schema's own, an outcome may be a day of leaving instead of a word.
    outcome = target.outcome.name if target.outcome else ""
    said = {fold_text(theirs) for theirs, ours in request.mapping.items() if ours == outcome}
    said |= {fold_text(h) for ours, h in sure_names(headings, target).items() if ours == outcome}
    sure = {h: kind for h, kind in sure.items() if fold_text(h) not in said - {fold_text(outcome)}}
    return {h: Holding(stated=sure.get(h)) for h in headings}


def key_heading(
    headings: tuple[str, ...], target: Schema | None, general: Profile | None, request: ReadRequest
) -> str | None:
    """The heading whose cells are remembered to find customers that stand in the list twice."""
    if "key" in request.roles:
        return next((h for h in headings if h == request.roles["key"]), None)
    if target is not None and target.key:
        confirmed = [
            h
            for t, o in request.mapping.items()
            for h in headings
            if o == target.key.name and fold_text(h) == fold_text(t)
        ]
        return confirmed[0] if confirmed else sure_names(headings, target).get(target.key.name)
    order = {fold_text(w): i for i, w in reversed(list(enumerate(general.roles.get("key", ()) if general else ())))}
    found = [h for h in headings if fold_text(h) in order]
    return min(found, key=lambda h: order[fold_text(h)]) if found else headings[0]


def drop_empty(positions: dict[str, int], held: Mapping[str, Holding]) -> tuple[dict[str, int], list[Notice]]:
    """Columns without a heading and without a value are only separators at the end of lines."""
    nameless = [n for n, i in positions.items() if n == name_unnamed(i)]
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
