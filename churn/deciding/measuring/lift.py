"""Lift: what a campaign measurably changed, against its random holdout, with an interval and a plain verdict.

Whoever was in the draw counts in the arm that was drawn, whatever happened afterwards (intention to treat), so only
chance and the campaign can make the arms differ. Whoever was added to the treated afterwards does not count.
Lift is the share of customers kept: 0.04 means 4 of 100 fewer left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import erfc, sqrt
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from churn.deciding.measuring.differences import Difference, adjusted_difference, difference, tellable
from churn.deciding.measuring.outcomes import Matched, matched
from churn.notices import Notice

if TYPE_CHECKING:
    import pandas as pd

Conclusion = Literal["fewer left", "more left", "inconclusive", "no claim"]
ENDS = ("low", "mid", "high")
UNBALANCED = 0.001
FEWEST_SHOWN = 10


@dataclass(frozen=True)
class Part:
    """The lift within one action, tier or segment; None where an arm is too small to say."""

    by: str
    name: str
    treated: int
    held: int
    lift: float | None
    low: float | None
    high: float | None
    verdict: str

    def as_json(self) -> dict[str, Any]:
        """The same as a plain mapping."""
        return dict(vars(self))


@dataclass(frozen=True)
class Lift:
    """What a campaign changed: fewer leavers (a share) and money, each between what and what.

    saved       money kept less money spent, low, mid and high; None where no claim can be made
    arms        what became of each arm: customers with a known outcome, and the share of them who left
    kept        how many of the treated stayed because of the campaign, low, mid and high
    spent       what the treated were expected to cost
    adjusted    whether the score was used to tighten the interval
    """

    campaign: str
    conclusion: Conclusion
    lift: float | None
    low: float | None
    high: float | None
    verdict: str
    saved: Mapping[str, float] | None
    by: tuple[Part, ...] = ()
    treated: int = 0
    held: int = 0
    adjusted: bool = False
    notices: tuple[Notice, ...] = ()
    arms: Mapping[str, Mapping[str, float]] | None = None
    kept: Mapping[str, float] | None = None
    spent: float | None = None

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        return {
            "campaign": self.campaign,
            "lift": self.lift,
            "low": self.low,
            "high": self.high,
            "verdict": self.verdict,
            "saved": None if self.saved is None else dict(self.saved),
            "by": [p.as_json() for p in self.by],
            "notices": [n.as_json() for n in self.notices],
            "arms": None if self.arms is None else {arm: dict(found) for arm, found in self.arms.items()},
            "kept": None if self.kept is None else dict(self.kept),
            "spent": self.spent,
        }


def measured_lift(
    campaign: pd.DataFrame, outcomes: pd.DataFrame, *, name: str, key: str, outcome: str, segments: tuple[str, ...] = ()
) -> Lift:
    """What the campaign changed, by the outcomes that came back.

    campaign    the campaign's own table (see Campaign.table)
    segments    columns of the campaign to look into, beside the action and the tier
    """
    found = matched(campaign, outcomes, key=key, outcome=outcome)
    table = found.table
    treat = (table["arm"] == "treat").to_numpy()
    if why := _no_claim(found):
        return _claimless(name, found, why)
    whole = difference(table["left"].to_numpy(float), treat, _score(table))
    assert whole is not None
    parts = tuple(p for by in ("planned_action", "tier", *segments) if by in table for p in _parts(table, by))
    return Lift(
        campaign=name,
        conclusion=concluded(whole),
        lift=whole.size,
        low=whole.low,
        high=whole.high,
        verdict=_verdict(whole),
        saved=_saved(table, treat, whole),
        by=parts,
        treated=found.known["treat"],
        held=found.known["holdout"],
        adjusted=whole.adjusted,
        notices=(*found.notices, *_caution(parts)),
        arms=_arms(table, treat),
        kept={end: share * int(treat.sum()) for end, share in zip(ENDS, _ends(whole), strict=True)},
        spent=round(float(table.loc[treat, "cost"].sum()), 2) if "cost" in table else None,
    )


def _ends(found: Difference) -> tuple[float, float, float]:
    return found.low, found.size, found.high


def _arms(table: pd.DataFrame, treat: np.ndarray) -> dict[str, dict[str, float]]:
    """How many of each arm are known, and the share of them who left."""
    left = table["left"].to_numpy(float)
    of = {"treat": treat, "holdout": ~treat}
    return {arm: {"customers": int(rows.sum()), "left": float(left[rows].mean())} for arm, rows in of.items()}


def _claimless(name: str, found: Matched, why: str) -> Lift:
    """The answer that claims nothing, and says why."""
    return Lift(
        campaign=name,
        conclusion="no claim",
        lift=None,
        low=None,
        high=None,
        verdict=why,
        saved=None,
        treated=found.known["treat"],
        held=found.known["holdout"],
        notices=(*found.notices, Notice("warning", why)),
    )


def concluded(found: Difference) -> Conclusion:
    """What the interval allows to say."""
    if found.low > 0:
        return "fewer left"
    return "more left" if found.high < 0 else "inconclusive"


def sample_ratio_chance(planned: Mapping[str, int], known: Mapping[str, int]) -> float:
    """How likely such different shares of known outcomes in the two arms are by chance alone."""
    whole, seen = sum(planned.values()), sum(known.values())
    share = planned["holdout"] / whole if whole else 0.0
    if not seen or share in (0.0, 1.0) or seen == whole:
        return 1.0
    spread = sqrt(seen * share * (1 - share) * (whole - seen) / max(1, whole - 1))
    return erfc(abs(known["holdout"] - seen * share) / spread / sqrt(2)) if spread else 1.0


def _no_claim(found: Matched) -> str:
    if not found.planned["holdout"]:
        return "No claim: nobody was held out in this campaign, so there is nothing to compare with."
    if not found.planned["treat"]:
        return "No claim: nobody was treated in this campaign."
    if sample_ratio_chance(found.planned, found.known) < UNBALANCED:
        shares = [found.known[a] / found.planned[a] for a in ("treat", "holdout")]
        return (
            f"No claim: outcomes came back for {shares[0]:.0%} of the treated but {shares[1]:.0%} of the held out, "
            "which chance does not explain. Find out why before believing any difference."
        )
    return ""


def _score(table: pd.DataFrame) -> np.ndarray | None:
    if "probability" not in table or table["probability"].isna().any():
        return None
    return table["probability"].to_numpy(float)


def _verdict(found: Difference) -> str:
    low, size, high = (f"{abs(share) * 100:.1f}" for share in (found.low, found.size, found.high))
    if concluded(found) == "fewer left":
        return f"The campaign kept customers. Fewer left: {size} points ({low} to {high})."
    if concluded(found) == "more left":
        return f"The campaign did harm. More left: {size} points ({high} to {low})."
    return f"Inconclusive: no effect shown. It could be anything from {low} points more to {high} points fewer leavers."


def _saved(table: pd.DataFrame, treat: np.ndarray, whole: Difference) -> dict[str, float] | None:
    """Money kept by the treated less what was spent on them, by the same comparison in money.

    Where too few left to compare what they were worth, the share is taken times what a treated customer is worth.
    """
    if "worth" not in table:
        return None
    worth = table["worth"].to_numpy(float)
    left, score, each = table["left"].to_numpy(float), _score(table), 1.0
    if tellable(left, treat):
        found = adjusted_difference(left * worth, treat, None if score is None else score * worth)
    else:
        found, each = whole, float(worth[treat].mean())
    many, spent = int(treat.sum()), float(table.loc[treat, "cost"].sum()) if "cost" in table else 0.0
    return {at: v * each * many - spent for at, v in (("low", found.low), ("mid", found.size), ("high", found.high))}


def _parts(table: pd.DataFrame, by: str) -> list[Part]:
    said = "action" if by == "planned_action" else by
    return [_part(said, str(value), rows) for value, rows in table.groupby(by, sort=True, observed=True)]


def _part(by: str, name: str, rows: pd.DataFrame) -> Part:
    treat = (rows["arm"] == "treat").to_numpy()
    many = (int(treat.sum()), int((~treat).sum()))
    if min(many) < FEWEST_SHOWN:
        return Part(by, name, *many, None, None, None, "Too few customers in one arm to say.")
    found = difference(rows["left"].to_numpy(float), treat, _score(rows))
    assert found is not None
    return Part(by, name, *many, found.size, found.low, found.high, _verdict(found))


def _caution(parts: tuple[Part, ...]) -> tuple[Notice, ...]:
    shown = sum(p.lift is not None for p in parts)
    if shown < 2:
        return ()
    text = f"{shown} groups are looked at: about one in twenty differs by chance alone. Confirm before acting on one."
    return (Notice("info", text),)
