"""Trees are plain facts: who goes where, and how many went there in training."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.explain.trees import Forest, Leaf, Split, Step, Tree, below

FIRST, SECOND = Split(0, 1.0), Split(1, members=frozenset({2}))
TREE = Tree((FIRST, None, SECOND, None, None), (1, -1, 3, -1, -1), (2, -1, 4, -1, -1), (0, 1, 0, 2, 3), (8, 2, 6, 3, 3))


def test_every_leaf_comes_with_its_way_and_the_share_that_took_it():
    root_left, root_right = Step(FIRST, True, 0.25), Step(FIRST, False, 0.75)
    assert list(TREE.leaves()) == [
        Leaf((root_left,), 1),
        Leaf((root_right, Step(SECOND, True, 0.5)), 2),
        Leaf((root_right, Step(SECOND, False, 0.5)), 3),
    ]
    assert [leaf.share for leaf in TREE.leaves()] == [0.25, 0.375, 0.375]
    assert TREE.depth == 2


def test_a_forest_knows_its_average_and_scales_with_its_weight():
    forest = Forest((TREE, TREE), 2, base=1.0)
    average = 2 * (0.25 * 1 + 0.375 * 2 + 0.375 * 3)
    assert (forest.expected, forest.depth) == (average, 2)
    assert (forest.times(3.0).expected, forest.times(3.0).base) == (3 * average, 3.0)


def test_a_node_nobody_reached_in_training_has_no_share():
    nobody = Tree((FIRST, None, None), (1, -1, -1), (2, -1, -1), (0, 1, 2), (0, 0, 0))
    assert [leaf.share for leaf in nobody.leaves()] == [0.0, 0.0]


@settings(deadline=None)
@given(st.floats(allow_nan=False), st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_below_means_at_most_the_threshold_for_every_number_a_matrix_can_hold(threshold, number):
    for x in (np.float32(number), np.float32(np.clip(threshold, -3e38, 3e38))):
        assert (float(x) <= threshold) == (x < np.float32(below(threshold)))
