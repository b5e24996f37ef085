"""The action that pays most for each scored customer, before any budget: what a ranked list suggests."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from churn.money.gain import offers
from churn.money.playbook import Playbook
from churn.money.worth import stakes


def suggestions(playbook: Playbook, *, value: str | None) -> Callable[[pa.Table, pa.Table], pa.Table]:
    """A function from a checked list and its scores to the columns `action` and `expected_gain`.

    Customers for whom nothing pays get no action and an expected gain of 0. Fit for `scoring.ranking.Ranking`.
    """

    def suggested(list_: pa.Table, scores: pa.Table) -> pa.Table:
        bill = None if value is None else _numbers(list_[value])
        given = stakes(_numbers(scores["probability"]), bill, playbook, column=value or "")
        found = offers(given, playbook, _together(list_, scores))
        best = found.best
        names = np.array([*playbook.names, None], object)
        gain = np.where(best >= 0, found.gain[np.arange(len(best)), best], 0.0)
        return pa.table({"action": pa.array(names[best], pa.string()), "expected_gain": gain})

    return suggested


def _together(list_: pa.Table, scores: pa.Table) -> pa.Table:
    """The list's columns and the scores' side by side; of one name, the score counts."""
    columns = {name: list_[name] for name in list_.column_names}
    return pa.table(columns | {name: scores[name] for name in scores.column_names})


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(column.cast(pa.float64()).to_numpy(), float)
