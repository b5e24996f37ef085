"""The champion: which version of a model is live, since when and why, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from churn.errors import ChurnError, Damaged, NotFound, RequestRefused
from churn.files import NAME, checked_name, read_json, write_json
from churn.learning.versions.model import Model
from churn.notices import Notice
from churn.shelf.turns import alone_at
from churn.shelf.version_folders import FOLDER, damage, load, names, version_of, versions

POINTER = "champion.json"


@dataclass(frozen=True)
class Reign:
    """One entry of a name's history: which version went live, when, why, and by which act.

    number  counts the entries of the name, so that two writers never make the same one
    """

    number: int
    version: str
    since: str
    why: str
    act: str


def champion(home: Path, name: str) -> Reign | None:
    """Which version of a name is live; None when none was ever promoted."""
    past = history(home, name)
    return past[-1] if past else None


def history(home: Path, name: str) -> tuple[Reign, ...]:
    """Every promotion and roll-back of a name, the oldest first."""
    try:
        return tuple(Reign(**entry) for entry in read_json(_pointer(home, name))["history"])
    except NotFound:
        return ()
    except (KeyError, TypeError) as problem:
        raise Damaged(f"{POINTER} of {name} is not complete.", "Promote a version again.") from problem


def promote(home: Path, name: str, version: str, *, why: str, act: str = "promoted") -> Reign:
    """Make a version live, once all its files are as they were written; the history keeps the reason."""
    if not why.strip():
        raise RequestRefused("A promotion needs a reason.", "Say in a few words why this version goes live.")
    with alone_at(home, name, "promotion", wait=True):
        wrong = damage(home, name, version)
        if wrong:
            raise Damaged(f"{name} {version} cannot go live: {wrong[0]}", "Promote another version, or train again.")
        past = _readable_history(home, name)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        reign = Reign(len(past) + 1, version, now, why.strip(), act)
        write_json(_pointer(home, name), {"live": version, "history": [asdict(r) for r in (*past, reign)]})
        return reign


def rollback(home: Path, name: str, *, to: str | None = None, why: str = "rolled back") -> Reign:
    """Go back to the version that was live before, or to the one named."""
    past = history(home, name)
    if not past:
        raise NotFound(f"No version of {name} is live.", "Promote one first.")
    live = past[-1].version
    earlier = [r.version for r in past if r.version != live and _is_whole(home, name, r.version)]
    target = to or (_before(past, live, earlier) if earlier else None)
    if target is None:
        raise NotFound(f"There is no earlier version of {name} to go back to.", f"{live} stays live.")
    version_of(home, name, target)
    return promote(home, name, target, why=why, act="rolled back")


def load_live(home: Path, name: str) -> Model:
    """The live model of a name; where its files were changed, the last good one, with a notice that says so."""
    live = champion(home, name)
    if live is None:
        known = ", ".join(versions(home, name))
        if not known:
            others = ", ".join(names(home)) or "none yet"
            raise NotFound(f"There is no model {name}.", f"There are: {others}.")
        raise NotFound(f"No version of {name} is live.", f"Promote one of: {known}.")
    try:
        return load(home, name, live.version)
    except ChurnError as problem:
        return _last_good(home, name, live.version, problem)


def live_models(home: Path) -> dict[str, str]:
    """Every name that has a live version, with that version."""
    return {name: reign.version for name in names(home) if (reign := _champion_or_none(home, name))}


def standing_words(home: Path, name: str) -> Mapping[str, Any] | None:
    """What the manifest of the live version of a name says, else of its newest; None where there is no version.

    Empty where the manifest cannot be read.
    """
    try:
        known = versions(home, name)
    except RequestRefused:  # no name a model could have
        return None
    if not known:
        return None
    live = _champion_or_none(home, name)
    try:
        return version_of(home, name, live.version if live else known[-1]).words
    except ChurnError:
        return {}


def business_profile(home: Path, name: str) -> str | None:
    """The ready-made business a model was learnt for; None where there is no model of that name."""
    words = standing_words(home, name)
    return None if words is None else str(words.get("lineage", {}).get("profile", ""))


def title_of(home: Path, name: str) -> str:
    """What a person called a model, in their own words; its name where they gave none."""
    words = standing_words(home, name) or {}
    return str(words.get("lineage", {}).get("title") or name)


def called(home: Path, words: str) -> str:
    """The name of the model that a person called so; the words themselves where none is."""
    if NAME.fullmatch(words):
        return words
    return next((name for name in names(home) if title_of(home, name) == " ".join(words.split())), words)


def card(home: Path, name: str) -> dict[str, Any]:
    """What the shelf knows of a name: versions, which one is live, and the history."""
    live = champion(home, name)
    return {
        "name": name,
        "title": title_of(home, name),
        "live": live.version if live else None,
        "versions": list(versions(home, name)),
        "history": [asdict(r) for r in history(home, name)],
    }


def _before(past: tuple[Reign, ...], live: str, whole: list[str]) -> str:
    """The version that was live before the live one first took over, going further back with every roll-back."""
    first = next(r.number for r in past if r.version == live)
    older = [r.version for r in past if r.number < first and r.version in whole]
    return older[-1] if older else whole[-1]


def _last_good(home: Path, name: str, live: str, problem: ChurnError) -> Model:
    for reign in reversed(history(home, name)):
        if reign.version == live or not _is_whole(home, name, reign.version):
            continue
        model = load(home, name, reign.version)
        text = f"{live} of {name} could not be opened; {reign.version} answers in its place: {problem.message}"
        return replace(model, notices=(Notice("warning", text), *model.notices))
    raise problem


def _is_whole(home: Path, name: str, version: str) -> bool:
    try:
        return not damage(home, name, version)
    except NotFound:
        return False


def _champion_or_none(home: Path, name: str) -> Reign | None:
    try:
        return champion(home, name)
    except Damaged:
        return None


def _readable_history(home: Path, name: str) -> tuple[Reign, ...]:
    """The history, or nothing when its file is damaged: a promotion is the way out of that."""
    try:
        return history(home, name)
    except Damaged:
        return ()


def _pointer(home: Path, name: str) -> Path:
    return home / FOLDER / checked_name(name, "model name") / POINTER
