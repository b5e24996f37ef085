"""Inside a cell, no split can tell customers apart."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.explain.tables import Grid, distinct_cells, grid_for
from churn.explain.trees import Split

NUMBER = st.floats(-4, 4, width=32) | st.sampled_from([np.nan, 0.0, -0.0, 1e-36, np.inf, -np.inf])


def numeric(edge, missing_left, zero_left):
    return Split(0, edge, missing_left=missing_left, zero_left=zero_left)


SPLITS = st.lists(
    st.builds(numeric, st.floats(-3, 3, width=32), st.booleans(), st.sampled_from([None, True, False]))
    | st.builds(lambda m, b: Split(0, members=m, missing_left=b), st.frozensets(st.integers(0, 3)), st.booleans()),
    min_size=1,
    max_size=5,
)


def goes_left(split, x):
    """What the question means, said once more in plain words."""
    if np.isnan(x):
        return split.missing_left
    if split.members is not None:
        return bool(np.isfinite(x) and np.floor(x) in split.members)
    if split.zero_left is not None and abs(x) <= np.float32(1e-35):
        return split.zero_left
    return bool(x < np.float32(split.edge))


@settings(deadline=None)
@given(SPLITS, st.lists(NUMBER, min_size=1))
def test_a_cell_answers_every_split_as_each_number_in_it_would(splits, numbers):
    grid, column = grid_for(splits, 1), np.array(numbers, np.float32)
    cells = grid.cells(column, 0)
    for split in splits:
        assert grid.holds(split)[cells].tolist() == [goes_left(split, x) for x in column]


@settings(deadline=None)
@given(st.lists(NUMBER, min_size=3, max_size=3))
def test_one_customer_has_the_cells_the_whole_list_would_give(row):
    grid = grid_for([Split(0, 0.5), Split(2, members=frozenset({1})), Split(2, 3.0)], 3)
    one = np.array(row, np.float32)
    assert grid.cells_of_one(one).tolist() == [grid.cells(one[[c]], c)[0] for c in range(3)]


def test_a_grid_survives_as_plain_arrays_even_where_a_column_has_no_edge():
    grid = grid_for([Split(1, 2.0), Split(1, 1.0)], 3)
    again = Grid.from_arrays(grid.to_arrays())
    assert [e.tolist() for e in again.edges] == [e.tolist() for e in grid.edges] == [[], [1.0, 2.0], []]
    assert again.counts() == [2, 4, 2]


def test_cells_that_no_question_separates_become_one():
    patterns, of_cell = distinct_cells([np.array([True, True, False, True])])
    assert (patterns.tolist(), of_cell.tolist()) == ([[False], [True]], [1, 1, 0, 1])
