"""Who may not be offered what just now: contacted too recently, or for reasons the action does not answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from churn.errors import RequestRefused
from churn.money.playbook import Playbook
from churn.notices import Notice

if TYPE_CHECKING:
    import pandas as pd

DRIVER = "driver_"


@dataclass(frozen=True)
class History:
    """What the score book remembers about the customers.

    arms        of an earlier export of this campaign, `treat` or `holdout` by key; they stand
    contacts    earlier contacts: `key` and `date`; `as_of` is then the day of the campaign
    never       keys of customers who are better left alone: an experiment has named them sleeping dogs
    """

    arms: dict[str, str] | None = None
    contacts: pd.DataFrame | None = None
    as_of: Any = None
    never: frozenset[str] = frozenset()


def barred(
    scored: pd.DataFrame, playbook: Playbook, *, keys: np.ndarray, history: History
) -> tuple[np.ndarray | None, tuple[Notice, ...]]:
    """Customers × actions that may not be offered now, and what to say about it."""
    stopped = np.zeros((len(scored), len(playbook.actions)), bool)
    resting, unanswered = _resting(stopped, playbook, keys, history), _unanswered(stopped, scored, playbook)
    notices = (*resting, *unanswered, *_asleep(stopped, keys, history))
    return (stopped if stopped.any() else None), notices


def _resting(stopped: np.ndarray, playbook: Playbook, keys: np.ndarray, history: History) -> tuple[Notice, ...]:
    import pandas as pd

    contacts, as_of = history.contacts, history.as_of
    if contacts is None or contacts.empty:
        return ()
    if as_of is None:
        raise RequestRefused("Earlier contacts are known, but not the day of the campaign.", "Give the day as as_of.")
    last = contacts.assign(key=contacts["key"].astype(str)).groupby("key")["date"].max()
    days = (pd.Timestamp(as_of) - pd.to_datetime(last.reindex(keys))).dt.days.to_numpy(float)
    for a, action in enumerate(playbook.actions):
        stopped[:, a] |= np.nan_to_num(days, nan=np.inf) < action.rest_days
    many = int(stopped.any(axis=1).sum())
    if not many:
        return ()
    text = f"{many:,} customers were contacted recently and rest from some or all actions."
    return (Notice("info", text, None, many),)


def _unanswered(stopped: np.ndarray, scored: pd.DataFrame, playbook: Playbook) -> tuple[Notice, ...]:
    drivers = [c for c in scored.columns if str(c).startswith(DRIVER)]
    picky = [a for a, action in enumerate(playbook.actions) if action.only_answers]
    if not picky:
        return ()
    if not drivers:
        names = ", ".join(playbook.actions[a].words for a in picky)
        return (Notice("warning", f"The list has no drivers, so {names} may go to anyone its rule allows."),)
    for a in picky:
        answers = np.column_stack([scored[c].isin(playbook.actions[a].answers) for c in drivers]).any(axis=1)
        stopped[:, a] |= ~answers
    return ()


def _asleep(stopped: np.ndarray, keys: np.ndarray, history: History) -> tuple[Notice, ...]:
    if not history.never:
        return ()
    alone = np.fromiter((k in history.never for k in keys), bool, len(keys))
    stopped[alone] = True
    many = int(alone.sum())
    if not many:
        return ()
    text = f"{many:,} customers are left alone: an experiment has shown that contacting them makes them leave."
    return (Notice("info", text, None, many),)
