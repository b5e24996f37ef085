"""Similar customers are alike in what the model listens to, are of the list, and are never the customer."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.scoring.segments import find_similar_customers
from tests.small_model import ENCODER, WORDING, customers, small_model

MODEL = small_model()
LIST = customers(
    id=["a", "b", "c", "d"],
    plan=["monthly", "monthly", "yearly", None],
    spend=[70.0, 72.0, 70.0, 20.0],
    months=[1.0, 2.0, 48.0, 1.0],
    senior=[True, False, False, False],
)
MATRIX = ENCODER.matrix(LIST)
LISTS = MATRIX, MODEL.explainer.contributions(MATRIX)


def near(own, among):
    return find_similar_customers(MODEL, WORDING, LISTS, own, among=np.array(among))


def test_the_nearest_come_first_with_what_differs_in_words():
    found = near(MATRIX[0], [False, True, True, True])
    assert [s.row for s in found] == [1, 3, 2]
    assert found[0].differs == ()
    assert found[2].differs[0] in ("48 months as a customer", "Contract: yearly")
    np.testing.assert_allclose(found[0].probability, MODEL.probability(MATRIX[1:2])[0])


def test_protected_columns_neither_count_nor_are_said():
    twin = MATRIX[0].copy()
    twin[ENCODER.names.index("senior")] = 0.0
    assert near(twin, [True] * 4)[0].distance == 0.0
    assert not any("enior" in text for s in near(twin, [True] * 4) for text in s.differs)


def test_nobody_among_nobody():
    assert near(MATRIX[0], [False] * 4) == ()


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(4)))
def test_the_order_of_the_list_changes_nobody(order):
    shuffled = MATRIX[list(order)], LISTS[1][list(order)]
    found = find_similar_customers(MODEL, WORDING, shuffled, MATRIX[0], among=np.ones(4, bool))
    assert [order[s.row] for s in found] == [s.row for s in near(MATRIX[0], [True] * 4)]
