"""Shadow scoring at the counter: a challenger scores the same customers as the champion, and nobody acts on it yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from churn.desk.listing.choosing import ModelsOpen
from churn.errors import ChurnError, RequestRefused
from churn.learning.measures.reliability import wilson
from churn.learning.versions.model import Model
from churn.learning.versions.same_business import why_another_business
from churn.shelf.champions import champion
from churn.shelf.version_folders import versions
from churn.watching.shadow import Accord, accord_of, challenger_share, duel_of
from churn.watching.shapes import refuse_without_reference
from churn.watching.watch import Look, look_over

Again = tuple[pa.Table | Iterable[pa.Table], date | None]
FEWEST_TO_COMPARE = 200  # customers with known outcomes below which nobody is called right
NOBODY = "none"


@dataclass(frozen=True)
class Trial:
    """Which customers the challenger serves in a trial: a share of them, drawn by their key, under the trial's name."""

    share: float = 0.0
    name: str = "trial"


@dataclass(frozen=True)
class Shadow:
    """A challenger's scores of the sampled customers of a list, and how far it agrees with the champion.

    blind   the same scores without those of customers the challenger has learnt from: on them it cannot be wrong
    served  with a trial: True for the customers whom the challenger serves
    """

    challenger: Model
    probability: np.ndarray
    blind: np.ndarray
    accord: Accord
    trial: Trial
    served: np.ndarray | None = None

    def as_json(self) -> dict[str, Any]:
        """What the doors answer and the book keeps."""
        told: dict[str, Any] = {"challenger": f"{self.challenger.name}@{self.challenger.version}"}
        told["accord"] = self.accord.as_json()
        if self.served is not None:
            told["trial"] = {"name": self.trial.name, "share": self.trial.share, "served": int(self.served.sum())}
        return told


def challenger_of(home: Path, models: ModelsOpen, model: Model, asked: str | None) -> Model | None:
    """The version to score in the shadow: the one named, else the newest that was trained after the champion."""
    if asked == NOBODY:
        return None
    if asked:
        found = models.named(asked if "@" in asked else f"{model.name}@{asked}")
        if (found.name, found.version) == (model.name, model.version):
            raise RequestRefused(
                f"{asked} is the model that scores the list.", "Name another version of it, such as v2."
            )
        return found
    live = champion(home, model.name)
    later = [v for v in versions(home, model.name) if _number(v) > _number(model.version)]
    if live is None or live.version != model.version or not later:
        return None
    try:
        found = models.named(f"{model.name}@{later[-1]}")
        refuse_without_reference(found)
        if why_another_business(found.schema, model.schema):  # of before names were kept apart
            return None
    except ChurnError:  # a version that is damaged or was saved without its reference stops no list from being watched
        return None
    return found


def shadow_of(look: Look, challenger: Model, again: Callable[[], Again], trial: Trial) -> Shadow:
    """Let a challenger score the sampled customers: which they are depends only on their place in the list."""
    from churn.desk.watch.known_outcomes import keys_in

    blocks, day = again()
    theirs = look_over(challenger, blocks, as_of=day)
    accord = accord_of(look.model, challenger, look.probability, theirs.probability)
    blind = np.where(challenger.reference.has_learnt(theirs.scored), np.nan, theirs.probability)
    keys = keys_in(look)
    if not trial.share:
        return Shadow(challenger, theirs.probability, blind, accord, trial)
    if keys is None:
        raise RequestRefused("A trial needs a key: customers are drawn by it.", "Name the key column, or leave it out.")
    served = challenger_share(keys, trial.share, salt=trial.name)
    return Shadow(challenger, theirs.probability, blind, accord, trial, served)


def compared(rows: Sequence[Mapping[str, Any]], contacted: frozenset[str] = frozenset()) -> dict[str, Any]:
    """What the outcomes of customers say: which model was right (`duel`), and what a trial shows (`arms`).

    contacted  customers who were left out of the duel: what became of them is the campaign's doing too
    """
    alone = [row for row in rows if row["key"] not in contacted]
    return {name: words for name, words in (("duel", _duel(alone)), ("arms", _arms(rows))) if words}


def _duel(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    known = [r for r in rows if r["outcome"] is not None and r["challenger"] is not None]
    left = np.array([r["outcome"] for r in known], float)
    if len(known) < FEWEST_TO_COMPARE or not 0 < left.sum() < len(left):
        return {}
    p, q = (np.array([r[name] for r in known], float) for name in ("probability", "challenger"))
    return duel_of(left, p, q).as_json()


def _arms(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """How many left among the customers each model served, with intervals; empty without a trial or outcomes."""
    known = [r for r in rows if r["outcome"] is not None and r["served"] is not None]
    sides = {"champion": 0, "challenger": 1}
    parts = {side: [r["outcome"] for r in known if r["served"] == mark] for side, mark in sides.items()}
    if not all(parts.values()):
        return {}
    return {side: _share_left(outcomes) for side, outcomes in parts.items()} | {"why": _said(parts)}


def _share_left(outcomes: Sequence[int]) -> dict[str, float]:
    low, high = wilson(sum(outcomes), len(outcomes))
    return {"customers": len(outcomes), "left": sum(outcomes) / len(outcomes), "low": low, "high": high}


def _said(parts: Mapping[str, Sequence[int]]) -> str:
    """The difference of the two shares in a sentence; inconclusive where chance alone could make it."""
    one, two = parts["champion"], parts["challenger"]
    shares = [sum(x) / len(x) for x in (one, two)]
    half = 1.959964 * float(np.sqrt(sum(s * (1 - s) / len(x) for s, x in zip(shares, (one, two), strict=True))))
    gap = shares[0] - shares[1]
    if abs(gap) <= half:
        return "Inconclusive: chance alone could make this difference between the customers each model served."
    who = "challenger" if gap > 0 else "champion"
    points = f"{100 * abs(gap):.1f} points, give or take {100 * half:.1f}"
    return f"Fewer customers left among those the {who} served: {points}."


def _number(version: str) -> int:
    return int(version[1:]) if version[1:].isdigit() else 0
