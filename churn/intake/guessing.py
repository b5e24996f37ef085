"""Guessing: what the columns of a list mean when no schema says so, and which ready-made business it looks like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from churn.errors import RequestRefused
from churn.intake.columns import Holding
from churn.intake.matching import sure_names
from churn.intake.values import (
    NO,
    WORDS_FOR_NOTHING,
    YES,
    fold_text,
    names_a_leaving_day,
    names_an_end,
    real_levels,
    same_words,
)
from churn.profiles import GENERAL, Profile, profile_names, read_profile
from churn.schema import Column, Kind, Role, Schema

MOSTLY = 0.8  # the share of cells that must agree on a kind
FITS = 0.6  # the share of a profile's columns a list must have to be that business

_ID_ENDINGS = (
    "id",
    "key",
    "code",
    "number",
    "no",
    "nr",
    "num",
    "zip",
    "zipcode",
    "postcode",
    "postalcode",
    "plz",
    "phone",
    "telephone",
    "telefon",
    "iban",
    "account",
    "uuid",
    "guid",
)

_FLAG_WORDS = YES | NO


def profiles_known(home: Path | None) -> dict[str, Profile]:
    """Every ready-made business by its name."""
    return {n: read_profile(n, home) for n in profile_names(home)}


def headings_known(profiles: Mapping[str, Profile]) -> frozenset[str]:
    """All headings any business knows, as they are compared."""
    names = {s for p in profiles.values() for c in p.schema.columns for s in (c.name, *c.synonyms)}
    roles = {
        s for p in profiles.values() for part in ("key", "outcome", "value", "date") for s in p.roles.get(part, ())
    }
    return frozenset(f for f in map(fold_text, names | roles) if f)


def best_profile(headings: Sequence[str], profiles: Mapping[str, Profile]) -> Profile | None:
    """The business whose columns the list has, or None when it has too few of any."""
    scored = [(measure_fit(headings, p.schema), p) for p in profiles.values() if p.name != GENERAL and p.schema.columns]
    fit, profile = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return profile if fit >= FITS else None


def measure_fit(headings: Sequence[str], schema: Schema) -> float:
    """The share of a schema's features that these headings name; 0 when a required one is missing."""
    sure = sure_names(headings, schema)
    wanted = schema.features
    if not wanted or any(c.required and c.name not in sure for c in wanted):
        return 0.0
    return sum(c.name in sure for c in wanted) / len(wanted)


def nearly_profile(headings: Sequence[str], profiles: Mapping[str, Profile]) -> tuple[Profile, tuple[str, ...]] | None:
    """The business whose columns the list has but for some that are needed, with those; None when there is none."""
    found = []
    for profile in profiles.values():
        sure, wanted = sure_names(headings, profile.schema), profile.schema.features
        absent = tuple(c.name for c in wanted if c.required and c.name not in sure)
        share = sum(c.name in sure for c in wanted) / max(len(wanted), 1)
        if absent and share >= FITS:
            found.append((share, profile, absent))
    return max(found, key=lambda one: one[0])[1:] if found else None


def guess_kind(name: str, holding: Holding) -> Kind:
    """What kind of thing a column holds, by what most of its cells look like."""
    filled = holding.filled - sum(n for w, n in holding.nothing.items() if same_words(w) in WORDS_FOR_NOTHING)
    if filled <= 0:
        return "category" if holding.filled else "text"
    if _is_flag(holding):
        return "flag"
    if holding.dates + (holding.compact if names_a_date(name) else 0) >= MOSTLY * filled:
        return "date"
    if holding.numbers + holding.compact >= MOSTLY * filled:
        return "text" if _is_code(name, holding, filled) else "number"
    if holding.dates + holding.compact >= MOSTLY * filled:
        return "date"
    return "category" if _has_levels(holding, filled) else "text"


def guess_schema(held: Mapping[str, Holding], general: Profile | None) -> Schema:
    """The Schema a list seems to have: a kind for every column, and at most one key, outcome, value and date."""
    columns = [Column(name, kind=guess_kind(name, h)) for name, h in held.items()]
    roles = _guess_roles(columns, held, general.roles if general else {})
    return Schema(tuple(_guess_column(c, held[c.name], roles.get(c.name), general) for c in columns))


def guess_extra_column(name: str, holding: Holding) -> Column:
    """A column no schema asks for: carried along, never learnt from."""
    return Column(
        name, kind=guess_kind(name, holding), role="ignored", levels=_guess_levels(holding, guess_kind(name, holding))
    )


def assign_roles(schema: Schema, roles: Mapping[str, str]) -> Schema:
    """The schema with the roles a person gave; what had that role before becomes an ordinary column."""
    for role, name in roles.items():
        if name not in schema.by_name:
            raise RequestRefused(
                f"There is no column {name!r} for the {role}.", f"The columns are: {', '.join(schema.names)}."
            )
        cleared = (replace(c, role=_is_ordinary(c)) if c.role == role and c.name != name else c for c in schema.columns)
        schema = Schema(tuple(cleared)).having(name, role=role)
        if role == "key":
            schema = schema.having(name, kind="text", levels=())
    return schema


def _is_ordinary(column: Column) -> Role:
    return "ignored" if column.kind == "text" else "feature"


def _guess_column(column: Column, holding: Holding, role: Role | None, general: Profile | None) -> Column:
    if role == "key":
        return replace(column, kind="text", role="key")
    levels = _guess_levels(holding, column.kind)
    if role == "outcome":
        return _guess_outcome(replace(column, role="outcome"), holding, general)
    return replace(column, role=role or _is_ordinary(column), levels=levels)


def _guess_outcome(column: Column, holding: Holding, general: Profile | None) -> Column:
    """The outcome with the words that mean the customer left, where they are known."""
    roles = general.roles if general else {}
    kept = fold_text(column.name) in {fold_text(w) for w in roles.get("outcome_kept", ())}
    left = {same_words(w) for w in roles.get("stayed" if kept else "left", ())} or set(NO if kept else YES)
    levels = tuple(sorted(holding.levels))
    positive = tuple(v for v in levels if same_words(v) in left)
    kind: Kind = "flag" if column.kind == "flag" else "category"
    return replace(column, kind=kind, positive=positive, levels=levels if kind == "category" else ())


def _guess_levels(holding: Holding, kind: Kind) -> tuple[str, ...]:
    if kind != "category" or holding.many:
        return ()
    commonest = {same_words(v): v for v in real_levels({**holding.levels, **holding.missing})}
    for text, _ in sorted(holding.levels.items(), key=lambda item: (-item[1], item[0])):
        commonest.setdefault(same_words(text), text)
    return tuple(sorted(commonest.values()))


def _guess_roles(
    columns: Sequence[Column], held: Mapping[str, Holding], words: Mapping[str, Sequence[str]]
) -> dict[str, Role]:
    roles: dict[str, Role] = {}
    suits = {
        "key": lambda c: c.kind in ("text", "number", "category"),
        "outcome": lambda c: _two_words(held[c.name], c.kind),
        "value": lambda c: c.kind == "number",
        "date": lambda c: c.kind == "date",
    }
    for role, suit in suits.items():
        known = [*words.get(role, ()), *(words.get("outcome_kept", ()) if role == "outcome" else ())]
        order = {fold_text(w): i for i, w in reversed(list(enumerate(known)))}
        fitting = [c for c in columns if fold_text(c.name) in order and c.name not in roles and suit(c)]
        if fitting:
            roles[min(fitting, key=lambda c: order[fold_text(c.name)]).name] = role  # type: ignore[assignment]
    if "key" not in roles.values() and (key := _likely_key(columns, held)):
        roles[key] = "key"
    return roles


def _likely_key(columns: Sequence[Column], held: Mapping[str, Holding]) -> str | None:
    """Without a known heading: the first column if all its cells are different ids."""
    first = columns[0] if columns else None
    if first is None or first.kind not in ("text", "category") or held[first.name].rows < 3:
        return None
    h = held[first.name]
    different = not h.many and len(h.levels) == h.rows and all(any(c.isdigit() for c in v) for v in h.levels)
    return first.name if different or (fold_text(first.name).endswith("id") and first.kind == "text") else None


def _two_words(holding: Holding, kind: Kind) -> bool:
    return kind == "flag" or (kind == "category" and len({same_words(v) for v in holding.levels}) == 2)


def _is_flag(holding: Holding) -> bool:
    if holding.many or not holding.levels:
        return False
    words = {same_words(v) for v in holding.levels if same_words(v) not in WORDS_FOR_NOTHING}
    said = sum(n for v, n in holding.levels.items() if same_words(v) in _FLAG_WORDS)
    if not words & YES or (not words & NO and not words & (YES - {"1", "1.0", "x", "o", "s", "t", "j", "y"})):
        return False
    odd = {v: n for v, n in holding.levels.items() if same_words(v) not in _FLAG_WORDS | WORDS_FOR_NOTHING}
    # One odd word among many plain answers is a slip to report, not a third level; beside 0 and 1 it is a number.
    slips = len(odd) <= 2 and all(n <= max(1, holding.filled // 100) for n in odd.values())
    return not odd or (slips and said >= 0.9 * holding.filled and holding.filled >= 10 and not words & {"1", "0"})


def _is_code(name: str, holding: Holding, filled: int) -> bool:
    """Numbers that name something: leading zeros, more digits than a number holds, or a heading that says so."""
    if holding.long_digits >= 0.5 * filled or holding.exponents >= 0.2 * filled:
        return True
    if holding.leading_zeros >= max(0.03 * filled, 1) and holding.integers >= MOSTLY * filled:
        return True
    if holding.integers + holding.compact < filled:
        return False
    return _is_id_heading(name)


def _is_id_heading(name: str) -> bool:
    fold = fold_text(name)
    words = [fold_text(w) for w in _split(name)]
    counted = {"number", "no", "num", "nr"} & set(words[-1:]) and len(words) > 1 and words[0] in ("number",)
    return not counted and ((words[-1:] != [] and words[-1] in _ID_ENDINGS) or fold in _ID_ENDINGS)


def _split(name: str) -> list[str]:
    spaced = "".join(f" {c}" if c.isupper() and i and not name[i - 1].isupper() else c for i, c in enumerate(name))
    return [w for w in "".join(c if c.isalnum() else " " for c in spaced).split() if w]


def names_a_date(name: str) -> bool:
    """Whether a heading says that its column holds days or moments."""
    if names_a_leaving_day(name) or names_an_end(name):
        return True
    words = [w.lower() for w in _split(name)]
    known = (
        "date",
        "day",
        "datum",
        "tag",
        "fecha",
        "data",
        "jour",
        "dob",
        "since",
        "time",
        "timestamp",
        "month",
        "monat",
        "mois",
        "mes",
        "mese",
        "maand",
        "period",
    )
    return words[-1:] == ["at"] or any(w in known for w in words)


def _has_levels(holding: Holding, filled: int) -> bool:
    if holding.many:
        return False
    different = len(holding.levels)
    if different == filled > 5:
        return False
    return different <= 12 or different <= min(200, max(20, filled * 0.05))
