"""Reasons add up exactly, are grouped, and are said the same for one customer and for a million."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.schema import Column, Schema
from churn.scoring.reasons import Group, GroupPoints, build_groups, compute_points, rank_groups, sum_by_group
from tests.small_model import ENCODER, SCHEMA, small_model

MODEL = small_model()
GROUPS = build_groups(SCHEMA, ENCODER)
NUMBER = st.floats(-3, 3, width=32)


def test_columns_are_grouped_by_business_group_and_protected_ones_stand_alone():
    shared = Schema(tuple(replace(c, group="All") for c in SCHEMA.columns))
    assert (
        Group("Tenure", (0,)),
        Group("Contract", (1,)),
        Group("senior", (2,), protected=True),
        Group("Charges", (3,)),
    ) == GROUPS
    assert build_groups(shared, ENCODER) == (Group("All", (0, 1, 3)), Group("senior", (2,), protected=True))
    assert build_groups(Schema((Column("plan"),)), ENCODER)[1] == Group("plan", (1,))


def test_points_are_each_ones_share_of_the_way_from_a_typical_customer():
    base, added = MODEL.explainer.base, np.array([[3.0], [-1.0]])
    whole = 100 * np.diff(MODEL.calibration.probability(np.array([base, base + 2.0])))
    np.testing.assert_allclose(compute_points(MODEL, np.full(1, base + 2.0), added), whole * [[1.5], [-0.5]])


def test_raising_reasons_come_first_and_the_strongest_column_of_a_group_speaks():
    groups = (Group("A", (0, 1)), Group("B", (2,)), Group("C", (3,)))
    contributions = np.array([[0.5, 1.0, -2.0, 0.2], [-0.5, -0.1, -0.3, 0.0]], np.float32)
    found = rank_groups(MODEL, contributions, np.zeros(2), groups)
    assert found.group.T.tolist() == [[0, 2, 1], [0, 1, 2]]
    assert found.column.T.tolist() == [[1, 3, 2], [0, 2, 3]]
    assert np.sign(found.points).T.tolist() == [[1, 1, -1], [-1, -1, 0]]


@settings(deadline=None)
@given(st.lists(st.tuples(*[NUMBER] * 4), min_size=1, max_size=12), st.data())
def test_a_customers_reasons_never_depend_on_the_others(rows, data):
    contributions = np.array(rows, np.float32)
    margin = contributions.sum(axis=1, dtype=np.float64)
    one = data.draw(st.integers(0, len(rows) - 1))
    whole = rank_groups(MODEL, contributions, margin, GROUPS)
    alone = rank_groups(MODEL, contributions[[one]], margin[[one]], GROUPS)
    assert alone.group[:, 0].tolist() == whole.group[:, one].tolist()
    assert alone.points[:, 0].tolist() == whole.points[:, one].tolist()


@settings(deadline=None)
@given(st.lists(st.tuples(*[NUMBER] * 4), min_size=1))
def test_group_sums_add_up_to_all_that_the_columns_add(rows):
    contributions = np.array(rows, np.float32)
    groups = (Group("A", (0, 2)), Group("B", (1, 3)))
    np.testing.assert_allclose(sum_by_group(contributions, groups).sum(axis=0), contributions.sum(axis=1), atol=1e-5)


def test_what_moves_a_customer_by_less_than_half_a_point_is_no_reason():
    little = np.full((1, 4), 0.01, np.float32)
    found = rank_groups(MODEL, little, np.zeros(1), GROUPS)
    assert isinstance(found, GroupPoints)
    assert found.points.tolist() == [[0.0], [0.0], [0.0]]
