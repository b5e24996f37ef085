"""Outcomes that come back, matched with the campaign they are about; a list that cannot be that is refused.

Whose outcome is missing, who is on the list twice, and who was contacted although held out is counted and said,
because each of them can bend a measured effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from churn.errors import ListRefused
from churn.intake.values.marks import NO, YES, is_missing, same_words
from churn.intake.values.outcome_words import outcome_words
from churn.notices import Notice

if TYPE_CHECKING:
    import pandas as pd

MISSING_WARNED = 0.05
CONTAMINATED_WARNED = 0.01
FAR_OFF = 2.0  # times fewer, or more, of the held out left than their scores say
SURE = 4.0  # … by so many standard errors


@dataclass(frozen=True)
class Matched:
    """The campaign's customers whose outcome is known, with it: `left`, and `contacted`, `accepted` where stated."""

    table: pd.DataFrame
    planned: dict[str, int]
    known: dict[str, int]
    notices: tuple[Notice, ...] = ()


def matched(campaign: pd.DataFrame, outcomes: pd.DataFrame, *, key: str, outcome: str) -> Matched:
    """The outcomes of a campaign's customers.

    campaign    the campaign's table: the key, `arm`, `planned_action`, `tier`, `probability`, `worth`, `cost`
    outcomes    one row per customer: the key, whether they left (yes or no), and, where known, `contacted`, `accepted`
    """
    given, notices = _once_each(outcomes, key, outcome)
    table = campaign.assign(**{key: campaign[key].astype(str)}).merge(given, on=key, how="left", suffixes=("", "_list"))
    unknown = len(given) - int(given[key].isin(table[key]).sum())
    _checked_campaign(len(given), unknown, key)
    compared = _compared(table)
    added = len(table) - int(compared.sum())
    table, campaign = table[compared], campaign[_compared(campaign)]
    known = table[table["left"].notna()].assign(left=lambda t: t["left"].astype(float))
    counts = {arm: int((known["arm"] == arm).sum()) for arm in ("treat", "holdout")}
    planned = {arm: int((campaign["arm"] == arm).sum()) for arm in ("treat", "holdout")}
    _checked_arms(planned, counts)
    told = (*_unknown(unknown, len(given)), *_added(added), *_missing(planned, counts))
    found = (*told, *_contaminated(known), *_doubtful(known))
    return Matched(known.reset_index(drop=True), planned, counts, (*notices, *found))


def _compared(campaign: pd.DataFrame) -> np.ndarray:
    """Who could have been held out; of older campaigns this is not known, and everybody counts."""
    if "in_draw" not in campaign:
        return np.ones(len(campaign), bool)
    return campaign["in_draw"].fillna(1).astype(bool).to_numpy()


def _added(many: int) -> tuple[Notice, ...]:
    who = "1 customer was" if many == 1 else f"{many:,} customers were"
    part = "is not" if many == 1 else "are not"
    text = f"{who} added after the draw and {part} part of the comparison."
    return (Notice("set_aside", text, None, many),) if many else ()


def _once_each(outcomes: pd.DataFrame, key: str, outcome: str) -> tuple[pd.DataFrame, tuple[Notice, ...]]:
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
            f"{len(wrong):,} customers have two different outcomes: {names}.", "Keep the right one of each."
        )
    single = given.drop_duplicates(key)
    many = len(given) - len(single)
    text = f"{many:,} rows repeated a customer with the same outcome; one of each counts."
    note = Notice("repaired", text, key, many)
    return single, (note,) if many else ()


def yes_or_no(values: pd.Series, name: str) -> np.ndarray:
    """1 for yes, 0 for no, NaN for an empty cell; any other word is refused by name."""
    return _told(values, (YES, NO), f"{name} holds {{word!r}}, which is neither yes nor no.")


def left_or_stayed(values: pd.Series, name: str) -> np.ndarray:
    """1 for a yes or a word for having left, 0 for a no or a word for having stayed, NaN for an empty cell."""
    left, stayed = outcome_words()
    return _told(values, (YES | left, NO | stayed), f"{name} holds {{word!r}}, which says neither left nor stayed.")


def _told(values: pd.Series, sides: tuple[frozenset[str], frozenset[str]], wrong: str) -> np.ndarray:
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
    text = f"{unknown:,} customers on the list are not in this campaign and do not count."
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
    text = f"{lost:,} customers have no outcome yet: {said}."
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
