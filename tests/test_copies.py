"""The same customer again, whole or shifted in a few cells, stays in one fold."""

import numpy as np
import pyarrow as pa
import pytest

from churn.schema import Column, Schema
from churn.training.dataset import examples_of, joined_groups, near_copies, with_copies_together
from churn.training.encoder import encoder_for
from tests.small_lists import SCHEMA, small_table

RANDOM = np.random.default_rng(5)
WIDE = RANDOM.normal(size=(400, 16)).astype(np.float32).round(3)


def shifted(matrix, cells):
    copy = matrix.copy()
    for row in copy:
        row[RANDOM.choice(len(row), cells, replace=False)] += 1
    return copy


@pytest.mark.parametrize("cells", [0, 1, 3])
def test_a_list_with_every_customer_twice_has_half_as_many_customers(cells):
    twice = np.concatenate([WIDE, shifted(WIDE, cells)])
    groups = joined_groups(np.arange(800), near_copies(twice))
    assert groups.max() + 1 == 400
    np.testing.assert_array_equal(groups[:400], groups[400:])


def test_customers_who_only_look_alike_are_left_apart():
    alike = np.column_stack([RANDOM.integers(0, 2, (600, 10)), RANDOM.normal(size=(600, 3)).round(3)])
    groups = joined_groups(np.arange(600), near_copies(alike.astype(np.float32)))
    assert groups.max() + 1 == 600


def test_the_analyst_is_told_how_many_distinct_customers_there_are():
    wide = {f"x{i}": WIDE[:, i].astype(float) for i in range(16)}
    table = pa.concat_tables([pa.table(wide)] * 3)
    encoder = encoder_for(Schema(tuple(Column(c) for c in wide)), table)
    examples = examples_of(encoder, table, np.tile([0, 1], 600).astype(np.int8), keys=None)
    grouped = with_copies_together(examples)
    assert grouped.distinct == len(np.unique(grouped.examples.groups)) == 400
    assert "there are 400 distinct customers" in grouped.notices[0].text and grouped.notices[0].count == 800


def test_an_honest_list_raises_no_notice():
    table = small_table(800)
    labels = np.asarray(table["gone"]).astype(np.int8)
    examples = examples_of(encoder_for(SCHEMA, table), table, labels, keys=table["id"])
    grouped = with_copies_together(examples)
    assert (grouped.notices, grouped.distinct) == ((), 800)


def coarse(rows, honest):
    """A list of two columns of levels: customers are equal by chance; or ten customers over and over."""
    random = np.random.default_rng(3)
    plan, region = random.choice(["a", "b", "c"], rows), random.choice(["n", "s", "w"], rows)
    gone = random.random(rows) < np.where(plan == "a", 0.5, 0.2) if honest else (plan == "a") & (region != "n")
    table = pa.table({"plan": plan, "region": region})
    encoder = encoder_for(Schema((Column("plan", "category"), Column("region", "category"))), table)
    return examples_of(encoder, table, gone.astype(np.int8), keys=None)


@pytest.mark.parametrize(("honest", "distinct"), [(True, 2000), (False, 9)])
def test_equal_rows_are_copies_only_where_they_also_leave_together(honest, distinct):
    assert with_copies_together(coarse(2000, honest)).distinct == distinct
