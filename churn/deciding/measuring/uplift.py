"""Uplift: whom a contact helps, whom it leaves cold, whom it drives away; learnt from a randomised experiment.

Customers are only ranked by uplift when the experiment shows that the ranking beats chance; otherwise the answer is
that there is no usable difference between customers. Sleeping dogs, who leave because they are contacted, are named
only where the experiment itself shows harm among them; they are never targets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from churn.deciding.measuring.differences import Difference, adjusted_difference
from churn.deciding.measuring.learners import Predicted, predicted_uplift
from churn.deciding.measuring.qini import Qini, Slice, qini_of, uplift_slices
from churn.errors import ListRefused, RequestRefused
from churn.notices import Notice

Z95 = 1.959963984540054
SURE_ARMS = 0.001


@dataclass(frozen=True)
class Uplift:
    """What an experiment teaches about whom to contact.

    effect      the average effect on the wanted outcome, with its 95 % interval
    uplift      per customer, in the order of the list, from models that never saw the customer
    targets     who should be contacted; nobody by uplift when the ranking does not beat chance
    sleeping    who is better left alone
    """

    effect: Difference
    qini: Qini
    check: float
    slices: tuple[Slice, ...]
    uplift: np.ndarray
    targets: np.ndarray
    sleeping: np.ndarray
    harm: Difference | None
    verdict: str
    notices: tuple[Notice, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether customers differ in a way that can be used."""
        return self.qini.beyond_chance

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        return {
            "effect": {"low": self.effect.low, "mid": self.effect.size, "high": self.effect.high},
            "qini": {"low": self.qini.low, "mid": self.qini.value, "high": self.qini.high},
            "check": self.check,
            "usable": self.usable,
            "verdict": self.verdict,
            "targets": int(self.targets.sum()),
            "sleeping": int(self.sleeping.sum()),
            "by": [dict(vars(s)) for s in self.slices],
            "notices": [n.as_json() for n in self.notices],
        }


def measured_uplift(
    matrix: np.ndarray, treated: np.ndarray, good: np.ndarray, *, seed: int = 0, repeats: int = 300
) -> Uplift:
    """What a randomised experiment teaches.

    matrix      one row per customer as numbers, NaN where missing; nothing that happened after the treatment
    good        1 where the wanted outcome happened (stayed, visited), 0 where not
    """
    treated, good = np.asarray(treated, bool), np.asarray(good, float)
    _checked(len(matrix), treated, good)
    predicted = predicted_uplift(matrix, treated, good, seed=seed)
    found = qini_of(good, predicted.x, treated, repeats=repeats, seed=seed)
    check = qini_of(good, predicted.s, treated, repeats=0).value
    effect = adjusted_difference(1.0 - good, treated)
    sleeping, harm = _sleeping(predicted, good, treated) if found.beyond_chance else (np.zeros(len(good), bool), None)
    targets = predicted.x > 0 if found.beyond_chance else np.full(len(good), effect.low > 0)
    return Uplift(
        effect=effect,
        qini=found,
        check=check,
        slices=uplift_slices(good, predicted.x, treated),
        uplift=predicted.x,
        targets=targets & ~sleeping,
        sleeping=sleeping,
        harm=harm,
        verdict=_verdict(found, effect, sleeping),
        notices=_notices(found, check, treated),
    )


def _checked(rows: int, treated: np.ndarray, good: np.ndarray) -> None:
    if not rows == len(treated) == len(good):
        raise RequestRefused("The columns of the experiment are not equally long.", "Give one row per customer.")
    if not np.isin(good, (0.0, 1.0)).all():
        raise ListRefused("Some customers have no outcome, or another than yes and no.", "Leave those rows out.")
    if not 0 < treated.sum() < rows:
        raise ListRefused(
            "Everybody in this experiment is in the same arm.", "It needs customers with and without the treatment."
        )


def _sleeping(predicted: Predicted, good: np.ndarray, treated: np.ndarray) -> tuple[np.ndarray, Difference | None]:
    """Those predicted to be harmed by more than the noise, if the experiment shows harm among them as a whole."""
    named = predicted.x < -Z95 * predicted.noise
    if min((named & treated).sum(), (named & ~treated).sum()) < 20:
        return np.zeros(len(good), bool), None
    harm = adjusted_difference(1.0 - good[named], treated[named])
    return (named, harm) if harm.high < 0 else (np.zeros(len(good), bool), None)


def _verdict(found: Qini, effect: Difference, sleeping: np.ndarray) -> str:
    average = f"on average {effect.size * 100:+.1f} points ({effect.low * 100:+.1f} to {effect.high * 100:+.1f})"
    if not found.beyond_chance:
        whom = "contact everybody or nobody" if effect.low > 0 else "nothing shows that contacting helps"
        return f"No usable difference between customers: {average}; {whom}."
    dogs = int(sleeping.sum())
    left = f" {dogs:,} customers are better left alone." if dogs else ""
    return f"Customers differ: {average}, and choosing by uplift beats chance.{left}"


def _notices(found: Qini, check: float, treated: np.ndarray) -> tuple[Notice, ...]:
    notices = []
    if found.beyond_chance and check <= 0:
        text = "The second learner does not confirm the ranking; treat it with caution."
        notices.append(Notice("warning", text))
    share = float(treated.mean())
    if not 0.02 <= share <= 0.98:
        notices.append(Notice("warning", f"Only {min(share, 1 - share):.1%} of the customers are in the smaller arm."))
    return tuple(notices)
