"""A Profile: a ready-made business, read from the TOML files of one folder. A new business needs no Python."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from churn.errors import ChurnError, NotFound, RequestRefused
from churn.files import REPOSITORY, checked_name, home_folder
from churn.schema import Schema, schema_from

GENERAL = "general"  # the profile for a list that fits no other
FOLDER = Path("data") / "profiles"


@dataclass(frozen=True)
class Profile:
    """A ready-made business: what its columns mean, how reasons are said, what can be offered, how events add up.

    phrases, playbook, recipe and roles are handed on as they are written; who uses one gives it its meaning.
    roles (of the general profile) are the headings a key, outcome, value or date is commonly found under.
    """

    name: str
    title: str
    about: str = ""
    currency: str = ""
    schema: Schema = field(default_factory=Schema)
    phrases: Mapping[str, Any] = field(default_factory=dict)
    playbook: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)
    roles: Mapping[str, Any] = field(default_factory=dict)


def profile_names(home: Path | None = None) -> tuple[str, ...]:
    """The businesses known here: those shipped, and those added in the home."""
    folders = (p.parent for root in _roots(home) for p in root.glob("*/schema.toml"))
    return tuple(sorted({f.name for f in folders}))


def read_profile(name: str, home: Path | None = None) -> Profile:
    """The business of that name; each file of a home's own folder replaces the shipped one."""
    checked_name(name, "profile name")
    files = {part: _part_of(name, part, home) for part in ("schema", "phrases", "playbook", "recipe")}
    if files["schema"] is None:
        raise NotFound(f"There is no profile {name!r}.", f"Known: {', '.join(profile_names(home))}.")
    parts = {part: _toml(path) if path else {} for part, path in files.items()}
    head = parts["schema"]
    try:
        schema = schema_from({"name": column, **words} for column, words in head.get("columns", {}).items())
    except ChurnError as problem:
        raise RequestRefused(f"{files['schema']}: {problem.message}", problem.fix) from problem
    return Profile(
        name=name,
        title=head.get("title", name),
        about=head.get("about", ""),
        currency=head.get("currency", ""),
        schema=schema,
        phrases=parts["phrases"],
        playbook=parts["playbook"],
        recipe=parts["recipe"],
        roles=head.get("roles", {}),
    )


def _roots(home: Path | None) -> tuple[Path, ...]:
    """Where profiles are looked for, the home's own first."""
    return tuple(dict.fromkeys((home_folder(home) / FOLDER, REPOSITORY / FOLDER)))


def _part_of(name: str, part: str, home: Path | None) -> Path | None:
    found = (root / name / f"{part}.toml" for root in _roots(home))
    return next((p for p in found if p.is_file()), None)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return _parsed(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise RequestRefused(f"{path} is not valid TOML: {problem}.", "Correct the line it names.") from problem


@lru_cache(maxsize=256)
def _parsed(text: str) -> dict[str, Any]:
    """What a TOML text says, kept by its content so that an edit is never missed; nobody may change the answer."""
    return tomllib.loads(text)
