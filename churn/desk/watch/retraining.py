"""Retraining at the counter: drift, train, gate, promote, as one piece of work that a scheduler can start.

A new version goes live only through the gate, so a worse model never does; two retrains of a model cannot collide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from churn.desk.business.businesses import profile_of
from churn.desk.listing.lists import by_model, streamed_list
from churn.desk.modelling.models import TrainedVersion, trained_version
from churn.desk.watch.drifting import WatchedList, Watching, drift
from churn.errors import ListRefused
from churn.intake.text.opening import Source
from churn.learning.versions.model import Model
from churn.shelf.turns import alone_at
from churn.watching.advice import FAULTS

When = Literal["always", "advised"]
Progress = Callable[[float, str], None]
WATCHED_BY = 0.1  # share of the work that is done once the list has been watched
ROLES = ("key", "outcome", "value", "date")


@dataclass(frozen=True)
class Retrained:
    """What came of a retrain: what the list looked like, and the version learnt from it, if one was."""

    watched: WatchedList
    trained: TrainedVersion | None
    why: str

    @property
    def promoted(self) -> bool:
        """Whether the new version is live."""
        return self.trained is not None and self.trained.verdict.promoted

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        report = self.watched.report
        untrained: dict[str, Any] = {"model": report.model.partition("@")[0], "version": None, "notices": []}
        learnt = self.trained.as_json() if self.trained else untrained
        told = {"verdict": report.verdict, "advice": report.advice.as_json(), "trained": self.trained is not None}
        notices = [n.as_json() for n in report.notices] + learnt["notices"]
        return told | learnt | {"promoted": self.promoted, "why": self.why, "notices": notices}


def retrain(
    home: Path,
    model: Model,
    source: Source,
    said: Mapping[str, Any],
    *,
    when: When = "always",
    progress: Progress = lambda share, text: None,
    **asked: Any,
) -> Retrained:
    """Watch a list in which it is known who left, learn from it, and let the new version go live if it is better.

    when    `advised` trains only where the list advises it; a list whose data is faulty is never learnt from
    asked   more words of `train`: quick, seed, positive, drop
    """
    with alone_at(home, model.name, "retrain"):
        how = Watching(heard=lambda share, text: progress(WATCHED_BY * share, text))
        there = _columns_with_outcome(home, model, source, said)
        watched = drift(home, model, source, how, said)
        reason = _why_not(watched, when)
        if reason:
            return Retrained(watched, None, reason)
        trained = trained_version(
            home,
            source,
            said={**said, "profile": said.get("profile") or profile_of(model, home).name},
            name=model.name,
            progress=lambda share, text: progress(WATCHED_BY + (1 - WATCHED_BY) * share, text),
            **_as_before(home, model, there, asked),
        )
    return Retrained(watched, trained, trained.verdict.why)


def _columns_with_outcome(home: Path, model: Model, source: Source, said: Mapping[str, Any]) -> set[str]:
    """The columns of a list; one that does not say who left is refused before anything is written about it."""
    stream = streamed_list(home, source, by_model(model, said))
    outcome = model.schema.outcome
    there = {plan.column.name for plan in stream.survey.plans.values()}
    if outcome is None or outcome.name not in there:
        column = f"no column {outcome.name}" if outcome else "no column that does"
        raise ListRefused(
            f"This list does not say who left: it has {column}.",
            "Bring a list in which it is known, or only look at it: `drift`.",
        )
    return there


def _why_not(watched: WatchedList, when: When) -> str:
    """Why nothing is learnt from a list; empty where it is."""
    faulty = [a for a in watched.report.alarms if a.kind in FAULTS and a.column in _drivers(watched)]
    if faulty:
        return f"Nothing was learnt: {faulty[0].text} Correct the data, then retrain."
    if when == "advised" and watched.report.verdict != "retrain":
        return f"Nothing was learnt, because nothing advises it. {watched.report.advice.why}"
    return ""


def _drivers(watched: WatchedList) -> set[str]:
    return {c.name for c in watched.report.columns if c.matters}


def _as_before(home: Path, model: Model, there: set[str], asked: Mapping[str, Any]) -> dict[str, Any]:
    """The words the model was trained with, where its business does not say them; what was kept out stays out."""
    business, schema = profile_of(model, home).schema, model.schema
    named = {role: getattr(schema, role) for role in ROLES if getattr(schema, role) is not None}
    own = {role: c.name for role, c in named.items() if c.name != getattr(getattr(business, role), "name", None)}
    if "outcome" in own and schema.outcome:
        own["positive"] = list(schema.outcome.positive)
    usual = {c.name for c in business.features}
    own["drop"] = [c.name for c in schema.columns if c.role == "ignored" and c.name in usual & there]
    return own | {word: value for word, value in asked.items() if value is not None}
