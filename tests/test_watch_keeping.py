"""What the database keeps of a list: plain numbers per customer, one row per key."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa

from churn.monitoring.performance import FollowedList
from churn.schema import Column, Schema
from churn.workspace.monitoring import rows_to_keep


def test_each_key_has_one_row_of_plain_numbers_and_the_last_one_counts():
    p = np.array([0.1, 0.2, 0.3])
    look = SimpleNamespace(
        model=SimpleNamespace(schema=Schema((Column("id", "text", "key"),))),
        probability=p,
        sketch=SimpleNamespace(carried=pa.table({"id": ["ann", None, "ann"]})),
    )
    followed = FollowedList("list", p, np.zeros(3), np.array([5.0, 6.0, 7.0]), np.array([-1.0, -2.0, -3.0]))
    row = {"key": "ann", "probability": 0.3, "challenger": None, "if_leaves": 7.0, "if_stays": -3.0}
    found = rows_to_keep(look, followed, np.array([1.0, np.nan, np.nan]), None)
    assert found == [{**row, "served": None, "outcome": None}]
