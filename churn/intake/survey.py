"""Surveying: the first pass over a list settles what every column means before a single cell is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from churn.errors import ListRefused, OpenQuestion
from churn.intake.checks import refuse_empty
from churn.intake.columns import Holding
from churn.intake.delimited import Block, SetAside
from churn.intake.duplicates import LOG_ROWS, LOG_SHARE, KeyColumn, Repeats, resolve_duplicates
from churn.intake.grid import Grid, ScanOptions, open_grid
from churn.intake.guessing import assign_roles, best_profile, guess_schema, headings_known, profiles_known
from churn.intake.matching import (
    Match,
    drop_empty,
    holdings_for,
    key_heading,
    match_headings,
    number_places,
    refuse_differing,
    twin_notices,
)
from churn.intake.meaning import (
    Meaning,
    empty_columns,
    empty_notices,
    guess_meaning,
    outcome_notices,
    profile_notices,
    resolve_columns,
)
from churn.intake.messages import repair_notices
from churn.intake.options import ReadRequest
from churn.intake.plans import ColumnPlan, plan_columns, read_level
from churn.intake.rows import tables_below
from churn.intake.sources import CachedSource, Source, open_source
from churn.intake.values import fold_text
from churn.notices import Notice, do, many
from churn.profiles import GENERAL, Profile
from churn.schema import Schema

SUMMARISE = "verb summarise NAME=FILE"


@dataclass(frozen=True)
class Survey:
    """What the first pass found: where each heading stands, how each column is read, and which rows are left out."""

    grid: Grid
    asked: ReadRequest
    positions: Mapping[str, int]
    schema: Schema
    plans: Mapping[str, ColumnPlan]  # their heading -> how it is read
    matches: tuple[Match, ...]
    profile: str
    rows: int
    set_aside: tuple[SetAside, ...]
    dropped: tuple[SetAside, ...]
    notices: tuple[Notice, ...]
    known: frozenset[str] = frozenset()  # categories in which no level is new
    currencies: Mapping[str, str] = field(default_factory=dict)  # column -> the currency its numbers are marked with


@dataclass
class _Seen:
    """What piles up while the blocks go by."""

    held: dict[str, Holding]
    twins: dict[int, int]  # a repeated heading's position -> where it stood first
    repeats: Repeats = field(default_factory=Repeats)
    left: list[SetAside] = field(default_factory=list)
    blank: int = 0
    open_end: int = 0  # the last line, when the file stops right after it
    rows: int = 0
    differing: dict[int, int] = field(default_factory=dict)

    def add(self, block: Block, positions: Mapping[str, int], key: str | None) -> None:
        """Count one more block."""
        self.rows += len(block.lines)
        self.blank += len(block.blank)
        self.open_end = int(block.lines[-1]) if block.open_end else 0
        self.left += block.set_aside
        for name, position in positions.items():
            self.held[name].add(block.cells(position))
        for later, earlier in self.twins.items():
            if later not in self.differing and not block.table.column(later).equals(block.table.column(earlier)):
                self.differing[later] = earlier
        if key is not None and len(block.lines):
            self.repeats.add(block.cells(positions[key]))


def survey_list(source: Source, filename: str, request: ReadRequest) -> Survey:
    """Go through the file once and settle everything about it; what cannot be settled is refused."""
    profiles = profiles_known(request.home)
    grid = _open_grid(source, filename, request, profiles)
    positions, twins = number_places(grid.layout.names)
    profile = _choose_profile(request, tuple(positions), profiles)
    target = request.schema or (profile.schema if profile and profile.schema.columns else None)
    key = key_heading(tuple(positions), target, profiles.get(GENERAL), request)
    seen = _Seen(holdings_for(tuple(positions), target, request), twins)
    for block in grid.blocks():
        seen.add(block, positions, key)
    refuse_differing(grid.layout.names, seen.differing)
    left, told = _left_out(grid, seen, headings_known(profiles))
    positions, nameless = drop_empty(positions, seen.held) if grid.layout.header else (positions, [])
    held = {n: seen.held[n] for n in positions}
    meaning = _meaning(held, target, request, profiles)
    scoring = request.purpose == "score"
    plans = plan_columns(meaning, held, request.dates, comma_likely=grid.comma_likely, scoring=scoring)
    survey = Survey(
        grid, request, positions, meaning.schema, plans, meaning.matches,
        profile.name if profile else GENERAL, seen.rows, tuple(left), (),
        (*grid.notices, *nameless, *twin_notices(grid.layout.names, twins), *told,
         *(() if request.schema or request.profile else profile_notices(profile, tuple(positions), profiles)),
         *meaning.notices),
        currencies={plans[n].column.name: next(iter(h.currencies)) for n, h in held.items()
                    if n in plans and len(h.currencies) == 1},
    )  # fmt: skip
    return _with_repeats(survey, seen, key, held)


def _open_grid(source: Source, filename: str, request: ReadRequest, profiles: Mapping[str, Profile]) -> Grid:
    known = set(headings_known(profiles))
    known |= {fold_text(s) for c in (request.schema.columns if request.schema else ()) for s in (c.name, *c.synonyms)}
    way = ScanOptions(lambda text: fold_text(text) in known, request.sheet, request.keep, request.block, request.by_row)
    told = (filename, request.limits, frozenset(known), request.sheet, request.keep, request.block, request.by_row)
    apart = source.apart if isinstance(source, CachedSource) else {}
    grid: Grid | None = apart.pop(told, None)  # what is read twice is seldom read three times
    if grid is None:
        apart[told] = grid = open_grid(open_source(source, filename, limits=request.limits), way)
    return grid


def _choose_profile(request: ReadRequest, headings: tuple[str, ...], profiles: Mapping[str, Profile]) -> Profile | None:
    if request.schema is not None:
        return profiles.get(request.profile) if request.profile else None
    if request.profile:
        from churn.profiles import read_profile

        return profiles.get(request.profile) or read_profile(request.profile, request.home)
    if request.mapping:
        headings = tuple(
            next((o for t, o in request.mapping.items() if fold_text(t) == fold_text(h)), h) or h for h in headings
        )
    return best_profile(headings, profiles)


def _left_out(grid: Grid, seen: _Seen, known: frozenset[str]) -> tuple[list[SetAside], list[Notice]]:
    layout = grid.layout
    left, told = tables_below(
        sorted(seen.left, key=lambda s: s.line), seen.rows, layout, lambda t: fold_text(t) in known
    )
    odd = [s for s in left if " value" in s.why]
    if not seen.rows or len(odd) > max(seen.rows, 3):
        widths = sorted({len(s.cells) for s in odd})
        theirs = f": they have {widths[0]} values" if len(widths) == 1 else ""
        raise ListRefused(
            f"The header in line {layout.header or layout.first} has {layout.width} names, but {len(left)} of "
            f"{len(left) + seen.rows} rows do not fit it{theirs}.",
            "Correct the header, or export the list again.",
        )
    if seen.blank:
        text = f"{many(seen.blank, 'blank row')} {do(seen.blank, 'was', 'were')} skipped."
        told.append(Notice("info", text, count=seen.blank))
    if seen.open_end:
        text = f"The file stops right after line {seen.open_end}, without a line end: its last value may be cut off."
        told.append(Notice("info", text, lines=(seen.open_end,)))
    return left, told


def _meaning(
    held: dict[str, Holding], target: Schema | None, request: ReadRequest, profiles: Mapping[str, Profile]
) -> Meaning:
    general = profiles.get(GENERAL)
    if target is None:
        meaning = guess_meaning(guess_schema(held, general), request)
    else:
        matches = match_headings(tuple(held), target, mapping=request.mapping, held=held)
        meaning = resolve_columns(matches, target, held, request)
    schema = assign_roles(meaning.schema, request.roles)
    for name in request.drop:
        schema = schema.having(name, role="ignored")
    if request.positive and schema.outcome:
        schema = schema.having(schema.outcome.name, positive=request.positive)
    return replace(meaning, schema=schema)


def _with_repeats(survey: Survey, seen: _Seen, key: str | None, held: Mapping[str, Holding]) -> Survey:
    known_before = survey.matches or survey.asked.positive
    notices = [] if known_before else list(outcome_notices(survey.schema.outcome))
    notices += [n for name, plan in survey.plans.items() for n in repair_notices(plan, held[name])]
    empty = empty_columns(survey.schema, {p.column.name: held[h] for h, p in survey.plans.items()})
    if survey.asked.purpose == "score":
        refuse_empty(c.name for c in empty if c.required and c.blank is None)
    notices += empty_notices(empty)
    column = survey.schema.key
    heading = next((h for h, p in survey.plans.items() if column and p.column.name == column.name), None)
    dropped: tuple[SetAside, ...] = ()
    if heading is not None:
        repeats = seen.repeats if heading == key else _repeats(survey, heading)
        dropped, told = _resolve_repeats(survey, repeats, heading)
        notices = [*told, *notices]
    left = tuple(sorted((*survey.set_aside, *dropped), key=lambda s: s.line))
    summary = _summary(survey.rows - len(dropped), left)
    known = frozenset(p.column.name for h, p in survey.plans.items() if _no_new_level(p, held[h]))
    notices = [*summary, *survey.notices, *notices]
    return replace(survey, set_aside=left, dropped=dropped, notices=tuple(notices), known=known)


def _no_new_level(plan: ColumnPlan, holding: Holding) -> bool:
    column = plan.column
    seen = {*holding.levels, *plan.kept, *((column.blank,) if column.blank is not None else ())}
    return column.kind == "category" and not holding.many and all(read_level(v, plan) in column.levels for v in seen)


def _repeats(survey: Survey, heading: str) -> Repeats:
    repeats = Repeats()
    for block in survey.grid.blocks():
        repeats.add(block.cells(survey.positions[heading]))
    return repeats


def _resolve_repeats(survey: Survey, repeats: Repeats, heading: str) -> tuple[tuple[SetAside, ...], tuple[Notice, ...]]:
    twice, keys, different = repeats.twice()
    if not len(twice):
        return (), ()
    asked = survey.asked
    if asked.duplicates is None and keys >= LOG_ROWS and keys - different > LOG_SHARE * keys:
        text = f"{heading} names {different:,} different customers in {keys:,} rows: this looks like a list of events."
        if asked.purpose != "check":
            fix = "Turn it into one row per customer, or say which row counts."
            options = (SUMMARISE, "duplicates=newest", "duplicates=first")
            raise OpenQuestion(text, fix, asks="duplicates", choices=("newest", "first"), options=options)
        return (), (Notice("warning", f"{text} Turn it into one row per customer.", heading, options=(SUMMARISE,)),)
    date = survey.schema.date
    dated = next((h for h, p in survey.plans.items() if date and p.column.name == date.name), None)
    order = survey.plans[dated].order if dated else None
    column = KeyColumn(survey.positions[heading], heading, survey.positions[dated] if dated else None, order)
    found = resolve_duplicates(survey.grid.blocks(), column, twice, asked.duplicates)
    return found.drop, found.notices


def _summary(rows: int, left: tuple[SetAside, ...]) -> Iterator[Notice]:
    if not left:
        return
    shown = "; ".join(f"line {s.line} set aside because {s.why}" for s in left[:3])
    more = f"; {len(left) - 3} more" if len(left) > 3 else ""
    text = f"{rows:,} of {rows + len(left):,} rows read; {shown}{more}."
    yield Notice("set_aside", text, count=len(left), lines=tuple(s.line for s in left[:5]))
