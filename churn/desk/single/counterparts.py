"""Which model answers for single customers: looked up afresh every second, so that a promotion needs no restart.

While a counterpart is renewed the one before goes on answering, so that nobody waits for a new version to be opened,
and a disk or a book that does not answer stops nobody from scoring.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from churn.desk.business.businesses import playbook_for
from churn.desk.listing.choosing import ModelsOpen
from churn.desk.listing.lists import ranking_for
from churn.desk.single.customer_fields import FieldReader, refuse_odd_names
from churn.desk.single.singles import Counterpart
from churn.errors import ChurnError, Damaged, Unavailable
from churn.learning.versions.model import Model
from churn.money.playbook import Playbook

FRESH = 1.0  # seconds after which a promotion, or offers changed elsewhere, count here
IDLE = 5.0  # seconds after which nobody is answered by what was known before, unless nothing newer can be had
LAYOUTS = 64
AWAY = (Unavailable, Damaged)


@dataclass
class Counterparts:
    """The counterparts in use, by the model asked for or by the fields that were sent."""

    home: Path
    models: ModelsOpen
    kept: dict[Any, tuple[float, Counterpart]] = field(default_factory=dict)
    renewing: set[Any] = field(default_factory=set)

    def at_hand(self, fields: Sequence[str], model: str | None = None) -> Counterpart | None:
        """The one that can answer at once; where it may be out of date it is renewed meanwhile. None: look it up."""
        refuse_odd_names(fields)
        asked = model or tuple(fields)
        at, found = self.kept.get(asked, (0.0, None))
        age = time.monotonic() - at
        if found is None or age >= IDLE:
            return None
        if age >= FRESH and asked not in self.renewing:
            self.renewing.add(asked)
            threading.Thread(target=self._renew, args=(asked, fields, model), daemon=True).start()
        return found

    def answering(self, fields: Sequence[str], model: str | None = None) -> Counterpart:
        """The one asked for, else the live model whose columns these fields are."""
        refuse_odd_names(fields)
        asked = model or tuple(fields)
        at, found = self.kept.get(asked, (0.0, None))
        if found is not None and time.monotonic() - at < FRESH:
            return found
        try:
            return self._looked_up(asked, fields, model)
        except AWAY:
            if found is None:
                raise
            self.kept[asked] = (time.monotonic(), found)
            return found

    def _looked_up(self, asked: Any, fields: Sequence[str], model: str | None) -> Counterpart:
        if len(self.kept) >= LAYOUTS:
            self.kept.clear()
        chosen = self.models.named(model) if model else self.models.fitting_names(tuple(fields))
        made = self._known_or(counterpart_for(chosen, self.home))
        self.kept[asked] = (time.monotonic(), made)
        return made

    def _known_or(self, made: Counterpart) -> Counterpart:
        """The one in use that answers the same, if any: it knows already what many customers have alike."""
        return next((known for _, known in tuple(self.kept.values()) if known.answers_like(made)), made)

    def _renew(self, asked: Any, fields: Sequence[str], model: str | None) -> None:
        try:
            self.answering(fields, model)
        except ChurnError:
            self.kept.pop(asked, None)  # whoever asks next is told what is wrong
        finally:
            self.renewing.discard(asked)


def counterpart_for(model: Model, home: Path) -> Counterpart:
    """A model made ready to answer for single customers; where the book does not answer, without offers."""
    try:
        playbook = playbook_for(model, home)
    except Unavailable:
        playbook = Playbook(title=OFFERS_UNKNOWN)
    return Counterpart(model, ranking_for(model, home, playbook=playbook), playbook, FieldReader(model))


OFFERS_UNKNOWN = "The offers are not known while the score book does not answer."
