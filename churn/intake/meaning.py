"""Recognition: which business a list was found to be, which heading was taken for which column, what was ignored."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from churn.errors import MissingColumns, UnsureColumns
from churn.intake.columns import Holding
from churn.intake.guessing import guess_extra_column, guess_kind, nearly_profile
from churn.intake.matching import Match
from churn.intake.options import ReadRequest
from churn.intake.values import fold_text
from churn.notices import Notice, do, listed, many
from churn.profiles import Profile
from churn.schema import Column, Schema


def profile_notices(
    profile: Profile | None, headings: tuple[str, ...], profiles: Mapping[str, Profile]
) -> Iterator[Notice]:
    """Which business the list was found to be, or would be if it had what that one needs."""
    if profile:
        yield Notice(
            "info", f"The list was read as {profile.title}; another business can be chosen.", options=("profile=NAME",)
        )
    elif nearly := nearly_profile(headings, profiles):
        business, absent = nearly
        text = f"The list looks like {business.title}, but has no column {_few(absent)}, which is needed"
        told = f"{text}; it was read as any list. To name that column, choose that business."
        yield Notice("warning", told, options=(f"profile={business.name}",))


def match_notices(matches: tuple[Match, ...], extra: tuple[str, ...], absent: tuple[str, ...]) -> Iterator[Notice]:
    """Which headings were taken for which column, which need a word from the person, and which were ignored."""
    for m in matches:
        if m.doubtful:
            because = f" ({m.evidence})" if m.evidence else ""
            text = f"{m.theirs} may be {m.ours}{because}; it was not used. Confirm it if it is."
            yield Notice("warning", text, m.theirs, options=(f"map={m.theirs}={m.ours}",))
        elif m.how in ("folded", "synonym", "confirmed") and m.theirs != m.ours:
            said = ", as confirmed" if m.how == "confirmed" else ""
            yield Notice("info", f"{m.theirs} was read as {m.ours}{said}.", m.theirs)
    if extra:
        are = do(len(extra), "is not part of it and was", "are not part of it and were")
        yield Notice("info", f"{many(len(extra), 'column')} {are} ignored: {_few(extra)}.", count=len(extra))
    if absent:
        are = do(len(absent), "is", "are")
        text = f"{many(len(absent), 'column')} {are} not in the list: {_few(absent)}."
        yield Notice("warning", text, count=len(absent))


def outcome_notices(outcome: Column | None) -> Iterator[Notice]:
    """Which words were taken to mean that the customer left, when nobody has said so."""
    if outcome is None:
        return
    words = " or ".join(repr(p) for p in outcome.positive[:3])
    meant = f"{words} means that the customer left" if words else "which word means `left` must be said"
    options = () if words else ("positive=WORD",)
    yield Notice("info", f"{outcome.name} was taken as the outcome; {meant}.", outcome.name, options=options)


def empty_columns(schema: Schema, held: dict[str, Holding]) -> tuple[Column, ...]:
    """Columns in which nothing stands at all."""
    return tuple(c for c in schema.columns if c.name in held and not held[c.name].filled)


def empty_notices(empty: tuple[Column, ...]) -> Iterator[Notice]:
    """Which columns hold nothing at all."""
    if empty:
        names = _few(tuple(c.name for c in empty))
        hold = do(len(empty), "holds", "hold")
        yield Notice("warning", f"{many(len(empty), 'column')} {hold} nothing at all: {names}.", count=len(empty))


def _few(names: tuple[str, ...]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


# The template: a small CSV with the right headings and one example row, for a list that lacks a column.


_EXAMPLES = {"number": "0", "flag": "Yes", "date": "2026-01-31", "category": "", "text": "C-0001"}


def template_csv(schema: Schema) -> str:
    """A CSV with the headings a list should have, the required ones among them, and one row to show what goes there."""
    wanted = [c for c in schema.columns if c.role != "ignored"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([c.name for c in wanted])
    writer.writerow([_example(c) for c in wanted])
    return text.getvalue()


def _example(column: Column) -> str:
    if column.levels:
        return column.levels[0]
    if column.kind == "number" and column.low is not None and column.high is not None:
        return f"{(max(column.low, 0) + min(column.high, max(column.low, 0) + 24)) / 2:g}"
    return _EXAMPLES[column.kind]


# Meaning: a list's headings become a Schema's columns; what is missing is refused, what is doubtful is shown.


FAMILIAR = 0.25  # share of the columns below which a list that lacks needed ones looks like another business


@dataclass(frozen=True)
class Meaning:
    """What the columns of a list mean: the Schema of the table to come, and which heading each column comes from."""

    schema: Schema
    sources: Mapping[str, str]  # our column -> their heading; a column to be filled with nothing has none
    matches: tuple[Match, ...] = ()
    notices: tuple[Notice, ...] = ()


def guess_meaning(guessed: Schema, request: ReadRequest) -> Meaning:
    """Without a schema the columns keep their own headings; a mapping renames them."""
    renamed = {
        c.name: next((o for t, o in request.mapping.items() if fold_text(t) == fold_text(c.name) and o), c.name)
        for c in guessed.columns
    }
    schema = Schema(tuple(replace(c, name=renamed[c.name]) for c in guessed.columns))
    return Meaning(schema, {ours: theirs for theirs, ours in renamed.items()})


def resolve_columns(
    matches: tuple[Match, ...], target: Schema, held: Mapping[str, Holding], request: ReadRequest
) -> Meaning:
    """The target's columns that were found, then what else the list holds; a missing required column is refused."""
    sure = {m.ours: m.theirs for m in matches if not m.doubtful}
    _refuse_absent(target, sure, matches, tuple(held))
    # A model needs every column it was taught; the ones a list lacks are there, with nothing in them.
    fill = request.schema is not None
    wanted = [c for c in target.columns if c.name in sure or (fill and c.role in ("feature", "value"))]
    wanted = [_is_dated(c, held[sure[c.name]]) if c.name in sure else c for c in wanted]
    taken = set(sure.values())
    extra = [guess_extra_column(h, held[h]) for h in held if h not in taken]
    extra = [replace(c, name=_free_name(c.name, {w.name for w in wanted})) for c in extra]
    sources = {**sure, **{c.name: h for c, h in zip(extra, (h for h in held if h not in taken), strict=True)}}
    absent = tuple(c.name for c in target.features if c.name not in sure)
    told = match_notices(matches, tuple(c.name for c in extra), absent)
    return Meaning(Schema((*wanted, *extra)), sources, matches, tuple(told))


def _is_dated(column: Column, holding: Holding) -> Column:
    """The outcome as the day on which a customer left, where its cells are days."""
    if column.role != "outcome" or column.kind == "date" or guess_kind(column.name, holding) != "date":
        return column
    return replace(column, kind="date", levels=(), positive=())


def _free_name(name: str, taken: set[str]) -> str:
    """A name for a column carried along that no column of the schema has."""
    return _free_name(f"{name} (theirs)", taken) if name in taken else name


def _refuse_absent(
    target: Schema, sure: Mapping[str, str], matches: tuple[Match, ...], headings: tuple[str, ...]
) -> None:
    absent: list[Column] = [c for c in target.columns if c.required and c.name not in sure]
    if not absent:
        return
    names, one = listed([c.name for c in absent]), len(absent) == 1
    column, needed = ("column", "is needed") if one else ("columns", "are needed")
    doubtful = [m for m in matches if m.doubtful and m.ours in {c.name for c in absent}]
    if doubtful:
        raise UnsureColumns(
            f"The list has no {column} {names}; {doubtful[0].theirs} may be it.",
            "Confirm it, or say which column it is.",
            matches=tuple(m for m in matches if m.doubtful),
            headings=headings,
        )
    stranger = len(sure) < FAMILIAR * len(target.columns)
    raise MissingColumns(
        f"The list has no {column} {names}, which {needed}.",
        _way_out(one=one, stranger=stranger),
        options=(
            "map=THEIRS=OURS",
            *(("model=NAME", "profile=NAME") if stranger else ()),
            "verb check --template T.csv",
        ),
        template=template_csv(target),
        missing=tuple(c.name for c in absent),
        headings=headings,
        free=tuple(h for h in headings if h not in sure.values()),
    )


def _way_out(*, one: bool, stranger: bool) -> str:
    """What to do where needed columns are not there; a list that has hardly any column is not of this business."""
    it, which = ("it", "column it is") if one else ("them", "columns they are")
    them = f"{it}, or say which {which}; the template shows all columns."
    if not stranger:
        return f"Add {them}"
    other = "It looks like another business: choose its model or its profile."
    return f"{other} If it is not, add {them}"
