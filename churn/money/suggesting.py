"""The action that pays most for each scored customer, before any budget: what a ranked list suggests."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from churn.money.customer_worth import stakes
from churn.money.gain import offers
from churn.money.playbook import Playbook


def suggestions(playbook: Playbook, *, value: str | None) -> Callable[[pa.Table, pa.Table], pa.Table]:
    """A function from a checked list and its scores to the columns `action` and `expected_gain`.

    The action is in words a person reads; customers for whom nothing pays have neither. Fit for
    `scoring.ranking.Ranking`. A list without the value column is worth what the playbook says a bill is.
    """

    def suggested(list_: pa.Table, scores: pa.Table) -> pa.Table:
        bill = _numbers(list_[value]) if value in list_.column_names else None
        given = stakes(_numbers(scores["probability"]), bill, playbook, column=value or "")
        found = offers(given, playbook, _together(list_, scores))
        best = found.best
        words = np.array([*(a.words for a in found.actions), None], object)
        gain = found.gain[np.arange(len(best)), best] if found.actions else np.zeros(len(best))
        return pa.table({"action": pa.array(words[best], pa.string()), "expected_gain": pa.array(gain, mask=best < 0)})

    return suggested


def _together(list_: pa.Table, scores: pa.Table) -> pa.Table:
    """The list's columns and the scores' side by side; of one name, the score counts."""
    columns = {name: list_[name] for name in list_.column_names}
    return pa.table(columns | {name: scores[name] for name in scores.column_names})


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(column.cast(pa.float64()).to_numpy(), float)
