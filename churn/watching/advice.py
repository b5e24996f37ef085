"""Advice: keep the model, watch it, or train it again, with the reason in money.

*Retrain* takes a sign of real harm on two lists in a row, so that one odd list never costs a training. Signs are: the
expected profit fell by more than 5 %, the scores lie PSI .2 from the learnt ones, or, where outcomes are known, the
model ranks worse than it did, its probabilities are off, or acting on them brings 5 % less than they promised.
*Watch* is for one sign, for a column that drives the risk and moved, and for faulty data, on which no model should be
trained. Anything else is *keep*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from churn.notices import listed
from churn.schema import Column, Schema
from churn.scoring.wording import Wording
from churn.watching.changes import percent
from churn.watching.drift import FEWEST, ColumnDrift, drivers_moved
from churn.watching.estimate import Likely
from churn.watching.expected_profit import Profit
from churn.watching.quality import Alarm
from churn.watching.realised import Performance
from churn.watching.score_drift import ScoreDrift

Verdict = Literal["keep", "watch", "retrain"]
IN_A_ROW = 2
OF_THE_LIST = {
    "keys": "it has hardly a customer in common with the last list",
    "volume": "it is far longer or shorter than the last list",
}
FAULTS = ("schema", "blank", "unit", "constant")
PER = 1000  # customers money is reckoned for
SAID = {
    "expected_profit": "the expected profit fell by more than 5%",
    "scores": "the scores are spread very differently",
    "auc": "the model ranks leavers worse than it did",
    "more": "far more customers left than it said",
    "fewer": "far fewer customers left than it said",
    "calibration": "its probabilities are too sure or not sure enough",
    "profit": "acting on its scores brings over 5% less than they promise",
}


@dataclass(frozen=True)
class Evidence:
    """All that advice is given on."""

    customers: int
    columns: tuple[ColumnDrift, ...]
    alarms: tuple[Alarm, ...]
    score: ScoreDrift
    profit: Profit
    performance: Performance | None = None

    @property
    def signs(self) -> tuple[str, ...]:
        """The signs of real harm this list shows; what rests on faulty data is no sign, whatever it looks like."""
        found = ("expected_profit",) * self.profit.fell + ("scores",) * self.score.alarming
        sound = found if self.customers >= FEWEST and not self.is_faulty else ()
        return (*sound, *(self.performance.signs if self.performance else ()))

    @property
    def said(self) -> tuple[str, ...]:
        """The same signs, each as part of a sentence."""
        return tuple(SAID[self._way_off() if sign == "rate" else sign] for sign in self.signs)

    def _way_off(self) -> str:
        rate = self.performance.churn_rate if self.performance else None
        return "more" if rate is None or rate.value > (rate.learnt or 0) else "fewer"

    @property
    def is_faulty(self) -> bool:
        """Whether a column that drives the risk is broken, blank, constant or in another unit."""
        drivers = {c.name for c in self.columns if c.matters}
        return any(a.kind in FAULTS and a.column in drivers for a in self.alarms)


@dataclass(frozen=True)
class Advice:
    """What to do with the model.

    why     sentences, the weightiest first
    signs   the signs of harm on this list; hand them to the next list's `earlier`
    row     on how many lists in a row there were signs, this one included
    judged  False when the list is too short for any verdict on drift
    """

    verdict: Verdict
    why: str
    signs: tuple[str, ...] = ()
    row: int = 0
    judged: bool = True

    def as_json(self) -> dict[str, Any]:
        """The advice as a plain mapping."""
        return {
            "do": self.verdict,
            "why": self.why,
            "signs": list(self.signs),
            "lists_in_a_row": self.row,
            "judged": self.judged,
        }


def advice_from(words: Mapping[str, Any]) -> Advice:
    """The advice that `as_json` wrote."""
    signs = tuple(words["signs"])
    return Advice(words["do"], words["why"], signs, words.get("lists_in_a_row", 0), words.get("judged", True))


def advice_for(evidence: Evidence, *, earlier: Sequence[Sequence[str]] = (), currency: str = "") -> Advice:
    """Keep, watch or retrain.

    earlier  the signs of the lists before this one that the same model version scored, the latest last
    """
    signs = evidence.signs
    row = _row((*earlier, signs))
    judged = evidence.customers >= FEWEST
    if row >= IN_A_ROW:
        why = f"Retrain: {listed(evidence.said)}, on {row} lists in a row. {in_money(evidence, currency)}"
        return Advice("retrain", why.strip(), signs, row, judged)
    reasons = _reasons(evidence)
    if reasons:
        why = f"Watch the next list: {'; '.join(reasons)}. {in_money(evidence, currency)}"
        return Advice("watch", why.strip(), signs, row, judged)
    if not judged:
        many = f"{evidence.customers:,} customer" + ("s are" if evidence.customers != 1 else " is")
        why = f"Keep the model for now: {many} too few to judge drift; at least {FEWEST} are needed."
        return Advice("keep", why, signs, row, False)
    return Advice("keep", f"Keep the model. {in_money(evidence, currency)}".strip(), signs, row)


def in_money(evidence: Evidence, currency: str = "") -> str:
    """What the list is expected to bring, or brought, per 1,000 customers, beside what it should."""
    performance = evidence.performance
    if performance is not None and performance.profit is not None and "profit" in performance.signs:
        return _said(performance.profit, "Acting on the scores brought", "the scores promised", currency)
    if evidence.profit.likely is None or evidence.customers < FEWEST or evidence.is_faulty:
        return ""
    said = _said(evidence.profit.likely, "Acting on this list is expected to bring", "when it learnt it was", currency)
    return (
        said if evidence.profit.certain else f"{said[:-1]}, which is uncertain itself: chance explains the difference."
    )


def _said(likely: Likely, opening: str, beside: str, currency: str) -> str:
    def amount(value: float) -> str:
        return Wording(Schema((Column("profit", unit="money"),)), currency=currency).shown("profit", round(PER * value))

    learnt = likely.learnt or 0.0
    change = f" ({_by(likely.value / learnt - 1)})" if learnt > 0 else ""
    return (
        f"{opening} {amount(likely.value)} per {PER:,} customers ({amount(likely.low)} to {amount(likely.high)}); "
        f"{beside} {amount(learnt)}{change}."
    )


def _by(change: float) -> str:
    return f"{percent(abs(change))} {'more' if change > 0 else 'less'}"


def _reasons(evidence: Evidence) -> list[str]:
    """Why the next list deserves a look, each as part of a sentence."""
    found = list(evidence.said)
    if evidence.score.moved and "scores" not in evidence.signs:
        found.append("the scores are spread differently")
    moved = drivers_moved(evidence.columns)
    if moved:
        found.append(f"{_counted(len(moved), 'column')} that drive{'s' * (len(moved) == 1)} the risk moved")
    return [*found, *_faults(evidence)]


def _faults(evidence: Evidence) -> list[str]:
    """What is wrong with the data itself, and what is odd about the list as a whole."""
    found = [OF_THE_LIST[a.kind] for a in evidence.alarms if a.kind in OF_THE_LIST]
    broken = len(evidence.alarms) - len(found)
    if broken:
        then = ": correct the data before training on it" if evidence.is_faulty else ""
        found.insert(0, f"the data has {_counted(broken, 'fault')}{then}")
    return found


def _row(signs: Sequence[Sequence[str]]) -> int:
    """On how many lists in a row, up to the last, there were signs."""
    row = 0
    for one in reversed(signs):
        if not one:
            break
        row += 1
    return row


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'s' * (count != 1)}"
