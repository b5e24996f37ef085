"""Models at the counter: trained, judged against the champion, kept on the shelf, promoted and rolled back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from churn.desk.business.businesses import playbook_of
from churn.desk.listing.memory import read_under_contract
from churn.desk.modelling.searches import search_for
from churn.desk.modelling.tracking import ledger_at, tracked
from churn.errors import ChurnError, RequestRefused
from churn.files import checked_name
from churn.intake.enough import refuse_empty
from churn.intake.reading import Reading
from churn.intake.text.opening import Source
from churn.learning.training import Trained, train
from churn.learning.versions.gatekeeping import GateVerdict, gate
from churn.learning.versions.model import Model
from churn.notices import Notice
from churn.profiles import GENERAL, read_profile
from churn.shelf.champions import champion, load_live, promote
from churn.shelf.version_folders import save

Promotion = Literal["auto", "yes", "no"]
Progress = Callable[[float, str], None]
ROLES = ("key", "outcome", "value", "date")
HOW = ("positive", "drop", "drop_class", "suspects", "quick", "tune", "aim", "seed", "break_even", "threshold")


@dataclass(frozen=True)
class TrainedVersion:
    """A model on the shelf, and whether it went live and why."""

    model: Model
    trained: Trained
    verdict: GateVerdict

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        return {
            "model": self.model.name,
            "version": self.model.version,
            "promoted": self.verdict.promoted,
            "why": self.verdict.why,
            "leaderboard": list(self.trained.leaderboard),
            "report": self.trained.report.as_json(),
            "leaks": [leak.as_json() for leak in self.trained.leaks],
            "seconds": round(self.trained.seconds, 1),
            "notices": [n.as_json() for n in self.trained.notices],
        }


def trained_version(
    home: Path,
    source: Source,
    *,
    said: Mapping[str, Any],
    name: str | None = None,
    promotion: Promotion = "auto",
    track: str | None = None,
    progress: Progress = lambda share, text: None,
    **asked: Any,
) -> TrainedVersion:
    """Learn from a list with outcomes, save the version, and let it go live if it is better (or if told to)."""
    if name:
        checked_name(name, "model name")
    reading = _labelled(home, source, said, asked)
    name = name or _default_name(reading)
    profile = read_profile(reading.profile, home)
    roles: dict[str, Any] = {role: reading_name(reading, asked.get(role)) for role in ROLES}
    how = {word: asked[word] for word in HOW if asked.get(word) is not None}
    ledger = ledger_at(track, name) if track is not None else None
    how |= {"playbook": playbook_of(profile, home), "searches": partial(search_for, home)}
    trained = _with_sample(train(reading, name=name, progress=progress, **roles, **how), source)
    champion_now = _reigning(home, name)
    verdict = _judged(trained, champion_now, reading, promotion)
    compared = {**verdict.as_json(), "champion": champion_now.version if champion_now else None}
    lineage = {**trained.model.lineage, "profile": profile.name, "list": reading.fingerprint, "gate": compared}
    # What was noticed about the training list is told now and on the card; it says nothing of lists scored later.
    pages = _pages(trained, profile.currency)
    model = save(home, replace(trained.model, lineage=lineage, notices=()), pages=pages)
    if verdict.promoted:
        promote(home, model.name, model.version, why=verdict.why)
    told = tracked(ledger, model, pages, {"promoted": str(verdict.promoted).lower(), "why": verdict.why})
    return TrainedVersion(model, _with_notice(trained, told), verdict)


def _with_sample(trained: Trained, source: Source) -> Trained:
    """The card repeats that the list is a sample, where the list itself says so."""
    if not isinstance(source, Path) or source.suffix != ".parquet":
        return trained
    from churn.events.sampling import sample_said

    said = sample_said(source)
    lineage = {**trained.model.lineage, "sample": said} if said else trained.model.lineage
    return replace(trained, model=replace(trained.model, lineage=lineage))


def _with_notice(trained: Trained, told: Notice | None) -> Trained:
    return trained if told is None else replace(trained, notices=(*trained.notices, told))


def reading_name(reading: Reading, theirs: str | None) -> str | None:
    """The checked table's name for a heading a person named, which may be the file's own."""
    if theirs is None or theirs in reading.schema.by_name:
        return theirs
    found = next((m.ours for m in reading.matches if m.theirs == theirs), None)
    if found is None:
        raise RequestRefused(f"There is no column {theirs!r}.", f"The columns are: {', '.join(reading.schema.names)}.")
    return found


def _labelled(home: Path, source: Source, said: Mapping[str, Any], asked: Mapping[str, Any]) -> Reading:
    """The list read for learning; without a profile that fits, the columns named take their roles."""
    kept = {k: v for k, v in said.items() if v is not None}
    roles = {role: asked[role] for role in ROLES if asked.get(role)}
    kept |= {"roles": roles, "positive": tuple(asked.get("positive") or ())}
    reading = read_under_contract(home, source, kept)
    refuse_empty(column for column, rule in reading.broken if rule == "empty")
    return reading


def _default_name(reading: Reading) -> str:
    """The profile's name, else the file's stem made safe."""
    if reading.profile != GENERAL:
        return reading.profile
    stem = "".join(c if c.isalnum() and c.isascii() else "-" for c in Path(reading.source).stem.lower())
    return checked_name(stem.strip("-")[:60] or "model", "model name")


def _pages(trained: Trained, currency: str) -> dict[str, str]:
    """The model card and its plots, as pages that need nothing else."""
    from churn.showing.pages.model_card import card_pages
    from churn.showing.words.amounts import Amounts

    return card_pages(trained.model, Amounts(currency))


def _judged(trained: Trained, champion: Model | None, reading: Reading, promotion: Promotion) -> GateVerdict:
    """What the gate says of the new model beside the champion; a person who decided has the last word."""
    verdict = gate(trained.model, trained.unseen, champion, reading.table)
    if promotion == "no":
        return replace(verdict, promoted=False, why="Kept beside the champion, as asked.")
    if promotion == "yes":
        return replace(verdict, promoted=True, why="Promoted because a person asked for it.")
    return verdict


def _reigning(home: Path, name: str) -> Model | None:
    """The champion, where one is live and can be opened; a damaged one cannot defend its place."""
    if champion(home, name) is None:
        return None
    try:
        return load_live(home, name)
    except ChurnError:
        return None
