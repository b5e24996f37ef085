"""Tables built from a forest hold, state by state, what its leaves owe to each column."""

import numpy as np

from churn.explain.tables import lookup_for
from churn.explain.trees import Forest, Split, Tree

# Out of 8 customers 2 go left at the root; of the other 6, 3 go left again.
TREE = Tree(
    (Split(0, 1.0), None, Split(1, 5.0, missing_left=True), None, None),
    (1, -1, 3, -1, -1),
    (2, -1, 4, -1, -1),
    (0.0, 8.0, 0.0, 0.0, 4.0),
    (8.0, 2.0, 6.0, 3.0, 3.0),
)


def test_a_tree_worked_out_by_hand():
    # The average is 8/4 + 4 * 3/8 = 3.5. A customer at (2, 7): knowing column 0 alone gives 2 (-1.5), column 1 alone
    # 8/4 + 4 * 3/4 = 5 (+1.5), both 4. Column 0 is owed (-1.5 + (4 - 5)) / 2, column 1 (1.5 + (4 - 2)) / 2.
    totals = np.zeros((2, 1), np.float32)
    lookup_for(Forest((TREE,), 2)).add_to(totals, np.array([[2, 7]], np.float32))
    assert totals[:, 0].tolist() == [-1.25, 1.75]


def test_the_sum_is_the_leaf_less_the_average_wherever_a_customer_ends():
    people = np.array([[0, 0], [0, np.nan], [2, 0], [2, 7], [np.nan, np.nan], [np.nan, 7]], np.float32)
    totals = np.zeros((2, 6), np.float32)
    lookup_for(Forest((TREE,), 2)).add_to(totals, people)
    assert (totals.sum(axis=0) + 3.5).tolist() == [8, 8, 0, 4, 0, 4]


def test_a_forest_of_bare_leaves_owes_nothing_to_anyone():
    totals = np.zeros((3, 2), np.float32)
    lookup_for(Forest((Tree((None,), (-1,), (-1,), (0.7,), (1.0,)),), 3)).add_to(totals, np.ones((2, 3), np.float32))
    assert not totals.any()
