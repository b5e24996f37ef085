"""Small customer lists with a known truth, and a model learnt from one, for tests of learning and what follows."""

from functools import cache

import numpy as np
import pyarrow as pa

from churn.schema import Column, Schema
from churn.training.train import train

SCHEMA = Schema(
    (
        Column("id", "text", "key"),
        Column("age_band", "category", levels=("young", "old"), lever="protected", group="Person"),
        Column("auto", "flag", group="Payment", lever="actionable"),
        Column("backup", "category", levels=("No", "Yes", "No net"), group="Service", lever="actionable"),
        Column("plan", "category", levels=("month", "year"), ordered=True, direction=-1, group="Plan"),
        Column("spend", "number", "value", direction=1, group="Money", unit="money"),
        Column("tenure", "number", direction=-1, group="Tenure", unit="months"),
        Column("gone", "flag", "outcome", positive=("Yes",)),
    )
)


def small_table(rows=500, seed=0, strength=1.0):
    """Customers who leave for known reasons: short tenure, high spend, monthly plan."""
    random = np.random.default_rng(seed)
    tenure, spend = random.integers(0, 72, rows).astype(float), random.uniform(10, 110, rows).round(2)
    plan = random.choice(["month", "year"], rows, p=[0.6, 0.4])
    auto = random.random(rows) < 0.5
    backup = random.choice(["No", "Yes", "No net"], rows)
    odds = -0.5 + strength * (1.5 * (plan == "month") - 0.05 * tenure + 0.02 * (spend - 60) - 0.4 * (backup == "Yes"))
    gone = random.random(rows) < 1 / (1 + np.exp(-odds))
    return pa.table(
        {
            "id": [f"c{seed}-{i:06d}" for i in range(rows)],
            "age_band": random.choice(["young", "old"], rows),
            "auto": auto,
            "backup": backup,
            "plan": plan,
            "spend": pa.array(np.where(random.random(rows) < 0.03, np.nan, spend), from_pandas=True),
            "tenure": tenure,
            "gone": gone,
        }
    )


@cache
def small_training(**options):
    """A quick training on the small table, made once for all tests that ask the same."""
    return train(small_table(), SCHEMA, name="small", quick=True, **options)
