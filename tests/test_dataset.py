"""Examples, folds, and copies of one customer kept together."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn.schema import Column, Schema
from churn.training.dataset import (
    assign_folds,
    encode_examples,
    find_near_copies,
    find_shifted_copies,
    group_by_key,
    group_copies,
    hash_rows,
    join_groups,
    make_time_folds,
)
from churn.training.encoder import encoder_for
from tests.small_lists import SCHEMA, small_table

ROWS = np.array([[1, 2], [1, 2], [2, 1], [np.nan, 0.0], [np.nan, -0.0]], np.float32)


def test_equal_rows_hash_alike_and_others_apart():
    hashes = hash_rows(ROWS)
    assert len(np.unique(hashes)) == 3
    assert hashes[0] == hashes[1] and hashes[3] == hashes[4]


def test_the_numbers_are_the_same_on_every_machine():
    assert hash_rows(ROWS)[:1].tolist() == [7516335058102098630]


def test_a_million_different_rows_do_not_collide():
    rows = np.arange(300_000, dtype=np.float32).reshape(-1, 1)
    assert len(np.unique(hash_rows(rows))) == 300_000


TABLE = small_table(60)


@given(st.permutations(range(60)))
def test_the_order_of_the_file_changes_nothing(order):
    straight, shuffled = (_examples(t) for t in (TABLE, TABLE.take(pa.array(order))))
    np.testing.assert_array_equal(straight.matrix, shuffled.matrix)
    np.testing.assert_array_equal(straight.labels, shuffled.labels)
    np.testing.assert_array_equal(straight.places, np.array(order)[shuffled.places])


def test_rows_with_one_key_are_one_customer_and_missing_keys_are_customers_of_their_own():
    assert group_by_key(pa.chunked_array([["b", None, "a", "b", None]])).tolist() == [0, 1, 2, 0, 3]


def test_rows_without_an_outcome_are_not_examples():
    labels = np.asarray(TABLE["gone"]).astype(np.int8)
    labels[:10] = -1
    assert len(encode_examples(encoder_for(SCHEMA, TABLE), TABLE, labels, keys=None)) == 50


def _examples(table):
    labels = np.asarray(table["gone"]).astype(np.int8)
    return encode_examples(encoder_for(SCHEMA, TABLE), table, labels, keys=None)


FOLDING_ROWS = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=20, max_size=120)


@given(FOLDING_ROWS, st.integers(2, 5), st.integers(0, 99))
def test_all_rows_of_one_customer_are_in_one_fold(rows, count, seed):
    groups, labels = np.array([g for g, _ in rows]), np.array([float(y) for _, y in rows])
    part = assign_folds(labels, groups, count, seed=seed)
    assert all(len(np.unique(part[groups == g])) == 1 for g in np.unique(groups))


@given(st.integers(10, 200), st.integers(10, 200), st.integers(2, 5), st.integers(0, 99))
def test_every_fold_has_its_share_of_leavers_and_of_customers(left, stayed, count, seed):
    labels = np.array([1.0] * left + [0.0] * stayed)
    part = assign_folds(labels, np.arange(left + stayed), count, seed=seed)
    assert np.ptp(np.bincount(part, weights=labels, minlength=count)) <= 1
    assert np.ptp(np.bincount(part, minlength=count)) <= 1


def test_folds_forward_in_time_never_look_back():
    days = np.repeat(np.arange(12.0), 5)
    forward = make_time_folds(days, 3)
    assert len(forward) == 3
    assert all(days[learn].max() < days[check].min() for learn, check in forward)


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
    groups = join_groups(np.arange(800), find_near_copies(twice))
    assert groups.max() + 1 == 400
    np.testing.assert_array_equal(groups[:400], groups[400:])


def test_customers_who_only_look_alike_are_left_apart():
    alike = np.column_stack([RANDOM.integers(0, 2, (600, 10)), RANDOM.normal(size=(600, 3)).round(3)])
    groups = join_groups(np.arange(600), find_near_copies(alike.astype(np.float32)))
    assert groups.max() + 1 == 600


def test_the_analyst_is_told_how_many_distinct_customers_there_are():
    wide = {f"x{i}": WIDE[:, i].astype(float) for i in range(16)}
    table = pa.concat_tables([pa.table(wide)] * 3)
    encoder = encoder_for(Schema(tuple(Column(c) for c in wide)), table)
    examples = encode_examples(encoder, table, np.tile([0, 1], 600).astype(np.int8), keys=None)
    grouped = group_copies(examples)
    assert grouped.distinct == len(np.unique(grouped.examples.groups)) == 400
    assert "there are 400 distinct customers" in grouped.notices[0].text and grouped.notices[0].count == 800


def test_an_honest_list_raises_no_notice():
    table = small_table(800)
    labels = np.asarray(table["gone"]).astype(np.int8)
    examples = encode_examples(encoder_for(SCHEMA, table), table, labels, keys=table["id"])
    grouped = group_copies(examples)
    assert (grouped.notices, grouped.distinct) == ((), 800)


def coarse(rows, honest):
    """A list of two columns of levels: customers are equal by chance; or ten customers over and over."""
    random = np.random.default_rng(3)
    plan, region = random.choice(["a", "b", "c"], rows), random.choice(["n", "s", "w"], rows)
    gone = random.random(rows) < np.where(plan == "a", 0.5, 0.2) if honest else (plan == "a") & (region != "n")
    table = pa.table({"plan": plan, "region": region})
    encoder = encoder_for(Schema((Column("plan", "category"), Column("region", "category"))), table)
    return encode_examples(encoder, table, gone.astype(np.int8), keys=None)


@pytest.mark.parametrize(("honest", "distinct"), [(True, 2000), (False, 9)])
def test_equal_rows_are_copies_only_where_they_also_leave_together(honest, distinct):
    assert group_copies(coarse(2000, honest)).distinct == distinct


LOOK_ALIKES_RANDOM = np.random.default_rng(2)


LEVELS, NUMBERS = LOOK_ALIKES_RANDOM.integers(0, 3, (600, 4)), LOOK_ALIKES_RANDOM.normal(50, 10, (600, 4))


GONE = (LOOK_ALIKES_RANDOM.random(600) < 0.3).astype(np.int8)


def examples(levels, numbers, gone):
    cells = {f"level{i}": pa.array(levels[:, i].astype(str)) for i in range(4)}
    cells |= {f"number{i}": pa.array(numbers[:, i]) for i in range(4)}
    schema = Schema(tuple(Column(c, "category" if c.startswith("level") else "number") for c in cells))
    table = pa.table(cells)
    return encode_examples(encoder_for(schema, table), table, gone, keys=None)


def test_honest_look_alikes_are_left_apart():
    assert len(find_shifted_copies(examples(LEVELS, NUMBERS, GONE))) == 0


def test_every_customer_again_with_all_numbers_shifted_is_found():
    shifted = NUMBERS * (1 + LOOK_ALIKES_RANDOM.normal(0, 0.01, NUMBERS.shape))
    doubled = examples(np.tile(LEVELS, (2, 1)), np.concatenate([NUMBERS, shifted]), np.tile(GONE, 2))
    grouped = group_copies(doubled)
    assert grouped.distinct == pytest.approx(600, abs=30)
    assert "distinct customers" in grouped.notices[0].text


def test_near_customers_with_outcomes_of_their_own_are_not_copies():
    near = NUMBERS * (1 + LOOK_ALIKES_RANDOM.normal(0, 0.01, NUMBERS.shape))
    own = np.concatenate([GONE, LOOK_ALIKES_RANDOM.permutation(GONE)])
    assert len(find_shifted_copies(examples(np.tile(LEVELS, (2, 1)), np.concatenate([NUMBERS, near]), own))) == 0
