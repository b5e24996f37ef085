"""Meaning: a list's headings become a Schema's columns; what is missing is refused, what is doubtful is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from churn.errors import MissingColumns, UnsureColumns
from churn.intake.understanding.asking import Asked
from churn.intake.understanding.guessing import extra_column
from churn.intake.understanding.matching import Match
from churn.intake.understanding.recognition import told_matches
from churn.intake.understanding.template import template_csv
from churn.intake.values.kinds import Holding
from churn.intake.values.words import folded
from churn.notices import Notice, listed
from churn.schema import Column, Schema

FAMILIAR = 0.25  # share of the columns below which a list that lacks needed ones looks like another business


@dataclass(frozen=True)
class Meaning:
    """What the columns of a list mean: the Schema of the table to come, and which heading each column comes from."""

    schema: Schema
    sources: Mapping[str, str]  # our column -> their heading; a column to be filled with nothing has none
    matches: tuple[Match, ...] = ()
    notices: tuple[Notice, ...] = ()


def no_schema_meaning(guessed: Schema, asked: Asked) -> Meaning:
    """Without a schema the columns keep their own headings; a mapping renames them."""
    renamed = {
        c.name: next((o for t, o in asked.mapping.items() if folded(t) == folded(c.name) and o), c.name)
        for c in guessed.columns
    }
    schema = Schema(tuple(replace(c, name=renamed[c.name]) for c in guessed.columns))
    return Meaning(schema, {ours: theirs for theirs, ours in renamed.items()})


def meant(matches: tuple[Match, ...], target: Schema, held: Mapping[str, Holding], asked: Asked) -> Meaning:
    """The target's columns that were found, then what else the list holds; a missing required column is refused."""
    sure = {m.ours: m.theirs for m in matches if not m.doubtful}
    _refuse_absent(target, sure, matches, tuple(held))
    # A model needs every column it was taught; the ones a list lacks are there, with nothing in them.
    fill = asked.schema is not None
    wanted = [c for c in target.columns if c.name in sure or (fill and c.role in ("feature", "value"))]
    taken = set(sure.values())
    extra = [extra_column(h, held[h]) for h in held if h not in taken]
    extra = [replace(c, name=_free(c.name, {w.name for w in wanted})) for c in extra]
    sources = {**sure, **{c.name: h for c, h in zip(extra, (h for h in held if h not in taken), strict=True)}}
    absent = tuple(c.name for c in target.features if c.name not in sure)
    told = told_matches(matches, tuple(c.name for c in extra), absent)
    return Meaning(Schema((*wanted, *extra)), sources, matches, tuple(told))


def _free(name: str, taken: set[str]) -> str:
    """A name for a column carried along that no column of the schema has."""
    return _free(f"{name} (theirs)", taken) if name in taken else name


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
