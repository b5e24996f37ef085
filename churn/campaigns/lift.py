"""The difference between two random arms with its 95 % interval, tightened by what was known before the campaign.

With enough customers the outcome is regressed on the arm and on the score, the score counted separately in each arm
(Lin 2013), with standard errors that do not assume equal spread (HC2): chance differences of risk between the arms drop
out. With few customers, or an arm in which everybody or nobody left, Newcombe's interval for two shares is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import erf, erfc, inf, sqrt
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from churn.errors import ListRefused
from churn.intake.values import NO, YES, is_missing, outcome_words, same_words
from churn.notices import Notice, do
from churn.notices import many as counted
from churn.training.calibration import wilson_interval

if TYPE_CHECKING:
    import pandas as pd

LiftJson = Mapping[str, Any]  # a Lift, or a part of one, as it is kept and answered

Z95 = 1.959963984540054
FEWEST = 20
FEWEST_EVENTS = 5


@dataclass(frozen=True)
class Difference:
    """How much lower the treated arm came out than the held-out arm, and between what."""

    size: float
    low: float
    high: float
    adjusted: bool
    error: float


def measure_difference(left: np.ndarray, treat: np.ndarray, score: np.ndarray | None = None) -> Difference | None:
    """The share who leave among the held out less that among the treated; None where an arm is empty."""
    treat = np.asarray(treat, bool)
    many = (int(treat.sum()), int((~treat).sum()))
    if min(many) == 0:
        return None
    if is_tellable(left, treat):
        return measure_adjusted_difference(left, treat, score)
    return _newcombe(left[~treat].sum(), many[1], left[treat].sum(), many[0])


def is_tellable(left: np.ndarray, treat: np.ndarray) -> bool:
    """Whether enough left, and enough stayed, in both arms for their spread to be told from themselves."""
    arms = [left[treat], left[~treat]]
    return all(len(a) >= FEWEST and min(a.sum(), (1 - a).sum()) >= FEWEST_EVENTS for a in arms)


def measure_adjusted_difference(outcome: np.ndarray, treat: np.ndarray, score: np.ndarray | None = None) -> Difference:
    """The difference of means of any outcome (share or money), adjusted for a score known before."""
    treat = np.asarray(treat, bool)
    centred = None if score is None else np.asarray(score, float) - np.mean(score)
    if centred is not None and min(np.ptp(centred[treat]), np.ptp(centred[~treat])) <= 0:
        centred = None
    arms = [_at_centre(outcome[t], None if centred is None else centred[t]) for t in (~treat, treat)]
    size = arms[0].mean - arms[1].mean
    variance = arms[0].variance + arms[1].variance
    if centred is not None:
        variance += _centre_variance(outcome, treat, centred)
    error = float(np.sqrt(variance))
    reach = _widen(arms) * error
    return Difference(float(size), float(size - reach), float(size + reach), centred is not None, error)


@dataclass(frozen=True)
class _Arm:
    """The mean outcome of an arm at the average score of both, its variance, and the degrees of freedom behind that."""

    mean: float
    variance: float
    freedom: int


def _widen(arms: list[_Arm]) -> float:
    """How many standard errors hold 95 %: Student's t with Welch's degrees of freedom, for the smaller arm's sake."""
    from scipy.special import stdtrit

    parts = [a.variance**2 / max(1, a.freedom) for a in arms]
    whole = sum(a.variance for a in arms) ** 2
    return float(stdtrit(whole / sum(parts), 0.975)) if sum(parts) > 0 else Z95


def _at_centre(outcome: np.ndarray, score: np.ndarray | None) -> _Arm:
    n = len(outcome)
    design = np.ones((n, 1)) if score is None else np.column_stack([np.ones(n), score])
    inverse = np.linalg.pinv(design.T @ design)
    beta = inverse @ design.T @ outcome
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    weight = ((outcome - design @ beta) ** 2 / np.maximum(1.0 - leverage, 1e-9))[:, None]
    variance = float((inverse @ (design.T @ (design * weight)) @ inverse)[0, 0])
    return _Arm(float(beta[0]), variance, n - design.shape[1])


def _centre_variance(outcome: np.ndarray, treat: np.ndarray, centred: np.ndarray) -> float:
    """What the average score's own chance adds when the score counts differently in the two arms."""
    slopes = [np.cov(centred[t], outcome[t])[0, 1] / np.var(centred[t], ddof=1) for t in (treat, ~treat)]
    return float((slopes[0] - slopes[1]) ** 2 * np.var(centred, ddof=1) / len(centred))


def _newcombe(left_a: float, a: int, left_b: float, b: int) -> Difference:
    """Newcombe's hybrid score interval of a difference of two shares."""
    share_a, share_b = left_a / a, left_b / b
    (low_a, high_a), (low_b, high_b) = wilson_interval(left_a, a), wilson_interval(left_b, b)
    size = share_a - share_b
    low = size - np.sqrt((share_a - low_a) ** 2 + (high_b - share_b) ** 2)
    high = size + np.sqrt((high_a - share_a) ** 2 + (share_b - low_b) ** 2)
    return Difference(float(size), float(low), float(high), False, float(high - low) / (2 * Z95))


# What a campaign with a holdout can learn: the smallest effect it would show, and the chance to see the expected
# one.
#
# A campaign too small to tell its effect from chance still earns its money, but proves nothing; that is said
# before the list leaves. Both use the two-sided 5 % test and, for the smallest effect, 80 % power.


Z_ALPHA = 1.959963984540054
Z_POWER = 0.8416212335729143
FEWEST_IN_AN_ARM = 20
SURE_ENOUGH = 0.8  # a lower chance to see the expected effect is a warning
MOST_HELD = 0.5


@dataclass(frozen=True)
class Detectable:
    """What the planned arms can show.

    smallest    the smallest drop of the share who leave that is seen 4 times of 5 (None: none at all)
    expected    the drop the playbook expects
    chance      the chance of seeing that expected drop
    needed      customers, both arms together, for an 80 % chance (None: never, nothing is expected)
    hold_out    the share of the same customers to hold out for an 80 % chance (None: no share does)
    """

    smallest: float | None
    expected: float
    chance: float
    needed: int | None
    words: str
    hold_out: float | None = None

    @property
    def weak(self) -> bool:
        """Whether the expected effect will probably not show, or not surely enough."""
        return self.smallest is None or self.chance < SURE_ENOUGH

    def as_json(self) -> dict[str, Any]:
        """The same as a plain mapping."""
        return dict(vars(self))


def plan_detection(treated: int, held: int, *, leave: float, effect: float) -> Detectable:
    """What arms of this size can show where so many leave untreated and the playbook expects this drop."""
    smallest = smallest_effect(treated, held, leave)
    seen = chance_to_see(treated, held, leave, effect)
    needed = customers_needed(leave, effect, held / max(1, treated + held))
    enough = holdout_needed(treated + held, leave, effect) if seen < SURE_ENOUGH else None
    words = _words(treated, held, smallest, (effect, seen, needed, enough))
    return Detectable(smallest, effect, seen, needed, words, enough)


def smallest_effect(treated: int, held: int, leave: float) -> float | None:
    """The smallest drop from `leave` that 80 % of such campaigns would show; None where no drop is large enough."""
    if treated < 2 or held < 2 or leave <= 0:
        return None
    low, high = 0.0, leave
    if (Z_ALPHA + Z_POWER) * _error(treated, held, leave, leave) > leave:
        return None
    for _ in range(60):
        middle = (low + high) / 2
        small = middle < (Z_ALPHA + Z_POWER) * _error(treated, held, leave, middle)
        low, high = (middle, high) if small else (low, middle)
    return high


def chance_to_see(treated: int, held: int, leave: float, effect: float) -> float:
    """The chance that a drop of this size comes out as different from chance."""
    if treated < 2 or held < 2:
        return 0.0
    error = _error(treated, held, leave, effect)
    if error == 0:
        return float(effect != 0)
    return _below(abs(effect) / error - Z_ALPHA) + _below(-abs(effect) / error - Z_ALPHA)


def customers_needed(leave: float, effect: float, share: float) -> int | None:
    """Customers in both arms together for an 80 % chance of seeing the effect, with this share held out."""
    if effect == 0 or not 0 < share < 1:
        return None
    after = min(1.0, max(0.0, leave - effect))
    spread = after * (1 - after) / (1 - share) + leave * (1 - leave) / share
    return int((Z_ALPHA + Z_POWER) ** 2 * spread / effect**2 + 1)


def holdout_needed(customers: int, leave: float, effect: float) -> float | None:
    """The smallest share of these customers, in whole percent, that shows the effect with an 80 % chance."""
    for percent in range(1, round(100 * MOST_HELD) + 1):
        held = round(customers * percent / 100)
        if held >= FEWEST_IN_AN_ARM and chance_to_see(customers - held, held, leave, effect) >= SURE_ENOUGH:
            return percent / 100
    return None


def _error(treated: int, held: int, leave: float, effect: float) -> float:
    after = min(1.0, max(0.0, leave - effect))
    return sqrt(after * (1 - after) / treated + leave * (1 - leave) / held)


def _below(z: float) -> float:
    return 0.0 if z == -inf else 0.5 * (1.0 + erf(z / sqrt(2.0)))


def _words(
    treated: int, held: int, smallest: float | None, expected: tuple[float, float, int | None, float | None]
) -> str:
    effect, chance, needed, enough = expected
    if treated + held == 0:
        return "Nobody is treated, so there is nothing to measure."
    if held == 0:
        return "Nobody is held out, so this campaign cannot be measured."
    arms = f"{treated:,} treated and {held:,} held out"
    if smallest is None or held < FEWEST_IN_AN_ARM:
        small = f"With {arms} this campaign is too small to learn anything from."
        return f"{small} Hold out {enough:.0%} instead: that shows what the playbook expects." if enough else small
    sees = f"With {arms}, a drop of {smallest * 100:.1f} points or more would show; "
    sees += f"the playbook expects {effect * 100:.1f}, which shows with a chance of {_chance(chance)}."
    if chance >= SURE_ENOUGH:
        return sees
    if enough:
        return f"{sees} Too few to rely on: hold out {enough:.0%} of them for a chance of {SURE_ENOUGH:.0%}."
    return f"{sees} Too few to rely on: about {needed:,} customers would be needed." if needed else sees


def _chance(chance: float) -> str:
    """A chance in percent; nothing is certain, and nothing impossible."""
    if chance > 0.99:
        return "over 99%"
    return "under 1%" if chance < 0.01 else f"{chance:.0%}"


# Outcomes that come back, matched with the campaign they are about; a list that cannot be that is refused.
#
# Whose outcome is missing, who is on the list twice, and who was contacted although held out is counted and said,
# because each of them can bend a measured effect.


MISSING_WARNED = 0.05
CONTAMINATED_WARNED = 0.01
FAR_OFF = 2.0  # times fewer, or more, of the held out left than their scores say
SURE = 4.0  # … by so many standard errors


@dataclass(frozen=True)
class MatchedOutcomes:
    """The campaign's customers whose outcome is known, with it: `left`, and `contacted`, `accepted` where stated."""

    table: pd.DataFrame
    planned: dict[str, int]
    known: dict[str, int]
    notices: tuple[Notice, ...] = ()


def match_outcomes(campaign: pd.DataFrame, outcomes: pd.DataFrame, *, key: str, outcome: str) -> MatchedOutcomes:
    """The outcomes of a campaign's customers.

    campaign    the campaign's table: the key, `arm`, `planned_action`, `tier`, `probability`, `worth`, `cost`
    outcomes    one row per customer: the key, whether they left (yes or no), and, where known, `contacted`, `accepted`
    """
    given, notices = _one_row_each(outcomes, key, outcome)
    table = campaign.assign(**{key: campaign[key].astype(str)}).merge(given, on=key, how="left", suffixes=("", "_list"))
    unknown = len(given) - int(given[key].isin(table[key]).sum())
    _checked_campaign(len(given), unknown, key)
    compared = _compared_rows(table)
    added = len(table) - int(compared.sum())
    table, campaign = table[compared], campaign[_compared_rows(campaign)]
    known = table[table["left"].notna()].assign(left=lambda t: t["left"].astype(float))
    counts = {arm: int((known["arm"] == arm).sum()) for arm in ("treat", "holdout")}
    planned = {arm: int((campaign["arm"] == arm).sum()) for arm in ("treat", "holdout")}
    _checked_arms(planned, counts)
    told = (*_unknown(unknown, len(given)), *_added_notice(added), *_missing(planned, counts))
    found = (*told, *_contaminated(known), *_doubtful(known))
    return MatchedOutcomes(known.reset_index(drop=True), planned, counts, (*notices, *found))


def _compared_rows(campaign: pd.DataFrame) -> np.ndarray:
    """Who could have been held out; of older campaigns this is not known, and everybody counts."""
    if "in_draw" not in campaign:
        return np.ones(len(campaign), bool)
    return campaign["in_draw"].fillna(1).astype(bool).to_numpy()


def _added_notice(many: int) -> tuple[Notice, ...]:
    who = "1 customer was" if many == 1 else f"{many:,} customers were"
    part = "is not" if many == 1 else "are not"
    text = f"{who} added after the draw and {part} part of the comparison."
    return (Notice("set_aside", text, None, many),) if many else ()


def _one_row_each(outcomes: pd.DataFrame, key: str, outcome: str) -> tuple[pd.DataFrame, tuple[Notice, ...]]:
    for column in (key, outcome):
        if column not in outcomes:
            raise ListRefused(f"The outcomes have no column {column!r}.", f"They have: {', '.join(outcomes.columns)}.")
    given = outcomes[outcomes[key].notna()]
    given = given.assign(**{key: given[key].astype(str).str.strip()}).rename(columns={outcome: "left"})
    given["left"] = left_or_stayed(given["left"], outcome)
    kept = [c for c in ("contacted", "accepted") if c in given]
    for column in kept:
        given[column] = yes_or_no(given[column], column)
    given = given[[key, "left", *kept]]
    twice = given[given.duplicated(key, keep=False)]
    at_odds = twice.groupby(key)["left"].nunique(dropna=False)
    wrong = at_odds[at_odds > 1].index
    if len(wrong):
        names = ", ".join(map(str, wrong[:5]))
        raise ListRefused(
            f"{counted(len(wrong), 'customer')} {do(len(wrong), 'has', 'have')} two different outcomes: {names}.",
            "Keep the right one of each.",
        )
    single = given.drop_duplicates(key)
    many = len(given) - len(single)
    text = f"{counted(many, 'row')} repeated a customer with the same outcome; one of each counts."
    note = Notice("repaired", text, key, many)
    return single, (note,) if many else ()


def yes_or_no(values: pd.Series, name: str) -> np.ndarray:
    """1 for yes, 0 for no, NaN for an empty cell; any other word is refused by name."""
    return _read_sides(values, (YES, NO), f"{name} holds {{word!r}}, which is neither yes nor no.")


def left_or_stayed(values: pd.Series, name: str) -> np.ndarray:
    """1 for a yes or a word for having left, 0 for a no or a word for having stayed, NaN for an empty cell."""
    left, stayed = outcome_words()
    return _read_sides(
        values, (YES | left, NO | stayed), f"{name} holds {{word!r}}, which says neither left nor stayed."
    )


def _read_sides(values: pd.Series, sides: tuple[frozenset[str], frozenset[str]], wrong: str) -> np.ndarray:
    import pandas as pd

    codes, words = pd.factorize(values.astype("string"))
    told = np.full(len(words) + 1, np.nan)  # the last for empty cells
    for place, word in enumerate(map(same_words, words)):
        if word in sides[0] or word in sides[1]:
            told[place] = float(word in sides[0])
        elif word and not is_missing(word, words=False):
            raise ListRefused(wrong.format(word=word), "Name the word that means left.")
    return told[codes]


def _checked_campaign(rows: int, unknown: int, key: str) -> None:
    if rows == 0:
        raise ListRefused("The list has no outcome.", "Add one row per customer with the key and whether they left.")
    if unknown == rows:
        raise ListRefused(
            "None of these customers are in this campaign.", f"Check the campaign and the column {key!r}."
        )


def _checked_arms(planned: dict[str, int], known: dict[str, int]) -> None:
    names = {"treat": "treated", "holdout": "held out"}
    if any(planned.values()) and not any(known.values()):
        raise ListRefused("Nobody's outcome is known: every cell is empty.", "Come back when it shows who has left.")
    for arm, other in (("treat", "holdout"), ("holdout", "treat")):
        if planned[arm] and not known[arm]:
            raise ListRefused(
                f"The list has outcomes of the {names[other]} customers only, so there is nothing to compare with.",
                f"Add the outcomes of the {planned[arm]:,} {names[arm]} customers of this campaign.",
            )


def _unknown(unknown: int, rows: int) -> tuple[Notice, ...]:
    who, does = f"{counted(unknown, 'customer')} on the list", do(unknown, "is not", "are not")
    text = f"{who} {does} in this campaign and {do(unknown, 'does', 'do')} not count."
    if unknown * 2 > rows:
        return (Notice("warning", f"{text} That is most of the list: is it the right campaign?", None, unknown),)
    return (Notice("set_aside", text, None, unknown),) if unknown else ()


def _missing(planned: dict[str, int], known: dict[str, int]) -> tuple[Notice, ...]:
    lost = sum(planned.values()) - sum(known.values())
    if not lost:
        return ()
    shares = {a: 1.0 - known[a] / planned[a] for a in planned if planned[a]}
    said = ", ".join(f"{share:.0%} of the {'treated' if a == 'treat' else 'held out'}" for a, share in shares.items())
    serious = max(shares.values()) > MISSING_WARNED
    text = f"{counted(lost, 'customer')} {do(lost, 'has', 'have')} no outcome yet: {said}."
    more = " If those differ from the others, so does the true effect." if serious else ""
    return (Notice("warning" if serious else "info", text + more, None, lost),)


def _contaminated(known: pd.DataFrame) -> tuple[Notice, ...]:
    if "contacted" not in known:
        return ()
    held, treat = known[known["arm"] == "holdout"], known[known["arm"] == "treat"]
    wrong, never = int((held["contacted"] == 1).sum()), int((treat["contacted"] == 0).sum())
    notices = []
    if wrong:
        serious = wrong > CONTAMINATED_WARNED * len(held)
        text = f"{wrong:,} of {len(held):,} held-out customers were contacted all the same; the effect looks too small."
        notices.append(Notice("warning" if serious else "info", text, None, wrong))
    if never:
        text = f"{never:,} of {len(treat):,} treated customers were never contacted; they still count as treated."
        notices.append(Notice("info", text, None, never))
    return tuple(notices)


def _doubtful(known: pd.DataFrame) -> tuple[Notice, ...]:
    """A warning where the held out, whom nobody contacted, left far less or far more often than their scores say."""
    held = known[known["arm"] == "holdout"]
    if "probability" not in held or held["probability"].isna().any() or held.empty:
        return ()
    p = held["probability"].to_numpy(float)
    expected, left = float(p.sum()), float(held["left"].sum())
    if abs(left - expected) <= SURE * float(np.sqrt((p * (1 - p)).sum())):
        return ()
    said = f"{left / len(held):.0%} of the held out left; their scores say {expected / len(held):.0%}."
    if left * FAR_OFF < expected:
        return (Notice("warning", f"{said} If the time is not up yet, measure again when it is.", None, int(left)),)
    if left > expected * FAR_OFF:
        return (Notice("warning", f"{said} Make sure that the word taken for having left is right.", None, int(left)),)
    return ()


# Lift: what a campaign measurably changed, against its random holdout, with an interval and a plain verdict.
#
# Whoever was in the draw counts in the arm that was drawn, whatever happened afterwards (intention to treat), so
# only chance and the campaign can make the arms differ. Whoever was added to the treated afterwards does not
# count. Lift is the share of customers kept: 0.04 means 4 of 100 fewer left.


Conclusion = Literal["fewer left", "more left", "inconclusive", "no claim"]
ENDS = ("low", "mid", "high")
UNBALANCED = 0.001
FEWEST_SHOWN = 10


@dataclass(frozen=True)
class LiftPart:
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
    by: tuple[LiftPart, ...] = ()
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


def measure_lift(
    campaign: pd.DataFrame, outcomes: pd.DataFrame, *, name: str, key: str, outcome: str, segments: tuple[str, ...] = ()
) -> Lift:
    """What the campaign changed, by the outcomes that came back.

    campaign    the campaign's own table (see Campaign.table)
    segments    columns of the campaign to look into, beside the action and the tier
    """
    found = match_outcomes(campaign, outcomes, key=key, outcome=outcome)
    table = found.table
    treat = (table["arm"] == "treat").to_numpy()
    if why := _no_claim(found):
        return _lift_without_claim(name, found, why)
    whole = measure_difference(table["left"].to_numpy(float), treat, _score(table))
    assert whole is not None
    parts = tuple(p for by in ("planned_action", "tier", *segments) if by in table for p in _parts(table, by))
    return Lift(
        campaign=name,
        conclusion=conclude(whole),
        lift=whole.size,
        low=whole.low,
        high=whole.high,
        verdict=_verdict(whole),
        saved=_money_saved(table, treat, whole),
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


def _lift_without_claim(name: str, found: MatchedOutcomes, why: str) -> Lift:
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


def conclude(found: Difference) -> Conclusion:
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


def _no_claim(found: MatchedOutcomes) -> str:
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
    if conclude(found) == "fewer left":
        return f"The campaign kept customers. Fewer left: {size} points ({low} to {high})."
    if conclude(found) == "more left":
        return f"The campaign did harm. More left: {size} points ({high} to {low})."
    return f"Inconclusive: no effect shown. It could be anything from {low} points more to {high} points fewer leavers."


def _money_saved(table: pd.DataFrame, treat: np.ndarray, whole: Difference) -> dict[str, float] | None:
    """Money kept by the treated less what was spent on them, by the same comparison in money.

    Where too few left to compare what they were worth, the share is taken times what a treated customer is worth.
    """
    if "worth" not in table:
        return None
    worth = table["worth"].to_numpy(float)
    left, score, each = table["left"].to_numpy(float), _score(table), 1.0
    if is_tellable(left, treat):
        found = measure_adjusted_difference(left * worth, treat, None if score is None else score * worth)
    else:
        found, each = whole, float(worth[treat].mean())
    many, spent = int(treat.sum()), float(table.loc[treat, "cost"].sum()) if "cost" in table else 0.0
    return {at: v * each * many - spent for at, v in (("low", found.low), ("mid", found.size), ("high", found.high))}


def _parts(table: pd.DataFrame, by: str) -> list[LiftPart]:
    said = "action" if by == "planned_action" else by
    return [_part(said, str(value), rows) for value, rows in table.groupby(by, sort=True, observed=True)]


def _part(by: str, name: str, rows: pd.DataFrame) -> LiftPart:
    treat = (rows["arm"] == "treat").to_numpy()
    many = (int(treat.sum()), int((~treat).sum()))
    if min(many) < FEWEST_SHOWN:
        return LiftPart(by, name, *many, None, None, None, "Too few customers in one arm to say.")
    found = measure_difference(rows["left"].to_numpy(float), treat, _score(rows))
    assert found is not None
    return LiftPart(by, name, *many, found.size, found.low, found.high, _verdict(found))


def _caution(parts: tuple[LiftPart, ...]) -> tuple[Notice, ...]:
    shown = sum(p.lift is not None for p in parts)
    if shown < 2:
        return ()
    text = f"{shown} groups are looked at: about one in twenty differs by chance alone. Confirm before acting on one."
    return (Notice("info", text),)
