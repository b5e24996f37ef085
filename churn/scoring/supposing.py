"""What if: the same customer scored and explained before and after some fields change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from churn.learning.versions.model import Model
from churn.money.at_risk import Valuation
from churn.notices import Notice
from churn.scoring.changing import changed
from churn.scoring.explaining import Explanation, explanation
from churn.scoring.wording import Wording


@dataclass(frozen=True)
class Comparison:
    """A customer before and after; `changes` has the old and the new value of every changed column."""

    before: Explanation
    after: Explanation
    changes: Mapping[str, tuple[Any, Any]]
    notices: tuple[Notice, ...] = ()

    @property
    def points(self) -> float:
        """How many points of a hundred the probability moves."""
        return 100.0 * (self.after.probability - self.before.probability)

    @property
    def moved(self) -> dict[str, float]:
        """What each column adds to the log-odds after, less what it added before."""
        return {name: self.after.contributions[name] - c for name, c in self.before.contributions.items()}


def whatif(
    model: Model,
    wording: Wording,
    customer: Mapping[str, Any],
    changes: Mapping[str, Any],
    *,
    as_of: date | None = None,
    valuation: Valuation | None = None,
) -> Comparison:
    """Score a customer as they are and as they would be; any column the model reads may be changed."""
    then = changed(model, customer, changes)
    before, after = (explanation(model, wording, c, as_of=as_of, valuation=valuation) for c in (customer, then))
    return Comparison(
        before,
        after,
        {name: (customer.get(name), then[name]) for name in changes},
        (
            Notice("info", wording.sentence("association")),
            *_out_of_reach(model, changes),
            *(n for n in after.notices if n not in before.notices),
        ),
    )


def _out_of_reach(model: Model, changes: Mapping[str, Any]) -> list[Notice]:
    """A warning for every column that no offer can change."""
    levers = {f.name: f.lever for f in model.encoder.fields}
    return [
        Notice("warning", f"No offer can change {name}: this shows how the model weighs it, nothing more.", name)
        for name in changes
        if levers[name] != "actionable"
    ]
