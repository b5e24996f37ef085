"""Expected profit of acting on a list, beside what the customers learnt from would have brought, in money."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from churn.errors import RequestRefused
from churn.learning.encoded.encoding import Encoder
from churn.learning.versions.model import Model
from churn.money.customer_worth import stakes
from churn.money.gain import offers
from churn.money.playbook import Playbook
from churn.notices import Notice
from churn.watching.estimate import Likely
from churn.watching.score_drift import BINS, FEWEST_FOR_ALARM
from churn.watching.shapes import LEVELLED

Z95 = 1.959964
SURE = 2.58  # standard errors from which a fall counts as real: with two lists in a row, chance all but never does it
ALARMING_FALL = 0.05


@dataclass(frozen=True)
class Profit:
    """Expected gain per customer of giving each the best action of the playbook, before any budget.

    certain   chance does not explain the difference from the customers learnt from
    fell      it is lower than learnt by more than 5 %, on 1,000 customers or more, and chance does not explain it
    notices   what could not be reckoned
    """

    likely: Likely | None
    gains: np.ndarray | None = None
    fell: bool = False
    certain: bool = False
    notices: tuple[Notice, ...] = ()

    @property
    def change(self) -> float | None:
        """The change against the customers learnt from, as a share: −.07 is 7 % less."""
        if self.likely is None or not self.likely.learnt:
            return None
        return self.likely.value / self.likely.learnt - 1


def profit_of(model: Model, matrix: np.ndarray, p: np.ndarray, playbook: Playbook | None) -> Profit:
    """What acting on these encoded customers is expected to bring, and whether that is clearly less than it was."""
    if playbook is None or not playbook.actions:
        return Profit(None, notices=(Notice("info", "Without a playbook the estimate holds no money."),))
    try:
        gains, notices = best_gains(model, matrix, p, playbook)
        before, _ = best_gains(model, model.reference.rows, model.reference.row_scores, playbook)
    except RequestRefused as problem:
        return Profit(None, notices=(Notice("warning", f"Profit was not estimated: {problem.message}"),))
    now, now_error = float(gains.mean()), float(gains.std() / np.sqrt(len(gains)))
    then, then_error = learnt_mean(model, before)
    likely = Likely(now, now - Z95 * now_error, now + Z95 * now_error, then)
    certain = bool(abs(then - now) > SURE * np.hypot(now_error, then_error))
    fell = certain and len(gains) >= FEWEST_FOR_ALARM and now < (1 - ALARMING_FALL) * then
    return Profit(likely, gains, fell, certain, notices)


def best_gains(
    model: Model, matrix: np.ndarray, p: np.ndarray, playbook: Playbook
) -> tuple[np.ndarray, tuple[Notice, ...]]:
    """Per customer the expected gain of the best action; nothing where none pays."""
    columns = decoded_table(model.encoder, matrix)
    value = model.schema.value.name if model.schema.value else ""
    bill = matrix[:, model.encoder.names.index(value)] if value in model.encoder.names else None
    at_stake = stakes(p, bill, playbook, column=value)
    found = offers(at_stake, playbook, columns)
    return np.maximum(found.gain.max(axis=1, initial=0.0), 0.0), (*at_stake.notices, *found.notices)


def learnt_mean(model: Model, gains: np.ndarray) -> tuple[float, float]:
    """The mean gain of the customers learnt from and its standard error.

    The kept rows are weighted so that their scores are spread as those of all learnt customers are; most of what
    makes one sample of 2,000 luckier than another is gone then. What is left is how gains differ among customers of
    like scores, over the kept rows, and that those learnt from were themselves one draw of customers.
    """
    scores, kept = model.reference.scores, model.reference.row_scores
    cuts = np.unique(np.quantile(scores, np.linspace(0, 1, BINS + 1)[1:-1]))
    place, all_places = np.searchsorted(cuts, kept), np.searchsorted(cuts, scores)
    share = np.bincount(all_places, minlength=len(cuts) + 1) / len(scores)
    here = np.bincount(place, minlength=len(cuts) + 1)
    filled = here > 0
    mean = np.bincount(place, weights=gains, minlength=len(here))[filled] / here[filled]
    square = np.bincount(place, weights=gains**2, minlength=len(here))[filled] / here[filled]
    weight = share[filled] / share[filled].sum()
    within = np.sum(weight**2 * np.maximum(square - mean**2, 0) / here[filled])
    drawn = weight @ (mean - weight @ mean) ** 2 / model.reference.customers
    return float(weight @ mean), float(np.sqrt(within + drawn))


def decoded_table(encoder: Encoder, matrix: np.ndarray) -> pa.Table:
    """Encoded customers as a table again, for the rules of a playbook; dates are left out, unseen levels are blank."""
    columns = {}
    for i, field in enumerate(encoder.fields):
        numbers = matrix[:, i]
        if field.form in LEVELLED:
            columns[field.name] = _levels(field.levels, numbers)
        elif field.form == "flag":
            columns[field.name] = pa.array(numbers > 0, mask=np.isnan(numbers))
        elif field.form == "number":
            columns[field.name] = pa.array(numbers.astype(np.float64), from_pandas=True)
    return pa.table(columns)


def _levels(levels: tuple[str, ...], codes: np.ndarray) -> pa.Array:
    unknown = np.isnan(codes) | (codes >= len(levels))
    places = pa.array(np.where(unknown, 0, codes).astype(np.int32), mask=unknown)
    return pa.array(levels, pa.string()).take(places)
