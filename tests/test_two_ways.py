"""Two ways: the same customers prepared in two ways, compared on rows that neither model had seen."""

import numpy as np
import pyarrow as pa
import pytest

from churn.errors import ListRefused
from churn.schema import Column, Schema
from churn.training.train import TwoWays, compared_ways

SCHEMA = Schema(
    (
        Column("who", kind="text", role="key"),
        Column("as_of", kind="date", role="date"),
        Column("left", kind="category", role="outcome", levels=("stayed", "left"), positive=("left",)),
        Column("days"),
        Column("other"),
    )
)


def table(noise, people=240, seed=3):
    """People in the table twice each; `days` tells who leaves, the better the less noise there is."""
    random = np.random.default_rng(seed)
    who = np.repeat(np.arange(people), 2)
    truth = random.normal(size=2 * people)
    left = truth + random.normal(size=2 * people) > 0
    seen = truth + noise * random.normal(size=2 * people)
    days = pa.array([100, 130] * people, pa.date32())
    columns = {"who": [f"c{w}" for w in who], "as_of": days, "left": np.where(left, "left", "stayed"), "days": seen}
    return pa.table(columns | {"other": random.normal(size=2 * people)})


def test_a_way_that_sees_more_is_better_beyond_chance():
    found = compared_ways(table(4), table(0), SCHEMA)
    assert (found.customers, found.rows, found.verdict) == (240, 480, "better")
    assert 0 < found.low <= found.difference <= found.high


def test_the_same_table_twice_makes_no_difference():
    found = compared_ways(table(1), table(1), SCHEMA)
    assert (found.first, found.low, found.high, found.verdict) == (found.second, 0.0, 0.0, "no difference")


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0.01, 0.03, "better, beyond chance"), (-0.03, -0.01, "worse, beyond chance"), (-0.01, 0.03, "no difference")],
)
def test_the_sentence_says_what_the_interval_allows(low, high, said):
    found = TwoWays(1200, 2400, 0.8, 0.8 + (low + high) / 2, low, high)
    assert said in found.sentence and "ROC-AUC 0.800 without" in found.sentence and "1,200 unseen" in found.sentence


def test_too_few_leavers_are_refused():
    few = table(0).set_column(2, "left", pa.array(["left"] * 8 + ["stayed"] * 472))
    with pytest.raises(ListRefused):
        compared_ways(few, few, SCHEMA)
