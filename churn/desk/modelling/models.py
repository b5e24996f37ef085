"""Models at the counter: trained, judged against the champion, kept on the shelf, promoted and rolled back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Literal

from churn.desk.business.playbooks import playbook_in_force
from churn.desk.listing.memory import read_under_contract
from churn.desk.modelling.searches import search_for
from churn.desk.modelling.tracking import ledger_at, tracked
from churn.errors import ChurnError, RequestRefused
from churn.files import LONGEST_NAME, name_from
from churn.intake.enough import refuse_empty
from churn.intake.reading import Reading
from churn.intake.text.opening import Source
from churn.learning.prepared.outcome import outcome_column
from churn.learning.training import Trained, train
from churn.learning.versions.gatekeeping import GateVerdict, gate
from churn.learning.versions.model import Model
from churn.learning.versions.same_business import why_another_business
from churn.money.playbook import Playbook
from churn.notices import Notice
from churn.profiles import GENERAL, Profile, read_profile
from churn.schema import Schema, schema_from
from churn.shelf.champions import champion, load_live, promote, standing_words, title_of
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
    title = " ".join((name or "").split())
    reading = _labelled(home, source, said, asked)
    profile = read_profile(reading.profile, home)
    roles: dict[str, Any] = {role: reading_name(reading, asked.get(role)) for role in ROLES}
    settled = _settled_roles(reading, roles)
    if title:
        name = name_from(title)
        _refuse_another_business(home, name, settled)
    else:
        name, title = _default_name(home, reading, settled)
    how = {word: asked[word] for word in HOW if asked.get(word) is not None}
    ledger = ledger_at(track, name) if track is not None else None
    offers = playbook_for_training(home, name, profile)
    how |= {"playbook": offers, "searches": partial(search_for, home)}
    trained = _with_sample(train(reading, name=name, progress=progress, **roles, **how), source)
    _refuse_another_business(home, name, trained.model.schema)
    champion_now = _reigning(home, name)
    verdict = _judged(trained, champion_now, reading, promotion)
    compared = {**verdict.as_json(), "champion": champion_now.version if champion_now else None}
    title = title if title != name else title_of(home, name)
    named = {"title": title} if title != name else {}
    lineage = {**trained.model.lineage, **named, "profile": profile.name, "list": reading.fingerprint, "gate": compared}
    # What was noticed about the training list is told now and on the card; it says nothing of lists scored later.
    if not profile.currency and (marked := marked_currency(reading, trained.model)):
        lineage["currency"] = marked
    pages = _pages(trained, profile.currency or lineage.get("currency", ""))
    model = save(home, replace(trained.model, lineage=lineage, notices=()), pages=pages)
    if verdict.promoted:
        promote(home, model.name, model.version, why=verdict.why)
    told = tracked(ledger, model, pages, {"promoted": str(verdict.promoted).lower(), "why": verdict.why})
    return TrainedVersion(model, _with_notice(trained, told), verdict)


def marked_currency(reading: Reading, model: Model) -> str:
    """The currency marked in the value column, else the only one marked anywhere in the list; "" for none."""
    value, marks = model.schema.value, set(reading.currencies.values())
    own = reading.currencies.get(value.name, "") if value else ""
    return own or (marks.pop() if len(marks) == 1 else "")


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


def playbook_for_training(home: Path, name: str, profile: Profile) -> Playbook:
    """The offers in force for the business that is learnt about."""
    return playbook_in_force(home, name, profile=profile.name).playbook


def _default_name(home: Path, reading: Reading, settled: Schema) -> tuple[str, str]:
    """The profile's name, else the file's, with its title; a number behind it where that is another business's."""
    if reading.profile != GENERAL:
        name, title = reading.profile, reading.profile
    else:
        stem = Path(reading.source).stem.strip()
        name = name_from(re.sub(r"[_.]+", "-", stem.lower()))
        title = name if stem.isascii() else stem
    for number in count(1):
        behind = "" if number == 1 else f"-{number}"
        tried = f"{name[: LONGEST_NAME - len(behind)]}{behind}"
        if not _another_business(home, tried, settled):
            break
    return tried, tried if title == name else f"{title}{behind.replace('-', ' ')}"


def _settled_roles(reading: Reading, roles: Mapping[str, Any]) -> Schema:
    """The list's columns with the outcome and the key that will be learnt with."""
    schema = reading.schema
    settled = {"outcome": outcome_column(reading.table, schema, roles.get("outcome")), "key": roles.get("key")}
    for role in ("outcome", "key"):
        named = settled[role]
        if named is None:
            continue
        before = getattr(schema, role)
        if before is not None and before.name != named:
            schema = schema.having(before.name, role="ignored")
        schema = schema.having(named, role=role)
    return schema


def _another_business(home: Path, name: str, new: Schema) -> str:
    """Why the model of that name, if there is one, is of another business than these columns; "" where it is not."""
    words = standing_words(home, name)
    return why_another_business(new, schema_from(words["schema"])) if words else ""


def _refuse_another_business(home: Path, name: str, new: Schema) -> None:
    """Refuse to learn a version that could not score the customers of the model it would stand beside."""
    if why := _another_business(home, name, new):
        raise RequestRefused(
            f"{title_of(home, name)} is the model of another business: {why}.",
            "Give this model another name, or none.",
        )


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
