"""A measured campaign taken apart into what it teaches: per action and segment, who took the offer and who was kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from churn.deciding.measuring.differences import difference
from churn.deciding.measuring.learnt import Cell, LearntRate, SaveCell, learnt_save, learnt_take_up, with_learnt
from churn.deciding.measuring.outcomes import matched
from churn.money.playbook import Playbook

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 20


def lessons(
    campaign: pd.DataFrame, outcomes: pd.DataFrame, playbook: Playbook, *, key: str, outcome: str, segment: str = "tier"
) -> tuple[LearntRate, ...]:
    """Every rate this campaign says something about, beside its assumption.

    The save rate is learnt from the arms. Take-up is learnt from the treated who stayed, where the outcomes say who
    `accepted`; the saved are among them, so it comes out a little high, which is the cautious side.
    """
    table = matched(campaign, outcomes, key=key, outcome=outcome).table
    names = [n for n in dict.fromkeys(table["planned_action"]) if n in playbook.names]
    found: list[LearntRate] = []
    for name in names:
        rows, action = table[table["planned_action"] == name], playbook.action(name)
        parts = list(rows.groupby(segment, observed=True)) if segment in rows else [("", rows)]
        if saves := [s for value, part in parts if (s := _saves(name, str(value), part))]:
            found += learnt_save(saves, action.save)
        if takes := [t for value, part in parts if (t := _takes(name, str(value), part))]:
            found += learnt_take_up(takes, action.take_up)
    return tuple(found)


def taught(playbook: Playbook, rates: tuple[LearntRate, ...], *, segment: str = "tier") -> Playbook:
    """The playbook after a campaign's lessons."""
    return with_learnt(playbook, rates, column=segment)


def _saves(action: str, segment: str, rows: pd.DataFrame) -> SaveCell | None:
    """The share of would-be leavers kept: the drop against the share who leave when nothing is done."""
    treat = (rows["arm"] == "treat").to_numpy()
    if min(treat.sum(), (~treat).sum()) < FEWEST:
        return None
    score = rows["probability"].to_numpy(float) if "probability" in rows else None
    found = difference(rows["left"].to_numpy(float), treat, score)
    leave = float(rows.loc[~treat, "left"].mean())
    if found is None or leave <= 0:
        return None
    return SaveCell(action, segment, found.size / leave, max(found.error / leave, 1e-6), len(rows))


def _takes(action: str, segment: str, rows: pd.DataFrame) -> Cell | None:
    if "accepted" not in rows:
        return None
    asked = rows[(rows["arm"] == "treat") & (rows["left"] == 0) & rows["accepted"].notna()]
    return Cell(action, segment, len(asked), int(asked["accepted"].sum())) if len(asked) else None
